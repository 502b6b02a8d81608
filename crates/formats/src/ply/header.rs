//! The header: encoding, elements and their properties.

use std::collections::BTreeSet;

use super::scalar::Scalar;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::text::{Said, Text};

/// What follows the header.
#[derive(Debug)]
pub(super) struct Header<'a> {
    pub(super) encoding: Encoding,
    pub(super) elements: Vec<Element<'a>>,
    pub(super) said: Said,
    /// Bytes up to the first number.
    pub(super) n_bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Ascii,
    LittleEndian,
    BigEndian,
}

/// Items that all have the same properties.
#[derive(Debug)]
pub(super) struct Element<'a> {
    pub(super) name: &'a [u8],
    pub(super) n_items: u64,
    pub(super) properties: Vec<Property<'a>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Property<'a> {
    pub(super) name: &'a [u8],
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar(Scalar),
    /// As many numbers as a number in front of them says.
    List {
        count: Scalar,
        item: Scalar,
    },
}

impl<'a> Header<'a> {
    pub(super) fn read(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, ErrorKind> {
        let within = &bytes[..bytes.len().min(limits.header)];
        let mut reader = Reader {
            text: Text::new("PLY", within, limits),
            encoding: None,
            elements: vec![],
            element_names: BTreeSet::new(),
            property_names: BTreeSet::new(),
            said: Said::default(),
        };
        // A word that the limit cuts off means nothing.
        let is_cut = |text: &Text<'_>| bytes.len() > within.len() && text.n_left() == 0;
        match reader.lines() {
            _ if is_cut(&reader.text) => {
                return Err(ErrorKind::limit("bytes in the header", limits.header as u64));
            }
            Ok(true) => {}
            Ok(false) => return Err(ErrorKind::malformed("PLY", "its header has no `end_header`")),
            Err(error) => return Err(error),
        }
        let n_bytes = end(bytes, reader.text.at());
        let Some(encoding) = reader.encoding else {
            return Err(ErrorKind::malformed("PLY", "its header has no `format`"));
        };
        Ok(Self { encoding, elements: reader.elements, said: reader.said, n_bytes })
    }
}

/// Where the numbers begin behind `end_header`, which ends at `at`.
fn end(bytes: &[u8], at: usize) -> usize {
    // Where lines end with a carriage return alone, a line feed is the first byte of the numbers.
    let has_bare_returns = bytes.get(3) == Some(&b'\r') && bytes.get(4) != Some(&b'\n');
    at + match &bytes[at..] {
        [b'\r', b'\n', ..] if !has_bare_returns => 2,
        [] => 0,
        _ => 1,
    }
}

struct Reader<'a> {
    text: Text<'a>,
    encoding: Option<Encoding>,
    elements: Vec<Element<'a>>,
    element_names: BTreeSet<&'a [u8]>,
    /// Those of the last element.
    property_names: BTreeSet<&'a [u8]>,
    said: Said,
}

impl<'a> Reader<'a> {
    fn begin(&mut self) -> Result<(), ErrorKind> {
        let is_ply = self.text.word()? == b"ply" && self.text.is_line_end();
        if !is_ply || !self.text.next_line()? {
            return Err(ErrorKind::malformed("PLY", "it does not begin with a line `ply`"));
        }
        Ok(())
    }

    /// Reads lines up to the last one; whether it came.
    fn lines(&mut self) -> Result<bool, ErrorKind> {
        self.begin()?;
        while self.line()? {
            if !self.text.next_line()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads a line; `false` for the last one.
    fn line(&mut self) -> Result<bool, ErrorKind> {
        match self.text.word()? {
            b"end_header" => return self.line_end().map(|()| false),
            b"comment" | b"obj_info" => self.said.hear(self.text.rest_of_line()?),
            b"format" => self.format()?,
            b"element" => self.element()?,
            b"property" => self.property()?,
            b"" => {}
            word => return Err(self.refused("is no word of a header", word)),
        }
        self.line_end().map(|()| true)
    }

    fn line_end(&mut self) -> Result<(), ErrorKind> {
        match self.text.is_line_end() {
            true => Ok(()),
            false => Err(self.text.error("more words than a line of the header has")),
        }
    }

    fn format(&mut self) -> Result<(), ErrorKind> {
        let encoding = match self.text.word()? {
            b"ascii" => Encoding::Ascii,
            b"binary_little_endian" => Encoding::LittleEndian,
            b"binary_big_endian" => Encoding::BigEndian,
            word => return Err(self.refused("is no format", word)),
        };
        match self.text.word()? {
            b"1.0" => {}
            word => return Err(self.refused("is no version that is read, only 1.0", word)),
        }
        match self.encoding.replace(encoding) {
            None => Ok(()),
            Some(_) => Err(self.text.error("a second `format`")),
        }
    }

    fn element(&mut self) -> Result<(), ErrorKind> {
        let (name, count) = (self.text.word()?, self.text.word()?);
        let Some(n_items) = str::from_utf8(count).ok().and_then(|count| count.parse().ok()) else {
            return Err(self.refused("is no count", count));
        };
        if !self.element_names.insert(name) {
            return Err(self.refused("names a second element", name));
        }
        self.property_names.clear();
        self.elements.push(Element { name, n_items, properties: vec![] });
        Ok(())
    }

    fn property(&mut self) -> Result<(), ErrorKind> {
        let kind = match self.text.word()? {
            b"list" => Kind::List { count: self.count_scalar()?, item: self.next_scalar()? },
            word => Kind::Scalar(self.scalar(word)?),
        };
        let name = self.text.word()?;
        if name.is_empty() {
            return Err(self.text.error("a property without a name"));
        }
        if !self.property_names.insert(name) {
            return Err(self.refused("names a second property of its element", name));
        }
        let Some(element) = self.elements.last_mut() else {
            return Err(self.text.error("a property before the first element"));
        };
        element.properties.push(Property { name, kind });
        Ok(())
    }

    fn count_scalar(&mut self) -> Result<Scalar, ErrorKind> {
        let scalar = self.next_scalar()?;
        match scalar.is_float() {
            true => Err(self.text.error("a list whose count is no whole number")),
            false => Ok(scalar),
        }
    }

    fn next_scalar(&mut self) -> Result<Scalar, ErrorKind> {
        let word = self.text.word()?;
        self.scalar(word)
    }

    fn scalar(&self, word: &[u8]) -> Result<Scalar, ErrorKind> {
        Scalar::from_name(word).ok_or_else(|| self.refused("is no type of a property", word))
    }

    #[cold]
    fn refused(&self, why: &str, word: &[u8]) -> ErrorKind {
        let word = shortened(&String::from_utf8_lossy(word));
        self.text.error(&format!("`{word}` {why}"))
    }
}
