//! Tables made by hand.

use medshape_formats::table::{self, Table};
use medshape_formats::zip;

use crate::common::{self, file};

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
    check_refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Excel workbook");
    check_refused(b"PK\x03\x04", "malformed ZIP: it has no directory");
}

#[test]
fn the_number_of_cells_is_bounded() {
    let wide = [b",x".repeat(4000), b"\n".to_vec(), b"y\n".repeat(2000)].concat();
    check_refused(&wide, "more than 5000000 cells");
    check_refused(&b"a,a,a,a,a,a,a,a,a,a\n".repeat(500_001), "more than 5000000 cells");
}

/// A workbook of one sheet with these rows.
fn workbook(rows: &str) -> Vec<u8> {
    workbook_with(rows, &[])
}

fn workbook_with(rows: &str, others: &[(&str, &str)]) -> Vec<u8> {
    let sheet = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
    let book = format!(
        "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>\
         <sheet name=\"Empty\" sheetId=\"2\" r:id=\"rId2\"/>\
         <sheet name=\"Chart\" sheetId=\"3\" r:id=\"rId3\"/>\
         <sheet name=\"Data\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = format!(
        "<Relationships>{}{}{}</Relationships>",
        relation("rId1", "worksheet", "worksheets/sheet1.xml"),
        relation("rId2", "worksheet", "/xl/worksheets/sheet2.xml"),
        relation("rId3", "chartsheet", "worksheets/sheet1.xml"),
    );
    let mut entries = vec![
        ("[Content_Types].xml", "<Types/>"),
        ("xl/workbook.xml", book.as_str()),
        ("xl/_rels/workbook.xml.rels", relations.as_str()),
        ("xl/worksheets/sheet2.xml", "<worksheet><sheetData/></worksheet>"),
        ("xl/worksheets/sheet1.xml", sheet.as_str()),
    ];
    entries.extend(others);
    archive(&entries)
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::Writer::new(vec![]);
    for (name, text) in entries {
        writer.deflated(name, text.as_bytes()).unwrap();
    }
    writer.finish().unwrap()
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
    check_refused(&lying, "something else before its bytes than in the directory");
    let bomb = "0".repeat(300 << 20);
    let reason = "more than 268435456 bytes in one file of an archive";
    check_refused(&archive(&[("a", &bomb)]), reason);
}

#[test]
fn texts_are_shared_or_in_runs() {
    let strings = "<sst><si><t>id</t></si><si><r><t>a</t></r><r><rPr/><t> &amp; b</t></r>\
                   <rPh sb=\"0\" eb=\"1\"><t>not this</t></rPh></si></sst>";
    let rows = "<row><c t=\"s\"><v>0</v></c><c t=\"str\"><f>1</f><v>formula</v></c></row>\
                <row><c t=\"s\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c></row>";
    let shared = [("xl/sharedStrings.xml", strings)];
    check(&workbook_with(rows, &shared), &["id", "formula"], &[&["a & b", ""]]);
    let missing = "<row><c t=\"s\"><v>2</v></c></row>";
    check_refused(&workbook_with(missing, &shared), "no text has the number `2`");
}

#[test]
fn dates_look_as_people_see_them() {
    let styles = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"d/m/yy h:mm\"/></numFmts>\
                  <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/></cellXfs>\
                  </styleSheet>";
    let rows = format!(
        "<row r=\"1\">{}{}{}</row><row r=\"2\"><c r=\"A2\" s=\"0\"><v>45351</v></c>\
         <c r=\"B2\" s=\"1\"><v>45351</v></c><c r=\"C2\" s=\"2\"><v>45351.75</v></c></row>",
        text("A1", "n"),
        text("B1", "day"),
        text("C1", "time")
    );
    check(
        &workbook_with(&rows, &[("xl/styles.xml", styles)]),
        &["n", "day", "time"],
        &[&["45351", "2024-02-29", "2024-02-29T18:00:00"]],
    );
}

#[test]
fn a_long_text_named_by_every_cell_is_refused() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(60_000));
    let cells = "<row><c t=\"s\"><v>0</v></c></row>".repeat(2000);
    let bomb = workbook_with(&cells, &[("xl/sharedStrings.xml", &strings)]);
    check_refused(&bomb, "far more text in its cells than in the file");
}

#[test]
fn a_workbook_that_declares_entities_is_refused() {
    let strings = "<!DOCTYPE sst [<!ENTITY a \"x\">]><sst><si><t>&a;</t></si></sst>";
    let rows = "<row><c t=\"s\"><v>0</v></c></row>";
    check_refused(&workbook_with(rows, &[("xl/sharedStrings.xml", strings)]), "document type");
    check_refused(&archive(&[("a.txt", "")]), "no workbook");
}

#[test]
fn json_is_a_table_in_three_ways() {
    check(
        br#"[{"id": "s1", "age": 50.0, "more": {"smoker": true, "deep": {"x": 1}}, "list": [1]},
            {"id": " s2 ", "age": null, "bmi": 29.47}]"#,
        &["age", "id", "more.smoker", "bmi"],
        &[&["50", "s1", "true", ""], &["", "s2", "", "29.47"]],
    );
    check(
        b"\xef\xbb\xbf{\"id\": [\"s1\", \"s2\"], \"age\": [7]}",
        &["age", "id"],
        &[&["7", "s1"], &["", "s2"]],
    );
    check(
        br#"{"s1": {"age": 50, "sex": "f"}, "s2": {"age": -1.5e3}}"#,
        &["id", "age", "sex"],
        &[&["s1", "50", "f"], &["s2", "-1500", ""]],
    );
}

#[test]
fn json_that_is_no_table_is_refused() {
    for text in ["{\"a\": 1}", "[{}, [1]]", "{\"a\": {}, \"b\": []}"] {
        check_refused(text.as_bytes(), "JSON that is no table");
    }
    check_refused(b"[]", "a table without rows");
    check_refused(b"{\"a\": [", "malformed JSON");
    check_refused(b"[{\"a\": 1, \"a\": 2}]", "the key `a` twice");
    check_refused(format!("[{}", "{\"a\":".repeat(200_000)).as_bytes(), "more than 32");
    let wide: String = (0..3000).map(|n| format!(",{{\"{n}\":1}}")).collect();
    check_refused(format!("[{}]", &wide[1..]).as_bytes(), "more than 5000000 cells");
}

#[test]
fn the_table_of_kits19_is_read() {
    let Some(path) = common::shared("nc_sharealike/kits19_kits.json") else { return };
    let table = table::read(&path).unwrap();
    // 210 patients, by the manifest.
    assert_eq!(table.rows.len(), 210);
    let column = |name: &str| table.columns.iter().position(|column| column == name).unwrap();
    let first = &table.rows[0];
    assert_eq!(first[column("case_id")], "case_00000");
    assert_eq!(first[column("age_at_nephrectomy")], "49");
    assert_eq!(first[column("body_mass_index")], "29.47");
    assert_eq!(first[column("comorbidities.copd")], "false");
}

#[test]
fn participants_of_bids_are_read() {
    let Some(path) = common::shared("metadata/bids_fnirs_tapping_participants.tsv") else { return };
    // With a byte order mark.
    let table = table::read(&path).unwrap();
    assert_eq!(table.columns, ["participant_id", "age", "sex", "hand"]);
    assert_eq!(table.rows.len(), 5);
}
