//! Archives as we write them: no dates, no owners, the same bytes every time.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::{MAGIC, Measure, Measured};

/// Writes a ZIP archive, entry by entry.
///
/// Every date is the first that ZIP has, 1 January 1980. What is too large or too many for the fields of
/// the first ZIP goes into those of Zip64 beside them, and only that.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    n_written: u64,
    n_entries: u64,
    directory: Vec<u8>,
    /// Of the file that was begun.
    n_missing: u64,
}

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

impl<W: Write> Writer<W> {
    /// An archive that goes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, n_written: 0, n_entries: 0, directory: Vec::new(), n_missing: 0 }
    }

    /// Adds a file as it is.
    ///
    /// # Errors
    /// Those of `out`, and a name of more than 65,535 bytes.
    pub fn stored(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.add(name, &Facts::of(STORED, bytes), bytes.len() as u64, &[])?;
        self.out.write_all(bytes)
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
        let n_zip64 = if is_wide(bytes.len() as u64) { zip64(&[0; 2]).len() as u64 } else { 0 };
        let begin = self.n_written + LOCAL as u64 + name.len() as u64 + n_zip64 + LEAST;
        let n_zeros = begin.next_multiple_of(alignment) - begin;
        let mut extra = vec![0; (LEAST + n_zeros) as usize];
        extra[..2].copy_from_slice(&PADDING.to_le_bytes());
        extra[2..4].copy_from_slice(&(n_zeros as u16).to_le_bytes());
        self.add(name, &Facts::of(STORED, bytes), bytes.len() as u64, &extra)?;
        self.out.write_all(bytes)
    }

    /// Adds a file, compressed.
    ///
    /// # Errors
    /// As for [`Self::stored`].
    pub fn deflated(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
        packed.write_all(bytes)?;
        let packed = packed.finish()?;
        self.add(name, &Facts::of(DEFLATED, bytes), packed.len() as u64, &[])?;
        self.out.write_all(&packed)
    }

    /// Begins a file whose bytes follow, each once, by [`more`](Self::more): as it is, and measured before.
    ///
    /// # Errors
    /// As for [`Self::stored`], and if the file before is not whole.
    pub fn begin(&mut self, name: &str, measured: &Measured) -> io::Result<()> {
        self.add(name, &Facts { method: STORED, measured: *measured }, measured.n_bytes, &[])?;
        self.n_missing = measured.n_bytes;
        Ok(())
    }

    /// The next bytes of the file that was begun.
    ///
    /// # Errors
    /// Those of `out`, and more bytes than were measured.
    pub fn more(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.passed(bytes.len() as u64)?;
        self.out.write_all(bytes)
    }

    /// Counts bytes of the file that was begun which went to `out` on another way.
    ///
    /// # Errors
    /// They are more than were measured.
    pub fn passed(&mut self, n_bytes: u64) -> io::Result<()> {
        self.n_missing = self.n_missing.checked_sub(n_bytes).ok_or_else(not_as_measured)?;
        Ok(())
    }

    /// Where the archive goes to.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes the directory and gives `out` back.
    ///
    /// # Errors
    /// As for [`Self::stored`].
    pub fn finish(mut self) -> io::Result<W> {
        self.nothing_is_missing()?;
        let n_bytes = self.directory.len() as u64;
        let n_few = u16::try_from(self.n_entries).unwrap_or(u16::MAX);
        let is_wide = n_few == u16::MAX || is_wide(n_bytes) || is_wide(self.n_written);
        let long = if is_wide { self.long_end(n_bytes) } else { Vec::new() };
        let end = [
            b"PK\x05\x06\0\0\0\0".as_slice(),
            &n_few.to_le_bytes(),
            &n_few.to_le_bytes(),
            &short(n_bytes),
            &short(self.n_written),
            b"\0\0",
        ];
        self.out.write_all(&self.directory)?;
        self.out.write_all(&long)?;
        self.out.write_all(&end.concat())?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// The record of Zip64 at the end, and what says where that is.
    fn long_end(&self, n_bytes: u64) -> Vec<u8> {
        // Counts its bytes from the one after this number.
        const SIZE: u64 = 56 - 12;
        let numbers = |numbers: &[u64]| -> Vec<u8> {
            numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
        };
        [
            b"PK\x06\x06".as_slice(),
            &numbers(&[SIZE]),
            &VERSION_ZIP64.to_le_bytes(),
            &VERSION_ZIP64.to_le_bytes(),
            &[0; 8],
            &numbers(&[self.n_entries, self.n_entries, n_bytes, self.n_written]),
            b"PK\x06\x07\0\0\0\0",
            &numbers(&[self.n_written + n_bytes]),
            &1_u32.to_le_bytes(),
        ]
        .concat()
    }

    /// Writes what stands before the bytes of a file.
    fn add(&mut self, name: &str, facts: &Facts, n_packed: u64, extra: &[u8]) -> io::Result<()> {
        self.nothing_is_missing()?;
        let entry = Placed {
            name,
            facts,
            n_packed,
            n_name: u16::try_from(name.len()).map_err(|_| too_long())?,
            offset: self.n_written,
        };
        let head = entry.head(extra);
        self.directory.extend_from_slice(&entry.line());
        self.n_entries += 1;
        self.n_written += head.len() as u64 + entry.n_packed;
        self.out.write_all(&head)
    }

    fn nothing_is_missing(&self) -> io::Result<()> {
        if self.n_missing == 0 { Ok(()) } else { Err(not_as_measured()) }
    }
}

