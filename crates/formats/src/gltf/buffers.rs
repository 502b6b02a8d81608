//! Buffers and views of them: the bytes that accessors speak of.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::document::{DATA, Document, MESHOPT, count, needed};
use super::malformed;
use crate::base64::Base64;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;

/// Buffers, read when someone asks for them, and views that had to be unpacked.
pub(super) struct Buffers<'a> {
    document: &'a Document<'a>,
    binary: Option<&'a [u8]>,
    embedded: Vec<&'a [u8]>,
    beside: &'a dyn Fn(&str) -> Result<Vec<u8>, ErrorKind>,
    limits: &'a Limits,
    loaded: BTreeMap<usize, Bytes<'a>>,
    unpacked: BTreeMap<usize, Bytes<'a>>,
    /// Bytes that views may still be unpacked from.
    n_left: usize,
}

/// Bytes that are shared.
pub(super) type Bytes<'a> = Rc<Cow<'a, [u8]>>;

/// A part of a buffer.
pub(super) struct View<'a> {
    bytes: Bytes<'a>,
    begin: usize,
    end: usize,
    /// From one element to the next, if the view says so.
    pub(super) stride: Option<usize>,
}

impl View<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.begin..self.end]
    }
}

impl<'a> Buffers<'a> {
    pub(super) fn new(
        document: &'a Document<'a>,
        binary: Option<&'a [u8]>,
        embedded: Vec<&'a [u8]>,
        beside: &'a dyn Fn(&str) -> Result<Vec<u8>, ErrorKind>,
        limits: &'a Limits,
    ) -> Self {
        let (loaded, unpacked) = (BTreeMap::new(), BTreeMap::new());
        Self { document, binary, embedded, beside, limits, loaded, unpacked, n_left: 0 }
    }

    /// A view of the document.
    pub(super) fn view(&mut self, at: usize) -> Result<View<'a>, ErrorKind> {
        let view = self.document.entry("bufferViews", at)?;
        let stride = count(view, "byteStride")?;
        if let Some(packed) = view.get("extensions").and_then(|all| all.get(MESHOPT)) {
            let bytes = self.unpacked(at, packed)?;
            let end = bytes.len();
            return Ok(View { bytes, begin: 0, end, stride: Some(needed(packed, "byteStride")?) });
        }
        self.plain(view, stride)
    }

    fn plain(&mut self, view: &Value, stride: Option<usize>) -> Result<View<'a>, ErrorKind> {
        let bytes = self.buffer(needed(view, "buffer")?)?;
        let begin = count(view, "byteOffset")?.unwrap_or(0);
        let end = begin.checked_add(needed(view, "byteLength")?);
        match end.filter(|&end| end <= bytes.len()) {
            Some(end) => Ok(View { bytes, begin, end, stride }),
            None => Err(malformed("a view reaches beyond its buffer")),
        }
    }

    fn unpacked(&mut self, at: usize, packed: &Value) -> Result<Bytes<'a>, ErrorKind> {
        if let Some(bytes) = self.unpacked.get(&at) {
            return Ok(bytes.clone());
        }
        let view = self.plain(packed, None)?;
        // Views that share their packed bytes would make much of little.
        self.n_left = self
            .n_left
            .checked_sub(view.bytes().len())
            .ok_or_else(|| malformed("its packed views overlap"))?;
        let bytes = super::meshopt::unpacked(packed, view.bytes())?;
        let bytes = Rc::new(Cow::Owned(bytes));
        self.unpacked.insert(at, Rc::clone(&bytes));
        Ok(bytes)
    }

    fn buffer(&mut self, at: usize) -> Result<Bytes<'a>, ErrorKind> {
        if let Some(bytes) = self.loaded.get(&at) {
            return Ok(bytes.clone());
        }
        let buffer = self.document.entry("buffers", at)?;
        let length = needed(buffer, "byteLength")?;
        let mut bytes = match buffer.get("uri") {
            None => self.nameless(at)?,
            Some(Value::String(uri)) => Cow::Owned(self.named(uri)?),
            Some(_) => return Err(malformed("the address of a buffer is no text")),
        };
        if bytes.len() < length {
            let n_bytes = bytes.len();
            return Err(malformed(format!("a buffer of {length} bytes has only {n_bytes}")));
        }
        match &mut bytes {
            Cow::Borrowed(bytes) => *bytes = &bytes[..length],
            Cow::Owned(bytes) => bytes.truncate(length),
        }
        self.n_left += length;
        let bytes = Rc::new(bytes);
        self.loaded.insert(at, Rc::clone(&bytes));
        Ok(bytes)
    }

    /// The second chunk of a GLB is its first buffer.
    fn nameless(&self, at: usize) -> Result<Cow<'a, [u8]>, ErrorKind> {
        let bytes = self.binary.filter(|_| at == 0);
        bytes.map(Cow::Borrowed).ok_or_else(|| malformed("a buffer has no bytes"))
    }

    fn named(&self, uri: &str) -> Result<Vec<u8>, ErrorKind> {
        if let Some(number) = uri.strip_prefix(DATA) {
            let text = number.parse().ok().and_then(|at: usize| self.embedded.get(at));
            return embedded(text.ok_or_else(|| malformed("a buffer has no bytes"))?);
        }
        let name = plain_name(uri)?;
        let bytes = (self.beside)(&name)?;
        match bytes.len() as u64 > self.limits.bytes {
            true => Err(ErrorKind::limit("bytes in the file", self.limits.bytes)),
            false => Ok(bytes),
        }
    }
}

