//! Archives as we write them: no dates, no owners, the same bytes every time.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// Writes a ZIP archive, entry by entry.
///
/// Every date is the first that ZIP has, 1 January 1980.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    n_written: u64,
    n_entries: u16,
    directory: Vec<u8>,
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

impl<W: Write> Writer<W> {
    /// An archive that goes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, n_written: 0, n_entries: 0, directory: Vec::new() }
    }

    /// Adds a file as it is.
    ///
    /// # Errors
    /// Those of `out`, and an archive of more than 4 GiB or 65,534 entries.
    pub fn stored(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.add(name, &Facts::of(STORED, bytes), bytes, &[])
    }

    /// Adds a file as it is, its first byte at a multiple of `alignment`, a power of two.
    ///
    /// # Errors
    /// As for [`Self::stored`].
    pub fn stored_aligned(&mut self, name: &str, bytes: &[u8], alignment: u16) -> io::Result<()> {
        // The field that USDZ pads with, and its length.
        const PADDING: u16 = 0x1986;
        const LEAST: u64 = 4;
        let alignment = u64::from(alignment.max(1));
        let begin = self.n_written + LOCAL as u64 + name.len() as u64 + LEAST;
        let n_zeros = begin.next_multiple_of(alignment) - begin;
        let mut extra = vec![0; (LEAST + n_zeros) as usize];
        extra[..2].copy_from_slice(&PADDING.to_le_bytes());
        extra[2..4].copy_from_slice(&(n_zeros as u16).to_le_bytes());
        self.add(name, &Facts::of(STORED, bytes), bytes, &extra)
    }

    /// Adds a file, compressed.
    ///
    /// # Errors
    /// As for [`Self::stored`].
    pub fn deflated(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(bytes)?;
        let packed = packed.finish()?;
        self.add(name, &Facts::of(DEFLATED, bytes), &packed, &[])
    }

    /// Writes the directory and gives `out` back.
    ///
    /// # Errors
    /// As for [`Self::stored`].
    pub fn finish(mut self) -> io::Result<W> {
        let n_entries = self.n_entries.to_le_bytes();
        let end = [
            b"PK\x05\x06\0\0\0\0".as_slice(),
            &n_entries,
            &n_entries,
            &u32_of(self.directory.len() as u64)?,
            &u32_of(self.n_written)?,
            b"\0\0",
        ];
        self.out.write_all(&self.directory)?;
        self.out.write_all(&end.concat())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn add(&mut self, name: &str, facts: &Facts, packed: &[u8], extra: &[u8]) -> io::Result<()> {
        let n_entries = self.n_entries.checked_add(1).filter(|&n| n < u16::MAX);
        self.n_entries = n_entries.ok_or_else(|| too_much("entries"))?;
        let length = |n: usize| u16::try_from(n).map_err(|_| too_much("letters in a name"));
        let n_extra = (extra.len() as u16).to_le_bytes();
        let sizes = [u32_of(packed.len() as u64)?, u32_of(facts.n_bytes)?];
        let common = [
            facts.head(name).as_slice(),
            &facts.checksum.to_le_bytes(),
            sizes.as_flattened(),
            &length(name.len())?.to_le_bytes(),
        ]
        .concat();
        let offset = u32_of(self.n_written)?;
        let head = [b"PK\x03\x04".as_slice(), &common, &n_extra, name.as_bytes(), extra].concat();
        let line = [b"PK\x01\x02\x14\0".as_slice(), &common, &[0; 12], &offset, name.as_bytes()];
        self.directory.extend_from_slice(&line.concat());
        self.n_written += (head.len() + packed.len()) as u64;
        self.out.write_all(&head)?;
        self.out.write_all(packed)
    }
}

/// Bytes of a local header without its texts.
const LOCAL: usize = 30;

struct Facts {
    method: u16,
    checksum: u32,
    n_bytes: u64,
}

impl Facts {
    fn of(method: u16, bytes: &[u8]) -> Self {
        let mut checksum = Crc::new();
        checksum.update(bytes);
        Self { method, checksum: checksum.sum(), n_bytes: bytes.len() as u64 }
    }

    /// Version 2.0, flags, method, time and date.
    fn head(&self, name: &str) -> [u8; 10] {
        // Says that the name is UTF-8, where it makes a difference.
        let flags = if name.is_ascii() { 0 } else { 0x08 };
        let [method, _] = self.method.to_le_bytes();
        [20, 0, 0, flags, method, 0, 0, 0, 0x21, 0]
    }
}

fn u32_of(n_bytes: u64) -> io::Result<[u8; 4]> {
    let fits = u32::try_from(n_bytes).ok().filter(|&n| n != u32::MAX);
    fits.map(u32::to_le_bytes).ok_or_else(|| too_much("bytes"))
}

fn too_much(what: &str) -> io::Error {
    let reason = format!("more {what} than an archive takes");
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}