/// An entry where it lies.
struct Placed<'a> {
    name: &'a str,
    facts: &'a Facts,
    n_packed: u64,
    n_name: u16,
    offset: u64,
}

impl Placed<'_> {
    /// What stands before its bytes.
    fn head(&self, extra: &[u8]) -> Vec<u8> {
        // There both sizes are in the Zip64 field, or none is.
        let sizes = [self.facts.measured.n_bytes, self.n_packed];
        let is_wide = sizes.iter().any(|&size| is_wide(size));
        let zip64 = if is_wide { zip64(&sizes) } else { Vec::new() };
        let short = if is_wide { [[0xff; 4]; 2] } else { [self.n_packed, sizes[0]].map(short) };
        let n_extra = (zip64.len() + extra.len()) as u16;
        let version = if is_wide { VERSION_ZIP64 } else { VERSION };
        let common = self.common(version, short);
        let name = self.name.as_bytes();
        [MAGIC, &common, &n_extra.to_le_bytes(), name, &zip64, extra].concat()
    }

    /// Its line in the directory.
    fn line(&self) -> Vec<u8> {
        let numbers = [self.facts.measured.n_bytes, self.n_packed, self.offset];
        let long: Vec<u64> = numbers.into_iter().filter(|&number| is_wide(number)).collect();
        let zip64 = if long.is_empty() { Vec::new() } else { zip64(&long) };
        let version = if long.is_empty() { VERSION } else { VERSION_ZIP64 };
        let common = self.common(version, [self.n_packed, self.facts.measured.n_bytes].map(short));
        [
            b"PK\x01\x02".as_slice(),
            &version.to_le_bytes(),
            &common,
            &(zip64.len() as u16).to_le_bytes(),
            &[0; 10],
            &short(self.offset),
            self.name.as_bytes(),
            &zip64,
        ]
        .concat()
    }

    /// What both have, from the version that reading takes to the length of the name.
    fn common(&self, version: u16, sizes: [[u8; 4]; 2]) -> Vec<u8> {
        [
            version.to_le_bytes().as_slice(),
            &self.facts.head(self.name),
            &self.facts.measured.checksum.to_le_bytes(),
            sizes.as_flattened(),
            &self.n_name.to_le_bytes(),
        ]
        .concat()
    }
}

/// Bytes of a local header without its texts.
const LOCAL: usize = 30;
/// Who reads an archive has to know this much of ZIP: deflate, or Zip64.
const VERSION: u16 = 20;
const VERSION_ZIP64: u16 = 45;

struct Facts {
    method: u16,
    measured: Measured,
}

impl Facts {
    fn of(method: u16, bytes: &[u8]) -> Self {
        let mut measure = Measure::default();
        measure.update(bytes);
        Self { method, measured: measure.finish() }
    }

    /// Flags, method, time and date.
    fn head(&self, name: &str) -> [u8; 8] {
        // Says that the name is UTF-8, where it makes a difference.
        let flags = if name.is_ascii() { 0 } else { 0x08 };
        let [method, _] = self.method.to_le_bytes();
        [0, flags, method, 0, 0, 0, 0x21, 0]
    }
}

/// Whether a number has to go into a field of Zip64.
fn is_wide(number: u64) -> bool {
    number >= u32::MAX.into()
}

/// A number in the field that the first ZIP has for it; all bits set say that it is elsewhere.
fn short(number: u64) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

/// The Zip64 field with these numbers.
fn zip64(numbers: &[u64]) -> Vec<u8> {
    const ID: u16 = 1;
    let mut field = ID.to_le_bytes().to_vec();
    field.extend_from_slice(&(8 * numbers.len() as u16).to_le_bytes());
    field.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    field
}

fn not_as_measured() -> io::Error {
    io::Error::other("a file of an archive has another size than was measured")
}

fn too_long() -> io::Error {
    let reason = "a name of more bytes than an archive takes";
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}
