//! Writes a mesh, its numbers as plain bytes behind the XML.

use std::io::{self, BufWriter, Write};

use medshape_types::Mesh;

/// Writes a mesh in millimetres RAS+, which a comment says to people and two fields to programs.
///
/// # Errors
/// Those of `out`, and more vertices or corners than a signed 32-bit number can name.
pub fn write(out: &mut dyn Write, mesh: &Mesh) -> io::Result<()> {
    let (positions, faces) = (mesh.positions(), mesh.faces());
    let n_corners = faces.len().saturating_mul(3);
    if i32::try_from(n_corners.max(positions.len())).is_err() {
        let reason = "more vertices or corners than a VTP file of 32-bit numbers can name";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    let mut out = BufWriter::new(out);
    head(&mut out, positions.len(), faces.len())?;
    out.write_all(&length(12 * positions.len()))?;
    for value in positions.iter().flatten() {
        out.write_all(&value.to_le_bytes())?;
    }
    out.write_all(&length(4 * n_corners))?;
    for vertex in faces.iter().flatten() {
        out.write_all(&vertex.to_le_bytes())?;
    }
    out.write_all(&length(4 * faces.len()))?;
    for face in 1..=faces.len() as u32 {
        out.write_all(&(3 * face).to_le_bytes())?;
    }
    out.write_all(b"\n  </AppendedData>\n</VTKFile>\n")?;
    out.flush()
}

fn length(n_bytes: usize) -> [u8; 8] {
    (n_bytes as u64).to_le_bytes()
}

fn head(out: &mut dyn Write, n_points: usize, n_faces: usize) -> io::Result<()> {
    let corners_at = 8 + 12 * n_points;
    let ends_at = corners_at + 8 + 12 * n_faces;
    let (units, space) = (codes("mm"), codes("RAS+"));
    write!(
        out,
        r#"<?xml version="1.0"?>
<!-- medshape; units mm; space RAS+ -->
<VTKFile type="PolyData" version="1.0" byte_order="LittleEndian" header_type="UInt64">
  <PolyData>
    <FieldData>
      <DataArray type="String" Name="units" NumberOfTuples="1" format="ascii">{units}</DataArray>
      <DataArray type="String" Name="space" NumberOfTuples="1" format="ascii">{space}</DataArray>
    </FieldData>
    <Piece NumberOfPoints="{n_points}" NumberOfVerts="0" NumberOfLines="0" NumberOfStrips="0" NumberOfPolys="{n_faces}">
      <Points>
        <DataArray type="Float32" Name="Points" NumberOfComponents="3" format="appended" offset="0"/>
      </Points>
      <Polys>
        <DataArray type="Int32" Name="connectivity" format="appended" offset="{corners_at}"/>
        <DataArray type="Int32" Name="offsets" format="appended" offset="{ends_at}"/>
      </Polys>
    </Piece>
  </PolyData>
  <AppendedData encoding="raw">
   _"#
    )
}

/// A text as VTK writes it: the number of each character, and a zero behind it.
fn codes(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte} ")).chain(["0".to_owned()]).collect()
}
