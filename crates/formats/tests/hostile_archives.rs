//! Sound archives, arrays and tables, damaged at random: a reader answers, and what it takes is sound.

use std::io::Cursor;
use std::path::Path;

use medshape_formats::{ErrorKind, Limits, npy, npz, table, tar, zip};
use proptest::prelude::*;

use crate::common::damage::{Damage, apply};
use crate::common::gzip;

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let odd = prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        Just(vec![0xff; 2]),
        Just(vec![0xff; 4]),
        Just(vec![0xff; 8]),
        Just(vec![0; 4]),
        prop::collection::vec(any::<u8>(), 0..12),
        // Codes of a pickle, and signs of texts.
        "[()\\]}abceuthqR.N0-9,\"{:]{1,4}".prop_map(String::into_bytes),
    ];
    let damage = (any::<usize>(), 0..9_usize, odd, any::<bool>()).prop_map(
        |(place, n_removed, bytes, keeps_length)| {
            let n_removed = if keeps_length { bytes.len() } else { n_removed };
            Damage::Splice { place, n_removed, bytes }
        },
    );
    prop::collection::vec(damage, 1..4)
}

fn damaged(sound: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    apply(damages, &mut bytes);
    bytes
}

fn sound_zip(is_stored: bool) -> Vec<u8> {
    let mut writer = zip::Writer::new(vec![]);
    for (name, bytes) in [("a/liver.stl", b"solid ".repeat(40)), ("b", vec![]), ("ö", vec![7])] {
        match is_stored {
            true => writer.stored_aligned(name, &bytes, 64).unwrap(),
            false => writer.deflated(name, &bytes).unwrap(),
        }
    }
    writer.finish().unwrap()
}

fn check_zip(bytes: &[u8]) {
    let limits = Limits { bytes: 1 << 20, archive: 2 << 20, ..Limits::DEFAULT };
    let Ok(directory) = zip::directory(&mut Cursor::new(bytes), &limits) else { return };
    let n_claimed: u64 = directory.entries.iter().map(zip::Entry::n_unpacked).sum();
    assert!(n_claimed <= limits.archive);
    for entry in &directory.entries {
        check_name(entry.name());
        let mut out = vec![];
        if zip::unpack(&mut Cursor::new(bytes), entry, &mut out).is_ok() {
            assert_eq!(out.len() as u64, entry.n_unpacked());
        }
        assert!(out.len() as u64 <= entry.n_unpacked());
    }
}

fn check_name(name: &str) {
    let parts: Vec<&str> = name.split('/').collect();
    assert!(parts.iter().all(|part| !["", ".", ".."].contains(part)), "{name}");
    assert!(!name.contains('\\') && !name.chars().any(char::is_control), "{name}");
}

