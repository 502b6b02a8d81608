//! Text of words and numbers, read in one pass over its bytes.
//!
//! A line ends with a line feed, a carriage return, or both. Nothing is copied, and the number of a
//! line is counted only for an error.

mod number;
mod said;

use std::borrow::Cow;

use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;

pub(crate) use number::{Decimal, number};
pub(crate) use said::{COMMENT, Said};

/// Bytes of text and a place in them.
#[derive(Debug, Clone)]
pub(crate) struct Text<'a> {
    format: &'static str,
    bytes: &'a [u8],
    at: usize,
    line_begin: usize,
    joins_lines: bool,
    limits: &'a Limits,
}

impl<'a> Text<'a> {
    /// Text of a format, which errors name.
    pub(crate) fn new(format: &'static str, bytes: &'a [u8], limits: &'a Limits) -> Self {
        Self { format, bytes, at: 0, line_begin: 0, joins_lines: false, limits }
    }

    /// The same, where a backslash before the end of a line joins it to the next one.
    pub(crate) fn with_joined_lines(mut self) -> Self {
        self.joins_lines = true;
        self
    }

    /// The same from a later byte on.
    pub(crate) fn from(mut self, at: usize) -> Self {
        (self.at, self.line_begin) = (at, at);
        self
    }

    /// How many bytes have been read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub(crate) fn n_left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Whether nothing but blanks is left of the line.
    #[inline]
    pub(crate) fn is_line_end(&mut self) -> bool {
        self.skip_blanks();
        self.bytes.get(self.at).is_none_or(|&byte| is_line_end(byte))
    }

    /// Goes to the next word of this or a later line; whether there is one.
    #[inline]
    pub(crate) fn skip_space(&mut self) -> bool {
        while let Some(&byte) = self.bytes.get(self.at) {
            if is_line_end(byte) {
                self.line_begin = self.at + 1;
            } else if !is_blank(byte) {
                return true;
            }
            self.at += 1;
        }
        false
    }

