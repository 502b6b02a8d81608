//! Unpacks zlib as a stream and checks it to its last byte (Deutsch and Gailly, RFC 1950, 1996).

use std::io::BufRead;

use flate2::{Decompress, FlushDecompress, Status};

use crate::error::{ErrorKind, ZlibError};

/// The bytes that a zlib stream unpacks to.
pub(super) struct Unpacker<R> {
    packed: R,
    inflate: Decompress,
    checksum: Adler,
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
        let inflate = Decompress::new(false);
        Ok(Self { packed, inflate, checksum: Adler::default(), at_end: false })
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
        let (read_before, made_before) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self
            .inflate
            .decompress(packed, out, FlushDecompress::None)
            .map_err(|_| ZlibError::Deflate)?;
        let n_read = (self.inflate.total_in() - read_before) as usize;
        let n_made = (self.inflate.total_out() - made_before) as usize;
        self.packed.consume(n_read);
        self.checksum.update(&out[..n_made]);
        if status == Status::StreamEnd {
            self.finish()?;
        } else if n_read == 0 && n_made == 0 {
            let what = if is_exhausted { ZlibError::Truncated } else { ZlibError::Deflate };
            return Err(what.into());
        }
        Ok(n_made)
    }

    fn finish(&mut self) -> Result<(), ErrorKind> {
        self.at_end = true;
        if u32::from_be_bytes(next_bytes(&mut self.packed)?) != self.checksum.sum() {
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

/// Adler's checksum: the sum of the bytes and the sum of those sums.
struct Adler {
    sum: u32,
    sum_of_sums: u32,
}

impl Default for Adler {
    fn default() -> Self {
        Self { sum: 1, sum_of_sums: 0 }
    }
}

impl Adler {
    fn update(&mut self, bytes: &[u8]) {
        const MODULUS: u32 = 65_521;
        // The most bytes after which both sums still fit 32 bits.
        const BLOCK: usize = 5552;
        for block in bytes.chunks(BLOCK) {
            for &byte in block {
                self.sum += u32::from(byte);
                self.sum_of_sums += self.sum;
            }
            self.sum %= MODULUS;
            self.sum_of_sums %= MODULUS;
        }
    }

    fn sum(&self) -> u32 {
        self.sum_of_sums << 16 | self.sum
    }
}
