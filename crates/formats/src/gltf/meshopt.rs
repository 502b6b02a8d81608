//! Views packed with `EXT_meshopt_compression` (Kapoulkine, 2020).

use serde_json::Value;

use super::document::needed;
use super::{FORMAT, malformed};
use crate::error::ErrorKind;
use crate::input::shortened;

/// The bytes of a view.
///
/// Nothing is allocated for a length that so few packed bytes cannot stand for.
pub(super) fn unpacked(view: &Value, packed: &[u8]) -> Result<Vec<u8>, ErrorKind> {
    let text = |name: &str| view.get(name).and_then(Value::as_str);
    let (stride, count) = (needed(view, "byteStride")?, needed(view, "count")?);
    if count == 0 {
        return Ok(Vec::new());
    }
    match (text("mode"), text("filter").unwrap_or("NONE")) {
        (Some("ATTRIBUTES"), filter) => attributes(packed, stride, count, filter),
        (Some("TRIANGLES"), "NONE") => triangles(packed, stride, count),
        (Some("INDICES"), "NONE") => indices(packed, stride, count),
        (mode, _) => {
            let mode = shortened(mode.unwrap_or_default());
            Err(malformed(format!("a view is packed in mode `{mode}`, which means nothing here")))
        }
    }
}

/// Elements of 4 to 16 bytes: those that positions have.
fn attributes(
    packed: &[u8],
    stride: usize,
    count: usize,
    filter: &str,
) -> Result<Vec<u8>, ErrorKind> {
    // A block of 256 elements has a header of four bytes for each byte of an element, so that a byte
    // stands for 64 at most (version 0).
    const MOST_A_BYTE: usize = 64;
    const HEADER: u8 = 0xa0;
    let n_bytes = count.checked_mul(stride).ok_or_else(damaged)?;
    if packed.first() != Some(&HEADER) || n_bytes / MOST_A_BYTE > packed.len() {
        return Err(damaged());
    }
    match (stride, filter) {
        (4, _) => words::<1>(packed, count, filter),
        (8, _) => words::<2>(packed, count, filter),
        (12, _) => words::<3>(packed, count, filter),
        (16, _) => words::<4>(packed, count, filter),
        _ => {
            let what = format!("packed elements of {stride} bytes: re-export without compression");
            Err(ErrorKind::unsupported(FORMAT, what))
        }
    }
}

fn words<const N: usize>(packed: &[u8], count: usize, filter: &str) -> Result<Vec<u8>, ErrorKind>
where
    [u32; N]: Default,
{
    let mut elements: Vec<[u32; N]> =
        meshopt::decode_vertex_buffer(packed, count).map_err(|_| damaged())?;
    match filter {
        "NONE" => {}
        "EXPONENTIAL" => meshopt::decode_filter_exp(&mut elements),
        other => {
            let what = format!("positions packed with the filter `{}`", shortened(other));
            return Err(ErrorKind::unsupported(FORMAT, what));
        }
    }
    Ok(elements.iter().flatten().flat_map(|word| word.to_le_bytes()).collect())
}

fn triangles(packed: &[u8], stride: usize, count: usize) -> Result<Vec<u8>, ErrorKind> {
    const HEADERS: [u8; 2] = [0xe0, 0xe1];
    // A triangle takes at least one byte.
    let is_possible = count.is_multiple_of(3) && count / 3 <= packed.len();
    if !packed.first().is_some_and(|first| HEADERS.contains(first)) || !is_possible {
        return Err(damaged());
    }
    bytes_of(meshopt::decode_index_buffer(packed, count), stride)
}

fn indices(packed: &[u8], stride: usize, count: usize) -> Result<Vec<u8>, ErrorKind> {
    const HEADERS: [u8; 2] = [0xd0, 0xd1];
    // An index takes at least one byte.
    if !packed.first().is_some_and(|first| HEADERS.contains(first)) || count > packed.len() {
        return Err(damaged());
    }
    bytes_of(meshopt::decode_index_sequence::<u32>(packed, count), stride)
}

fn bytes_of(
    indices: Result<Vec<u32>, meshopt::Error>,
    stride: usize,
) -> Result<Vec<u8>, ErrorKind> {
    let indices = indices.map_err(|_| damaged())?;
    match stride {
        2 => Ok(indices.iter().flat_map(|&index| (index as u16).to_le_bytes()).collect()),
        4 => Ok(indices.iter().flat_map(|index| index.to_le_bytes()).collect()),
        _ => Err(malformed("packed indices of neither two nor four bytes")),
    }
}

fn damaged() -> ErrorKind {
    malformed("a packed view is damaged")
}
