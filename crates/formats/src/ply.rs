//! PLY, binary little endian (Turk, 1994).

use std::io::{self, BufWriter, Write};

use medshape_types::Mesh;

/// Writes a mesh; a comment says that it is in millimetres RAS+.
///
/// # Errors
///
/// Those of `out`, and more vertices than a signed 32-bit index can name.
pub fn write(out: &mut dyn Write, mesh: &Mesh) -> io::Result<()> {
    if i32::try_from(mesh.positions().len()).is_err() {
        let reason = "more vertices than PLY can name";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    let mut out = BufWriter::new(out);
    write!(
        out,
        "ply\n\
         format binary_little_endian 1.0\n\
         comment medshape; units mm; space RAS+\n\
         element vertex {}\n\
         property float x\n\
         property float y\n\
         property float z\n\
         element face {}\n\
         property list uchar int vertex_indices\n\
         end_header\n",
        mesh.positions().len(),
        mesh.faces().len()
    )?;
    for value in mesh.positions().iter().flatten() {
        out.write_all(&value.to_le_bytes())?;
    }
    for face in mesh.faces() {
        out.write_all(&[3])?;
        for vertex in face {
            out.write_all(&vertex.to_le_bytes())?;
        }
    }
    out.flush()
}
