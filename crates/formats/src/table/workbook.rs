//! XLSX (ECMA-376, 2006), through `calamine`.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};

use super::{MAX_CELLS, Table, refused, table, too_many_cells};
use crate::error::ErrorKind;

// The most columns of a sheet, by the standard.
const MAX_COLUMNS: u32 = 16_384;

/// The first sheet that holds any text.
pub(super) fn read(bytes: &[u8]) -> Result<Table, ErrorKind> {
    // The parser computes with numbers from the file, which may overflow; what it was doing is
    // thrown away with it.
    let rows = catch_unwind(AssertUnwindSafe(|| rows(bytes)));
    match rows {
        Ok(rows) => table(rows?),
        Err(_) => refused("malformed workbook: a number in it is out of range"),
    }
}

fn rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, ErrorKind> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(malformed)?;
    for name in workbook.sheet_names() {
        let cells = match cells(&mut workbook, &name) {
            Err(XlsxError::NotAWorksheet(_)) => continue,
            cells => cells.map_err(malformed)?,
        };
        if cells.iter().any(|cell| !cell.text.is_empty()) {
            return in_rows(cells);
        }
    }
    refused("a workbook without text")
}

fn malformed(error: XlsxError) -> ErrorKind {
    ErrorKind::Table(format!("malformed workbook: {error}"))
}

struct Cell {
    row: u32,
    column: u32,
    text: String,
}

/// The cells of a sheet that are not empty, one more than allowed at most.
///
/// Taken one by one: `calamine` offers a sheet as a whole, too, but makes room for all of its
/// 17 billion cells if only its last one is filled.
fn cells(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<Cell>, XlsxError> {
    let mut reader = workbook.worksheet_cells_reader(name)?;
    let mut cells = Vec::new();
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value());
        if !text.is_empty() {
            cells.push(Cell { row, column, text });
        }
        if cells.len() > MAX_CELLS {
            break;
        }
    }
    Ok(cells)
}

fn in_rows(mut cells: Vec<Cell>) -> Result<Vec<Vec<String>>, ErrorKind> {
    cells.sort_by_key(|cell| (cell.row, cell.column));
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut last_row = None;
    let mut n_cells = 0;
    for cell in cells {
        if last_row.replace(cell.row) != Some(cell.row) {
            rows.push(Vec::new());
        }
        let Some(row) = rows.last_mut().filter(|_| cell.column < MAX_COLUMNS) else {
            return refused("malformed workbook: a cell lies outside of the sheet");
        };
        let column = cell.column as usize;
        n_cells += (column + 1).saturating_sub(row.len());
        if n_cells > MAX_CELLS {
            return too_many_cells();
        }
        row.resize(row.len().max(column + 1), String::new());
        row[column] = cell.text;
    }
    Ok(rows)
}

/// What people see in the cell, about; nothing for an error.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => number(*value),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().to_owned()
        }
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(value) => date(value),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// The fifteen digits that Excel shows, no more than it takes: `50`, not `50.0`.
fn number(value: f64) -> String {
    let rounded = format!("{value:.14e}").parse().unwrap_or(value);
    // Adding zero takes the sign off a zero.
    (rounded + 0.0).to_string()
}

fn date(value: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second) {
        (0, 0, 0) => date,
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
    }
}
