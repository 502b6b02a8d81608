//! One bad file, and what is to become of it.

use std::fs;
use std::io;
use std::path::Path;

/// Written into fields that could leak; nothing of it may reach a store or a message.
pub(crate) const SECRET: &str = "MUSTERMANN^ERIKA";

/// A file that is bad, or looks so.
pub(crate) struct Bad {
    /// The item of the list, with a letter where it has several files.
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) make: Make,
    pub(crate) expected: Expected,
    /// A table, given with `--metadata` beside a sound label map.
    pub(crate) is_table: bool,
}

/// Where its bytes come from.
pub(crate) enum Make {
    Bytes(Vec<u8>),
    /// Writes the file, and perhaps others beside it.
    Writer(Writer),
}

type Writer = Box<dyn Fn(&Path) -> io::Result<()> + Send + Sync>;

/// What is to become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A code, and words of the message.
    Refused { code: &'static str, says: &'static str },
    /// Legal; the kind of a note, if one is due.
    Accepted { note: Option<&'static str> },
}

pub(crate) const ACCEPTED: Expected = Expected::Accepted { note: None };

pub(crate) const fn refused(code: &'static str, says: &'static str) -> Expected {
    Expected::Refused { code, says }
}

pub(crate) const fn noted(kind: &'static str) -> Expected {
    Expected::Accepted { note: Some(kind) }
}

impl Bad {
    pub(crate) fn new(
        number: &str,
        name: &str,
        bytes: impl Into<Vec<u8>>,
        expected: Expected,
    ) -> Self {
        Self::made(number, name, Make::Bytes(bytes.into()), expected)
    }

    /// A file that is large, or not alone.
    pub(crate) fn written(
        number: &str,
        name: &str,
        write: impl Fn(&Path) -> io::Result<()> + Send + Sync + 'static,
        expected: Expected,
    ) -> Self {
        Self::made(number, name, Make::Writer(Box::new(write)), expected)
    }

    pub(crate) fn table(
        number: &str,
        name: &str,
        bytes: impl Into<Vec<u8>>,
        expected: Expected,
    ) -> Self {
        Self { is_table: true, ..Self::new(number, name, bytes, expected) }
    }

    fn made(number: &str, name: &str, make: Make, expected: Expected) -> Self {
        Self { number: number.to_owned(), name: name.to_owned(), make, expected, is_table: false }
    }

    /// Writes the file at `path`.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        match &self.make {
            Make::Bytes(bytes) => fs::write(path, bytes),
            Make::Writer(write) => write(path),
        }
    }
}
