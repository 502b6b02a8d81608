//! OFF, text with counts, vertices and polygons (Geomview, 1996).

mod reader;

use std::io::{self, BufWriter, Write};

use medshape_types::Mesh;

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::MeshFile;
use crate::text::{COMMENT, Decimal, without_mark};

/// Reads positions and faces; normals, colours and textures are passed over, polygons cut into
/// triangles.
///
/// # Errors
///
/// What is wrong, with the line: counts that do not fit the lines, an index that names no vertex, a
/// word that is no number; [`ErrorKind::Unsupported`] for binary numbers and other than three
/// dimensions; [`ErrorKind::NotThis`] for points without faces.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    if bytes.is_empty() {
        return Err(ErrorKind::Empty);
    }
    reader::read(&without_mark(bytes), limits)
}

/// Writes a mesh; a comment says that it is in millimetres RAS+.
///
/// # Errors
///
/// Only those of `out`.
pub fn write(out: &mut dyn Write, mesh: &Mesh) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    writeln!(out, "OFF\n# {COMMENT}")?;
    writeln!(out, "{} {} 0", mesh.positions().len(), mesh.faces().len())?;
    for position in mesh.positions() {
        let [x, y, z] = position.map(Decimal);
        writeln!(out, "{x} {y} {z}")?;
    }
    for [a, b, c] in mesh.faces() {
        writeln!(out, "3 {a} {b} {c}")?;
    }
    out.flush()
}
