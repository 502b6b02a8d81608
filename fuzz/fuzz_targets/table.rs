//! Any bytes as a table of text, every row as long as the first.
//!
//! Workbooks go through a parser that may panic and is caught, which libFuzzer counts as a crash;
//! so bytes that begin like one are left out.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use medshape_formats::table;

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"PK") {
        return;
    }
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("room for it");
    let Ok(table) = table::read(file.path()) else { return };
    assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
});