    /// The next word of the line, empty at its end.
    ///
    /// # Errors
    /// A word longer than the limit.
    pub(crate) fn word(&mut self) -> Result<&'a [u8], ErrorKind> {
        self.skip_blanks();
        let left = &self.bytes[self.at..];
        // The limit bounds how far is searched.
        let within = &left[..left.len().min(self.limits.token.saturating_add(1))];
        let n = within.iter().position(|&byte| !self.is_in_word(byte)).unwrap_or(within.len());
        if n > self.limits.token {
            return Err(ErrorKind::limit("bytes in a word", self.limits.token as u64));
        }
        self.at += n;
        Ok(&left[..n])
    }

    /// The next number of the line.
    ///
    /// # Errors
    /// The line is at its end, or the next word is no number.
    #[inline]
    pub(crate) fn number(&mut self) -> Result<f32, ErrorKind> {
        match self.number_if_any() {
            Some(value) => Ok(value),
            None => Err(self.not_a("number")),
        }
    }

    /// The same without an error, to be had cheaply: the place stays before what is no number.
    #[inline]
    pub(crate) fn number_if_any(&mut self) -> Option<f32> {
        self.skip_blanks();
        let (value, n) = match number::decimal(&self.bytes[self.at..]) {
            Some((value, n)) if self.is_word_end(self.at + n) => (value, n),
            _ => self.unusual_number()?,
        };
        if n > self.limits.number {
            return None;
        }
        self.at += n;
        Some(value)
    }

    /// The next whole number of the line.
    ///
    /// # Errors
    /// The line is at its end, or the next word is no whole number of at most 18 digits.
    #[inline]
    pub(crate) fn integer(&mut self) -> Result<i64, ErrorKind> {
        let value = self.integer_of_word()?;
        match self.is_word_end(self.at) {
            true => Ok(value),
            false => Err(self.error("a whole number is followed by something else")),
        }
    }

    /// A whole number with which a word begins, as in `3/1/2`.
    ///
    /// # Errors
    /// There is none of at most 18 digits.
    #[inline]
    pub(crate) fn integer_of_word(&mut self) -> Result<i64, ErrorKind> {
        self.skip_blanks();
        let Some((value, n)) = number::integer(&self.bytes[self.at..]) else {
            return Err(self.not_a("whole number"));
        };
        self.at += n;
        Ok(value)
    }

    /// Whether the next byte is this one, which is stepped over.
    #[inline]
    pub(crate) fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Whether the next bytes are these, which are stepped over.
    pub(crate) fn takes_all(&mut self, bytes: &[u8]) -> bool {
        let is_next = self.bytes[self.at..].starts_with(bytes);
        self.at += if is_next { bytes.len() } else { 0 };
        is_next
    }

    /// Whether a word ends here.
    #[inline]
    pub(crate) fn ends_word(&self) -> bool {
        self.is_word_end(self.at)
    }

    /// The next byte that is no blank, which is left there.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.bytes.get(self.at).copied()
    }

    /// What is left of the line, without blanks around it.
    ///
    /// # Errors
    /// More of it than the limit of a line.
    pub(crate) fn rest_of_line(&mut self) -> Result<&'a [u8], ErrorKind> {
        let begin = self.at;
        while self.bytes.get(self.at).is_some_and(|&byte| !is_line_end(byte)) {
            self.at += 1;
            if self.at - self.line_begin > self.limits.line {
                return Err(self.line_limit());
            }
        }
        Ok(self.bytes[begin..self.at].trim_ascii())
    }

    /// Goes to the begin of the next line; `false` if this was the last one.
    ///
    /// # Errors
    /// This line was longer than the limit.
    #[inline]
    pub(crate) fn next_line(&mut self) -> Result<bool, ErrorKind> {
        loop {
            let byte = self.bytes.get(self.at).copied();
            if self.at - self.line_begin > self.limits.line {
                return Err(self.line_limit());
            }
            match byte {
                None => return Ok(false),
                Some(b'\\') if self.joins_lines => self.at += 1 + self.line_end_at(self.at + 1),
                Some(byte) if is_line_end(byte) => break,
                Some(_) => self.at += 1,
            }
        }
        self.at += self.line_end_at(self.at);
        self.line_begin = self.at;
        Ok(true)
    }

    /// An error at this line.
    #[cold]
    pub(crate) fn error(&self, reason: &str) -> ErrorKind {
        // Counted here alone: a reader that goes on after an error has to do without it.
        let n_ends = (0..self.at.min(self.bytes.len())).filter(|&at| self.ends_line(at)).count();
        ErrorKind::malformed(self.format, format!("line {}: {reason}", n_ends + 1))
    }

    #[cold]
    fn unusual_number(&self) -> Option<(f32, usize)> {
        let mut text = self.clone();
        let word = text.word().ok()?;
        number(word).map(|value| (value, word.len()))
    }

    #[cold]
    fn not_a(&mut self, what: &str) -> ErrorKind {
        let before = self.clone();
        match self.word() {
            Err(error) => error,
            Ok([]) => before.error(&format!("it ends where a {what} is due")),
            Ok(word) if word.len() > self.limits.number => {
                ErrorKind::limit("characters in a number", self.limits.number as u64)
            }
            Ok(word) => {
                let word = shortened(&String::from_utf8_lossy(word));
                before.error(&format!("`{word}` is no {what} that is read"))
            }
        }
    }

    #[cold]
    fn line_limit(&self) -> ErrorKind {
        ErrorKind::limit("bytes in a line", self.limits.line as u64)
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
                b'\\' if self.joins_lines && self.line_end_at(self.at + 1) > 0 => {
                    self.at += 1 + self.line_end_at(self.at + 1);
                }
                _ => break,
            }
        }
    }

    fn is_in_word(&self, byte: u8) -> bool {
        !(is_blank(byte) || is_line_end(byte) || (self.joins_lines && byte == b'\\'))
    }

    #[inline]
    fn is_word_end(&self, at: usize) -> bool {
        self.bytes.get(at).is_none_or(|&byte| !self.is_in_word(byte))
    }

    /// How many bytes of a line's end begin here.
    fn line_end_at(&self, at: usize) -> usize {
        match self.bytes.get(at..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\r' | b'\n', ..]) => 1,
            _ => 0,
        }
    }

    fn ends_line(&self, at: usize) -> bool {
        self.bytes[at] == b'\n' || (self.bytes[at] == b'\r' && self.line_end_at(at) == 1)
    }
}

/// Text as UTF-8 or any other code that has ASCII in it: UTF-16 with its mark becomes UTF-8, and a mark
/// is left out.
pub(crate) fn without_mark(bytes: &[u8]) -> Cow<'_, [u8]> {
    let wide = |bytes: &[u8], word: fn([u8; 2]) -> u16| {
        let words = bytes.as_chunks::<2>().0.iter().map(|&pair| word(pair));
        let text: String = char::decode_utf16(words)
            .map(|result| result.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        Cow::Owned(text.into_bytes())
    };
    match bytes {
        [0xfe, 0xff, text @ ..] => wide(text, u16::from_be_bytes),
        [0xff, 0xfe, text @ ..] => wide(text, u16::from_le_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] => Cow::Borrowed(text),
        _ => Cow::Borrowed(bytes),
    }
}

/// A name in a file, as text.
pub(crate) fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.trim_ascii()).into_owned()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c)
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests;
