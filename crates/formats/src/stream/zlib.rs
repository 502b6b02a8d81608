//! Unpacks zlib as a stream and checks it to its last byte (Deutsch and Gailly, RFC 1950, 1996).

use std::io::BufRead;

use simd_adler32::Adler32;

use crate::error::{ErrorKind, ZlibError};
use crate::inflate::Inflate;

/// The bytes that a zlib stream unpacks to.
pub(super) struct Unpacker<R> {
    packed: R,
    inflate: Inflate,
    checksum: Adler32,
    at_end: bool,
}

impl<R: BufRead> Unpacker<R> {
    /// Reads the header.
    pub(super) fn new(mut packed: R) -> Result<Self, ErrorKind> {
        const DEFLATE: u8 = 8;
        const LARGEST_WINDOW: u8 = 7;
        const HAS_DICTIONARY: u8 = 0x20;
        let [method, flags] = next_bytes(&mut packed)?;
        let is_whole = u16::from_be_bytes([method, flags]).is_multiple_of(31);
        let is_known = method & 15 == DEFLATE && method >> 4 <= LARGEST_WINDOW;
        if !is_whole || !is_known || flags & HAS_DICTIONARY != 0 {
            return Err(ZlibError::Header.into());
        }
        Ok(Self { packed, inflate: Inflate::new(), checksum: Adler32::new(), at_end: false })
    }

    /// Fills `out`, or as much of it as is left; then the checksum has been found right.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let mut filled = 0;
        while filled < out.len() && !self.at_end {
            filled += self.step(&mut out[filled..])?;
        }
        Ok(filled)
    }

    fn step(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let packed = self.packed.fill_buf()?;
        let is_exhausted = packed.is_empty();
        let step = self.inflate.step(packed, out).map_err(|_| ZlibError::Deflate)?;
        self.packed.consume(step.n_read);
        self.checksum.write(&out[..step.n_made]);
        if step.is_end {
            self.finish()?;
        } else if is_exhausted && step.n_made == 0 {
            return Err(ZlibError::Truncated.into());
        }
        Ok(step.n_made)
    }

    fn finish(&mut self) -> Result<(), ErrorKind> {
        self.at_end = true;
        if u32::from_be_bytes(next_bytes(&mut self.packed)?) != self.checksum.finish() {
            return Err(ZlibError::Checksum.into());
        }
        match self.packed.fill_buf()?.is_empty() {
            true => Ok(()),
            false => Err(ZlibError::TrailingGarbage.into()),
        }
    }
}

fn next_bytes<const N: usize>(packed: &mut impl BufRead) -> Result<[u8; N], ErrorKind> {
    let mut bytes = [0; N];
    packed.read_exact(&mut bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => ZlibError::Truncated.into(),
        _ => ErrorKind::from(error),
    })?;
    Ok(bytes)
}
