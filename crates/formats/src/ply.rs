//! PLY: a header that says which numbers follow, then the numbers (Turk, 1994).

mod elements;
mod faces;
mod header;
mod numbers;
mod scalar;

use std::io::{self, BufWriter, Write};

use medshape_types::{Mesh, PointCloud};

use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::MeshFile;
use crate::point_file::PointFile;
use crate::text::COMMENT;

/// Reads a mesh: text, or binary of either byte order.
///
/// Polygons are cut into triangles, strips taken apart. Other properties and elements are stepped
/// over. Unit and space are known of our own files, and the space of 3D Slicer's.
///
/// # Errors
///
/// What is wrong: a header that contradicts itself or claims more than the bytes hold, an index that
/// names no vertex; [`ErrorKind::NotThis`] for points without faces.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    elements::read(bytes, limits)?.mesh_file(limits)
}

/// Reads the vertices alone, with their normals if all of `nx`, `ny` and `nz` are there.
///
/// # Errors
///
/// As [`read`], but a file without faces is sound; one without vertices is not.
pub fn read_points(bytes: &[u8], limits: &Limits) -> Result<PointFile, ErrorKind> {
    elements::read(bytes, limits)?.point_file()
}

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
    out.write_all(head(mesh.positions().len() as u64, mesh.faces().len() as u64).as_bytes())?;
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

/// How many bytes [`write()`] makes of a mesh with so many vertices and faces.
pub fn size(n_vertices: u64, n_faces: u64) -> u64 {
    head(n_vertices, n_faces).len() as u64 + 12 * n_vertices + 13 * n_faces
}

fn head(n_vertices: u64, n_faces: u64) -> String {
    format!(
        "ply\n\
         format binary_little_endian 1.0\n\
         comment {COMMENT}\n\
         element vertex {n_vertices}\n\
         property float x\n\
         property float y\n\
         property float z\n\
         element face {n_faces}\n\
         property list uchar int vertex_indices\n\
         end_header\n"
    )
}

/// Writes points, and their normals if there are some; a comment says that they are in millimetres
/// RAS+.
///
/// # Errors
///
/// Only those of `out`.
pub fn write_points(out: &mut dyn Write, cloud: &PointCloud) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let has_normals = !cloud.normals().is_empty();
    let names: &[_] =
        if has_normals { &["x", "y", "z", "nx", "ny", "nz"] } else { &["x", "y", "z"] };
    let n_points = cloud.positions().len();
    write!(out, "ply\nformat binary_little_endian 1.0\ncomment {COMMENT}\n")?;
    writeln!(out, "element vertex {n_points}")?;
    for name in names {
        writeln!(out, "property float {name}")?;
    }
    writeln!(out, "end_header")?;
    for (at, position) in cloud.positions().iter().enumerate() {
        for value in position.iter().chain(cloud.normals().get(at).into_iter().flatten()) {
            out.write_all(&value.to_le_bytes())?;
        }
    }
    out.flush()
}
