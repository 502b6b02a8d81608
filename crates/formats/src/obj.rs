//! OBJ, text that every program reads (Wavefront, 1992).

mod parts;
mod reader;

use std::io::{self, BufWriter, Write};

use medshape_types::Mesh;

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::MeshFile;
use crate::text::{COMMENT, Decimal, without_mark};

/// Reads positions, faces, and the names of objects and groups; each name is a part.
///
/// All other lines are passed over, and no file that they name is looked for. Polygons are cut into
/// triangles. A part has the vertices that its faces name, in the order of the file. UTF-16 is known
/// by its mark.
///
/// # Errors
///
/// What is wrong, with the line: an index that names no vertex before it, a position of fewer than
/// three numbers, a line that is too long; [`ErrorKind::NotThis`] for points without faces.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    if bytes.is_empty() {
        return Err(ErrorKind::Empty);
    }
    reader::read(&without_mark(bytes), limits)
}

/// Writes a mesh; a comment says that it is in millimetres RAS+.
///
/// Coordinates are written with as many digits as it takes to read the same number back.
///
/// # Errors
///
/// Only those of `out`.
pub fn write(out: &mut dyn Write, mesh: &Mesh) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    writeln!(out, "# {COMMENT}")?;
    for position in mesh.positions() {
        let [x, y, z] = position.map(Decimal);
        writeln!(out, "v {x} {y} {z}")?;
    }
    for face in mesh.faces() {
        // OBJ counts from one.
        let [a, b, c] = face.map(|vertex| u64::from(vertex) + 1);
        writeln!(out, "f {a} {b} {c}")?;
    }
    out.flush()
}
