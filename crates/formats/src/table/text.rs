//! Comma-, semicolon- and tab-separated values (Shafranovich, RFC 4180, 2005).

use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{MAX_CELLS, Table, refused, table, too_many_cells};
use crate::error::ErrorKind;

/// The table in these bytes; a byte order mark and either line end are taken.
pub(super) fn read(bytes: &[u8], path: &Path) -> Result<Table, ErrorKind> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return refused("a table in UTF-16: save it as UTF-8");
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.contains(&0) {
        return refused("neither text nor a workbook");
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(delimiter(bytes, path))
        .from_reader(bytes);
    let mut rows = Vec::new();
    let mut n_cells = 0;
    let mut record = StringRecord::new();
    while next(&mut reader, &mut record)? {
        n_cells += record.len();
        if n_cells > MAX_CELLS {
            return too_many_cells();
        }
        rows.push(record.iter().map(str::to_owned).collect());
    }
    table(rows)
}

fn next(reader: &mut csv::Reader<&[u8]>, record: &mut StringRecord) -> Result<bool, ErrorKind> {
    reader.read_record(record).or_else(|error| {
        let line = error.position().map_or(0, csv::Position::line);
        match error.kind() {
            csv::ErrorKind::Utf8 { .. } => refused(format!("line {line} is not UTF-8")),
            _ => refused(format!("malformed table: {error}")),
        }
    })
}

/// What separates the cells of the first line: whichever occurs most outside of quotes.
fn delimiter(bytes: &[u8], path: &Path) -> u8 {
    let mut is_quoted = false;
    let mut counts = [(b'\t', 0), (b',', 0), (b';', 0)];
    for &byte in bytes {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            _ if is_quoted => {}
            _ => counts.iter_mut().filter(|(known, _)| *known == byte).for_each(|(_, n)| *n += 1),
        }
    }
    let most = counts.into_iter().rev().max_by_key(|&(_, n)| n).filter(|&(_, n)| n > 0);
    most.map_or_else(|| from_name(path), |(byte, _)| byte)
}

fn from_name(path: &Path) -> u8 {
    let is_tabs = path
        .extension()
        .is_some_and(|name| name.eq_ignore_ascii_case("tsv") || name.eq_ignore_ascii_case("tab"));
    if is_tabs { b'\t' } else { b',' }
}
