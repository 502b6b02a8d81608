//! TAR (IEEE 1003.1, pax, 2018; GNU tar), plain or in gzip, read as a stream.
//!
//! Names are labels and never paths on this machine.

mod header;
mod pax;
mod source;

use std::io::{BufRead, Write};

use crate::archive::names::{Names, is_litter};
use crate::error::ErrorKind;
use crate::limits::Limits;

use header::{BLOCK, Header, Kind};
use pax::Extended;
use source::Source;

/// What stands at byte 257 of the header of each file.
pub(crate) const MAGIC: &[u8] = b"ustar";

/// A TAR archive that is read from its beginning to its end.
pub struct Reader<R> {
    source: Source<R>,
    names: Names,
    limits: Limits,
    /// Bytes of the current file that have not been read yet, and of what fills its last block.
    n_left: u64,
    n_padding: u64,
    n_more: u64,
    n_skipped: usize,
}

/// A file in a TAR archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    name: String,
    n_bytes: u64,
}

impl Entry {
    /// Its path in the archive: a label, never a path of this machine.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes it says it has.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }
}

impl<R: BufRead> Reader<R> {
    /// Begins to read `packed`, which is gzip if it begins like it.
    ///
    /// # Errors
    /// A malformed gzip header, and those of `packed`.
    pub fn new(packed: R, limits: &Limits) -> Result<Self, ErrorKind> {
        Ok(Self {
            source: Source::new(packed)?,
            names: Names::new("TAR", limits),
            limits: *limits,
            n_left: 0,
            n_padding: 0,
            n_more: limits.archive,
            n_skipped: 0,
        })
    }

    /// Folders, and litter of operating systems, that were passed over so far.
    pub fn n_skipped(&self) -> usize {
        self.n_skipped
    }

    /// The next file; whatever is left of the one before is passed over.
    ///
    /// After the last one the rest of the stream has been read, too, and its checksums found right.
    ///
    /// # Errors
    /// A header whose checksum is wrong or that contradicts itself; links, devices, pipes and sparse
    /// files; a name that leads elsewhere or occurs twice; an archive that ends too early or goes on
    /// after its end; more than `limits` allow.
    pub fn next_entry(&mut self) -> Result<Option<Entry>, ErrorKind> {
        loop {
            self.source.skip(self.n_left + self.n_padding)?;
            (self.n_left, self.n_padding) = (0, 0);
            let Some(entry) = self.headers()? else {
                return self.source.finish().map(|()| None);
            };
            if !is_litter(&entry.name) {
                return Ok(Some(entry));
            }
            self.n_skipped += 1;
        }
    }

    /// Writes what is left of the current file to `out`.
    ///
    /// # Errors
    /// The archive ends before the file does; those of `out`.
    pub fn unpack(&mut self, out: &mut dyn Write) -> Result<(), ErrorKind> {
        let n_bytes = std::mem::take(&mut self.n_left);
        self.source.copy(n_bytes, out)
    }

    /// The headers of one file or folder, checked; `None` at the end of the archive.
    fn headers(&mut self) -> Result<Option<Entry>, ErrorKind> {
        let mut extended = Extended::default();
        loop {
            let mut block = [0; BLOCK];
            self.source.exact(&mut block)?;
            if block == [0; BLOCK] {
                return extended.unused().map(|()| None);
            }
            let header = Header::of(&block)?;
            match header.kind {
                Kind::LongName => extended.long_name(&self.text(header.n_bytes)?)?,
                Kind::Pax => extended.add(&self.text(header.n_bytes)?)?,
                Kind::PaxForAll => Extended::check_for_all(&self.text(header.n_bytes)?)?,
                Kind::File | Kind::Folder => return self.entry(header, extended).map(Some),
            }
        }
    }

    fn entry(&mut self, header: Header, extended: Extended) -> Result<Entry, ErrorKind> {
        self.names.count()?;
        let n_bytes = extended.n_bytes.unwrap_or(header.n_bytes);
        let name = extended.name.unwrap_or(header.name);
        let is_folder = header.kind == Kind::Folder;
        if is_folder && n_bytes != 0 {
            return Err(malformed("a folder with bytes of its own"));
        }
        // `tar -C folder .` begins each name like this, and the folder itself is called so.
        let mut name = name.strip_prefix("./").unwrap_or(&name).to_owned();
        if is_folder && !name.ends_with('/') {
            name.push('/');
        }
        if !(is_folder && matches!(name.as_str(), "/" | "./")) {
            self.names.add(&name)?;
        }
        if n_bytes > self.limits.bytes {
            return Err(ErrorKind::limit("bytes in one file of an archive", self.limits.bytes));
        }
        let n_more = self.n_more.checked_sub(n_bytes);
        let too_many = || ErrorKind::limit("bytes in an archive", self.limits.archive);
        self.n_more = n_more.ok_or_else(too_many)?;
        (self.n_left, self.n_padding) = (n_bytes, padding(n_bytes));
        Ok(Entry { name, n_bytes })
    }

    /// What an extended header holds.
    fn text(&mut self, n_bytes: u64) -> Result<Vec<u8>, ErrorKind> {
        let most = self.limits.header;
        if n_bytes > most as u64 {
            return Err(ErrorKind::limit("bytes in a header", most as u64));
        }
        let mut text = vec![0; n_bytes as usize];
        self.source.exact(&mut text)?;
        self.source.skip(padding(n_bytes))?;
        Ok(text)
    }
}

/// Bytes from the end of a file to the next block; no file is so long that this overflows.
fn padding(n_bytes: u64) -> u64 {
    n_bytes.wrapping_neg() % BLOCK as u64
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed("TAR", reason)
}
