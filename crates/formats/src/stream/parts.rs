//! Voxels that lie in several files, one after another.

use super::Stream;
use crate::error::ErrorKind;
use crate::input::Input;

type Open<'a> = Box<dyn Fn(&Input) -> Result<Stream<'static>, ErrorKind> + 'a>;

/// As many bytes of each file.
pub(super) struct Parts<'a> {
    inputs: std::vec::IntoIter<Input>,
    n_bytes: u64,
    open: Open<'a>,
    current: Option<Stream<'static>>,
    left: u64,
}

impl<'a> Parts<'a> {
    pub(super) fn new(inputs: Vec<Input>, n_bytes: u64, open: Open<'a>) -> Self {
        Self { inputs: inputs.into_iter(), n_bytes, open, current: None, left: 0 }
    }

    /// Fills `out`, or as much of it as is left.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let mut n_filled = 0;
        while n_filled < out.len() {
            if self.left == 0 && !self.begin_next()? {
                break;
            }
            let Some(current) = &mut self.current else { break };
            let n_now = self.left.min((out.len() - n_filled) as u64) as usize;
            current.fill_exact(&mut out[n_filled..n_filled + n_now])?;
            n_filled += n_now;
            self.left -= n_now as u64;
        }
        Ok(n_filled)
    }

    /// Whether there is another file.
    fn begin_next(&mut self) -> Result<bool, ErrorKind> {
        if let Some(current) = self.current.take() {
            current.finish()?;
        }
        let Some(input) = self.inputs.next() else { return Ok(false) };
        let mut stream = (self.open)(&input)?;
        stream.expect(self.n_bytes)?;
        self.current = Some(stream);
        self.left = self.n_bytes;
        Ok(true)
    }

    /// Nothing may follow in the last file, and no file.
    pub(super) fn finish(mut self) -> Result<(), ErrorKind> {
        match self.left == 0 && !self.begin_next()? {
            true => Ok(()),
            false => Err(ErrorKind::Surplus { claimed: self.n_bytes }),
        }
    }
}
