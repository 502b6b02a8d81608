//! Points and cells of a legacy file.

use super::cursor::{Cursor, Kind};
use super::{FORMAT, malformed};
use crate::cells::Cells;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::scalar::{self, Scalar};

#[derive(Default)]
pub(super) struct Dataset {
    pub(super) positions: Vec<[f32; 3]>,
    pub(super) n_lines: usize,
    pub(super) polygons: Cells,
    pub(super) strips: Cells,
    /// Those of an unstructured grid, and the kind of each.
    pub(super) cells: Cells,
    pub(super) cell_types: Vec<i64>,
}

const INT: Kind = Kind::Number(Scalar::I32);

pub(super) fn read(cursor: &mut Cursor, limits: &Limits) -> Result<Dataset, ErrorKind> {
    let mut dataset = Dataset::default();
    loop {
        match cursor.keyword()?.as_slice() {
            b"DATASET" => kind(cursor)?,
            b"POINTS" => dataset.positions = points(cursor, limits)?,
            b"POLYGONS" => dataset.polygons = cells(cursor)?,
            b"TRIANGLE_STRIPS" => dataset.strips = cells(cursor)?,
            b"LINES" => dataset.n_lines = cells(cursor)?.ends.len(),
            b"VERTICES" => drop(cells(cursor)?),
            b"CELLS" => dataset.cells = cells(cursor)?,
            b"CELL_TYPES" => {
                let count = cursor.count()?;
                dataset.cell_types = cursor.wholes(INT, count)?;
            }
            b"FIELD" => skip_field(cursor, limits)?,
            b"METADATA" => cursor.skip_paragraph()?,
            // What hangs on points and cells comes last.
            b"" | b"POINT_DATA" | b"CELL_DATA" => return Ok(dataset),
            other => {
                let word = shortened(&String::from_utf8_lossy(other));
                return Err(malformed(format!("`{word}` stands where a part should begin")));
            }
        }
    }
}

fn kind(cursor: &mut Cursor) -> Result<(), ErrorKind> {
    match cursor.keyword()?.as_slice() {
        b"POLYDATA" | b"UNSTRUCTURED_GRID" => Ok(()),
        other => {
            let kind = shortened(&String::from_utf8_lossy(other));
            let what = format!("`{kind}`: only polygons and unstructured grids are read");
            Err(ErrorKind::unsupported(FORMAT, what))
        }
    }
}

fn points(cursor: &mut Cursor, limits: &Limits) -> Result<Vec<[f32; 3]>, ErrorKind> {
    let count = cursor.count()?;
    if count > limits.vertices {
        return Err(ErrorKind::limit("vertices", limits.vertices as u64));
    }
    let kind = cursor.kind()?;
    scalar::points(cursor.floats(kind, count.saturating_mul(3))?, FORMAT)
}

/// Version 5 has the ends of all cells and then all corners; before, each cell said how many corners
/// follow.
fn cells(cursor: &mut Cursor) -> Result<Cells, ErrorKind> {
    let (n_cells, n_values) = (cursor.count()?, cursor.count()?);
    if cursor.version < 5 {
        let values = cursor.wholes(INT, n_values)?;
        return counted_cells(&values, n_cells);
    }
    let mut ends = named(cursor, b"OFFSETS", n_cells)?;
    let corners = named(cursor, b"CONNECTIVITY", n_values)?;
    // The first says where the first cell begins.
    if ends.first().is_some_and(|&first| first != 0) {
        return Err(malformed("its first cell does not begin with the first corner"));
    }
    ends.drain(..ends.len().min(1));
    Ok(Cells { ends, corners })
}

fn named(cursor: &mut Cursor, name: &[u8], count: usize) -> Result<Vec<i64>, ErrorKind> {
    if cursor.keyword()? != name {
        let name = String::from_utf8_lossy(name);
        return Err(malformed(format!("cells without `{name}`")));
    }
    let kind = cursor.kind()?;
    cursor.wholes(kind, count)
}

fn counted_cells(values: &[i64], n_cells: usize) -> Result<Cells, ErrorKind> {
    let mut cells = Cells::default();
    let mut left = values;
    while let Some((&n_corners, rest)) = left.split_first() {
        let n_corners = usize::try_from(n_corners).ok();
        let split = n_corners.and_then(|n_corners| rest.split_at_checked(n_corners));
        let (corners, rest) =
            split.ok_or_else(|| malformed("a cell has corners that are not there"))?;
        cells.corners.extend(corners);
        cells.ends.push(cells.corners.len() as i64);
        left = rest;
    }
    match cells.ends.len() == n_cells {
        true => Ok(cells),
        false => Err(malformed("it has another number of cells than it says")),
    }
}

/// Passes over arrays that belong to the whole.
fn skip_field(cursor: &mut Cursor, limits: &Limits) -> Result<(), ErrorKind> {
    cursor.word()?;
    let n_arrays = cursor.count()?;
    if n_arrays > limits.parts {
        return Err(ErrorKind::limit("arrays in a field", limits.parts as u64));
    }
    for _ in 0..n_arrays {
        let mut name = cursor.keyword()?;
        if name == b"METADATA" {
            cursor.skip_paragraph()?;
            name = cursor.keyword()?;
        }
        if name == b"NULL_ARRAY" {
            continue;
        }
        let (n_components, n_tuples) = (cursor.count()?, cursor.count()?);
        let kind = cursor.kind()?;
        let count = n_components.checked_mul(n_tuples);
        cursor.skip(kind, count.ok_or_else(|| malformed("an array beyond all bounds"))?)?;
    }
    Ok(())
}
