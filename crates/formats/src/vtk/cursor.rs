//! Words, lines and arrays of a legacy file, from front to back.

use super::{FORMAT, malformed};
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::scalar::{self, Scalar};

pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    pub(super) version: u8,
    pub(super) is_text: bool,
}

/// What an array holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Number(Scalar),
    Bit,
    Text,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], limits: &'a Limits) -> Self {
        Self { bytes, limits, version: 0, is_text: true }
    }

    /// The rest of the line, without its end.
    pub(super) fn line(&mut self) -> Result<&'a [u8], ErrorKind> {
        let end = self.bytes.iter().take(self.limits.line + 1).position(|&byte| byte == b'\n');
        let (line, rest) = match end {
            Some(end) => (&self.bytes[..end], &self.bytes[end + 1..]),
            None if self.bytes.len() <= self.limits.line => (self.bytes, &[][..]),
            None => return Err(ErrorKind::limit("bytes in a line", self.limits.line as u64)),
        };
        self.bytes = rest;
        Ok(line.trim_ascii_end())
    }

    /// The next word; empty at the end of the file.
    pub(super) fn word(&mut self) -> Result<&'a [u8], ErrorKind> {
        let bytes = self.bytes.trim_ascii_start();
        let most = self.limits.token;
        let end = bytes.iter().take(most + 1).position(u8::is_ascii_whitespace);
        let end = end.unwrap_or(bytes.len());
        if end > most {
            return Err(ErrorKind::limit("bytes in a word", most as u64));
        }
        let (word, rest) = bytes.split_at(end);
        self.bytes = rest;
        Ok(word)
    }

    /// The next word as it is compared: VTK does not tell capitals apart.
    pub(super) fn keyword(&mut self) -> Result<Vec<u8>, ErrorKind> {
        self.word().map(<[u8]>::to_ascii_uppercase)
    }

    pub(super) fn count(&mut self) -> Result<usize, ErrorKind> {
        self.number()
    }

    fn number<T: std::str::FromStr>(&mut self) -> Result<T, ErrorKind> {
        let word = self.word()?;
        let text = std::str::from_utf8(word).map_err(|_| malformed("a number that is no text"))?;
        if text.is_empty() {
            return Err(ErrorKind::cut_off(FORMAT, "it breaks off"));
        }
        scalar::number(text, self.limits).map_err(malformed)
    }

    /// The name of a type, as it stands before the bytes of an array.
    pub(super) fn kind(&mut self) -> Result<Kind, ErrorKind> {
        let word = self.word()?.to_ascii_lowercase();
        Ok(Kind::Number(match word.as_slice() {
            b"bit" => return Ok(Kind::Bit),
            b"string" | b"utf8_string" => return Ok(Kind::Text),
            b"char" | b"signed_char" | b"vtktypeint8" => Scalar::I8,
            b"unsigned_char" | b"vtktypeuint8" => Scalar::U8,
            b"short" | b"vtktypeint16" => Scalar::I16,
            b"unsigned_short" | b"vtktypeuint16" => Scalar::U16,
            // A `vtkIdType` is written as if it were an `int`.
            b"int" | b"vtkidtype" | b"vtktypeint32" => Scalar::I32,
            b"unsigned_int" | b"vtktypeuint32" => Scalar::U32,
            b"long" | b"long_long" | b"vtktypeint64" => Scalar::I64,
            b"unsigned_long" | b"unsigned_long_long" | b"vtktypeuint64" => Scalar::U64,
            b"float" | b"vtktypefloat32" => Scalar::F32,
            b"double" | b"vtktypefloat64" => Scalar::F64,
            other => {
                let name = shortened(&String::from_utf8_lossy(other));
                return Err(ErrorKind::unsupported(FORMAT, format!("numbers of type `{name}`")));
            }
        }))
    }

    /// So many numbers, in single precision.
    pub(super) fn floats(&mut self, kind: Kind, count: usize) -> Result<Vec<f32>, ErrorKind> {
        match kind {
            Kind::Number(scalar) if !self.is_text => {
                Ok(scalar.floats(self.array(count, scalar.size())?, true))
            }
            Kind::Number(_) => self.numbers(count),
            Kind::Bit | Kind::Text => Err(malformed("points that are no numbers")),
        }
    }

    /// So many whole numbers.
    pub(super) fn wholes(&mut self, kind: Kind, count: usize) -> Result<Vec<i64>, ErrorKind> {
        match kind {
            Kind::Number(scalar) if scalar.is_float() => {
                Err(malformed("numbers of vertices that are no whole numbers"))
            }
            Kind::Number(scalar) if !self.is_text => {
                Ok(scalar.wholes(self.array(count, scalar.size())?, true))
            }
            Kind::Number(_) => self.numbers(count),
            Kind::Bit | Kind::Text => Err(malformed("numbers of vertices that are no numbers")),
        }
    }

    fn numbers<T: std::str::FromStr>(&mut self, count: usize) -> Result<Vec<T>, ErrorKind> {
        // Each takes a character and, but for the last, a space.
        if count > self.bytes.len().div_ceil(2) {
            return Err(too_short(count, self.bytes.len()));
        }
        (0..count).map(|_| self.number()).collect()
    }

    /// The bytes that begin on the next line.
    fn array(&mut self, count: usize, size: usize) -> Result<&'a [u8], ErrorKind> {
        self.end_line()?;
        let n_bytes = count.checked_mul(size);
        let split = n_bytes.and_then(|n_bytes| self.bytes.split_at_checked(n_bytes));
        let (array, rest) = split.ok_or_else(|| too_short(count, self.bytes.len()))?;
        self.bytes = rest;
        Ok(array)
    }

    fn end_line(&mut self) -> Result<(), ErrorKind> {
        match self.line()? {
            [] => Ok(()),
            _ => Err(malformed("more on the line before an array than belongs there")),
        }
    }

    /// Passes over an array that nobody wants.
    pub(super) fn skip(&mut self, kind: Kind, count: usize) -> Result<(), ErrorKind> {
        match (kind, self.is_text) {
            (Kind::Number(scalar), false) => self.array(count, scalar.size()).map(|_| ()),
            (Kind::Bit, false) => self.array(count.div_ceil(8), 1).map(|_| ()),
            (Kind::Text, false) => self.skip_texts(count),
            (Kind::Text, true) => {
                self.end_line()?;
                self.skip_each(count, |cursor| cursor.line())
            }
            (Kind::Number(_) | Kind::Bit, true) => self.skip_each(count, |cursor| cursor.word()),
        }
    }

    fn skip_each(
        &mut self,
        count: usize,
        mut next: impl FnMut(&mut Self) -> Result<&'a [u8], ErrorKind>,
    ) -> Result<(), ErrorKind> {
        if count > self.bytes.len() {
            return Err(too_short(count, self.bytes.len()));
        }
        (0..count).try_for_each(|_| next(self).map(|_| ()))
    }

    /// Texts as bytes: the first two bits say how long the number is that says how long the text is.
    fn skip_texts(&mut self, count: usize) -> Result<(), ErrorKind> {
        self.end_line()?;
        for _ in 0..count {
            let first = *self.bytes.first().ok_or_else(|| too_short(count, 0))?;
            let n_header = [8, 4, 2, 1][usize::from(first >> 6)];
            let header = self.bytes.get(..n_header).ok_or_else(|| too_short(count, 0))?;
            let length = header.iter().fold(0, |sum: u64, &byte| sum << 8 | u64::from(byte));
            let length = length & (u64::MAX >> (66 - 8 * n_header));
            let end = usize::try_from(length).ok().and_then(|n| n.checked_add(n_header));
            let rest = end.and_then(|end| self.bytes.get(end..));
            self.bytes = rest.ok_or_else(|| too_short(count, self.bytes.len()))?;
        }
        Ok(())
    }

    /// Passes over lines up to one that is empty.
    pub(super) fn skip_paragraph(&mut self) -> Result<(), ErrorKind> {
        self.line()?;
        while !self.bytes.is_empty() && !self.line()?.is_empty() {}
        Ok(())
    }
}

fn too_short(count: usize, n_bytes: usize) -> ErrorKind {
    let reason = format!("it says {count} values where {n_bytes} bytes are left");
    ErrorKind::cut_off(FORMAT, reason)
}
