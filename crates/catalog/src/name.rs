//! Names of shapes.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// The name of a shape that people can read and that never changes:
/// `source/subject/structure`, and `/2`, `/3` … where one case holds several of a kind.
///
/// Each part but the number is made of `a`–`z`, `0`–`9`, `-`, `_` and `.`, begins with a letter or a
/// digit, and is at most 100 bytes long. Parts can stand in URLs and in file names as they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShapeName {
    source: String,
    subject: String,
    structure: String,
    ordinal: NonZeroU32,
}

/// The text is not a shape's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a shape's name: it should look like `source/subject/structure`")]
pub struct NotAName(String);

/// The longest part of a name, in bytes.
pub const MAX_PART: usize = 100;

impl ShapeName {
    /// The name of the `ordinal`-th shape of this structure; the first is 1.
    pub fn new(
        source: &str,
        subject: &str,
        structure: &str,
        ordinal: NonZeroU32,
    ) -> Result<Self, NotAName> {
        let name = Self {
            source: source.to_owned(),
            subject: subject.to_owned(),
            structure: structure.to_owned(),
            ordinal,
        };
        if [source, subject, structure].into_iter().all(is_part) {
            Ok(name)
        } else {
            Err(NotAName(name.to_string()))
        }
    }

    /// The dataset.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The person.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The structure with its side, such as `kidney-left`.
    pub fn structure(&self) -> &str {
        &self.structure
    }

    /// 1 for the first of a kind.
    pub fn ordinal(&self) -> NonZeroU32 {
        self.ordinal
    }

    /// A file name that says what it is, then which: `kidney-left-s1273-totalsegmentator-v1`.
    pub fn file_stem(&self) -> String {
        let number = match self.ordinal.get() {
            1 => String::new(),
            ordinal => format!("-{ordinal}"),
        };
        format!("{}{number}-{}-{}", self.structure, self.subject, self.source)
    }
}

/// Whether `text` can be a part of a name; see [`ShapeName`].
pub fn is_part(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.len() <= MAX_PART
        && bytes.first().copied().is_some_and(is_plain)
        && bytes.iter().all(|&byte| is_plain(byte) || b"-_.".contains(&byte))
}

/// The part of a name nearest to `text`: lower case, runs of anything else become `-`.
/// `None` if nothing is left.
pub fn part_from(text: &str) -> Option<String> {
    let mut part = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        if part.len() == MAX_PART {
            break;
        }
        let is_plain = character.is_ascii_lowercase() || character.is_ascii_digit();
        if is_plain || ("_.".contains(character) && !part.is_empty()) {
            part.push(character);
        } else if !part.is_empty() && !part.ends_with('-') {
            part.push('-');
        }
    }
    let part = part.trim_end_matches(['-', '_', '.']);
    (!part.is_empty()).then(|| part.to_owned())
}

impl fmt::Display for ShapeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.source, self.subject, self.structure)?;
        match self.ordinal.get() {
            1 => Ok(()),
            ordinal => write!(f, "/{ordinal}"),
        }
    }
}

impl From<ShapeName> for String {
    fn from(name: ShapeName) -> Self {
        name.to_string()
    }
}

impl TryFrom<String> for ShapeName {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        text.parse()
    }
}

impl std::str::FromStr for ShapeName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let not_a_name = || NotAName(text.to_owned());
        let parts: Vec<&str> = text.split('/').collect();
        let (source, subject, structure, ordinal) = match parts[..] {
            [source, subject, structure] => (source, subject, structure, NonZeroU32::MIN),
            [source, subject, structure, number] => {
                // One spelling a name: no `/1`, no `/02`.
                let ordinal: NonZeroU32 = number.parse().map_err(|_| not_a_name())?;
                if ordinal.get() == 1 || ordinal.to_string() != number {
                    return Err(not_a_name());
                }
                (source, subject, structure, ordinal)
            }
            _ => return Err(not_a_name()),
        };
        Self::new(source, subject, structure, ordinal).map_err(|_| not_a_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, is_name: bool) {
        match text.parse::<ShapeName>() {
            Ok(name) => assert!(is_name && name.to_string() == text, "{text} was accepted"),
            Err(_) => assert!(!is_name, "{text} was refused"),
        }
    }

    #[test]
    fn a_name_has_one_spelling() {
        check("totalsegmentator-v1/s1273/kidney-left", true);
        check("a/b/c/2", true);
        check("a/b/c/1", false);
        check("a/b/c/02", false);
        check("a/b/c/0", false);
        check("a/b", false);
        check("a/b/c/2/3", false);
        check("a/B/c", false);
        check("a/../c", false);
        check("a//c", false);
        check("a/b c/d", false);
    }

    #[test]
    fn anything_readable_becomes_a_part() {
        assert_eq!(part_from("Kidney (Left)").as_deref(), Some("kidney-left"));
        assert_eq!(part_from("s0224_full").as_deref(), Some("s0224_full"));
        assert_eq!(part_from("../..").as_deref(), None);
        assert!(part_from(&"x".repeat(300)).is_some_and(|part| is_part(&part)));
    }

    #[test]
    fn the_file_says_what_it_is_and_then_which() {
        let name: ShapeName = "phantom/p01/rib-left/3".parse().unwrap();
        assert_eq!(name.file_stem(), "rib-left-3-p01-phantom");
    }
}
