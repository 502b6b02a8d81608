//! Radiotherapy structure sets made by hand.

use medshape_formats::{Limits, rtstruct};
use medshape_types::Contours;

use crate::common::dicom::{EXPLICIT, Elements, SEGMENTATION, STRUCTURE_SET};

const SQUARE: &str = "0\\0\\5\\10\\0\\5\\10\\20\\5\\0\\20\\5";

fn structure(number: &str, name: &str) -> Elements {
    Elements::default().text(0x3006_0022, "IS", number).text(0x3006_0026, "LO", name)
}

fn contour(kind: &str, data: &str) -> Elements {
    Elements::default().text(0x3006_0042, "CS", kind).text(0x3006_0050, "DS", data)
}

fn outlines(number: &str, colour: &str, contours: &[Elements]) -> Elements {
    Elements::default().text(0x3006_002a, "IS", colour).sequence(0x3006_0040, contours).text(
        0x3006_0084,
        "IS",
        number,
    )
}

fn bytes(structures: &[Elements], outlines: &[Elements]) -> Vec<u8> {
    Elements::default()
        .text(0x8_0005, "CS", "ISO_IR 192")
        .sequence(0x3006_0020, structures)
        .sequence(0x3006_0039, outlines)
        .file(STRUCTURE_SET, EXPLICIT)
}

fn read(bytes: &[u8], limits: &Limits) -> Result<Contours, String> {
    rtstruct::read(bytes, limits).map_err(|error| error.to_string())
}

#[test]
fn structures_have_names_colours_and_outlines_in_ras() {
    let contours = [
        contour("CLOSED_PLANAR", SQUARE),
        contour("CLOSEDPLANAR_XOR", "1\\1\\5\\2\\1\\5\\2\\2.5e0\\5 "),
        contour("POINT", "1\\2\\3"),
        contour("OPEN_PLANAR", SQUARE),
        contour("CLOSED_PLANAR", "1\\2\\3\\4\\5\\6"),
        contour("CLOSED_PLANAR", ""),
    ];
    let structures =
        [structure("7", "Herz, größeres"), structure("3", "empty"), structure("5", "b")];
    let outlines = [
        outlines("7", "255\\128\\0", &contours),
        outlines("5", "1\\2", &[contour("CLOSED_PLANAR", SQUARE)]),
    ];
    let read = read(&bytes(&structures, &outlines), &Limits::DEFAULT).unwrap();
    let heads: Vec<_> = read
        .structures
        .iter()
        .map(|each| (each.number, each.name.as_str(), each.colour, each.outlines.len()))
        .collect();
    let expected =
        [(7, "Herz, größeres", Some([255, 128, 0]), 2), (3, "empty", None, 0), (5, "b", None, 1)];
    assert_eq!(heads, expected);
    assert_eq!(read.n_left_out, 4);
    assert_eq!(
        read.structures[0].outlines[0],
        [[0.0, 0.0, 5.0], [-10.0, 0.0, 5.0], [-10.0, -20.0, 5.0], [0.0, -20.0, 5.0]]
    );
    assert_eq!(read.structures[0].outlines[1][2], [-2.0, -2.5, 5.0]);
}

#[test]
fn outlines_that_are_none_are_refused() {
    let check = |structures: &[Elements], number: &str, data: &str, expected: &str| {
        let outlines = outlines(number, "", &[contour("CLOSED_PLANAR", data)]);
        let refusal = read(&bytes(structures, &[outlines]), &Limits::DEFAULT).unwrap_err();
        assert!(refusal.contains(expected), "{refusal}");
    };
    let one = [structure("1", "a")];
    check(&one, "1", "1\\2\\3\\4", "not three a point");
    check(&one, "1", "1\\2\\x", "`x`, which is no number");
    check(&one, "1", "1\\2\\nan", "no number");
    check(&one, "1", "1\\2\\1e999", "no number");
    check(&one, "1", "1\\2\\", "no number");
    check(&one, "1", &format!("1\\2\\{}", "1".repeat(33)), "more than 32 characters");
    check(&one, "2", SQUARE, "outlines of structure 2, which is not there");
    check(&one, "", SQUARE, "outlines of structure without a number");
    check(&[structure("1", "a"), structure("1", "b")], "1", SQUARE, "two structures");
    check(&[structure("", "a")], "1", SQUARE, "a structure without a number");
}

#[test]
fn points_and_structures_have_their_limits() {
    let of = |limits: Limits| {
        let structures = [structure("1", "a"), structure("2", "b")];
        let outlines = outlines("1", "", &[contour("CLOSED_PLANAR", SQUARE)]);
        read(&bytes(&structures, &[outlines]), &limits).map(|_| ())
    };
    let points = |vertices| of(Limits { vertices, ..Limits::DEFAULT });
    assert_eq!(points(5), Ok(()));
    assert_eq!(points(4), Ok(()));
    assert_eq!(points(3), Err("more than 3 points of outlines".to_owned()));
    let structures = |segments| of(Limits { segments, ..Limits::DEFAULT });
    assert_eq!(structures(3), Ok(()));
    assert_eq!(structures(2), Ok(()));
    assert_eq!(structures(1), Err("more than 1 structures".to_owned()));
    let text = |string| of(Limits { string, ..Limits::DEFAULT });
    // The longest is the name of its class.
    assert_eq!(text(31), Ok(()));
    assert_eq!(text(30), Ok(()));
    assert_eq!(text(29), Err("more than 29 bytes in one text".to_owned()));
}

#[test]
fn other_files_are_refused_by_their_name() {
    let file = Elements::default().file(SEGMENTATION, EXPLICIT);
    let refusal = read(&file, &Limits::DEFAULT).unwrap_err();
    assert_eq!(refusal, "a segmentation, not a radiotherapy structure set");
    let empty = Elements::default().file(STRUCTURE_SET, EXPLICIT);
    assert_eq!(read(&empty, &Limits::DEFAULT), Ok(Contours::default()));
}
