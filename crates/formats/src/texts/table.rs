//! Tables of text: every row, and every cell under its column's name.

use std::path::Path;

use super::bytes::Bytes;
use super::plain::each_line;
use super::teller::Teller;

pub(super) fn tell(bytes: &mut Bytes<'_>, delimiter: u8, teller: &mut Teller<'_>) {
    let mut columns: Option<Vec<String>> = None;
    each_line(bytes, teller, |number, line, teller| {
        if line.trim_ascii().is_empty() {
            return;
        }
        // A name may be spread over cells, so the row is a text of its own.
        let place = format!("table row {number}");
        teller.say(&place, line);
        let cells = cells(line, delimiter);
        let Some(columns) = &columns else {
            columns = Some(names(&cells, teller.limits.token));
            return;
        };
        for (name, cell) in columns.iter().zip(&cells) {
            if !name.is_empty() {
                teller.say_key(&place, name, cell);
            }
        }
    });
}

/// Cells of a workbook under their columns' names, where it is sound: its parts alone, which are told
/// in any case, do not say which cell a text is of.
pub(super) fn tell_workbook(path: &Path, teller: &mut Teller<'_>) {
    let Ok(table) = crate::table::read(path) else { return };
    for (number, row) in (2..).zip(&table.rows) {
        for (name, cell) in table.columns.iter().zip(row) {
            teller.say_key(&format!("table row {number}"), name, cell.as_bytes());
        }
    }
}

/// Names of columns, if that is what the first row holds: no cell of it is a number.
fn names(cells: &[Vec<u8>], most: usize) -> Vec<String> {
    let is_number = |cell: &Vec<u8>| cell.first().is_some_and(u8::is_ascii_digit);
    if cells.iter().any(is_number) {
        return Vec::new();
    }
    let name = |cell: &Vec<u8>| String::from_utf8_lossy(&cell[..cell.len().min(most)]).into_owned();
    cells.iter().map(|cell| name(cell).trim().to_owned()).collect()
}

/// The cells of a row, without quotes. A row whose quotes hold a line end comes as two rows.
fn cells(line: &[u8], delimiter: u8) -> Vec<Vec<u8>> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let mut cells = Vec::new();
    let mut cell = Vec::new();
    let mut is_quoted = false;
    for &byte in line {
        match byte {
            b'"' => is_quoted = !is_quoted,
            _ if byte == delimiter && !is_quoted => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(byte),
        }
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_a_cell_together() {
        let found = cells(b"1,\"Doe, \"\"J\"\"\",,x", b',');
        assert_eq!(found, [&b"1"[..], b"Doe, J", b"", b"x"]);
    }
}
