//! Which names of entries are taken.

use std::collections::BTreeSet;

use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;

/// The names of one archive, of which no two may be the same.
///
/// Letter case is folded. A letter with an accent and the same letter with a combining accent are
/// told apart: no name ever becomes a path of this machine, so that two files stay two files.
pub(crate) struct Names {
    format: &'static str,
    most: usize,
    longest: usize,
    n_seen: usize,
    folded: BTreeSet<String>,
}

impl Names {
    pub(crate) fn new(format: &'static str, limits: &Limits) -> Self {
        let folded = BTreeSet::new();
        Self { format, most: limits.entries, longest: limits.path, n_seen: 0, folded }
    }

    /// Counts an entry, of whatever kind.
    pub(crate) fn count(&mut self) -> Result<(), ErrorKind> {
        self.n_seen += 1;
        match self.n_seen > self.most {
            true => Err(ErrorKind::limit("entries in an archive", self.most as u64)),
            false => Ok(()),
        }
    }

    /// Takes a name, or says what is wrong with it.
    pub(crate) fn add(&mut self, name: &str) -> Result<(), ErrorKind> {
        if name.len() > self.longest {
            return Err(ErrorKind::limit("bytes in a path", self.longest as u64));
        }
        let refused = |reason: &str| {
            ErrorKind::malformed(self.format, format!("the name `{}` {reason}", shortened(name)))
        };
        if name.chars().any(is_hidden) {
            return Err(refused("has characters that do not show"));
        }
        if leads_out(name) {
            return Err(ErrorKind::Outside { name: shortened(name) });
        }
        let folder_or_file = name.strip_suffix('/').unwrap_or(name);
        if folder_or_file.split('/').any(|part| part.is_empty() || part == ".") {
            return Err(refused("has an empty part"));
        }
        // Folders are only named, never made.
        match name.ends_with('/') || self.folded.insert(name.to_lowercase()) {
            true => Ok(()),
            false => Err(refused("occurs twice")),
        }
    }
}

/// Folders, and what macOS and Windows leave in archives without being asked.
pub(crate) fn is_litter(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    name.ends_with('/')
        || name.starts_with("__MACOSX/")
        || last.starts_with("._")
        || matches!(last, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

fn leads_out(name: &str) -> bool {
    let has_drive = {
        let mut chars = name.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
    };
    has_drive || name.starts_with('/') || name.contains('\\') || name.split('/').any(|p| p == "..")
}

/// Controls, and what turns the direction of text or has no width.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        let found = Names::new("ZIP", &Limits::DEFAULT).add(name);
        assert_eq!(found.map_or_else(|kind| kind.code(), |()| "taken"), expected, "{name:?}");
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in ["../x", "a/../x", "a/..", "..", "/x", "C:x", "c:/x", "a\\x", "..\\x", "\\\\x"]
        {
            check(name, "reference");
        }
    }

    #[test]
    fn names_that_deceive_are_refused() {
        for name in
            ["", ".", "./x", "a//b", "a/./b", "a\0", "a\nb", "a\u{202e}lts.b", "a\u{200b}", "//"]
        {
            let expected = if name == "//" { "reference" } else { "malformed" };
            check(name, expected);
        }
    }

    #[test]
    fn honest_names_are_taken() {
        for name in
            ["a", "a/b.stl", "...", "..a", "Ä ö.nii.gz", "CON", "a/", "12:30", "%2e%2e%2f", "😀"]
        {
            check(name, "taken");
        }
        check(&"a".repeat(255), "taken");
        check(&"a".repeat(256), "limit");
    }

    #[test]
    fn names_that_fold_to_one_are_refused() {
        let mut names = Names::new("TAR", &Limits::DEFAULT);
        names.add("Folder/Liver.STL").unwrap();
        names.add("folder/").unwrap();
        names.add("folder/").unwrap();
        for name in ["Folder/Liver.STL", "folder/liver.stl"] {
            let kind = names.add(name).unwrap_err();
            assert!(kind.to_string().contains("occurs twice"), "{name}: {kind}");
        }
    }

    #[test]
    fn litter_is_known() {
        for name in ["a/", "__MACOSX/a/._b", "a/._b", ".DS_Store", "a/.DS_Store", "Thumbs.db"] {
            assert!(is_litter(name), "{name}");
        }
        for name in ["a", "a/b", "_MACOSX", "DS_Store", "a.DS_Store"] {
            assert!(!is_litter(name), "{name}");
        }
    }
}
