//! VTP: the polygons of the Visualization Toolkit in XML (Kitware, VTK file formats, 2003).
//!
//! The numbers of an array stand as text, in base64, or behind all XML in one run of bytes that the
//! arrays point into; packed in blocks or not. Numbers are read in one pass over the XML and a second
//! one over the arrays that make up faces; what hangs on points and cells is passed over.

mod arrays;
mod document;
mod writer;

use crate::cells::{self, Cells, Faces};
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart, Space};
use crate::scalar;
use arrays::Reader;
use document::{CellArrays, Piece};
pub use writer::write;

const FORMAT: &str = "VTP";

/// The faces of a file, a part for each of its pieces, in the file's unit and space. What is known of
/// those is what a field `units` or `space` says, as [`write()`] and 3D Slicer leave it.
///
/// Polygons are cut into triangles, strips are taken apart.
///
/// # Errors
/// [`ErrorKind::Malformed`], [`ErrorKind::Unsupported`] for other data than polygons and other
/// compression than zlib, [`ErrorKind::NotThis`] for points and lines without a face, and
/// [`ErrorKind::Limit`].
pub fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    let document = document::read(bytes, limits)?;
    let mut reader = Reader::new(&document, bytes.len(), limits);
    let units = document.units.as_ref().and_then(|place| reader.word(place).parse().ok());
    let space = document.space.as_ref().and_then(|place| space(&reader.word(place)));
    let mut file = MeshFile { units, space, ..MeshFile::default() };
    for piece in &document.pieces {
        add(piece, &mut reader, &mut file, limits)?;
    }
    let n_lines =
        document.pieces.iter().fold(0_usize, |sum, piece| sum.saturating_add(piece.n_lines));
    cells::finish(file, n_lines)
}

fn space(word: &str) -> Option<Space> {
    match word {
        "RAS" | "RAS+" => Some(Space::Ras),
        "LPS" | "LPS+" => Some(Space::Lps),
        _ => None,
    }
}

fn add(
    piece: &Piece,
    reader: &mut Reader,
    file: &mut MeshFile,
    limits: &Limits,
) -> Result<(), ErrorKind> {
    if piece.n_points > limits.vertices - file.n_vertices() {
        return Err(ErrorKind::limit("vertices", limits.vertices as u64));
    }
    let positions = match &piece.points {
        Some(points) => {
            scalar::points(reader.floats(points, piece.n_points.saturating_mul(3))?, FORMAT)?
        }
        None => Vec::new(),
    };
    if positions.len() != piece.n_points {
        return Err(malformed("a piece has another number of points than it says"));
    }
    let mut faces = Faces::new(FORMAT, &positions, file.n_faces(), limits);
    for cell in self::cells(&piece.polygons, reader)?.iter() {
        faces.add_polygon(cell.ok_or_else(astray)?)?;
    }
    for cell in self::cells(&piece.strips, reader)?.iter() {
        faces.add_strip(cell.ok_or_else(astray)?)?;
    }
    file.notes.extend(faces.note());
    let faces = faces.into_faces();
    file.parts.push(MeshPart::new(String::new(), positions, faces, limits)?);
    Ok(())
}

fn cells(arrays: &CellArrays, reader: &mut Reader) -> Result<Cells, ErrorKind> {
    if arrays.count == 0 {
        return Ok(Cells::default());
    }
    let (Some(corners), Some(ends)) = (&arrays.connectivity, &arrays.offsets) else {
        return Err(malformed("a piece has cells without `connectivity` and `offsets`"));
    };
    let (mut ends, corners) = (reader.wholes(ends)?, reader.wholes(corners)?);
    // Some writers begin with where the first cell begins.
    if ends.len() > arrays.count && ends.first() == Some(&0) {
        ends.remove(0);
    }
    if ends.len() != arrays.count {
        return Err(malformed("a piece has another number of cells than it says"));
    }
    Ok(Cells { ends, corners })
}

fn astray() -> ErrorKind {
    malformed("`offsets` lead out of `connectivity`")
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed(FORMAT, reason)
}
