//! Items 88 to 95: DICOM.

#[path = "../../../formats/tests/common/dicom.rs"]
#[allow(dead_code, reason = "each test uses a part of this")]
mod made;

use made::{EXPLICIT, Elements, SEGMENTATION, Seg, measures, orientation};

use crate::bad::{ACCEPTED, Bad, Expected, SECRET, refused};
use crate::packing::{deflate, deflate_zeros};

const DEFLATED: &str = "1.2.840.10008.1.2.1.99";

fn malformed(says: &'static str) -> Expected {
    refused("malformed", says)
}

/// Two frames of 3 by 2 samples, 1 mm apart.
fn small() -> Vec<u8> {
    Seg::small().bytes()
}

/// The same without preamble and meta information.
fn body() -> Vec<u8> {
    let n_before = Elements::default().file(SEGMENTATION, EXPLICIT).len();
    small()[n_before..].to_vec()
}

fn seg(number: &str, name: &str, seg: &Seg, expected: Expected) -> Bad {
    Bad::new(number, name, seg.bytes(), expected)
}

pub(crate) fn all() -> Vec<Bad> {
    [structure(), syntaxes(), segments()].into_iter().flatten().collect()
}

fn element(tag: [u8; 4], vr: &[u8; 2], n_bytes: u32) -> Vec<u8> {
    [&tag[..], vr, &[0, 0], &n_bytes.to_le_bytes()].concat()
}

fn structure() -> Vec<Bad> {
    let sound = small();
    let behind =
        |bytes: Vec<u8>| [&Elements::default().file(SEGMENTATION, EXPLICIT)[..], &bytes].concat();
    let sequence = element([0x62, 0, 2, 0], b"SQ", u32::MAX);
    let item = [0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff];
    let nested = [&sequence[..], &item].concat().repeat(100_000);
    let mut group = vec![0; 128];
    group.extend(b"DICM\x02\0\0\0UL\x04\0\xff\xff\xff\x7f");
    group.extend(&sound[132..]);
    let private = Elements::default().text(0x9_0010, "LO", SECRET).text(0x10_0010, "PN", SECRET);
    let private = Seg { extra: private, ..Seg::small() };
    let burned = Seg { extra: Elements::default().text(0x28_0301, "CS", "YES"), ..Seg::small() };
    vec![
        Bad::new("88a", "no-preamble.dcm", &sound[132..], refused("unsupported", "DICM")),
        Bad::new("88b", "dicm-at-0.dcm", &sound[128..], refused("unsupported", "DICM")),
        Bad::new("88c", "preamble-alone.dcm", &sound[..132], malformed("transfer syntax")),
        Bad::new("88d", "cut.dcm", &sound[..sound.len() - 20], malformed("")),
        Bad::new("89a", "group-length-lie.dcm", group, ACCEPTED),
        Bad::new(
            "89b",
            "no-delimiter.dcm",
            behind([&sequence[..], &item].concat()),
            malformed("does not end"),
        ),
        Bad::new("90", "100000-sequences.dcm", behind(nested), refused("limit", "sequences")),
        Bad::new(
            "91a",
            "length-fffffff0.dcm",
            behind(element([0x62, 0, 3, 0], b"OB", 0xffff_fff0)),
            malformed("claims"),
        ),
        Bad::new(
            "91b",
            "unknown-type.dcm",
            behind(element([0x62, 0, 3, 0], b"??", 4)),
            malformed("unknown type"),
        ),
        seg("92a", "private-name.dcm", &private, ACCEPTED),
        seg("92b", "burned-in.dcm", &burned, ACCEPTED),
    ]
}

