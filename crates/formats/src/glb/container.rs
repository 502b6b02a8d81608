//! The two chunks of a GLB: JSON, and the bytes that it speaks of.

use std::io::{self, Write};

use serde_json::Value;

const MAGIC: [u8; 4] = *b"glTF";
const VERSION: u32 = 2;
const JSON: [u8; 4] = *b"JSON";
const BINARY: [u8; 4] = *b"BIN\0";
const HEADER: usize = 12;
const CHUNK_HEADER: usize = 8;
/// More JSON than this is not read; a parsed document takes many times its text.
const MAX_JSON: usize = 1 << 20;

/// Bytes up to the next multiple of four, where the next part begins.
pub(super) fn padded(n_bytes: usize) -> usize {
    n_bytes.next_multiple_of(4)
}

/// Writes a document and the parts of its buffer, each padded.
pub(super) fn write(out: &mut dyn Write, document: &Value, parts: &[&[u8]]) -> io::Result<()> {
    let mut json = serde_json::to_vec(document)?;
    json.resize(padded(json.len()), b' ');
    let n_binary: usize = parts.iter().map(|part| padded(part.len())).sum();
    let n_total = HEADER + CHUNK_HEADER + json.len() + CHUNK_HEADER + n_binary;
    out.write_all(&MAGIC)?;
    out.write_all(&VERSION.to_le_bytes())?;
    out.write_all(&length(n_total)?)?;
    out.write_all(&length(json.len())?)?;
    out.write_all(&JSON)?;
    out.write_all(&json)?;
    out.write_all(&length(n_binary)?)?;
    out.write_all(&BINARY)?;
    for part in parts {
        out.write_all(part)?;
        out.write_all(&[0; 3][..padded(part.len()) - part.len()])?;
    }
    out.flush()
}

fn length(n_bytes: usize) -> io::Result<[u8; 4]> {
    let length = u32::try_from(n_bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "more than 4 GiB"))?;
    Ok(length.to_le_bytes())
}

/// The document and the buffer.
pub(super) fn split(bytes: &[u8]) -> Result<(Value, &[u8]), String> {
    let (header, rest) = bytes.split_at_checked(HEADER).ok_or("shorter than its header")?;
    if header[..4] != MAGIC || header[4..8] != VERSION.to_le_bytes() {
        return Err("not a GLB of version 2".to_owned());
    }
    if u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize != bytes.len() {
        return Err("its length field does not match its length".to_owned());
    }
    let (json, rest) = chunk(rest, JSON)?;
    let (binary, rest) = chunk(rest, BINARY)?;
    if !rest.is_empty() {
        return Err("bytes after the second chunk".to_owned());
    }
    if json.len() > MAX_JSON {
        return Err("more JSON than a mesh needs".to_owned());
    }
    let document = serde_json::from_slice(json).map_err(|error| format!("JSON: {error}"))?;
    Ok((document, binary))
}

/// The contents of the first chunk, which has to be of this kind, and what comes after it.
fn chunk(bytes: &[u8], kind: [u8; 4]) -> Result<(&[u8], &[u8]), String> {
    let (header, rest) = bytes.split_at_checked(CHUNK_HEADER).ok_or("a chunk is missing")?;
    if header[4..] != kind {
        return Err("a chunk is not of the kind that belongs there".to_owned());
    }
    let n_bytes = u32::from_le_bytes([header[0], header[1], header[2], header[3]]) as usize;
    rest.split_at_checked(n_bytes).ok_or_else(|| "a chunk is longer than the file".to_owned())
}
