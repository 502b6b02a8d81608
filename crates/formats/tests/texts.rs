//! What files say in words: sound ones, broken ones, packed ones, and any bytes at all.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use medshape_formats::texts::{self, Role, Text};
use medshape_formats::{Error, ErrorKind, Input, Limits};
use proptest::prelude::*;

use crate::common::{Nifti1, file, gzip};

fn said_within(bytes: &[u8], name: &str, limits: &Limits) -> (Vec<Text>, Result<(), Error>) {
    let mut said = Vec::new();
    let result = texts::each_in(bytes, name, limits, &mut |text| said.push(text));
    (said, result)
}

fn said(bytes: &[u8], name: &str) -> Vec<Text> {
    let (said, result) = said_within(bytes, name, &Limits::DEFAULT);
    result.unwrap();
    said
}

/// Place, key and words of each text.
fn check(bytes: &[u8], name: &str, expected: &[(&str, &str, &str)]) {
    let said = said(bytes, name);
    let found: Vec<_> = said
        .iter()
        .map(|text| (text.place.as_str(), text.key.as_str(), text.text.as_str()))
        .collect();
    assert_eq!(found, expected, "{name}");
}

#[test]
fn fields_of_a_nifti_header_are_read_behind_their_zeros_too() {
    let mut nifti = Nifti1::small();
    nifti.put(148, b"FSL5.0\0left over");
    nifti.put(34, b"abc");
    check(
        &nifti.bytes(),
        "a.nii",
        &[
            ("NIfTI unused bytes", "", "abc"),
            ("NIfTI descrip", "", "FSL5.0"),
            ("NIfTI descrip", "", "left over"),
        ],
    );
}

#[test]
fn a_broken_nifti_header_still_says_what_it_says() {
    let mut nifti = Nifti1::small();
    nifti.put(148, b"hello");
    nifti.i16(40, -7);
    nifti.f32(108, f32::NAN);
    assert!(said(&nifti.bytes()[..200], "a.nii").iter().any(|text| text.text.contains("hello")));
    check(&nifti.bytes(), "a.nii", &[("NIfTI descrip", "", "hello")]);
}

#[test]
fn every_gzip_member_and_what_follows_is_read() {
    let member = |comment: &str| {
        let builder = flate2::GzBuilder::new().comment(comment).mtime(1_700_000_000);
        let mut packed = builder.write(Vec::new(), Compression::fast());
        packed.write_all(b"words\n").unwrap();
        packed.finish().unwrap()
    };
    let bytes = [member("first"), member("second"), b"and more words".to_vec()].concat();
    let time = ("gzip MTIME", "packing-time", "2023-11-14T22:13:20Z");
    let expected = [
        ("gzip comment", "", "first"),
        time,
        ("line 1", "", "words"),
        ("line 2", "", "words"),
        ("gzip comment", "", "second"),
        time,
        ("after the gzip data", "", "and more words"),
    ];
    check(&bytes, "a.txt.gz", &expected);
    // A million members without a byte make no stack grow.
    let empty = gzip(b"");
    assert!(said(&empty.repeat(100_000), "a.gz").is_empty());
}

#[test]
fn a_truncated_gzip_says_what_it_held_so_far() {
    let bytes = gzip(&b"Zblewski^Quorra and others\n".repeat(10_000));
    let said = said(&bytes[..bytes.len() / 2], "a.txt.gz");
    assert!(said.len() > 100 && said[0].text == "Zblewski^Quorra and others");
}

#[test]
fn an_entry_that_the_list_of_a_zip_hides_is_read() {
    let content = b"{\"PatientName\": \"x\"}";
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
    packed.write_all(content).unwrap();
    let packed = packed.finish().unwrap();
    let mut zip = b"PK\x03\x04\x14\0\x08\0\x08\0\0\0\x21\0".to_vec();
    zip.extend([0; 12]);
    zip.extend([6, 0, 0, 0]);
    zip.extend(b"a.json");
    zip.extend(packed);
    zip.extend(b"PK\x05\x06");
    zip.extend([0; 18]);
    let expected = [
        ("zip entry 1, its name", "", "a.json"),
        ("zip entry 1: JSON key", "", "PatientName"),
        ("zip entry 1: JSON value", "PatientName", "x"),
    ];
    check(&zip, "a.zip", &expected);
}

#[test]
fn a_dicom_length_that_lies_hides_nothing() {
    let mut dicom = vec![0; 128];
    dicom.extend(b"DICM");
    dicom.extend(b"\x10\0\x10\0PN\x04\0A^B ");
    dicom.extend(b"\x10\0\x20\0LO\xf0\xff12345678 and what else is there");
    let found = file(&dicom);
    let said = texts::of(&Input::on_disk(found.path()), &Limits::DEFAULT).unwrap();
    let said: Vec<_> = said.iter().map(|text| (text.key.as_str(), text.text.as_str())).collect();
    assert_eq!(said, [("PatientName", "A^B"), ("", "12345678 and what else is there")]);
}

#[test]
fn words_in_utf_16_and_latin_1_come_out() {
    let utf16: Vec<u8> = "\u{feff}name;Müller".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&utf16, "a.txt", &[("line 1", "", "name;Müller")]);
    check(b"M\xfcller", "a.txt", &[("line 1", "", "Müller")]);
}

#[test]
fn only_what_is_said_of_a_mesh_is_told() {
    let obj =
        "# by hand\nmtllib a.mtl\no left kidney # no comment\nv 1 2 3\nvn 0 0 1\nf 1 1 1\ns off\n";
    check(
        obj.as_bytes(),
        "a.obj",
        &[
            ("OBJ comment, line 1", "", "by hand"),
            ("OBJ file name, line 2", "", "a.mtl"),
            ("OBJ object name, line 3", "", "left kidney # no comment"),
        ],
    );
    let said = said(obj.as_bytes(), "a.obj");
    assert_eq!(said[1].role, Role::Name);
}

