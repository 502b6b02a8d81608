//! The MetaImage reader on files made by hand; SimpleITK 2.5 read the same and gave these numbers.

use std::fs;
use std::io::Write;

use medshape_formats::{ErrorKind, Input, Limits, metaimage};
use medshape_types::LabelMap;

use crate::common;
use crate::common::detached::Detached;

const LABELS: [u8; 4] = [0, 1, 0, 7];

/// A file of 2 × 2 × 1 bytes with these lines before the last, and `data` behind it.
fn file(lines: &str, data: &[u8]) -> Vec<u8> {
    let begin = "ObjectType = Image\nNDims = 3\nDimSize = 2 2 1\nElementType = MET_UCHAR\n";
    [begin.as_bytes(), lines.as_bytes(), b"ElementDataFile = LOCAL\n", data].concat()
}

fn changed(from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(file("", &LABELS)).unwrap();
    assert!(text.contains(from), "{from}");
    text.replace(from, to).into_bytes()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn read(bytes: &[u8]) -> Result<LabelMap, ErrorKind> {
    metaimage::label_map_of(bytes, &Limits::DEFAULT)
}

#[track_caller]
fn check_labels(bytes: &[u8]) {
    let map = read(bytes).unwrap();
    assert_eq!((map.voxels().to_wide(), map.values()), (vec![0, 1, 0, 2], &[0, 1, 7][..]));
}

#[track_caller]
fn check_refused(bytes: &[u8], reason: &str) {
    let refusal = read(bytes).unwrap_err().to_string();
    assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
}

#[track_caller]
fn check_rows(lines: &str, expected: [[f64; 4]; 3]) {
    let map = read(&file(lines, &LABELS)).unwrap();
    assert_eq!(map.grid().world_from_voxel().rows(), &expected);
}

fn diagonal([x, y, z]: [f64; 3], [a, b, c]: [f64; 3]) -> [[f64; 4]; 3] {
    [[x, 0.0, 0.0, a], [0.0, y, 0.0, b], [0.0, 0.0, z, c]]
}

#[test]
fn space_is_where_itk_has_it() {
    check_rows("", diagonal([-1.0, -1.0, 1.0], [0.0; 3]));
    check_rows("ElementSize = 2 2 2\n", diagonal([-2.0, -2.0, 2.0], [0.0; 3]));
    let both = "ElementSpacing = 1 2 3\nElementSize = 4 5 6\n";
    check_rows(both, diagonal([-1.0, -2.0, 3.0], [0.0; 3]));
    for key in ["Offset", "Position", "Origin"] {
        let lines = format!("{key} = 1 2 3\n");
        check_rows(&lines, diagonal([-1.0, -1.0, 1.0], [-1.0, -2.0, 3.0]));
    }
    check_rows(
        "DistanceUnits = cm\nOffset = 1 2 3\n",
        diagonal([-10.0, -10.0, 10.0], [-10.0, -20.0, 30.0]),
    );
    check_rows("AnatomicalOrientation = RAS\n", diagonal([-1.0, -1.0, 1.0], [0.0; 3]));
}

/// SimpleITK wrote an image whose direction is a turn by 0.3 about z, spacing 0.5, 0.6, 0.7: voxel
/// (1, 0, 0) is at (1.47766824456, 2.14776010333, 3) there.
#[test]
fn the_matrix_holds_one_direction_after_another() {
    let lines = "TransformMatrix = 0.955336489125606 0.29552020666133955 0 -0.29552020666133955 \
                 0.955336489125606 0 0 0 1\nOffset = 1 2 3\nCenterOfRotation = 5 5 5\n\
                 ElementSpacing = 0.5 0.6 0.7\n";
    let map = read(&file(lines, &LABELS)).unwrap();
    let point = map.grid().world_from_voxel().apply([1.0, 0.0, 0.0]);
    for (value, expected) in point.iter().zip([-1.4776682445628029, -2.1477601033306697, 3.0]) {
        assert!((value - expected).abs() < 1e-12, "{point:?}");
    }
    for key in ["Rotation", "Orientation"] {
        let other = read(&file(&lines.replace("TransformMatrix", key), &LABELS)).unwrap();
        assert_eq!(other.grid(), map.grid());
    }
}

#[test]
fn every_type_in_both_byte_orders_holds_the_same_labels() {
    let types = [
        ("CHAR", 1),
        ("UCHAR", 1),
        ("SHORT", 2),
        ("USHORT", 2),
        ("INT", 4),
        ("UINT", 4),
        ("LONG", 4),
        ("ULONG", 4),
        ("LONG_LONG", 8),
        ("ULONG_LONG", 8),
        ("FLOAT", 4),
        ("DOUBLE", 8),
    ];
    for (name, size) in types {
        for key in ["BinaryDataByteOrderMSB", "ElementByteOrderMSB"] {
            for is_big in [false, true] {
                let word = |label: u8| {
                    let mut word = match name {
                        "FLOAT" => f32::from(label).to_le_bytes().to_vec(),
                        "DOUBLE" => f64::from(label).to_le_bytes().to_vec(),
                        _ => u64::from(label).to_le_bytes()[..size].to_vec(),
                    };
                    if is_big {
                        word.reverse();
                    }
                    word
                };
                let data: Vec<u8> = LABELS.into_iter().flat_map(word).collect();
                let order = if is_big { "True" } else { "False" };
                let text = format!(
                    "NDims = 3\nDimSize = 2 2 1\n{key} = {order}\nElementType = MET_{name}\n\
                     ElementDataFile = LOCAL\n"
                );
                check_labels(&[text.as_bytes(), &data].concat());
            }
        }
    }
}

#[test]
fn voxels_may_be_packed_or_written_out() {
    let packed = zlib(&LABELS);
    check_labels(&file("CompressedData = True\n", &packed));
    let sized = format!("CompressedData = True\nCompressedDataSize = {}\n", packed.len());
    check_labels(&file(&sized, &packed));
    // ITK would stop there, or fail; the stream knows where it ends.
    check_labels(&file("CompressedData = True\nCompressedDataSize = 3\n", &packed));
    check_labels(&file("CompressedData = True\nCompressedDataSize = 99999\n", &packed));
    check_labels(&file("CompressedData = True\n", &common::gzip(&LABELS)));
    check_labels(&file("BinaryData = False\n", b"0 1\n0 7\n"));
    check_labels(&changed(" = ", ": "));
    check_labels(&changed("\nNDims", "\r\nNDims"));
    let n = packed.len();
    let check = |data: &[u8], reason: &str| {
        check_refused(&file("CompressedData = True\n", data), reason);
    };
    check(&packed[..n - 1], "truncated zlib");
    check(&[&packed[..], b"x"].concat(), "garbage after the end of the zlib data");
    check(&LABELS, "malformed zlib header");
    check(&zlib(&[0; 1 << 20]), "more bytes than its header says");
    check(&zlib(&LABELS[..3]), "truncated: the header claims 4 bytes, the file holds only 3");
    let mut flipped = packed.clone();
    flipped[n - 1] ^= 1;
    check(&flipped, "the checksum does not match");
    check_refused(&file("BinaryData = False\n", b"0 1 0"), "truncated");
    check_refused(&file("BinaryData = False\n", b"0 1 0 7 7"), "more bytes");
}

#[test]
fn bytes_before_the_voxels_are_skipped() {
    check_labels(&file("HeaderSize = -1\n", &[&b"abc"[..], &LABELS].concat()));
    let before = file("HeaderSize = 120\n", b"").len();
    let padding = vec![b'x'; 120 - before];
    check_labels(&file("HeaderSize = 120\n", &[&padding[..], &LABELS].concat()));
    let check = |lines: &str, reason: &str| check_refused(&file(lines, &LABELS), reason);
    check("HeaderSize = -2\n", "`HeaderSize` is -2");
    check("HeaderSize = 1000000000000000000\n", "truncated");
    check("HeaderSize = 99999999999999999999\n", "`HeaderSize` is");
    check("HeaderSize = -1\nCompressedData = True\n", "can not be counted from the end");
}

#[test]
fn headers_that_are_no_headers_are_refused() {
    let check = |from: &str, to: &str, reason: &str| check_refused(&changed(from, to), reason);
    for n_axes in ["0", "1", "5", "9"] {
        check("NDims = 3", &format!("NDims = {n_axes}"), "volumes have three axes");
    }
    check("NDims = 3", "NDims = -1", "not a whole number of at least 0");
    check("NDims = 3\n", "", "it has no `NDims`");
    check("DimSize = 2 2 1", "DimSize = 2 2", "3 numbers belong there");
    check("DimSize = 2 2 1", "DimSize = 2 2 1 1", "3 numbers belong there");
    check("DimSize = 2 2 1", "DimSize = 2 0 1", "`DimSize` is 0");
    check("DimSize = 2 2 1", "DimSize = 2 -2 1", "not a whole number");
    check("DimSize = 2 2 1", "DimSize = 4096 4096 4096", "more than 2147483648 voxels");
    check("DimSize = 2 2 1", "DimSize = 18446744073709551615 1 1", "an axis has no voxel or more");
    check("DimSize = 2 2 1", "DimSize = 1024 1024 1024", "truncated: the header claims");
    check("MET_UCHAR", "MET_STRING", "no single number");
    check("MET_UCHAR", "MET_UCHAR_ARRAY", "no single number");
    check("MET_UCHAR", "float", "no single number");
    let channels = "MET_UCHAR\nElementNumberOfChannels = ";
    check("MET_UCHAR", &format!("{channels}3"), "3 values a voxel: colours or vectors");
    check("MET_UCHAR", &format!("{channels}1000000000"), "1000000000 values a voxel");
    check("MET_UCHAR", &format!("{channels}0"), "0 values a voxel");
    check("Image", "Tube", "an object that is no image");
    check("ObjectType = Image", "ObjectType = Image\nNDims = 3", "`NDims` occurs twice");
    check("ObjectType = Image", "nonsense", "a line without `=`: `nonsense`");
    check("ObjectType = Image", "Comment = a\0b", "a zero byte");
    check_refused(b"NDims = 3\nDimSize = 1 1 1\n", "ends without `ElementDataFile`");
    let lines = |lines: &str, reason: &str| check_refused(&file(lines, &LABELS), reason);
    lines("ElementSpacing = 1 1\n", "3 numbers belong there");
    lines("ElementSpacing = 1 1 0\n", "`ElementSpacing` is 0");
    lines("ElementSpacing = 1 1 -1\n", "`ElementSpacing` is -1");
    lines("ElementSpacing = 1 1 nan\n", "`ElementSpacing` is NaN");
    lines("ElementSpacing = 1 1 1000\n", "a voxel spacing outside");
    lines("TransformMatrix = 1 0 0 0 1 0 0 0\n", "9 numbers belong there");
    lines("TransformMatrix = 1 0 0 1 0 0 0 0 1\n", "flattens space");
    lines("TransformMatrix = nan 0 0 0 1 0 0 0 1\n", "flattens space or leaves");
    lines("Offset = inf 0 0\n", "flattens space or leaves");
    lines("DistanceUnits = parsec\n", "`parsec` is no unit");
}

#[test]
fn other_numbers_of_axes_have_to_come_to_three() {
    let text = "NDims = 4\nDimSize = 2 2 1 1\nElementType = MET_UCHAR\nElementSpacing = 1 1 2 9\n\
                TransformMatrix = 0 1 0 0 1 0 0 0 0 0 1 0 0 0 0 1\nElementDataFile = LOCAL\n";
    let map = read(&[text.as_bytes(), &LABELS].concat()).unwrap();
    assert_eq!(map.grid().dims(), [2, 2, 1]);
    assert_eq!(map.grid().world_from_voxel().axis(0), [0.0, -1.0, 0.0]);
    assert_eq!(map.grid().spacing_mm(), [1.0, 1.0, 2.0]);
    let series = text.replace("2 2 1 1", "2 1 1 2");
    check_refused(&[series.as_bytes(), &LABELS].concat(), "a time series of 2 volumes");
    let flat = "NDims = 2\nDimSize = 2 2\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n";
    let map = read(&[flat.as_bytes(), &LABELS].concat()).unwrap();
    assert_eq!(map.grid().dims(), [2, 2, 1]);
    assert_eq!(map.grid().world_from_voxel().rows(), &diagonal([-1.0, -1.0, 1.0], [0.0; 3]));
}

#[test]
fn files_beside_the_header_hold_the_voxels() {
    let header = Detached::new("head.mhd", "NDims = 3\nDimSize = 2 1 2\nElementType = MET_UCHAR\n");
    header.put("a b.raw", &LABELS);
    header.put("x.zraw", &zlib(&LABELS));
    header.put("s01.raw", &LABELS[..2]);
    header.put("s02.raw", &LABELS[2..]);
    header.put("s01.z", &zlib(&LABELS[..2]));
    header.put("s02.z", &zlib(&LABELS[2..]));
    let expected = Ok(vec![0, 1, 0, 2]);
    assert_eq!(header.voxels("ElementDataFile = a b.raw\n"), expected);
    assert_eq!(header.voxels("ElementDataFile = a b.raw"), expected);
    assert_eq!(header.voxels("CompressedData = True\nElementDataFile = x.zraw\n"), expected);
    assert_eq!(header.voxels("ElementDataFile = LIST\ns01.raw\ns02.raw\n"), expected);
    assert_eq!(header.voxels("ElementDataFile = LIST 2\ns01.raw\ns02.raw"), expected);
    assert_eq!(header.voxels("ElementDataFile = LIST 3\na b.raw\n"), expected);
    assert_eq!(header.voxels("ElementDataFile = s%02d.raw\n"), expected);
    assert_eq!(header.voxels("ElementDataFile = s%02d.raw 1 2 1\n"), expected);
    assert_eq!(header.voxels("CompressedData = True\nElementDataFile = s%02d.z 1 2\n"), expected);
    assert_eq!(header.others(), ["s01.z", "s02.z"]);
    let check = |lines: &str, reason: &str| header.check_refused(lines, reason);
    for name in ["../x", "/etc/passwd", "file:///etc/passwd", "a/b", ".."] {
        check(&format!("ElementDataFile = {name}\n"), "only a file beside it");
        check(&format!("ElementDataFile = LIST\n{name}\ns01.raw\n"), "only a file beside it");
    }
    check("ElementDataFile = ../s%02d.raw\n", "only a file beside it");
    check("ElementDataFile = \n", "only a file beside it");
    check("ElementDataFile = y.raw\n", "`y.raw`, which it needs, is not beside it");
    check("ElementDataFile = t%02d.raw\n", "`t01.raw`, which it needs");
    check("ElementDataFile = LIST\ns01.raw\n", "it lists 1 files; there have to be 2");
    check("ElementDataFile = LIST\ns01.raw\ns02.raw\ns01.raw\n", "more than 2 files");
    check("ElementDataFile = LIST 0\n", "no number of axes");
    check("ElementDataFile = LIST 4\n", "no number of axes");
    check("ElementDataFile = s%02d.raw 1 3 1\n", "do not give 2 files");
    check("ElementDataFile = s%02d.raw 1 2 0\n", "do not give 2 files");
    check(
        "ElementDataFile = s%02d.raw -9223372036854775808 9223372036854775807 1\n",
        "do not give",
    );
    check("ElementDataFile = s%02d%d.raw\n", "no name with one `%d`");
    check("ElementDataFile = s%99999d.raw\n", "no name with one `%d`");
    check("ElementDataFile = head.mhd\n", "more bytes than its header says");
    let far = "NDims = 3\nDimSize = 1 1 4097\nElementType = MET_UCHAR\n";
    Detached::new("far.mhd", far)
        .check_refused("ElementDataFile = s%d.raw\n", "an axis has no voxel or more than 4096");
}

#[test]
fn each_limit_holds_at_its_edge() {
    type Change = fn(&mut Limits, usize);
    let check = |bytes: &[u8], edge: usize, change: Change, reason: &str| {
        let mut limits = Limits::DEFAULT;
        for most in [edge, edge + 1] {
            change(&mut limits, most);
            assert!(metaimage::label_map_of(bytes, &limits).is_ok(), "{most} {reason}");
        }
        change(&mut limits, edge - 1);
        let refusal = metaimage::label_map_of(bytes, &limits).unwrap_err().to_string();
        assert!(refusal.contains(reason), "{refusal}");
    };
    let bytes = file("ElementSpacing = 1.0000 1 1\n", &LABELS);
    check(
        &bytes,
        "ElementSpacing = 1.0000 1 1".len(),
        |limits, most| limits.line = most,
        "in a line",
    );
    let n_header = bytes.len() - LABELS.len();
    check(&bytes, n_header, |limits, most| limits.header = most, "bytes in the header");
    check(&bytes, bytes.len(), |limits, most| limits.bytes = most as u64, "bytes of voxels");
    check(&bytes, 6, |limits, most| limits.number = most, "characters in a number");
    let packed = file("CompressedData = True\n", &zlib(&LABELS));
    check(&packed, 4, |limits, most| limits.bytes = most as u64, "bytes of voxels");
}

#[test]
fn a_list_of_files_and_their_names_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("head.mhd");
    let text = "NDims = 3\nDimSize = 1 1 3\nElementType = MET_UCHAR\nElementDataFile = s%d.raw\n";
    fs::write(&path, text).unwrap();
    for n in 1..=3 {
        fs::write(folder.path().join(format!("s{n}.raw")), [n]).unwrap();
    }
    let read = |limits: Limits| {
        metaimage::read_label_map(&Input::on_disk(&path), &limits)
            .map(|_| ())
            .map_err(|error| error.kind().to_string())
    };
    let files = |files: usize| read(Limits { files, ..Limits::DEFAULT });
    assert_eq!((files(3), files(4)), (Ok(()), Ok(())));
    assert_eq!(files(2).unwrap_err(), "more than 2 files of one volume");
    let name = |path: usize| read(Limits { path, ..Limits::DEFAULT });
    assert_eq!((name(6), name(7)), (Ok(()), Ok(())));
    assert_eq!(name(5).unwrap_err(), "more than 5 bytes in a file name");
}
