//! Tables of text: CSV, TSV, JSON and XLSX.
//!
//! What a file is, its first bytes say; the name only decides between comma and tab where the
//! first line has neither.

mod json;
mod text;
mod workbook;

use std::fs;
use std::path::Path;

use crate::error::{Error, ErrorKind};
use crate::limits::Limits;

/// Cells under the names of their columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// What the first row says.
    pub columns: Vec<String>,
    /// The other rows, each as long as `columns`; a missing cell is empty.
    pub rows: Vec<Vec<String>>,
}

/// The largest text that is read.
const MAX_TEXT: u64 = 256 << 20;
/// The largest workbook that is read.
const MAX_WORKBOOK: u64 = 64 << 20;
/// The most cells that are read, those that rows are filled up with among them.
const MAX_CELLS: usize = 5_000_000;
// The most columns of a sheet, by the standard.
const MAX_COLUMNS: u32 = 16_384;

/// The table in a CSV, TSV, JSON or XLSX file; of a workbook, its first sheet that is not empty.
///
/// Cells lose white space around them. Numbers of a workbook or a JSON file come as people see them:
/// `50`, not `50.0`. Rows without any text are left out.
///
/// A JSON file holds a list of objects, an object of columns, or an object of objects by the name of
/// each row, which becomes the column `id`. An object in a row becomes columns such as `a.b`; what is
/// nested deeper, and lists, are left out.
///
/// # Errors
///
/// [`ErrorKind::Table`] with what is wrong; text that is not UTF-8 is not guessed at. Those of ZIP, XML
/// and JSON, for what is made of them.
pub fn read(path: &Path) -> Result<Table, Error> {
    let read = || {
        let facts = fs::metadata(path)?;
        if !facts.is_file() {
            return Err(ErrorKind::NotAFile);
        }
        check_size(facts.len(), MAX_TEXT)?;
        read_bytes(&fs::read(path)?, path, &Limits::DEFAULT)
    };
    read().map_err(|kind| Error::at(path, kind))
}

/// The table in the bytes of a file of this name.
///
/// # Errors
///
/// As for [`read`].
pub fn read_bytes(bytes: &[u8], name: &Path, limits: &Limits) -> Result<Table, ErrorKind> {
    const ZIP: &[u8] = b"PK\x03\x04";
    const OLD_WORKBOOK: &[u8] = b"\xd0\xcf\x11\xe0";
    check_size(bytes.len() as u64, MAX_TEXT)?;
    if bytes.starts_with(ZIP) {
        check_size(bytes.len() as u64, MAX_WORKBOOK)?;
        return workbook::read(bytes, limits);
    }
    if bytes.starts_with(OLD_WORKBOOK) {
        return refused("an old or encrypted Excel workbook: save it as .xlsx or .csv");
    }
    match json::begins_like(bytes) {
        true => json::read(bytes, limits),
        false => text::read(bytes, name),
    }
}

fn check_size(n_bytes: u64, most: u64) -> Result<(), ErrorKind> {
    match n_bytes {
        0 => Err(ErrorKind::Empty),
        n_bytes if n_bytes > most => refused(format!("a table of more than {} MiB", most >> 20)),
        _ => Ok(()),
    }
}

/// Takes the first row for the names of the columns and evens out the others.
fn table(mut rows: Vec<Vec<String>>) -> Result<Table, ErrorKind> {
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    for row in &mut rows {
        let len = row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        row.truncate(len);
    }
    if rows.is_empty() {
        return refused("a table without rows");
    }
    let columns = rows.remove(0);
    if columns.len().saturating_mul(rows.len()) > MAX_CELLS {
        return too_many_cells();
    }
    for (n_row, row) in rows.iter_mut().enumerate() {
        if row.len() > columns.len() {
            let (n_cells, n_columns) = (row.len(), columns.len());
            return refused(format!(
                "row {} has {n_cells} cells under {n_columns} columns",
                n_row + 1
            ));
        }
        row.resize(columns.len(), String::new());
    }
    Ok(Table { columns, rows })
}

fn too_many_cells<T>() -> Result<T, ErrorKind> {
    refused(format!("a table of more than {MAX_CELLS} cells"))
}

fn refused<T>(reason: impl Into<String>) -> Result<T, ErrorKind> {
    Err(ErrorKind::Table(reason.into()))
}

/// The fifteen digits that Excel shows, no more than it takes: `50`, not `50.0`.
fn number(value: f64) -> String {
    let rounded = format!("{value:.14e}").parse().unwrap_or(value);
    // Adding zero takes the sign off a zero.
    (rounded + 0.0).to_string()
}
