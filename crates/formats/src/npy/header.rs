//! The text in front of an array: a dictionary, written as Python writes one.

use super::element::{ByteOrder, Element};
use super::{MAGIC, MAX_AXES, malformed};
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;

pub(super) struct Header {
    /// `None` for Python objects.
    pub(super) element: Option<(Element, ByteOrder)>,
    pub(super) shape: Vec<usize>,
    pub(super) is_fortran: bool,
}

impl Header {
    /// The header, and the bytes after it.
    pub(super) fn read<'a>(
        bytes: &'a [u8],
        limits: &Limits,
    ) -> Result<(Self, &'a [u8]), ErrorKind> {
        let short = || malformed("it ends inside its header");
        let rest =
            bytes.strip_prefix(MAGIC).ok_or_else(|| malformed("it does not begin like one"))?;
        let (&[major, _], rest) = rest.split_first_chunk().ok_or_else(short)?;
        let (length, rest) = match major {
            1 => {
                let (length, rest) = rest.split_first_chunk().ok_or_else(short)?;
                (usize::from(u16::from_le_bytes(*length)), rest)
            }
            2 | 3 => {
                let (length, rest) = rest.split_first_chunk().ok_or_else(short)?;
                (u32::from_le_bytes(*length) as usize, rest)
            }
            _ => return Err(ErrorKind::unsupported("NPY", format!("version {major}"))),
        };
        if length > limits.header {
            return Err(ErrorKind::limit("bytes in a header", limits.header as u64));
        }
        let (text, rest) = rest.split_at_checked(length).ok_or_else(short)?;
        let text = std::str::from_utf8(text).map_err(|_| malformed("its header is no text"))?;
        Ok((Self::of(text)?, rest))
    }

    fn of(text: &str) -> Result<Self, ErrorKind> {
        let (mut descr, mut is_fortran, mut shape) = (None, None, None);
        let mut words = Words { rest: text };
        words.sign('{')?;
        while !words.take('}') {
            let key = words.quoted()?;
            words.sign(':')?;
            let is_new = match key {
                "descr" => descr.replace(words.item_type()?).is_none(),
                "fortran_order" => is_fortran.replace(words.truth()?).is_none(),
                "shape" => shape.replace(words.shape()?).is_none(),
                _ => return Err(odd("an unknown key")),
            };
            if !is_new {
                return Err(odd("a key twice"));
            }
            if !words.take(',') {
                words.sign('}')?;
                break;
            }
        }
        match (descr, is_fortran, shape, words.rest.trim()) {
            (Some(element), Some(is_fortran), Some(shape), "") => {
                Ok(Self { element, shape, is_fortran })
            }
            _ => Err(odd("no `descr`, `fortran_order` or `shape`, or something after it")),
        }
    }
}

fn odd(what: &str) -> ErrorKind {
    malformed(format!("its header has {what}"))
}

struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    /// Steps over a sign, if it comes next.
    fn take(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn sign(&mut self, sign: char) -> Result<(), ErrorKind> {
        match self.take(sign) {
            true => Ok(()),
            false => Err(odd(&format!("no `{sign}` where one belongs"))),
        }
    }

    fn quoted(&mut self) -> Result<&'a str, ErrorKind> {
        let quote = if self.take('"') { '"' } else { '\'' };
        if quote == '\'' {
            self.sign('\'')?;
        }
        let (text, rest) = self.rest.split_once(quote).ok_or_else(|| odd("a text without end"))?;
        self.rest = rest;
        Ok(text)
    }

    fn item_type(&mut self) -> Result<Option<(Element, ByteOrder)>, ErrorKind> {
        if self.take('[') {
            return Err(ErrorKind::unsupported("NPY", "items of several fields"));
        }
        let text = self.quoted()?;
        let order = text.bytes().next().and_then(ByteOrder::of);
        let word = if order.is_some() { &text[1..] } else { text };
        let element = Element::of(word)?;
        Ok(element.map(|element| (element, order.unwrap_or(ByteOrder::Little))))
    }

    fn truth(&mut self) -> Result<bool, ErrorKind> {
        self.rest = self.rest.trim_start();
        for (word, truth) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest;
                return Ok(truth);
            }
        }
        Err(odd("neither `True` nor `False` where one belongs"))
    }

    fn shape(&mut self) -> Result<Vec<usize>, ErrorKind> {
        let mut shape = Vec::new();
        self.sign('(')?;
        while !self.take(')') {
            if shape.len() == MAX_AXES {
                return Err(ErrorKind::limit("axes of an array", MAX_AXES as u64));
            }
            shape.push(self.number()?);
            if !self.take(',') {
                self.sign(')')?;
                break;
            }
        }
        Ok(shape)
    }

    fn number(&mut self) -> Result<usize, ErrorKind> {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        // Python 2 wrote `3L`.
        self.rest = rest.strip_prefix('L').unwrap_or(rest);
        digits.parse().map_err(|_| odd(&format!("no size but `{}`", shortened(self.rest))))
    }
}
