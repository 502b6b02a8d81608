//! Unpacks gzip as a stream and checks it to its last byte.
//!
//! The members, their headers and trailers (Deutsch, RFC 1952, 1996) are read here, so that each
//! kind of damage has its own name.

use std::io::{self, BufRead, Read};

use crc32fast::Hasher;

use crate::error::{ErrorKind, GzipError};
use crate::inflate::Inflate;

/// The first bytes of every gzip file.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The most bytes that one compressed byte can stand for: a property of deflate.
pub(crate) const MAX_RATIO: u64 = 1032;

// A name or a comment in a header may be this long; what it says is never kept.
const MAX_TEXT: usize = 1 << 20;

/// All that `packed` unpacks to, and every checksum has been found right.
pub(crate) fn unpacked(packed: &[u8]) -> Result<Vec<u8>, ErrorKind> {
    unpacked_within(packed, u64::MAX)
}

/// The same, of at most `most` bytes.
///
/// Memory follows the bytes as they come out, not what a trailer says.
pub(crate) fn unpacked_within(packed: impl BufRead, most: u64) -> Result<Vec<u8>, ErrorKind> {
    const FIRST: usize = 1 << 16;
    let mut unpacker = Unpacker::new(packed)?;
    let mut bytes = Vec::new();
    loop {
        let begin = bytes.len();
        let room = begin.max(FIRST);
        bytes.try_reserve_exact(room).map_err(|_| ErrorKind::no_room(begin as u64))?;
        bytes.resize(begin + room, 0);
        let n_more = unpacker.fill(&mut bytes[begin..])?;
        if (begin + n_more) as u64 > most {
            return Err(ErrorKind::limit("bytes when unpacked", most));
        }
        if n_more < bytes.len() - begin {
            bytes.truncate(begin + n_more);
            return Ok(bytes);
        }
    }
}

/// The bytes that a gzip stream of any number of members unpacks to.
pub(crate) struct Unpacker<R> {
    packed: R,
    inflate: Inflate,
    checksum: Hasher,
    // Bytes that came out of the present member.
    n_made: u64,
    at_end: bool,
}

impl<R: BufRead> Unpacker<R> {
    /// Reads the first header.
    pub(crate) fn new(mut packed: R) -> Result<Self, ErrorKind> {
        skip_header(&mut packed)?;
        let inflate = Inflate::new();
        Ok(Self { packed, inflate, checksum: Hasher::new(), n_made: 0, at_end: false })
    }

    /// Fills `out`, or as much of it as is left; then every checksum has been found right.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let mut filled = 0;
        while filled < out.len() && !self.at_end {
            filled += self.step(&mut out[filled..])?;
        }
        Ok(filled)
    }

    fn step(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let packed = peek(&mut self.packed)?;
        let is_exhausted = packed.is_empty();
        let step = self.inflate.step(packed, out).map_err(|_| GzipError::Deflate)?;
        self.packed.consume(step.n_read);
        self.checksum.update(&out[..step.n_made]);
        self.n_made += step.n_made as u64;
        if step.is_end {
            self.finish_member()?;
        } else if is_exhausted && step.n_made == 0 {
            return Err(GzipError::Truncated("compressed data").into());
        }
        Ok(step.n_made)
    }

    fn finish_member(&mut self) -> Result<(), ErrorKind> {
        let mut trailer = [0; 8];
        read_exact(&mut self.packed, &mut trailer, "trailer")?;
        let [c0, c1, c2, c3, l0, l1, l2, l3] = trailer;
        if u32::from_le_bytes([c0, c1, c2, c3]) != self.checksum.clone().finalize() {
            return Err(GzipError::Checksum.into());
        }
        if u32::from_le_bytes([l0, l1, l2, l3]) != self.n_made as u32 {
            return Err(GzipError::Length.into());
        }
        self.at_end = !self.begin_next_member()?;
        Ok(())
    }

    fn begin_next_member(&mut self) -> Result<bool, ErrorKind> {
        match peek(&mut self.packed)?.first() {
            None => return Ok(false),
            Some(0) => return skip_padding(&mut self.packed).map(|()| false),
            Some(&byte) if byte != MAGIC[0] => return Err(GzipError::TrailingGarbage.into()),
            Some(_) => {}
        }
        skip_header(&mut self.packed).map_err(|error| match error {
            ErrorKind::Gzip(GzipError::Header) => GzipError::TrailingGarbage.into(),
            error => error,
        })?;
        self.inflate.reset();
        self.checksum.reset();
        self.n_made = 0;
        Ok(true)
    }
}

/// Zeros to the end of the file, as tapes and block devices leave them.
fn skip_padding(packed: &mut impl BufRead) -> Result<(), ErrorKind> {
    loop {
        let bytes = peek(packed)?;
        let n_bytes = bytes.len();
        if n_bytes == 0 {
            return Ok(());
        }
        if bytes.iter().any(|&byte| byte != 0) {
            return Err(GzipError::TrailingGarbage.into());
        }
        packed.consume(n_bytes);
    }
}

fn skip_header(packed: &mut impl BufRead) -> Result<(), ErrorKind> {
    const HAS_CHECKSUM: u8 = 0x02;
    const HAS_EXTRA: u8 = 0x04;
    const HAS_NAME: u8 = 0x08;
    const HAS_COMMENT: u8 = 0x10;
    const RESERVED: u8 = 0xe0;

    let mut fixed = [0; 10];
    read_exact(packed, &mut fixed, "header")?;
    let flags = fixed[3];
    let is_deflate = fixed[2] == 8;
    if fixed[..2] != MAGIC || !is_deflate || flags & RESERVED != 0 {
        return Err(GzipError::Header.into());
    }
    if flags & HAS_EXTRA != 0 {
        let mut length = [0; 2];
        read_exact(packed, &mut length, "header")?;
        let mut extra = vec![0; usize::from(u16::from_le_bytes(length))];
        read_exact(packed, &mut extra, "header")?;
    }
    for text in [HAS_NAME, HAS_COMMENT] {
        if flags & text != 0 {
            skip_text(packed)?;
        }
    }
    if flags & HAS_CHECKSUM != 0 {
        read_exact(packed, &mut [0; 2], "header")?;
    }
    Ok(())
}

fn skip_text(packed: &mut impl BufRead) -> Result<(), ErrorKind> {
    let mut byte = [1];
    for _ in 0..MAX_TEXT {
        read_exact(packed, &mut byte, "header")?;
        if byte == [0] {
            return Ok(());
        }
    }
    Err(GzipError::Header.into())
}

fn read_exact(packed: &mut impl Read, out: &mut [u8], part: &'static str) -> Result<(), ErrorKind> {
    packed.read_exact(out).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => GzipError::Truncated(part).into(),
        _ => error.into(),
    })
}

/// The bytes that lie ready, none only at the end.
fn peek(packed: &mut impl BufRead) -> io::Result<&[u8]> {
    loop {
        match packed.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(_) => break,
        }
    }
    packed.fill_buf()
}
