//! Tables made by hand.

#![allow(clippy::unwrap_used, clippy::doc_markdown, reason = "this is test code")]

mod common;

use std::io::Write;

use common::file;
use medshape_formats::table::{self, Table};

fn read(bytes: &[u8]) -> Result<Table, String> {
    table::read(file(bytes).path()).map_err(|error| error.kind().to_string())
}

fn check(bytes: &[u8], columns: &[&str], rows: &[&[&str]]) {
    let table = read(bytes).unwrap();
    assert_eq!(table.columns, columns);
    assert_eq!(table.rows, rows);
}

fn check_refused(bytes: &[u8], reason: &str) {
    let refusal = read(bytes).unwrap_err();
    assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
}

#[test]
fn comma_semicolon_and_tab_are_told_apart() {
    let rows: &[&[&str]] = &[&["s1", "50"], &["s2", "n/a"]];
    for text in
        ["id,age\ns1,50\ns2,n/a\n", "id;age\r\ns1;50\r\ns2;n/a", "id\tage\ns1\t50\ns2\tn/a\n"]
    {
        check(text.as_bytes(), &["id", "age"], rows);
        check(&[b"\xef\xbb\xbf", text.as_bytes()].concat(), &["id", "age"], rows);
    }
}

#[test]
fn quotes_hold_separators_line_ends_and_quotes() {
    let text = b"id,\"note, long\"\ns1,\"a \"\"b\"\",\r\nc\"\n";
    check(text, &["id", "note, long"], &[&["s1", "a \"b\",\r\nc"]]);
}

#[test]
fn short_rows_are_filled_and_empty_ones_left_out() {
    check(
        b"id,age,sex\ns1\n,,\n\n s2 , 7,m\n",
        &["id", "age", "sex"],
        &[&["s1", "", ""], &["s2", "7", "m"]],
    );
    check(b"id,age,,\ns1,3,,,,\n", &["id", "age"], &[&["s1", "3"]]);
}

#[test]
fn a_single_column_is_a_table() {
    check(b"id\ns1\n", &["id"], &[&["s1"]]);
}

#[test]
fn what_is_no_table_is_refused() {
    check_refused(b"", "empty");
    check_refused(b"\n\n", "without rows");
    check_refused(b"id,age\ns1,1,2\n", "row 1 has 3 cells under 2 columns");
    check_refused(b"id,name\ns1,J\xfcrgen\n", "line 2 is not UTF-8");
    check_refused(b"\xff\xfei\0d\0", "UTF-16");
    check_refused(b"id\0,", "neither text nor a workbook");
    check_refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook");
    check_refused(b"PK\x03\x04", "malformed workbook");
}

#[test]
fn the_number_of_cells_is_bounded() {
    let wide = [b",x".repeat(4000), b"\n".to_vec(), b"y\n".repeat(2000)].concat();
    check_refused(&wide, "more than 5000000 cells");
    check_refused(&b"a,a,a,a,a,a,a,a,a,a\n".repeat(500_001), "more than 5000000 cells");
}

/// A workbook of one sheet with these rows.
fn workbook(rows: &str) -> Vec<u8> {
    let sheet = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
    archive(&[
        ("[Content_Types].xml", "<Types/>"),
        (
            "_rels/.rels",
            &format!(
                "<Relationships><Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" \
                 Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>\
             <sheet name=\"Data\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                "<Relationships><Relationship Id=\"rId1\" Type=\"{RELATIONS}/worksheet\" \
             Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A ZIP archive of these texts.
fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for (name, text) in entries {
        let mut packed =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        let mut checksum = flate2::Crc::new();
        checksum.update(text.as_bytes());
        let mut facts = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
        facts.extend_from_slice(&checksum.sum().to_le_bytes());
        facts.extend_from_slice(&(packed.len() as u32).to_le_bytes());
        facts.extend_from_slice(&(text.len() as u32).to_le_bytes());
        facts.extend_from_slice(&(name.len() as u16).to_le_bytes());
        facts.extend_from_slice(&[0, 0]);
        let offset = bytes.len() as u32;
        bytes.extend_from_slice(b"PK\x03\x04");
        bytes.extend_from_slice(&facts);
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&packed);
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&facts);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let n_entries = (entries.len() as u16).to_le_bytes();
    let end = [
        b"PK\x05\x06\0\0\0\0",
        &n_entries[..],
        &n_entries[..],
        &(directory.len() as u32).to_le_bytes(),
        &(bytes.len() as u32).to_le_bytes(),
        b"\0\0",
    ];
    [bytes, directory, end.concat()].concat()
}

fn text(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn numbers_of_a_workbook_look_as_people_see_them() {
    let header = text("A1", "id") + &text("B1", "age") + &text("D1", "dose");
    let rows = format!(
        "<row r=\"1\">{header}</row>\
         <row r=\"3\">{}<c r=\"B3\"><v>50</v></c><c r=\"D3\"><v>1.1000000000000001</v></c></row>\
         <row r=\"4\"><c r=\"A4\" t=\"b\"><v>1</v></c><c r=\"B4\"><v>-0</v></c></row>",
        text("A3", "s1")
    );
    check(
        &workbook(&rows),
        &["id", "age", "", "dose"],
        &[&["s1", "50", "", "1.1"], &["true", "0", "", ""]],
    );
}

#[test]
fn one_cell_in_the_last_corner_costs_nothing() {
    let far = format!(
        "<row r=\"1\">{}</row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>",
        text("A1", "id")
    );
    check_refused(&workbook(&far), "row 1 has 16384 cells under 1 columns");
}

#[test]
fn cells_outside_of_any_sheet_are_refused() {
    let place = |place: &str| format!("<row r=\"1\"><c r=\"{place}\"><v>1</v></c></row>");
    check_refused(&workbook(&place("XFE1")), "malformed workbook");
    check_refused(&workbook(&place("AAAAAAAAAAAAAAAA99999999999999")), "malformed workbook");
}

#[test]
fn a_workbook_that_lies_about_its_size_is_refused() {
    let sound = workbook(&format!("<row r=\"1\">{}</row>", text("A1", "id")));
    assert!(read(&sound).is_ok());
    let directory = sound.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let mut lying = sound.clone();
    lying[directory + 24] ^= 1;
    check_refused(&lying, "not as long as it says");
    let bomb = "0".repeat(300 << 20);
    check_refused(&archive(&[("a", &bomb)]), "unpacks to over 256 MiB");
}
