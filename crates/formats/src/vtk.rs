//! VTK legacy files: polygons and unstructured grids of the Visualization Toolkit (Schroeder, Martin
//! and Lorensen, 1993), as text or as bytes, big end first.
//!
//! What comes after points and cells is not looked at.

mod cursor;
mod dataset;

use crate::cells::{self, Faces};
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart, Space};
use cursor::Cursor;
use dataset::Dataset;

const FORMAT: &str = "VTK";

/// The faces of a file of version 1 to 5, in the file's unit and space. The space is known where the
/// title says `SPACE=RAS` or `SPACE=LPS`, as 3D Slicer has it.
///
/// Polygons are cut into triangles, strips are taken apart. Cells of an unstructured grid that are
/// neither are left out, with a note.
///
/// # Errors
/// [`ErrorKind::Malformed`], [`ErrorKind::Unsupported`] for other data than polygons and unstructured
/// grids, [`ErrorKind::NotThis`] for points, lines and volume cells without a face, and
/// [`ErrorKind::Limit`].
pub fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    let mut cursor = Cursor::new(bytes, limits);
    let space = head(&mut cursor)?;
    let dataset = dataset::read(&mut cursor, limits)?;
    let mut file = MeshFile { space, ..MeshFile::default() };
    let mut faces = Faces::new(FORMAT, &dataset.positions, 0, limits);
    let mut counts = Counts { lines: dataset.n_lines, others: 0 };
    add_cells(&dataset, &mut faces, &mut counts)?;
    file.notes.extend(faces.note());
    let faces = faces.into_faces();
    if faces.is_empty() && counts.others > 0 {
        let reason = "holds volume cells and no faces: extract their surface first";
        return Err(ErrorKind::NotThis(reason.to_owned()));
    }
    if counts.lines + counts.others > 0 {
        let n = counts.lines + counts.others;
        file.notes.push(format!("{n} cells that are neither polygons nor strips were left out"));
    }
    file.parts.push(MeshPart::new(String::new(), dataset.positions, faces, limits)?);
    cells::finish(file, counts.lines)
}

/// Cells that are no faces.
struct Counts {
    lines: usize,
    others: usize,
}

/// The first three lines: version, title, and whether numbers are text.
fn head(cursor: &mut Cursor) -> Result<Option<Space>, ErrorKind> {
    let first = cursor.line()?.to_ascii_lowercase();
    let version = first.strip_prefix(b"# vtk datafile version ");
    let version = version.ok_or_else(|| malformed("it does not begin with its version"))?;
    cursor.version = match version.trim_ascii_start().first() {
        Some(digit @ b'1'..=b'5') => digit - b'0',
        _ => return Err(ErrorKind::unsupported(FORMAT, "a version that is not 1 to 5")),
    };
    let title = cursor.line()?;
    let says = |text: &[u8]| title.windows(text.len()).any(|part| part == text);
    let space = match (says(b"SPACE=RAS"), says(b"SPACE=LPS")) {
        (true, false) => Some(Space::Ras),
        (false, true) => Some(Space::Lps),
        _ => None,
    };
    cursor.is_text = match cursor.word()?.to_ascii_uppercase().as_slice() {
        b"ASCII" => true,
        b"BINARY" => false,
        _ => return Err(malformed("its third line is neither `ASCII` nor `BINARY`")),
    };
    Ok(space)
}

fn add_cells(dataset: &Dataset, faces: &mut Faces, counts: &mut Counts) -> Result<(), ErrorKind> {
    let astray = || malformed("a cell has corners that are not there");
    for cell in dataset.polygons.iter() {
        faces.add_polygon(cell.ok_or_else(astray)?)?;
    }
    for cell in dataset.strips.iter() {
        faces.add_strip(cell.ok_or_else(astray)?)?;
    }
    if dataset.cells.ends.len() != dataset.cell_types.len() {
        return Err(malformed("it has not as many `CELL_TYPES` as `CELLS`"));
    }
    for (cell, &kind) in dataset.cells.iter().zip(&dataset.cell_types) {
        add_cell(kind, cell.ok_or_else(astray)?, faces, counts)?;
    }
    Ok(())
}

/// A cell of an unstructured grid; the numbers are those of `vtkCellType.h`.
fn add_cell(
    kind: i64,
    corners: &[i64],
    faces: &mut Faces,
    counts: &mut Counts,
) -> Result<(), ErrorKind> {
    match (kind, corners) {
        (5 | 7 | 9, _) => faces.add_polygon(corners)?,
        (6, _) => faces.add_strip(corners)?,
        // A quad whose corners come row by row.
        (8, &[a, b, c, d]) => faces.add_polygon(&[a, b, d, c])?,
        (1..=4, _) => counts.lines += 1,
        _ => counts.others += 1,
    }
    Ok(())
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed(FORMAT, reason)
}