#[test]
fn long_texts_come_in_pieces_within_the_limit() {
    let check = |string: usize, n_pieces: usize| {
        let limits = Limits { string, ..Limits::DEFAULT };
        let (said, result) = said_within(&[b'a'; 100], "a.txt", &limits);
        result.unwrap();
        assert_eq!(said.len(), n_pieces, "{string}");
        assert!(said.iter().all(|text| text.text.len() <= string));
    };
    check(99, 2);
    check(100, 1);
    check(101, 1);
}

#[test]
fn more_text_than_the_bytes_allow_is_said() {
    // 16 times the packed bytes and `json` more.
    let packed = gzip(&b"many words in a line\n".repeat(1000));
    let n_text = 20 * 1000;
    let check = |json: usize, is_whole: bool| {
        let limits = Limits { json, ..Limits::DEFAULT };
        let (_, result) = said_within(&packed, "a.txt.gz", &limits);
        assert_eq!(result.is_ok(), is_whole, "{json}");
    };
    let needed = n_text - 16 * packed.len();
    check(needed - 1, false);
    check(needed, true);
    check(needed + 1, true);
}

#[test]
fn what_unpacks_to_more_than_the_limit_is_said() {
    let packed = gzip(&[0; 1000]);
    let check = |bytes: u64, is_whole: bool| {
        let limits = Limits { bytes, ..Limits::DEFAULT };
        let (_, result) = said_within(&packed, "a.gz", &limits);
        assert_eq!(result.is_ok(), is_whole, "{bytes}");
    };
    check(999, false);
    check(1001, true);
}

#[test]
fn archives_have_so_many_entries_and_no_more() {
    let entry = |name: &str| {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..136].copy_from_slice(b"00000000003\0");
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        let mut entry = header.to_vec();
        entry.extend(b"abc");
        entry.resize(1024, 0);
        entry
    };
    let tar = [entry("a"), entry("b"), entry("c")].concat();
    let check = |entries: usize, is_whole: bool| {
        let limits = Limits { entries, ..Limits::DEFAULT };
        let (said, result) = said_within(&tar, "a.tar", &limits);
        assert_eq!(result.is_ok(), is_whole, "{entries}");
        // Names are told in any case.
        assert_eq!(said.iter().filter(|text| text.role == Role::Name).count(), 3);
    };
    check(2, false);
    check(3, true);
    check(4, true);
    let path = file(&tar);
    let limits = Limits { entries: 3, ..Limits::DEFAULT };
    let error = texts::of(&Input::on_disk(path.path()), &limits).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { most: 3, .. }));
}

#[test]
fn packings_in_packings_end() {
    let mut bytes = b"words".to_vec();
    for _ in 0..10 {
        bytes = gzip(&bytes);
    }
    let said = said(&bytes, "a.gz");
    assert_eq!(said.last().unwrap().key, texts::key::OPAQUE);
    // Brackets without end are no recursion.
    said_within(&b"[".repeat(1 << 20), "a.json", &Limits::DEFAULT).1.unwrap();
    said_within(&b"<a>".repeat(1 << 18), "a.xml", &Limits::DEFAULT).1.unwrap();
}

/// Beginnings of all formats, so that random bytes get past the sniffing.
const BEGINS: [&[u8]; 20] = [
    b"",
    b"\x1f\x8b\x08\x1c\0\0\0\0\0\0",
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"\xff\xfe",
    b"NRRD0004\n",
    b"glTF\x02\0\0\0\0\0\0\0\x20\0\0\0JSON",
    b"ply\n",
    b"# vtk DataFile Version 3.0\n",
    b"# .PCD\n",
    b"solid ",
    b"{\"a\":",
    b"<?xml",
    b"\x5c\x01\0\0",
    b"\x1c\x02\0\0",
    b"\x08\0\x05\0CS",
    b"OFF\n",
    b"ObjectType = Image\n",
    b"a,b\n1,2\n",
    b"\x02\0\x10\0UI",
];
const NAMES: [&str; 10] =
    ["a", "a.stl", "a.obj", "a.csv", "a.json", "a.mha", "a.tar", "a.off", "a.md", "a.nii.gz"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_bytes_are_answered(
        begin in 0..BEGINS.len(),
        name in 0..NAMES.len(),
        bytes in prop::collection::vec(any::<u8>(), 0..700),
        is_packed in any::<bool>(),
    ) {
        let bytes = [BEGINS[begin], &bytes].concat();
        let bytes = if is_packed { gzip(&bytes) } else { bytes };
        let limits = Limits { string: 64, json: 4096, ..Limits::DEFAULT };
        let (said, _) = said_within(&bytes, NAMES[name], &limits);
        let n_text: usize = said.iter().map(|text| text.text.len()).sum();
        prop_assert!(n_text <= 16 * bytes.len() + limits.json);
        // Latin-1 becomes twice as long.
        prop_assert!(said.iter().all(|text| text.text.len() <= 2 * limits.string));
    }

    #[test]
    fn any_text_is_answered(
        begin in 0..BEGINS.len(),
        text in "[\\[\\]{}<>/!\"':,;=&#a-f0-9 \n\t^-]{0,300}",
    ) {
        let bytes = [BEGINS[begin], text.as_bytes()].concat();
        for name in NAMES {
            let _ = said_within(&bytes, name, &Limits { depth: 3, ..Limits::DEFAULT });
        }
    }
}
