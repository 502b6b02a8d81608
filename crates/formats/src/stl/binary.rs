//! Binary STL: 80 bytes of anything, a count, and 50 bytes a triangle.

use std::array;

use super::no_triangles;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart};
use crate::text::Said;
use crate::weld::Weld;

const HEADER: usize = 80;
const BEGIN: usize = HEADER + 4;
const RECORD: usize = 50;
// Triangles whose corners are looked for together.
const BATCH: usize = 8;

/// Whether the bytes are as many as the count behind the header says.
pub(super) fn fits(bytes: &[u8]) -> bool {
    count(bytes).is_some_and(|n| n > 0 && bytes.len() as u64 == BEGIN as u64 + RECORD as u64 * n)
}

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    let Some(n_claimed) = count(bytes) else {
        let reason = format!("{} bytes are neither text nor a header of {BEGIN}", bytes.len());
        return Err(ErrorKind::malformed("STL", reason));
    };
    let (records, rest) = bytes[BEGIN..].as_chunks::<RECORD>();
    let notes = surplus(n_claimed, records.len(), rest.len(), limits)?;
    if records.is_empty() {
        return Err(no_triangles());
    }
    if records.len() > limits.faces {
        return Err(ErrorKind::limit("triangles", limits.faces as u64));
    }
    let mut said = Said::default();
    said.hear(&bytes[..HEADER]);
    let part = part(records, limits)?;
    Ok(MeshFile { parts: vec![part], units: said.units, space: said.space, notes })
}

fn count(bytes: &[u8]) -> Option<u64> {
    let (_, after) = bytes.split_at_checked(HEADER)?;
    after.first_chunk().map(|count| u64::from(u32::from_le_bytes(*count)))
}

/// A note of a few bytes behind the last triangle, which some programs leave.
fn surplus(
    n_claimed: u64,
    n_held: usize,
    n_rest: usize,
    limits: &Limits,
) -> Result<Vec<String>, ErrorKind> {
    if n_claimed != n_held as u64 {
        let reason = format!("it claims {n_claimed} triangles, and its bytes hold {n_held}");
        // Bytes that are no STL at all claim any number, mostly more than a sound file may.
        let is_cut_off = (n_held as u64..=limits.faces as u64).contains(&n_claimed);
        return Err(match is_cut_off {
            true => ErrorKind::cut_off("STL", reason),
            false => ErrorKind::malformed("STL", reason),
        });
    }
    let note = || format!("{n_rest} bytes after the last triangle were left out");
    Ok((n_rest > 0).then(note).into_iter().collect())
}

fn part(records: &[[u8; RECORD]], limits: &Limits) -> Result<MeshPart, ErrorKind> {
    // A closed surface has about half as many vertices as faces.
    let mut weld = Weld::with_room(records.len() / 2 + 3);
    let mut faces = Vec::with_capacity(records.len());
    let (batches, rest) = records.as_chunks::<BATCH>();
    for batch in batches {
        let corners = array::from_fn(|n| corner(&batch[n / 3], n % 3));
        let vertices = weld.vertices::<{ 3 * BATCH }>(corners);
        faces.extend_from_slice(vertices.as_chunks().0);
    }
    for record in rest {
        faces.push([0, 1, 2].map(|n| weld.vertex(corner(record, n))));
    }
    MeshPart::new(String::new(), weld.into_positions(), faces, limits)
}

#[inline]
fn corner(record: &[u8; RECORD], n: usize) -> [f32; 3] {
    let (corners, _) = record[12..48].as_chunks::<4>();
    [0, 1, 2].map(|axis| f32::from_le_bytes(corners[3 * n + axis]))
}
