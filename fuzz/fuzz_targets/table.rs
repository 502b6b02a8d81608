//! Any bytes as a table, every row as long as the first; and as a sheet of a workbook.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, table, zip};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    let mut writer = zip::Writer::new(Vec::new());
    for (name, text) in [
        ("xl/workbook.xml", b"<workbook><sheets><sheet id=\"a\"/></sheets></workbook>".as_slice()),
        (
            "xl/_rels/workbook.xml.rels",
            b"<Relationships><Relationship Id=\"a\" Type=\"/worksheet\" Target=\"s\"/></Relationships>",
        ),
        ("xl/sharedStrings.xml", b"<sst><si><t>id</t></si></sst>"),
        ("xl/s", bytes),
    ] {
        writer.stored(name, text).expect("a vector takes it");
    }
    check(&writer.finish().expect("a vector takes it"));
});

fn check(bytes: &[u8]) {
    let Ok(table) = table::read_bytes(bytes, Path::new("table"), &Limits::DEFAULT) else { return };
    assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
}
