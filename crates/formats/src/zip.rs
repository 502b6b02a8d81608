//! ZIP (PKWARE, APPNOTE.TXT 6.3.10, 2022): archives read with suspicion, and written.
//!
//! An archive is taken only if its entries and its directory tile the file from the first byte to
//! the last, and both headers of an entry agree.
//! Then nothing hides in front of it or between, no two entries share bytes, and every program sees
//! the same files.

mod directory;
mod fields;
mod local;
mod measure;
mod unpack;
mod writer;

use std::io::{Cursor, Read, Seek, Write};

use crate::error::ErrorKind;
use crate::limits::Limits;

pub use directory::{Directory, Entry};
pub use measure::{Measure, Measured};
pub use writer::Writer;

/// How a ZIP archive with anything in it begins.
pub(crate) const MAGIC: &[u8] = b"PK\x03\x04";

/// A ZIP archive in memory.
#[derive(Debug, Clone)]
pub struct Archive<'a> {
    bytes: &'a [u8],
    directory: Directory,
}

impl<'a> Archive<'a> {
    /// The archive in these bytes; see [`directory()`] for what is refused.
    ///
    /// # Errors
    /// Those of [`directory()`].
    pub fn of(bytes: &'a [u8], limits: &Limits) -> Result<Self, ErrorKind> {
        Ok(Self { bytes, directory: directory(&mut Cursor::new(bytes), limits)? })
    }

    /// Its files, in the order of its directory.
    pub fn entries(&self) -> &[Entry] {
        &self.directory.entries
    }

    /// The file of this name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.name() == name)
    }

    /// The bytes of a file in it, size and checksum found right.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn unpacked(&self, entry: &Entry) -> Result<Vec<u8>, ErrorKind> {
        let mut bytes = Vec::new();
        unpack(&mut Cursor::new(self.bytes), entry, &mut bytes)?;
        Ok(bytes)
    }
}

/// What a ZIP archive holds.
///
/// Names are labels and never paths on this machine; [`crate::archive`] says which are refused.
///
/// # Errors
/// Bytes before, after or between the entries; overlapping entries; a local header that says
/// something else than the directory; encryption; methods other than stored and deflate; links and
/// devices; a name that occurs twice, be it in other letter case; more than `limits` allow.
pub fn directory(source: &mut (impl Read + Seek), limits: &Limits) -> Result<Directory, ErrorKind> {
    Directory::read(source, limits)
}

/// Writes the bytes of an entry of `source` to `out`.
///
/// # Errors
/// Other bytes than the directory promised, by size and checksum; `out` then has some of them.
/// Those of `source` and `out`.
pub fn unpack(
    source: &mut (impl Read + Seek),
    entry: &Entry,
    out: &mut dyn Write,
) -> Result<(), ErrorKind> {
    unpack::unpack(source, entry, out)
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed("ZIP", reason)
}
