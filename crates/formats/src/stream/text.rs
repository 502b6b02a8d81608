//! Voxels that are written out: as numbers in words, or two hexadecimal digits a byte.

use std::io::BufRead;

use super::raw::Raw;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::voxels::Datatype;

/// Numbers in words, apart by spaces, line ends or commas; each becomes the bytes of a datatype, the
/// lowest first.
pub(super) struct Numbers<'a> {
    raw: Raw<'a>,
    datatype: Datatype,
    most_characters: usize,
}

impl<'a> Numbers<'a> {
    pub(super) fn new(raw: Raw<'a>, datatype: Datatype, limits: &Limits) -> Self {
        Self { raw, datatype, most_characters: limits.number }
    }

    /// Fills `out` with whole numbers of bytes for each word, or as much of it as is left.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        let mut n_filled = 0;
        for out in out.chunks_exact_mut(self.datatype.size()) {
            let Some(word) = self.word()? else { break };
            let bytes = self.datatype.bytes_of(&word).ok_or_else(|| {
                let reason = format!("`{}` is no number of its type", shortened(&word));
                ErrorKind::malformed("text of voxels", reason)
            })?;
            out.copy_from_slice(&bytes[..out.len()]);
            n_filled += out.len();
        }
        Ok(n_filled)
    }

    /// The rest has to be empty.
    pub(super) fn finish(mut self) -> Result<(), ErrorKind> {
        match self.word()? {
            None => Ok(()),
            Some(_) => Err(ErrorKind::Surplus { claimed: self.raw.position() }),
        }
    }

    fn word(&mut self) -> Result<Option<String>, ErrorKind> {
        let mut word = String::new();
        while let Some(&byte) = self.raw.fill_buf()?.first() {
            let is_gap = byte.is_ascii_whitespace() || byte == b',';
            if is_gap && !word.is_empty() {
                break;
            }
            self.raw.consume(1);
            if is_gap {
                continue;
            }
            if word.len() == self.most_characters {
                return Err(ErrorKind::limit("characters in a number", word.len() as u64));
            }
            word.push(char::from(byte));
        }
        Ok((!word.is_empty()).then_some(word))
    }
}

/// Two hexadecimal digits a byte, with spaces and line ends anywhere.
pub(super) struct Hex<'a> {
    raw: Raw<'a>,
}

impl<'a> Hex<'a> {
    pub(super) fn new(raw: Raw<'a>) -> Self {
        Self { raw }
    }

    /// Fills `out`, or as much of it as is left.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        for (n_filled, out) in out.iter_mut().enumerate() {
            let Some(high) = self.digit()? else { return Ok(n_filled) };
            let low = self.digit()?.ok_or_else(|| {
                ErrorKind::malformed("hexadecimal voxels", "an odd number of digits")
            })?;
            *out = high << 4 | low;
        }
        Ok(out.len())
    }

    /// The rest has to be empty.
    pub(super) fn finish(mut self) -> Result<(), ErrorKind> {
        match self.digit()? {
            None => Ok(()),
            Some(_) => Err(ErrorKind::Surplus { claimed: self.raw.position() }),
        }
    }

    fn digit(&mut self) -> Result<Option<u8>, ErrorKind> {
        while let Some(&byte) = self.raw.fill_buf()?.first() {
            self.raw.consume(1);
            if byte.is_ascii_whitespace() {
                continue;
            }
            return match char::from(byte).to_digit(16) {
                Some(digit) => Ok(Some(digit as u8)),
                None => {
                    let reason = "a character that is no hexadecimal digit";
                    Err(ErrorKind::malformed("hexadecimal voxels", reason))
                }
            };
        }
        Ok(None)
    }
}
