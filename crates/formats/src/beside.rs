//! Files beside a header that it names, alone, in a list or by a pattern with a number in it.

use crate::error::ErrorKind;
use crate::input::{Input, shortened};
use crate::limits::Limits;

/// Where a header is, so that the files beside it can be found.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'a> {
    /// `None` for bytes that are no file: nothing lies beside them.
    pub(crate) header: Option<&'a Input>,
    pub(crate) limits: &'a Limits,
}

impl Beside<'_> {
    /// The file of this name.
    pub(crate) fn file(&self, name: &str) -> Result<Input, ErrorKind> {
        if name.len() > self.limits.path {
            return Err(ErrorKind::limit("bytes in a file name", self.limits.path as u64));
        }
        self.header.ok_or(ErrorKind::TwoFiles)?.beside(name)
    }

    /// The files of these numbers, whose names `pattern` gives.
    pub(crate) fn pattern(
        &self,
        pattern: &str,
        numbers: impl ExactSizeIterator<Item = i64>,
    ) -> Result<Vec<Input>, ErrorKind> {
        self.check(numbers.len())?;
        numbers.map(|number| self.file(&name(pattern, number)?)).collect()
    }

    /// Refuses more files than are taken.
    pub(crate) fn check(&self, n_files: usize) -> Result<(), ErrorKind> {
        match n_files <= self.limits.files {
            true => Ok(()),
            false => Err(ErrorKind::limit("files of one volume", self.limits.files as u64)),
        }
    }
}

/// A pattern of the C language with one number in it, such as `slice%03d.raw`.
fn name(pattern: &str, number: i64) -> Result<String, ErrorKind> {
    const MOST_DIGITS: usize = 20;
    let refused = || {
        let reason = format!("`{}` is no name with one `%d`", shortened(pattern));
        ErrorKind::malformed("pattern of file names", reason)
    };
    let (before, rest) = pattern.split_once('%').ok_or_else(refused)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(refused)?;
    let (width, kind) = rest.split_at(end);
    let after = kind.strip_prefix(['d', 'i', 'u']).filter(|after| !after.contains('%'));
    let after = after.ok_or_else(refused)?;
    let n_digits: usize =
        if width.is_empty() { 0 } else { width.parse().map_err(|_| refused())? };
    if n_digits > MOST_DIGITS {
        return Err(refused());
    }
    Ok(match width.starts_with('0') {
        true => format!("{before}{number:0n_digits$}{after}"),
        false => format!("{before}{number:n_digits$}{after}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_name_files_as_c_does() {
        let check = |pattern: &str, number: i64, expected: &str| {
            assert_eq!(name(pattern, number).unwrap(), expected);
        };
        check("a%d.raw", 7, "a7.raw");
        check("a%03d.raw", 7, "a007.raw");
        check("%3d", 7, "  7");
        check("%i", -1, "-1");
        for pattern in ["a.raw", "%s", "%d%d", "%", "%999d", "%-3d", "%n", "%99999999999999999999d"]
        {
            assert!(name(pattern, 1).is_err(), "{pattern}");
        }
    }
}
