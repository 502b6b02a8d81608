//! STL, a heap of triangles, for printers and CAD (3D Systems, 1989).
//!
//! It has no vertices that triangles share: they are made while reading, one for each place.

mod binary;
mod text;

use std::io::{self, BufWriter, Write};

use medshape_types::Mesh;

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::MeshFile;

// Must not begin with `solid`, or readers take the file for text.
const HEADER: &str = "medshape; millimetres; RAS+";

/// Reads binary or text, told apart by content: many binary files begin with `solid` as well.
///
/// Each solid of a text is a part. Corners with the same bits are one vertex. Unit and space are
/// known only of our own files, and the space of 3D Slicer's.
///
/// # Errors
///
/// What is wrong: a count that does not fit the bytes, a face without three corners, a word that is
/// no number, no triangles at all.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    match (bytes.is_empty(), is_text(bytes)) {
        (true, _) => Err(ErrorKind::Empty),
        (_, true) => text::read(bytes, limits),
        (_, false) => binary::read(bytes, limits),
    }
}

fn is_text(bytes: &[u8]) -> bool {
    // A binary file has zeros in its header or its count; text has none anywhere.
    const BEGIN: usize = 512;
    let begin = &bytes[..bytes.len().min(BEGIN)];
    let word = begin.trim_ascii_start().get(..5).unwrap_or_default();
    word.eq_ignore_ascii_case(b"solid") && !begin.contains(&0) && !binary::fits(bytes)
}

fn no_triangles() -> ErrorKind {
    ErrorKind::Mesh("holds no triangles".to_owned())
}

/// Writes a mesh, each face with its normal; a face without area has the normal (0, 0, 0).
///
/// # Errors
///
/// Those of `out`, and more faces than STL can count.
pub fn write(out: &mut dyn Write, mesh: &Mesh) -> io::Result<()> {
    let n_faces = u32::try_from(mesh.faces().len()).map_err(|_| {
        io::Error::new(io::ErrorKind::InvalidInput, "more faces than STL can count")
    })?;
    let mut out = BufWriter::new(out);
    write!(out, "{HEADER:80}")?;
    out.write_all(&n_faces.to_le_bytes())?;
    for corners in mesh.triangles() {
        out.write_all(&record(corners))?;
    }
    out.flush()
}

/// Normal, corners, and two bytes that mean nothing.
fn record(corners: [[f32; 3]; 3]) -> [u8; 50] {
    let mut record = [0; 50];
    let [a, b, c] = corners;
    for (n, value) in [normal(corners), a, b, c].iter().flatten().enumerate() {
        record[4 * n..4 * n + 4].copy_from_slice(&value.to_le_bytes());
    }
    record
}

fn normal([a, b, c]: [[f32; 3]; 3]) -> [f32; 3] {
    let edge = |from: [f32; 3], to: [f32; 3]| {
        [0, 1, 2].map(|axis| f64::from(to[axis]) - f64::from(from[axis]))
    };
    let ([x0, y0, z0], [x1, y1, z1]) = (edge(a, b), edge(a, c));
    let cross = [y0 * z1 - z0 * y1, z0 * x1 - x0 * z1, x0 * y1 - y0 * x1];
    let length = cross.iter().map(|value| value * value).sum::<f64>().sqrt();
    match length > 0.0 && length.is_finite() {
        true => cross.map(|value| (value / length) as f32),
        false => [0.0; 3],
    }
}