fn sound_tar() -> Vec<u8> {
    let mut bytes = vec![];
    for (name, kind, content) in [
        ("a/", b'5', b"".as_slice()),
        ("pax", b'x', b"12 path=a/b\n"),
        ("x", b'0', b"solid"),
        ("c", b'0', b""),
    ] {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block[148..156].fill(b' ');
        block[156] = kind;
        block[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        bytes.extend(block);
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn check_tar(bytes: &[u8]) -> Result<usize, ErrorKind> {
    let limits = Limits { bytes: 1 << 20, archive: 2 << 20, ..Limits::DEFAULT };
    let mut reader = tar::Reader::new(bytes, &limits)?;
    let mut n_files = 0;
    while let Some(entry) = reader.next_entry()? {
        check_name(entry.name());
        let mut out = vec![];
        reader.unpack(&mut out)?;
        assert_eq!(out.len() as u64, entry.n_bytes());
        n_files += 1;
    }
    Ok(n_files)
}

fn npy_file(descr: &str, shape: &str, items: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (text.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0".as_slice(), &length, text.as_bytes(), items].concat()
}

fn sound_npys() -> Vec<(&'static str, Vec<u8>)> {
    let floats: Vec<u8> = (0..9_u8).flat_map(|n| f32::from(n).to_le_bytes()).collect();
    vec![
        ("vertices", npy_file("<f4", "(3, 3)", &floats)),
        ("faces", npy_file("|u1", "(1, 3)", &[0, 1, 2])),
        ("points", npy_file("<f2", "(1, 2, 3)", &[1; 12])),
        ("mask", npy_file("|b1", "(2, 3, 1)", &[0, 1, 1, 0, 0, 1])),
        ("spacing_mm", npy_file("<f4", "(3,)", &[0, 0, 128, 63].repeat(3))),
        ("units", npy_file("<U2", "()", b"m\0\0\0m\0\0\0")),
    ]
}

fn check_npz(files: &[(&str, Vec<u8>)]) {
    let mut writer = zip::Writer::new(vec![]);
    for (name, bytes) in files {
        writer.deflated(&format!("{name}.npy"), bytes).unwrap();
    }
    let Ok(arrays) = npz::read(&writer.finish().unwrap(), &Limits::DEFAULT) else { return };
    if let Ok(Some(mesh)) = arrays.mesh() {
        let n_vertices = mesh.parts[0].positions().len();
        assert!(mesh.parts[0].faces().iter().flatten().all(|&n| (n as usize) < n_vertices));
    }
    let _ = arrays.points();
    if let Ok(Some(file)) = arrays.labels() {
        assert_eq!(file.labels.voxels().len(), file.labels.grid().n_voxels());
        assert!(file.labels.voxels().len() <= 100);
    }
    let _ = arrays.nothing();
}

/// Two masks, points and a mesh of MedShapeNetCore, in protocol 4.
fn sound_pickle() -> Vec<u8> {
    let array = |word: &str, shape: &[u8], items: &[u8]| {
        let shape: Vec<u8> = shape.iter().flat_map(|&dim| [b'K', dim]).collect();
        [
            b"\x8c\x16numpy._core.multiarray\x8c\x0c_reconstruct\x93\x8c\x05numpy\x8c\x07ndarray\x93",
            b"K\0\x85C\x01b\x87R(K\x01(".as_slice(),
            &shape,
            b"t\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02",
            word.as_bytes(),
            b"\x89\x88\x87R(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89C",
            &[items.len() as u8],
            items,
            b"tb",
        ]
        .concat()
    };
    let floats: Vec<u8> = (0..9_u8).flat_map(|n| f32::from(n).to_le_bytes()).collect();
    [
        b"\x80\x04\x8c\x08__main__\x8c\x06MyDict\x93)R\x94(\x8c\x04mask".to_vec(),
        array("u1", &[2, 1, 1, 2], &[0, 1, 1, 2]),
        b"\x8c\x05point".to_vec(),
        array("f4", &[1, 3, 3], &floats),
        b"\x8c\x04mesh}(\x8c\x08vertices}K\0".to_vec(),
        array("f4", &[3, 3], &floats),
        b"s\x8c\x05faces}K\0".to_vec(),
        array("u1", &[1, 3], &[0, 1, 2]),
        b"su\x8c\x05label](K\0K\x01eu.".to_vec(),
    ]
    .concat()
}

fn check_pickle(pickle: &[u8]) -> usize {
    let file = npy_file("|O", "()", pickle);
    assert!(!matches!(npy::content(&file, &Limits::DEFAULT), Ok(npy::Content::Array(_))));
    let Ok(arrays) = npz::read(&file, &Limits::DEFAULT) else { return 0 };
    let Ok(Some(samples)) = arrays.samples() else { return 0 };
    for sample in samples.iter() {
        let _ = (sample.name(), sample.label(), sample.points());
        if let Ok(Some(mesh)) = sample.mesh() {
            assert!(mesh.n_vertices() <= pickle.len());
        }
        if let Ok(Some(labels)) = sample.labels() {
            assert!(labels.voxels().len() <= pickle.len());
        }
    }
    samples.iter().len()
}

const JSON: &str =
    r#"[{"id": "s1", "age": 50.5, "more": {"x": true}}, {"id": "s2", "list": [1, null]}]"#;

fn workbook(part: usize, damages: &[Damage]) -> Vec<u8> {
    const TYPE: &str =
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    let relations = format!(
        "<Relationships><Relationship Id=\"r1\" Type=\"{TYPE}\" Target=\"s.xml\"/></Relationships>"
    );
    let parts = [
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"a\" id=\"r1\"/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", &relations),
        ("xl/sharedStrings.xml", "<sst><si><t>id</t></si><si><r><t>a&#65;</t></r></si></sst>"),
        (
            "xl/styles.xml",
            "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"d\"/></numFmts><cellXfs>\
             <xf numFmtId=\"164\"/></cellXfs></styleSheet>",
        ),
        (
            "xl/s.xml",
            "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" s=\"0\">\
             <v>45351.5</v></c></row><row><c t=\"inlineStr\"><is><t>b</t></is></c></row></sheetData>\
             </worksheet>",
        ),
    ];
    let mut writer = zip::Writer::new(vec![]);
    for (n, (name, text)) in parts.iter().enumerate() {
        let damages = if n == part { damages } else { &[] };
        writer.deflated(name, &damaged(text.as_bytes(), damages)).unwrap();
    }
    writer.finish().unwrap()
}

fn check_table(bytes: &[u8]) -> bool {
    match table::read_bytes(bytes, Path::new("a"), &Limits::DEFAULT) {
        Err(_) => false,
        Ok(table) => {
            assert!(!table.columns.is_empty());
            assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
            true
        }
    }
}

#[test]
fn what_is_damaged_below_is_sound() {
    check_zip(&sound_zip(true));
    assert_eq!(check_tar(&sound_tar()).unwrap(), 2);
    check_npz(&sound_npys());
    assert_eq!(check_pickle(&sound_pickle()), 2);
    assert!(check_table(JSON.as_bytes()));
    assert!(check_table(&workbook(9, &[])));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn damaged_zip_is_answered(is_stored in any::<bool>(), damages in damages()) {
        check_zip(&damaged(&sound_zip(is_stored), &damages));
    }

    #[test]
    fn damaged_tar_is_answered(is_packed in any::<bool>(), damages in damages()) {
        let bytes = damaged(&sound_tar(), &damages);
        let _ = check_tar(&bytes);
        let packed = gzip(&sound_tar());
        let _ = check_tar(&if is_packed { damaged(&packed, &damages) } else { gzip(&bytes) });
    }

    #[test]
    fn damaged_arrays_are_answered(which in 0..6_usize, damages in damages()) {
        let mut files = sound_npys();
        files[which].1 = damaged(&files[which].1, &damages);
        check_npz(&files);
    }

    #[test]
    fn damaged_pickles_are_answered(damages in damages()) {
        check_pickle(&damaged(&sound_pickle(), &damages));
    }

    #[test]
    fn any_codes_of_a_pickle_are_answered(codes in prop::collection::vec(
        prop::sample::select(b"().]}abdehlqrstuNKX\x85\x86\x87\x88\x94\x01\0".to_vec()), 0..60,
    )) {
        check_pickle(&[b"\x80\x02".as_slice(), &codes, b"."].concat());
    }

    #[test]
    fn damaged_json_is_answered(damages in damages()) {
        check_table(&damaged(JSON.as_bytes(), &damages));
    }

    #[test]
    fn damaged_workbooks_are_answered(part in 0..5_usize, damages in damages()) {
        check_table(&workbook(part, &damages));
        check_table(&damaged(&workbook(9, &[]), &damages));
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check_zip(&bytes);
        let _ = check_tar(&bytes);
        check_pickle(&bytes);
        check_table(&bytes);
        let _ = npz::read(&bytes, &Limits::DEFAULT);
    }
}
