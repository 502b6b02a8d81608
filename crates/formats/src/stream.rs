//! The bytes of voxels, in order, whatever they are packed in, with a bound on how many can come.

mod parts;
mod raw;
mod text;
mod zlib;

use std::io::Read;

use crate::error::ErrorKind;
use crate::gzip;
use crate::input::Input;
use crate::limits::Limits;
use crate::voxels::Datatype;
use parts::Parts;
use text::{Hex, Numbers};

pub(crate) use raw::Raw;

// Zeros that may follow the last voxel.
const MAX_PADDING: usize = 64 << 10;

/// Unpacked bytes, from the first voxel on or from what stands before it.
pub(crate) struct Stream<'a> {
    source: Source<'a>,
    // The most bytes that can come; exact if the file is plain.
    bound: u64,
    // The most bytes that are taken.
    most: u64,
    n_taken: u64,
    // How many bytes the header says there are.
    claimed: u64,
}

enum Source<'a> {
    Plain(Raw<'a>),
    Gzip(Box<gzip::Unpacker<Raw<'a>>>),
    Zlib(Box<zlib::Unpacker<Raw<'a>>>),
    Numbers(Numbers<'a>),
    Hex(Hex<'a>),
    Parts(Box<Parts<'a>>),
}

impl<'a> Stream<'a> {
    /// A file from its first byte on, unpacked if its content is gzip.
    pub(crate) fn open(input: &Input, limits: &Limits) -> Result<Self, ErrorKind> {
        Self::new(Raw::open(input)?, limits)
    }

    /// What is left of `raw`, unpacked if its content is gzip.
    pub(crate) fn new(mut raw: Raw<'a>, limits: &Limits) -> Result<Self, ErrorKind> {
        match raw.begins_with(&gzip::MAGIC)? {
            true => Self::gzip(raw, limits),
            false => Self::plain(raw, limits),
        }
    }

    /// What is left of `raw`, as it lies there; places are counted from the begin of the file.
    pub(crate) fn plain(raw: Raw<'a>, limits: &Limits) -> Result<Self, ErrorKind> {
        let (bound, n_taken) = (raw.len(), raw.position());
        Ok(Self { n_taken, ..Self::of(Source::Plain(raw), bound, limits) })
    }

    /// What is left of `raw`, which has to be gzip.
    pub(crate) fn gzip(raw: Raw<'a>, limits: &Limits) -> Result<Self, ErrorKind> {
        let bound = raw.n_left().saturating_mul(gzip::MAX_RATIO);
        let unpacker = Box::new(gzip::Unpacker::new(raw)?);
        Ok(Self::of(Source::Gzip(unpacker), bound, limits))
    }

    /// What is left of `raw`, which has to be zlib.
    pub(crate) fn zlib(raw: Raw<'a>, limits: &Limits) -> Result<Self, ErrorKind> {
        let bound = raw.n_left().saturating_mul(gzip::MAX_RATIO);
        let unpacker = Box::new(zlib::Unpacker::new(raw)?);
        Ok(Self::of(Source::Zlib(unpacker), bound, limits))
    }

    /// What is left of `raw`: numbers in words, which become `datatype`, the lowest byte first.
    pub(crate) fn numbers(raw: Raw<'a>, datatype: Datatype, limits: &Limits) -> Self {
        // A digit and a space.
        let bound = raw.n_left().div_ceil(2).saturating_mul(datatype.size() as u64);
        Self::of(Source::Numbers(Numbers::new(raw, datatype, limits)), bound, limits)
    }

    /// What is left of `raw`: two digits a byte.
    pub(crate) fn hex(raw: Raw<'a>, limits: &Limits) -> Self {
        let bound = raw.n_left() / 2;
        Self::of(Source::Hex(Hex::new(raw)), bound, limits)
    }

    /// `n_bytes` of each of these files, one file after another, as `open` opens them.
    pub(crate) fn parts(
        inputs: Vec<Input>,
        n_bytes: u64,
        open: impl Fn(&Input) -> Result<Stream<'static>, ErrorKind> + 'a,
        limits: &Limits,
    ) -> Self {
        let bound = n_bytes.saturating_mul(inputs.len() as u64);
        Self::of(
            Source::Parts(Box::new(Parts::new(inputs, n_bytes, Box::new(open)))),
            bound,
            limits,
        )
    }

    fn of(source: Source<'a>, bound: u64, limits: &Limits) -> Self {
        Self { source, bound, most: limits.bytes, n_taken: 0, claimed: bound }
    }

    /// Whether the bytes are unpacked from gzip.
    pub(crate) fn is_gzip(&self) -> bool {
        matches!(self.source, Source::Gzip(_))
    }

    /// Bytes before the next one.
    pub(crate) fn n_taken(&self) -> u64 {
        self.n_taken
    }

    /// Refuses a header that claims `n_bytes` more bytes, where fewer can come or are taken.
    pub(crate) fn expect(&mut self, n_bytes: u64) -> Result<(), ErrorKind> {
        let claimed = self.n_taken.saturating_add(n_bytes);
        if claimed > self.most {
            return Err(ErrorKind::limit("bytes of voxels", self.most));
        }
        self.claimed = claimed;
        if claimed <= self.bound {
            return Ok(());
        }
        let qualifier = match self.source {
            Source::Plain(_) => "only",
            _ => "at most",
        };
        Err(ErrorKind::Truncated { claimed, held: self.bound, qualifier })
    }

    /// Fills `out`, or as much of it as is left.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let n_filled = match &mut self.source {
            Source::Plain(raw) => fill_plain(raw, out)?,
            Source::Gzip(unpacker) => unpacker.fill(out)?,
            Source::Zlib(unpacker) => unpacker.fill(out)?,
            Source::Numbers(numbers) => numbers.fill(out)?,
            Source::Hex(hex) => hex.fill(out)?,
            Source::Parts(parts) => parts.fill(out)?,
        };
        self.n_taken += n_filled as u64;
        Ok(n_filled)
    }

    /// Fills `out`, as [`Stream::expect`] was told.
    pub(crate) fn fill_exact(&mut self, out: &mut [u8]) -> Result<(), ErrorKind> {
        if self.fill(out)? == out.len() {
            return Ok(());
        }
        let claimed = self.claimed.max(self.n_taken + 1);
        Err(ErrorKind::Truncated { claimed, held: self.n_taken, qualifier: "only" })
    }

    /// Steps over `n_bytes`.
    pub(crate) fn skip(&mut self, n_bytes: u64) -> Result<(), ErrorKind> {
        let mut skipped = [0; 4096];
        let mut left = n_bytes;
        while left > 0 {
            let n_now = left.min(skipped.len() as u64) as usize;
            self.fill_exact(&mut skipped[..n_now])?;
            left -= n_now as u64;
        }
        Ok(())
    }

    /// Reads to the end, which lets checksums be checked: nothing but a little padding may follow.
    pub(crate) fn finish(mut self) -> Result<(), ErrorKind> {
        match self.source {
            Source::Numbers(numbers) => return numbers.finish(),
            Source::Hex(hex) => return hex.finish(),
            Source::Parts(parts) => return parts.finish(),
            Source::Plain(_) | Source::Gzip(_) | Source::Zlib(_) => {}
        }
        let claimed = self.n_taken;
        let mut rest = vec![0; MAX_PADDING + 1];
        let n_rest = self.fill(&mut rest)?;
        if n_rest > MAX_PADDING || rest[..n_rest].iter().any(|&byte| byte != 0) {
            return Err(ErrorKind::Surplus { claimed });
        }
        Ok(())
    }

    /// Reads to the end; `most` bytes of anything may follow.
    pub(crate) fn finish_within(mut self, most: usize) -> Result<(), ErrorKind> {
        let mut rest = [0; 4096];
        let mut n_rest = 0;
        loop {
            let n_more = self.fill(&mut rest)?;
            n_rest += n_more;
            if n_rest > most {
                return Err(ErrorKind::limit("bytes behind the last voxel", most as u64));
            }
            if n_more < rest.len() {
                return Ok(());
            }
        }
    }
}

fn fill_plain(raw: &mut Raw<'_>, out: &mut [u8]) -> Result<usize, ErrorKind> {
    let mut filled = 0;
    while filled < out.len() {
        match raw.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(n_read) => filled += n_read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
