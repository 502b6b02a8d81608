//! Deflated bytes of a walk, unpacked as far as they go.

use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};

use super::bytes::Bytes;
use super::teller::Budget;

/// What came of one step of unpacking.
pub(super) enum Step {
    /// So many bytes, at least one.
    Made(usize),
    End,
    Damaged,
}

/// Unpacks some bytes; those behind the end of the deflated data are not walked over.
pub(super) fn step(inflate: &mut Decompress, bytes: &mut Bytes<'_>, out: &mut [u8]) -> Step {
    loop {
        let (in_before, out_before) = (inflate.total_in(), inflate.total_out());
        let result = inflate.decompress(bytes.ahead(), out, FlushDecompress::None);
        let n_read = (inflate.total_in() - in_before) as usize;
        let n_made = (inflate.total_out() - out_before) as usize;
        bytes.walk(n_read);
        match result {
            Ok(_) if n_made > 0 => return Step::Made(n_made),
            Ok(Status::StreamEnd) => return Step::End,
            Ok(_) if n_read > 0 => {}
            _ => return Step::Damaged,
        }
    }
}

/// One deflated stream.
pub(super) struct Inflated<'b, 'a> {
    bytes: &'b mut Bytes<'a>,
    inflate: Decompress,
    is_over: bool,
}

impl<'b, 'a> Inflated<'b, 'a> {
    pub(super) fn new(bytes: &'b mut Bytes<'a>) -> Self {
        Self { bytes, inflate: Decompress::new(false), is_over: false }
    }
}

impl Read for Inflated<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.is_over {
            return Ok(0);
        }
        match step(&mut self.inflate, self.bytes, out) {
            Step::Made(n_bytes) => Ok(n_bytes),
            Step::End | Step::Damaged => {
                self.is_over = true;
                Ok(0)
            }
        }
    }
}

/// What another reader gives, until the budget is spent.
pub(super) struct Bounded<R> {
    inner: R,
    budget: Budget,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R, budget: Budget) -> Self {
        Self { inner, budget }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n_left = self.budget.get();
        let n_out = out.len().min(usize::try_from(n_left).unwrap_or(usize::MAX));
        let n_bytes = self.inner.read(&mut out[..n_out])?;
        self.budget.set(n_left - n_bytes as u64);
        Ok(n_bytes)
    }
}
