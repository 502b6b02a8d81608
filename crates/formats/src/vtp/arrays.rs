//! The numbers of an array, from wherever they stand.

use super::document::{Array, Document, Place};
use super::malformed;
use crate::base64::Base64;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::scalar::{self, Scalar};
use crate::zlib;

/// Reads arrays, and sees to it that they do not share their bytes: a small file whose arrays all
/// stand in one place would else take as long as it likes.
pub(super) struct Reader<'a> {
    document: &'a Document<'a>,
    limits: &'a Limits,
    /// Bytes that arrays may still take.
    n_left: usize,
}

/// Bytes as they stand, or in base64.
enum Stream<'a> {
    Plain(&'a [u8]),
    Base64(Base64<'a>),
}

impl<'a> Reader<'a> {
    pub(super) fn new(document: &'a Document<'a>, n_bytes: usize, limits: &'a Limits) -> Self {
        Self { document, limits, n_left: n_bytes }
    }

    /// The numbers of an array that should have `count` of them.
    pub(super) fn floats(&mut self, array: &Array, count: usize) -> Result<Vec<f32>, ErrorKind> {
        let Place::Text(text) = &array.place else {
            let most = count.saturating_mul(array.scalar.size());
            let bytes = self.bytes(&array.place, most)?;
            return Ok(array.scalar.floats(&bytes, self.document.is_big));
        };
        scalar::floats_in(text, self.limits).map_err(malformed)
    }

    /// The whole numbers of an array.
    pub(super) fn wholes(&mut self, array: &Array) -> Result<Vec<i64>, ErrorKind> {
        if array.scalar.is_float() {
            return Err(malformed("numbers of vertices that are no whole numbers"));
        }
        let Place::Text(text) = &array.place else {
            let bytes = self.bytes(&array.place, usize::MAX)?;
            return Ok(array.scalar.wholes(&bytes, self.document.is_big));
        };
        scalar::wholes_in(text, self.limits).map_err(malformed)
    }

    /// The first word of a text, which ends with a zero; empty if it is longer than a word is. As text
    /// it stands there as the number of each character.
    pub(super) fn word(&mut self, place: &Place) -> String {
        let codes: Vec<u8> = match place {
            Place::Text(text) => {
                let codes = text.split_ascii_whitespace().take(self.limits.token);
                codes.map_while(|code| code.parse().ok()).collect()
            }
            _ => self.bytes(place, self.limits.token).unwrap_or_default(),
        };
        let word = codes.into_iter().take_while(|&code| code > 0);
        word.map(char::from).collect()
    }

    /// The bytes of an array, of which there should be at most `most`.
    fn bytes(&mut self, place: &Place, most: usize) -> Result<Vec<u8>, ErrorKind> {
        let mut stream = self.stream(place)?;
        if self.document.is_packed {
            return self.unpacked(&mut stream, most);
        }
        let [n_bytes] = self.sizes(&mut stream, 1)?[..] else { return Err(too_short()) };
        if n_bytes > most {
            return Err(malformed("an array is longer than its piece says"));
        }
        self.take(&mut stream, n_bytes)
    }

    fn stream<'b>(&self, place: &'b Place) -> Result<Stream<'b>, ErrorKind>
    where
        'a: 'b,
    {
        match place {
            Place::Text(text) | Place::Base64(text) => {
                Ok(Stream::Base64(Base64::new(text.as_bytes())))
            }
            Place::Appended(offset) => {
                let appended = self.document.appended.as_ref();
                let appended = appended.ok_or_else(|| malformed("the appended data is missing"))?;
                let bytes = appended.bytes.get(*offset..).ok_or_else(too_short)?;
                Ok(match appended.is_base64 {
                    true => Stream::Base64(Base64::new(bytes)),
                    false => Stream::Plain(bytes),
                })
            }
        }
    }

    /// Blocks, each packed for itself; before them how many, how long, how long the last one is (0 if
    /// it is as long as the others), and how long each is when packed.
    fn unpacked(&mut self, stream: &mut Stream, most: usize) -> Result<Vec<u8>, ErrorKind> {
        let [n_blocks, block, last] = self.sizes(stream, 3)?[..] else { return Err(too_short()) };
        let packed = self.sizes(stream, n_blocks)?;
        let lengths = (0..n_blocks).map(|at| match at + 1 == n_blocks && last > 0 {
            true => last,
            false => block,
        });
        let n_packed = packed.iter().fold(0_u64, |sum, &n| sum.saturating_add(n as u64));
        let n_bytes = lengths.clone().fold(0_u64, |sum, n| sum.saturating_add(n as u64));
        if n_bytes > most as u64 {
            return Err(malformed("an array is longer than its piece says"));
        }
        if n_bytes > self.limits.unpacked(n_packed) {
            return Err(malformed("an array says that it is longer than its packed bytes can be"));
        }
        let mut bytes = Vec::new();
        for (n_bytes, n_packed) in lengths.zip(packed) {
            let block = self.take(stream, n_packed)?;
            let block = zlib::unpacked(&block, n_bytes);
            bytes.extend(block.ok_or_else(|| malformed("a packed block is damaged"))?);
        }
        Ok(bytes)
    }

    /// Numbers in front of an array.
    fn sizes(&mut self, stream: &mut Stream, count: usize) -> Result<Vec<usize>, ErrorKind> {
        let header: Scalar = self.document.header;
        let n_bytes = count.checked_mul(header.size()).ok_or_else(too_short)?;
        let bytes = self.take(stream, n_bytes)?;
        let sizes = header.wholes(&bytes, self.document.is_big).into_iter();
        sizes.map(|size| usize::try_from(size).map_err(|_| too_short())).collect()
    }

    fn take(&mut self, stream: &mut Stream, n_bytes: usize) -> Result<Vec<u8>, ErrorKind> {
        self.n_left = self
            .n_left
            .checked_sub(n_bytes)
            .ok_or_else(|| malformed("its arrays are longer than the file"))?;
        let bytes = match stream {
            Stream::Base64(text) => text.take(n_bytes),
            Stream::Plain(bytes) => bytes.split_at_checked(n_bytes).map(|(taken, rest)| {
                *bytes = rest;
                taken.to_vec()
            }),
        };
        bytes.ok_or_else(too_short)
    }
}

fn too_short() -> ErrorKind {
    malformed("an array breaks off or is no base64")
}
