//! The bytes of a TAR archive, unpacked if they are gzip.

use std::io::{self, BufRead, Write};

use super::malformed;
use crate::error::ErrorKind;
use crate::gzip::{self, Unpacker};

pub(super) enum Source<R> {
    Plain(R),
    Gzip(Box<Unpacker<R>>),
}

const BUFFER: usize = 64 << 10;

impl<R: BufRead> Source<R> {
    pub(super) fn new(mut packed: R) -> Result<Self, ErrorKind> {
        match packed.fill_buf()?.starts_with(&gzip::MAGIC) {
            true => Ok(Self::Gzip(Box::new(Unpacker::new(packed)?))),
            false => Ok(Self::Plain(packed)),
        }
    }

    /// Fills `out`, which the archive has to have the bytes for.
    pub(super) fn exact(&mut self, out: &mut [u8]) -> Result<(), ErrorKind> {
        match self.fill(out)? == out.len() {
            true => Ok(()),
            false => Err(malformed("it ends too early")),
        }
    }

    pub(super) fn skip(&mut self, n_bytes: u64) -> Result<(), ErrorKind> {
        self.copy(n_bytes, &mut io::sink())
    }

    pub(super) fn copy(&mut self, mut n_bytes: u64, out: &mut dyn Write) -> Result<(), ErrorKind> {
        let mut buffer = vec![0; n_bytes.min(BUFFER as u64) as usize];
        while n_bytes > 0 {
            let n_now = n_bytes.min(BUFFER as u64);
            let part = &mut buffer[..n_now as usize];
            self.exact(part)?;
            out.write_all(part)?;
            n_bytes -= n_now;
        }
        Ok(())
    }

    /// Reads to the end of the stream, where tapes and pipes leave some zeros.
    pub(super) fn finish(&mut self) -> Result<(), ErrorKind> {
        const MOST: usize = 1 << 20;
        let mut n_zeros = 0;
        let mut buffer = vec![0; BUFFER];
        loop {
            let n_more = self.fill(&mut buffer)?;
            n_zeros += n_more;
            if buffer[..n_more].iter().any(|&byte| byte != 0) || n_zeros > MOST {
                return Err(malformed("bytes after its end"));
            }
            if n_more < buffer.len() {
                return Ok(());
            }
        }
    }

    /// Fills `out`, or as much of it as there are bytes for.
    fn fill(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let plain = match self {
            Self::Gzip(unpacker) => return unpacker.fill(out),
            Self::Plain(plain) => plain,
        };
        let mut filled = 0;
        while filled < out.len() {
            match plain.read(&mut out[filled..]) {
                Ok(0) => break,
                Ok(n_read) => filled += n_read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(filled)
    }
}
