//! XLSX (ECMA-376, 2006): the text of one sheet.

mod date;
mod sheet;
mod styles;

use std::collections::HashMap;

use super::{MAX_CELLS, MAX_COLUMNS, Table, refused, table, too_many_cells};
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::xml::Xml;
use crate::zip::Archive;

use sheet::{Cell, Sheet};
use styles::Styles;

/// The first sheet that holds any text.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Table, ErrorKind> {
    let limits = Limits {
        entries: limits.entries.min(MAX_PARTS),
        bytes: limits.bytes.min(MAX_UNPACKED),
        archive: limits.archive.min(MAX_UNPACKED),
        ..*limits
    };
    let parts = Parts { archive: Archive::of(bytes, &limits)?, limits };
    let book = Book::read(&parts)?;
    let strings = parts.strings("xl/sharedStrings.xml")?;
    for path in &book.sheets {
        let Some(bytes) = parts.bytes(path)? else { continue };
        let sheet = Sheet { strings: &strings, styles: &book.styles };
        let cells = sheet.cells(&bytes, &limits)?;
        if !cells.is_empty() {
            return table(in_rows(cells)?);
        }
    }
    refused("a workbook without text")
}

const MAX_PARTS: usize = 4096;
const MAX_UNPACKED: u64 = 256 << 20;

const FORMAT: &str = "workbook";

/// The files that a workbook is made of.
struct Parts<'a> {
    archive: Archive<'a>,
    limits: Limits,
}

impl Parts<'_> {
    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, ErrorKind> {
        let entry = self.archive.entry(path);
        entry.map(|entry| self.archive.unpacked(entry)).transpose()
    }

    /// Texts that sheets name by their number.
    fn strings(&self, path: &str) -> Result<Vec<String>, ErrorKind> {
        let mut strings = Vec::new();
        let Some(bytes) = self.bytes(path)? else { return Ok(strings) };
        let mut xml = Xml::new(FORMAT, &bytes, &self.limits);
        let root = xml.root("sst")?;
        while let Some(item) = xml.child(&root)? {
            if item.name() == "si" {
                strings.push(sheet::rich_text(&mut xml, &item)?);
            }
        }
        Ok(strings)
    }

    /// Paths by the names that the workbook has for them, if they are sheets.
    fn sheet_paths(&self) -> Result<HashMap<String, String>, ErrorKind> {
        let mut paths = HashMap::new();
        let path = "xl/_rels/workbook.xml.rels";
        let Some(bytes) = self.bytes(path)? else { return Ok(paths) };
        let mut xml = Xml::new(FORMAT, &bytes, &self.limits);
        let root = xml.root("Relationships")?;
        while let Some(relation) = xml.child(&root)? {
            let [kind, id, target] = ["Type", "Id", "Target"].map(|name| relation.get(name));
            if let (Some(kind), Some(id), Some(target)) = (kind?, id?, target?)
                && kind.ends_with("/worksheet")
            {
                // It names a part of the same archive, from its root or from where the workbook is.
                let path = target.strip_prefix('/').map(str::to_owned);
                paths.insert(id.into_owned(), path.unwrap_or_else(|| format!("xl/{target}")));
            }
        }
        Ok(paths)
    }
}

/// What the workbook says of its sheets.
struct Book {
    /// Where they are, in their order.
    sheets: Vec<String>,
    styles: Styles,
}

impl Book {
    fn read(parts: &Parts<'_>) -> Result<Self, ErrorKind> {
        let Some(bytes) = parts.bytes("xl/workbook.xml")? else {
            return refused("a ZIP archive, but no workbook");
        };
        let paths = parts.sheet_paths()?;
        let mut sheets = Vec::new();
        let mut is_since_1904 = false;
        let mut xml = Xml::new(FORMAT, &bytes, &parts.limits);
        let root = xml.root("workbook")?;
        while let Some(element) = xml.child(&root)? {
            if element.name() == "workbookPr" {
                let answer = element.get("date1904")?;
                is_since_1904 = matches!(answer.as_deref(), Some("1" | "true"));
            }
            if element.name() != "sheets" {
                continue;
            }
            while let Some(sheet) = xml.child(&element)? {
                let id = sheet.get_local("id")?;
                sheets.extend(id.and_then(|id| paths.get(id.as_ref()).cloned()));
            }
        }
        let styles = match parts.bytes("xl/styles.xml")? {
            Some(bytes) => Styles::read(&bytes, is_since_1904, &parts.limits)?,
            None => Styles::default(),
        };
        Ok(Self { sheets, styles })
    }
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
            return Err(ErrorKind::malformed(FORMAT, "a cell lies outside of the sheet"));
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
