//! The unpacked bytes of a file, in order, with a bound on how many there can be.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::error::ErrorKind;
use crate::gzip::{self, Unpacker};

const BUFFER: usize = 128 << 10;
// Zeros that may follow the last voxel.
const MAX_PADDING: usize = 64 << 10;

pub(super) struct Bytes {
    source: Source,
    // The most bytes that can come; exact if the file is plain.
    bound: u64,
    n_taken: u64,
}

enum Source {
    Plain(BufReader<File>),
    Packed(Box<Unpacker<BufReader<File>>>),
}

impl Bytes {
    pub(super) fn open(path: &Path) -> Result<Self, ErrorKind> {
        // Asked before opening: to open a pipe would wait for its other end.
        let facts = fs::metadata(path)?;
        if !facts.is_file() {
            return Err(ErrorKind::NotAFile);
        }
        if facts.len() == 0 {
            return Err(ErrorKind::Empty);
        }
        let mut file = BufReader::with_capacity(BUFFER, File::open(path)?);
        if file.fill_buf()?.starts_with(&gzip::MAGIC) {
            let bound = facts.len().saturating_mul(gzip::MAX_RATIO);
            let source = Source::Packed(Box::new(Unpacker::new(file)?));
            return Ok(Self { source, bound, n_taken: 0 });
        }
        Ok(Self { source: Source::Plain(file), bound: facts.len(), n_taken: 0 })
    }

    /// Refuses a header that claims more bytes than can come.
    pub(super) fn check_claim(&self, claimed: u64) -> Result<(), ErrorKind> {
        if claimed <= self.bound {
            return Ok(());
        }
        let qualifier = match self.source {
            Source::Plain(_) => "only",
            Source::Packed(_) => "at most",
        };
        Err(ErrorKind::Truncated { claimed, held: self.bound, qualifier })
    }

    /// Fills `out`, or as much of it as is left.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let n_filled = match &mut self.source {
            Source::Packed(unpacker) => unpacker.fill(out)?,
            Source::Plain(file) => fill_plain(file, out)?,
        };
        self.n_taken += n_filled as u64;
        Ok(n_filled)
    }

    /// Fills `out`; `claimed` is how many bytes the header says there are in all.
    pub(super) fn fill_exact(&mut self, out: &mut [u8], claimed: u64) -> Result<(), ErrorKind> {
        if self.fill(out)? == out.len() {
            return Ok(());
        }
        Err(ErrorKind::Truncated { claimed, held: self.n_taken, qualifier: "only" })
    }

    /// Steps over bytes up to `offset`.
    pub(super) fn skip_to(&mut self, offset: u64, claimed: u64) -> Result<(), ErrorKind> {
        let mut skipped = [0; 4096];
        while self.n_taken < offset {
            let n_bytes = (offset - self.n_taken).min(skipped.len() as u64) as usize;
            self.fill_exact(&mut skipped[..n_bytes], claimed)?;
        }
        Ok(())
    }

    /// Reads to the end, which lets the checksums of gzip be checked: nothing but a little
    /// padding may follow.
    pub(super) fn finish(mut self) -> Result<(), ErrorKind> {
        let claimed = self.n_taken;
        let mut rest = vec![0; MAX_PADDING + 1];
        let n_rest = self.fill(&mut rest)?;
        if n_rest > MAX_PADDING || rest[..n_rest].iter().any(|&byte| byte != 0) {
            return Err(ErrorKind::Surplus { claimed });
        }
        Ok(())
    }
}

fn fill_plain(file: &mut BufReader<File>, out: &mut [u8]) -> Result<usize, ErrorKind> {
    let mut filled = 0;
    while filled < out.len() {
        match file.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(n_read) => filled += n_read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(filled)
}