/// The bytes of a `data:` address (Masinter, RFC 2397, 1998).
fn embedded(text: &[u8]) -> Result<Vec<u8>, ErrorKind> {
    const LONGEST_HEAD: usize = 256;
    let damaged = || malformed("an embedded buffer is no base64");
    let comma = text.iter().take(LONGEST_HEAD).position(|&byte| byte == b',');
    let (head, data) = text.split_at(comma.ok_or_else(damaged)?);
    if !head.ends_with(b";base64") {
        return Err(damaged());
    }
    // In JSON a slash may be escaped; everything else in base64 stands for itself.
    let data: Cow<[u8]> = match data.contains(&b'\\') {
        true => data.iter().copied().filter(|&byte| byte != b'\\').collect(),
        false => data.into(),
    };
    Base64::new(&data[1..]).rest().ok_or_else(damaged)
}

/// The name of a file that lies beside this one, percent signs resolved once.
fn plain_name(uri: &str) -> Result<String, ErrorKind> {
    let outside = || ErrorKind::Outside { name: shortened(uri) };
    let name = decoded(uri).ok_or_else(outside)?;
    let is_plain = !name.is_empty()
        && !name.contains(['/', '\\', ':', '\0'])
        && name != "."
        && name != ".."
        // What follows on these is no part of a name, in an address.
        && !uri.contains(['?', '#']);
    match is_plain {
        true => Ok(name),
        false => Err(outside()),
    }
}

fn decoded(uri: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let (digits, after) = after.split_first_chunk::<2>()?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        bytes.push((digit(digits[0])? << 4 | digit(digits[1])?) as u8);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_asked_for() {
        assert_eq!(plain_name("a%20b.bin").unwrap(), "a b.bin");
        assert_eq!(plain_name("a%252e.bin").unwrap(), "a%2e.bin");
        for uri in [
            "../a",
            "..%2fa",
            "%2e%2e/a",
            "%2e%2e",
            "/a",
            "%2Fa",
            "file:///a",
            "file:a",
            "http://a/b",
            "C:a",
            "a\\b",
            "a%5cb",
            "a%00",
            "a%",
            "a%2",
            "a%zz",
            "%ff",
            "",
            ".",
            "..",
            "a?b",
            "a#b",
        ] {
            let kind = plain_name(uri).unwrap_err();
            assert!(matches!(kind, ErrorKind::Outside { .. }), "{uri}: {kind}");
        }
    }

    #[test]
    fn embedded_bytes_are_unpacked() {
        let bytes = embedded(br"data:application\/octet-stream;base64,Zm9v\/w==").unwrap();
        assert_eq!(bytes, b"foo\xff");
        for text in ["data:,Zm9v", "data:;base64", "data:;base64,Zm9", "data:;base64,Zm9v!"] {
            // A last group without its padding is taken.
            assert_eq!(embedded(text.as_bytes()).is_ok(), text.ends_with(",Zm9"), "{text}");
        }
    }
}
