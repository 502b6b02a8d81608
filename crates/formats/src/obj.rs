//! OBJ, text that every program reads (Wavefront, 1992).

use std::io::{self, BufWriter, Write};

use medshape_types::Mesh;

/// Writes a mesh; a comment says that it is in millimetres RAS+.
///
/// Coordinates are written with as many digits as it takes to read the same number back.
///
/// # Errors
///
/// Only those of `out`.
pub fn write(out: &mut dyn Write, mesh: &Mesh) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    writeln!(out, "# medshape; units mm; space RAS+")?;
    for [x, y, z] in mesh.positions() {
        writeln!(out, "v {x} {y} {z}")?;
    }
    for face in mesh.faces() {
        // OBJ counts from one.
        let [a, b, c] = face.map(|vertex| u64::from(vertex) + 1);
        writeln!(out, "f {a} {b} {c}")?;
    }
    out.flush()
}
