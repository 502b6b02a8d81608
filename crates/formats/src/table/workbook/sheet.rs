//! The cells of a sheet.

use super::FORMAT;
use super::styles::Styles;
use crate::error::ErrorKind;
use crate::input::shortened;
use crate::limits::Limits;
use crate::table::{MAX_CELLS, MAX_COLUMNS, number, too_many_cells};
use crate::xml::{Element, Xml};

/// What a sheet shares with the others.
pub(super) struct Sheet<'a> {
    pub(super) strings: &'a [String],
    pub(super) styles: &'a Styles,
}

pub(super) struct Cell {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) text: String,
}

/// Where the next cell is that does not say.
#[derive(Clone, Copy)]
struct Place {
    row: u32,
    column: u32,
}

impl Sheet<'_> {
    /// The cells that are not empty.
    pub(super) fn cells(&self, bytes: &[u8], limits: &Limits) -> Result<Vec<Cell>, ErrorKind> {
        let mut xml = Xml::new(FORMAT, bytes, limits);
        let root = xml.root("worksheet")?;
        let mut found = Found::new(self, bytes.len());
        while let Some(data) = xml.child(&root)? {
            if data.name() != "sheetData" {
                continue;
            }
            let mut next_row = 0;
            while let Some(row) = xml.child(&data)? {
                let place = Place { row: row_of(&row)?.unwrap_or(next_row), column: 0 };
                next_row = place.row + 1;
                self.row(&mut xml, &row, place, &mut found)?;
            }
        }
        Ok(found.cells)
    }

    fn row(
        &self,
        xml: &mut Xml<'_>,
        row: &Element<'_>,
        mut next: Place,
        found: &mut Found,
    ) -> Result<(), ErrorKind> {
        while let Some(cell) = xml.child(row)? {
            if cell.name() != "c" {
                continue;
            }
            let place = match cell.get("r")? {
                Some(text) => place_of(&text).ok_or_else(outside)?,
                None => next,
            };
            next = Place { column: place.column + 1, ..place };
            let text = self.text(xml, &cell)?;
            found.add(place, text)?;
        }
        Ok(())
    }

    /// What people see in a cell, about; nothing for an error.
    fn text(&self, xml: &mut Xml<'_>, cell: &Element<'_>) -> Result<String, ErrorKind> {
        let mut value = String::new();
        while let Some(part) = xml.child(cell)? {
            match part.name() {
                "v" => value = xml.text(&part)?.trim().to_owned(),
                "is" => value = rich_text(xml, &part)?,
                _ => {}
            }
        }
        let kind = cell.get("t")?;
        match kind.as_deref().unwrap_or("n") {
            "s" if value.is_empty() => Ok(value),
            "s" => {
                let text = value.parse().ok().and_then(|n: usize| self.strings.get(n));
                let missing = || {
                    let reason = format!("no text has the number `{}`", shortened(&value));
                    ErrorKind::malformed(FORMAT, reason)
                };
                text.cloned().ok_or_else(missing)
            }
            "b" => Ok(if value == "1" { "true" } else { "false" }.to_owned()),
            "e" => Ok(String::new()),
            "n" => {
                let style = cell.get("s")?.and_then(|style| style.parse().ok());
                Ok(self.number(value, style))
            }
            _ => Ok(value),
        }
    }

    fn number(&self, text: String, style: Option<usize>) -> String {
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => {
                let date = style.and_then(|style| self.styles.date(value, style));
                date.unwrap_or_else(|| number(value))
            }
            _ => text,
        }
    }
}

/// The cells so far.
struct Found {
    cells: Vec<Cell>,
    /// Bytes of text that may still come.
    n_left: usize,
}

impl Found {
    fn new(sheet: &Sheet<'_>, n_bytes: usize) -> Self {
        // A cell names a text of at most 32,767 letters by its number. Honest sheets repeat words;
        // one that repeats books is meant to fill the memory.
        const MOST_A_BYTE: usize = 32;
        const AT_LEAST: usize = 1 << 20;
        let n_shared: usize = sheet.strings.iter().map(String::len).sum();
        Self { cells: Vec::new(), n_left: MOST_A_BYTE * (n_bytes + n_shared) + AT_LEAST }
    }

    fn add(&mut self, place: Place, text: String) -> Result<(), ErrorKind> {
        let Place { row, column } = place;
        if column >= MAX_COLUMNS {
            return Err(outside());
        }
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        let n_left = self.n_left.checked_sub(text.len());
        self.n_left = n_left.ok_or_else(|| {
            ErrorKind::malformed(FORMAT, "far more text in its cells than in the file")
        })?;
        self.cells.push(Cell { row, column, text: text.to_owned() });
        match self.cells.len() > MAX_CELLS {
            true => too_many_cells(),
            false => Ok(()),
        }
    }
}

/// The text of its runs; how letters are pronounced is no part of it.
pub(super) fn rich_text(xml: &mut Xml<'_>, parent: &Element<'_>) -> Result<String, ErrorKind> {
    let mut whole = String::new();
    while let Some(part) = xml.child(parent)? {
        match part.name() {
            "t" => whole.push_str(&xml.text(&part)?),
            "r" => {
                while let Some(run) = xml.child(&part)? {
                    if run.name() == "t" {
                        whole.push_str(&xml.text(&run)?);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(whole)
}

// The most rows of a sheet, by the standard.
const MAX_ROWS: u32 = 1 << 20;

fn row_of(row: &Element<'_>) -> Result<Option<u32>, ErrorKind> {
    let Some(text) = row.get("r")? else { return Ok(None) };
    let row = text.parse().ok().filter(|row| (1..=MAX_ROWS).contains(row));
    row.map(|row| Some(row - 1)).ok_or_else(outside)
}

/// Row and column, from 0, of a place such as `XFD1048576`.
fn place_of(text: &str) -> Option<Place> {
    let n_letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let (letters, digits) = text.split_at(n_letters);
    if !(1..=3).contains(&n_letters) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let column =
        letters.bytes().fold(0, |column, letter| 26 * column + u32::from(letter - b'A') + 1);
    let row: u32 = digits.parse().ok().filter(|row| (1..=MAX_ROWS).contains(row))?;
    Some(Place { row: row - 1, column: column - 1 })
}

fn outside() -> ErrorKind {
    ErrorKind::malformed(FORMAT, "a cell lies outside of the sheet")
}
