//! Any bytes as a table in JSON, every row as long as the first.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, table};

fuzz_target!(|bytes: &[u8]| {
    for begin in ["", "[{", "{\"a\":"] {
        let text = [begin.as_bytes(), bytes].concat();
        let name = Path::new("table.json");
        let Ok(table) = table::read_bytes(&text, name, &Limits::DEFAULT) else { continue };
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
    }
});
