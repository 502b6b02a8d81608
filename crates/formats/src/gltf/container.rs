//! The chunks of a GLB, or a document that stands for itself.

use super::{FORMAT, malformed};
use crate::error::ErrorKind;

pub(super) struct Parts<'a> {
    pub(super) is_glb: bool,
    pub(super) json: &'a [u8],
    /// The buffer without a name.
    pub(super) binary: Option<&'a [u8]>,
}

const MAGIC: &[u8; 4] = b"glTF";
const VERSION: u32 = 2;

pub(super) fn parts(bytes: &[u8]) -> Result<Parts<'_>, ErrorKind> {
    if !bytes.starts_with(MAGIC) {
        let json = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        return Ok(Parts { is_glb: false, json, binary: None });
    }
    let words = |at: usize| bytes.get(at..at + 4).and_then(|word| word.first_chunk::<4>());
    let (Some(version), Some(length)) = (words(4), words(8)) else {
        return Err(malformed("shorter than its header"));
    };
    if u32::from_le_bytes(*version) != VERSION {
        return Err(ErrorKind::unsupported(FORMAT, "another version than 2"));
    }
    if u32::from_le_bytes(*length) as usize != bytes.len() {
        return Err(malformed("its length field does not match its length"));
    }
    chunks(&bytes[12..])
}

/// First the document, then at most one buffer, then whatever other programs put there.
fn chunks(bytes: &[u8]) -> Result<Parts<'_>, ErrorKind> {
    const JSON: &[u8] = b"JSON";
    const BINARY: &[u8] = b"BIN\0";
    let mut parts = Parts { is_glb: true, json: &[], binary: None };
    let mut rest = bytes;
    let mut n_chunks = 0;
    while !rest.is_empty() {
        let (kind, chunk) = next_chunk(&mut rest)?;
        match (n_chunks, kind) {
            (0, JSON) => parts.json = chunk,
            (0, _) => return Err(malformed("its first chunk is not JSON")),
            (1, BINARY) => parts.binary = Some(chunk),
            (_, JSON | BINARY) => {
                return Err(malformed("it has a chunk twice or in a wrong place"));
            }
            _ => {}
        }
        n_chunks += 1;
    }
    match n_chunks {
        0 => Err(malformed("it has no chunks")),
        _ => Ok(parts),
    }
}

/// Takes a chunk, its kind and its contents, off the bytes.
fn next_chunk<'a>(bytes: &mut &'a [u8]) -> Result<(&'a [u8], &'a [u8]), ErrorKind> {
    let cut_off = || malformed("a chunk breaks off");
    let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(cut_off)?;
    let (kind, rest) = rest.split_at_checked(4).ok_or_else(cut_off)?;
    let chunk = rest.split_at_checked(u32::from_le_bytes(*length) as usize);
    let (chunk, rest) = chunk.ok_or_else(|| malformed("a chunk is longer than the file"))?;
    *bytes = rest;
    Ok((kind, chunk))
}
