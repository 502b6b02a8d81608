//! The block in front of each file.

use super::{MAGIC, malformed};
use crate::error::ErrorKind;

pub(super) const BLOCK: usize = 512;

/// What a block says, its checksum found right.
pub(super) struct Header {
    pub(super) name: String,
    pub(super) n_bytes: u64,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// The name of the next file, as GNU tar writes it.
    LongName,
    /// Facts of the next file.
    Pax,
    /// Facts of all files that follow.
    PaxForAll,
}

impl Header {
    pub(super) fn of(block: &[u8; BLOCK]) -> Result<Self, ErrorKind> {
        if block[257..262] != *MAGIC {
            return Err(malformed("a header without `ustar`"));
        }
        let others = block[..148].iter().chain(&block[156..]);
        let sum: u32 = others.map(|&byte| u32::from(byte)).sum::<u32>() + 8 * u32::from(b' ');
        if number(&block[148..156])? != u64::from(sum) {
            return Err(malformed("the checksum of a header does not match"));
        }
        Ok(Self {
            name: name(block),
            n_bytes: number(&block[124..136])?,
            kind: Kind::of(block[156])?,
        })
    }
}

impl Kind {
    fn of(flag: u8) -> Result<Self, ErrorKind> {
        match flag {
            0 | b'0' | b'7' => Ok(Self::File),
            b'5' => Ok(Self::Folder),
            b'L' => Ok(Self::LongName),
            b'x' => Ok(Self::Pax),
            b'g' => Ok(Self::PaxForAll),
            b'1' | b'2' | b'K' => Err(malformed("a link: links are not followed")),
            b'3' | b'4' => Err(malformed("a device")),
            b'6' => Err(malformed("a pipe")),
            b'S' => Err(sparse()),
            other => {
                let what = format!("an entry of type `{}`", char::from(other).escape_default());
                Err(ErrorKind::unsupported("TAR", what))
            }
        }
    }
}

pub(super) fn sparse() -> ErrorKind {
    ErrorKind::unsupported("TAR", "a sparse file: pack it again without `--sparse`")
}

/// Its two halves, if it has two; GNU tar keeps something else in place of the first.
fn name(block: &[u8; BLOCK]) -> String {
    let last = decoded(until_zero(&block[..100]));
    let first = decoded(until_zero(&block[345..500]));
    let is_posix = block[262] == 0;
    match is_posix && !first.is_empty() {
        true => format!("{first}/{last}"),
        false => last,
    }
}

pub(super) fn until_zero(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// UTF-8 if it is that, else one letter a byte.
pub(super) fn decoded(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => name.iter().copied().map(char::from).collect(),
    }
}

/// Octal digits between spaces and zeros, or, with the first bit set, the bits that follow.
fn number(field: &[u8]) -> Result<u64, ErrorKind> {
    let malformed = || malformed("a number in a header is not one");
    if field[0] == 0x80 {
        let (high, low) = field.split_at(field.len() - 8);
        let bytes: [u8; 8] = low.try_into().map_err(|_| malformed())?;
        let fits = high.iter().skip(1).all(|&byte| byte == 0);
        return if fits { Ok(u64::from_be_bytes(bytes)) } else { Err(malformed()) };
    }
    let text = std::str::from_utf8(field).map_err(|_| malformed())?;
    let text = text.trim_matches([' ', '\0']);
    match text.is_empty() {
        true => Ok(0),
        false if text.starts_with('+') => Err(malformed()),
        false => u64::from_str_radix(text, 8).map_err(|_| malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(number(b"0000644\0").unwrap(), 0o644);
        assert_eq!(number(b" 644 \0 \0").unwrap(), 0o644);
        assert_eq!(number(&[0; 12]).unwrap(), 0);
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x02\0\0\0\x01").unwrap(), (2 << 32) + 1);
        for field in
            [b"\x80\x01\0\0\0\0\0\0\0\0\0\0".as_slice(), b"\xff\xff\xff\xff\xff\xff\xff\xff"]
        {
            assert!(number(field).is_err());
        }
        for field in [b"00008", b"-0001", b"+0001", b"1 1  ", b"0x11\0"] {
            assert!(number(field).is_err());
        }
    }
}