fn syntaxes() -> Vec<Bad> {
    let packed = [
        ("93a", "jpeg-2000.dcm", "1.2.840.10008.1.2.4.90", "JPEG 2000"),
        ("93b", "jpeg-ls.dcm", "1.2.840.10008.1.2.4.80", "JPEG-LS"),
        ("93c", "jpeg.dcm", "1.2.840.10008.1.2.4.50", "JPEG pixels"),
        ("93d", "unknown-syntax.dcm", "1.2.3.4", "transfer syntax"),
        ("93e", "rle.dcm", "1.2.840.10008.1.2.5", "RLE"),
    ];
    let body = body();
    let file = |(number, name, syntax, says): (&str, &str, &str, &'static str)| {
        let file = Elements(body.clone()).file(SEGMENTATION, syntax);
        Bad::new(number, name, file, refused("unsupported", says))
    };
    let deflated = |number: &str, name: &str, packed: &[u8], expected| {
        Bad::new(number, name, Elements(packed.to_vec()).file(SEGMENTATION, DEFLATED), expected)
    };
    let sound = deflate(&body);
    // Zeros behind the last element are padding.
    let padded = deflate(&[&body[..], &vec![0; 100 << 20]].concat());
    let bomb = deflate_zeros(&body, 1024);
    packed
        .into_iter()
        .map(file)
        .chain([
            deflated("93f", "deflated.dcm", &sound, ACCEPTED),
            deflated("93g", "deflated-cut.dcm", &sound[..sound.len() / 2], malformed("")),
            deflated("93h", "deflated-no.dcm", &[7; 100], malformed("")),
            deflated("93i", "deflated-zeros.dcm", &padded, ACCEPTED),
            deflated("93j", "deflated-bomb.dcm", &bomb, refused("limit", "unpacked")),
        ])
        .collect()
}

fn segments() -> Vec<Bad> {
    let base = Seg::small;
    let at = |z: &[f64]| z.iter().map(|&z| (1, [0.0, 0.0, z])).collect::<Vec<_>>();
    let two = vec![(1, [0.0; 3]), (2, [0.0; 3]), (1, [0.0, 0.0, 1.0]), (2, [0.0, 0.0, 1.0])];
    let n = |n: &str| Some(n.to_owned());
    let overlapping = Seg {
        segments: vec![1, 2],
        frames: two,
        n_frames: n("4"),
        pixels: vec![0b0100_0001, 0b0001_0000, 4, 0],
        ..base()
    };
    let fractional = Seg {
        kind: "FRACTIONAL",
        bits: 8,
        pixels: vec![200; 12],
        extra: Elements::default().text(0x62_0010, "CS", "PROBABILITY").word(0x62_000e, &[255]),
        ..base()
    };
    // One more than there are numbers.
    let many = Seg { segments: (1..=u16::MAX).chain([1]).collect(), ..base() };
    let wide = Seg { size: [65535; 2], n_frames: n("2147483647"), ..base() };
    vec![
        seg("94a", "overlapping.dcm", &overlapping, ACCEPTED),
        seg("94b", "fractional.dcm", &fractional, refused("unsupported", "--fractional-threshold")),
        seg("94c", "65536-segments.dcm", &many, refused("limit", "segments")),
        seg("94d", "no-frame-groups.dcm", &Seg { frames: vec![], ..base() }, malformed("")),
        seg(
            "94e",
            "turned-plane.dcm",
            &Seg { shared: orientation("1\\0\\0\\1\\0\\0").then(measures("1\\1", None)), ..base() },
            malformed(""),
        ),
        seg(
            "94f",
            "uneven-slices.dcm",
            &Seg {
                frames: at(&[0.0, 1.0, 2.7]),
                n_frames: n("3"),
                pixels: vec![65, 16, 4, 0],
                ..base()
            },
            refused("unsupported", "evenly"),
        ),
        seg("94g", "frame-twice.dcm", &Seg { frames: at(&[0.0, 0.0]), ..base() }, malformed("")),
        seg(
            "94h",
            "segment-unknown.dcm",
            &Seg { frames: vec![(7, [0.0; 3]), (7, [0.0, 0.0, 1.0])], ..base() },
            malformed(""),
        ),
        seg(
            "94i",
            "spacing-0.dcm",
            &Seg { shared: orientation("1\\0\\0\\0\\1\\0").then(measures("0\\0", None)), ..base() },
            malformed("pixel spacing"),
        ),
        seg("95a", "frames-overflow.dcm", &wide, refused("truncated", "only 2")),
        seg(
            "95b",
            "frames-0.dcm",
            &Seg { n_frames: n("0"), ..base() },
            malformed("NumberOfFrames"),
        ),
        seg("95c", "rows-0.dcm", &Seg { size: [0, 0], ..base() }, malformed("frames of 0")),
        seg(
            "95d",
            "pixels-short.dcm",
            &Seg { pixels: vec![0, 0], n_frames: n("2"), size: [300, 200], ..base() },
            refused("truncated", "only 2"),
        ),
    ]
}
