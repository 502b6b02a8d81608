//! JSON tables (Bray, RFC 8259, 2017): lists of objects, and the other ways of writing them.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{MAX_CELLS, Table, number, refused, table, too_many_cells};
use crate::error::ErrorKind;
use crate::json::parse;
use crate::limits::Limits;

/// Whether the first letter is one that a table of text hardly begins with.
pub(super) fn begins_like(bytes: &[u8]) -> bool {
    let bytes = without_mark(bytes).trim_ascii_start();
    match bytes.split_first() {
        Some((b'{', _)) => true,
        Some((b'[', rest)) => matches!(rest.trim_ascii_start().first(), Some(b'{' | b']')),
        _ => false,
    }
}

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Table, ErrorKind> {
    let mut rows = Rows::default();
    match parse(without_mark(bytes), limits)? {
        Value::Array(items) => {
            for item in &items {
                let Value::Object(row) = item else { return no_table() };
                rows.add(None, row)?;
            }
        }
        Value::Object(items) if items.values().all(Value::is_array) => return columns(&items),
        Value::Object(items) => {
            for (key, item) in &items {
                let Value::Object(row) = item else { return no_table() };
                rows.add(Some(key), row)?;
            }
        }
        _ => return no_table(),
    }
    rows.finish()
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn no_table<T>() -> Result<T, ErrorKind> {
    refused("JSON that is no table: it takes a list of objects, or an object of columns or of rows")
}

/// An object of lists, each a column.
fn columns(items: &Map<String, Value>) -> Result<Table, ErrorKind> {
    let lists: Vec<&[Value]> =
        items.values().map(|item| item.as_array().map_or(&[][..], Vec::as_slice)).collect();
    let n_rows = lists.iter().map(|list| list.len()).max().unwrap_or(0);
    if items.len().saturating_mul(n_rows + 1) > MAX_CELLS {
        return too_many_cells();
    }
    let mut rows = vec![items.keys().cloned().collect::<Vec<_>>()];
    for n in 0..n_rows {
        let cell = |list: &&[Value]| list.get(n).and_then(text).unwrap_or_default();
        rows.push(lists.iter().map(cell).collect());
    }
    table(rows)
}

/// Rows of which each names its own columns.
#[derive(Default)]
struct Rows {
    columns: Vec<String>,
    column_from_name: HashMap<String, usize>,
    rows: Vec<Vec<(usize, String)>>,
}

impl Rows {
    fn add(&mut self, key: Option<&str>, row: &Map<String, Value>) -> Result<(), ErrorKind> {
        let mut cells = Vec::new();
        if let Some(key) = key {
            cells.push((self.column("id"), key.trim().to_owned()));
        }
        for (name, value) in row {
            match value {
                Value::Object(inner) => {
                    for (inner_name, value) in inner {
                        if let Some(text) = text(value) {
                            cells.push((self.column(&format!("{name}.{inner_name}")), text));
                        }
                    }
                }
                value => cells.extend(text(value).map(|text| (self.column(name), text))),
            }
        }
        self.rows.push(cells);
        match self.columns.len().saturating_mul(self.rows.len() + 1) > MAX_CELLS {
            true => too_many_cells(),
            false => Ok(()),
        }
    }

    fn column(&mut self, name: &str) -> usize {
        if let Some(&column) = self.column_from_name.get(name) {
            return column;
        }
        self.columns.push(name.trim().to_owned());
        self.column_from_name.insert(name.to_owned(), self.columns.len() - 1);
        self.columns.len() - 1
    }

    fn finish(self) -> Result<Table, ErrorKind> {
        let n_columns = self.columns.len();
        let mut rows = vec![self.columns];
        for cells in self.rows {
            let mut row = vec![String::new(); n_columns];
            for (column, text) in cells {
                row[column] = text;
            }
            rows.push(row);
        }
        table(rows)
    }
}

/// What a cell shows; `None` for what is nested.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(value) if value.is_f64() => value.as_f64().map(number),
        Value::Number(value) => Some(value.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}
