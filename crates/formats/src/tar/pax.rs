//! Facts that do not fit into a header.

use super::header::{decoded, sparse, until_zero};
use super::malformed;
use crate::error::ErrorKind;

/// What extended headers say of the file that follows them.
#[derive(Debug, Default)]
pub(super) struct Extended {
    pub(super) name: Option<String>,
    pub(super) n_bytes: Option<u64>,
}

impl Extended {
    /// As GNU tar writes it: the name and a zero.
    pub(super) fn long_name(&mut self, text: &[u8]) -> Result<(), ErrorKind> {
        self.set_name(until_zero(text))
    }

    /// As pax writes it: lines of `LENGTH KEY=VALUE`.
    pub(super) fn add(&mut self, text: &[u8]) -> Result<(), ErrorKind> {
        for_each(text, |key, value| match key {
            b"path" => self.set_name(value),
            b"size" => self.set_size(value),
            key if key.starts_with(b"GNU.sparse.") => Err(sparse()),
            _ => Ok(()),
        })
    }

    /// Checks a header for all files: it may say nothing that is read here.
    pub(super) fn check_for_all(text: &[u8]) -> Result<(), ErrorKind> {
        let mut said = Self::default();
        said.add(text)?;
        said.unused()
    }

    /// Checks that nothing was said, as no file follows.
    pub(super) fn unused(&self) -> Result<(), ErrorKind> {
        match (&self.name, self.n_bytes) {
            (None, None) => Ok(()),
            _ => Err(malformed("an extended header that belongs to no file")),
        }
    }

    fn set_name(&mut self, name: &[u8]) -> Result<(), ErrorKind> {
        match self.name.replace(decoded(name)) {
            None => Ok(()),
            Some(_) => Err(malformed("two extended headers with a name")),
        }
    }

    fn set_size(&mut self, value: &[u8]) -> Result<(), ErrorKind> {
        let size = decimal(value).ok_or_else(|| malformed("a size that is no number"))?;
        match self.n_bytes.replace(size) {
            None => Ok(()),
            Some(_) => Err(malformed("two extended headers with a size")),
        }
    }
}

/// Hands the keys and values of all lines to `f`.
fn for_each(
    mut text: &[u8],
    mut f: impl FnMut(&[u8], &[u8]) -> Result<(), ErrorKind>,
) -> Result<(), ErrorKind> {
    while !text.is_empty() {
        let (key, value, rest) =
            line(text).ok_or_else(|| malformed("a damaged extended header"))?;
        f(key, value)?;
        text = rest;
    }
    Ok(())
}

/// The first line's key and value, and what comes after.
fn line(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = text.iter().take(20).position(|&byte| byte == b' ')?;
    let length = usize::try_from(decimal(&text[..space])?).ok()?;
    let (line, rest) = text.split_at_checked(length)?;
    let line = line.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = line.iter().position(|&byte| byte == b'=')?;
    Some((&line[..equals], &line[equals + 1..], rest))
}

fn decimal(text: &[u8]) -> Option<u64> {
    let is_digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(text).ok().filter(|_| is_digits)?.parse().ok()
}
