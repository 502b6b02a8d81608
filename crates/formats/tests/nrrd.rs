//! The NRRD reader and writer on files made by hand.

use medshape_formats::{ErrorKind, Input, Limits, nrrd, volume};
use medshape_types::{Affine, Code, Grid, LabelMap, Meaning, Segment, Segmentation};

use crate::common::detached::Detached;
use crate::common::{self, gzip};

/// A header of 2 × 2 × 1 bytes, with these lines after its own, and `data` behind it.
fn file(lines: &str, data: &[u8]) -> Vec<u8> {
    let header = "NRRD0004\n# a comment\ntype: uchar\ndimension: 3\nsizes: 2 2 1\n";
    [header.as_bytes(), lines.as_bytes(), b"\n", data].concat()
}

const RAW: &str = "encoding: raw\n";
const LABELS: [u8; 4] = [0, 1, 0, 7];

fn read(bytes: &[u8]) -> Result<Segmentation, ErrorKind> {
    nrrd::segmentation_of(bytes, &Limits::DEFAULT)
}

fn refusal(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[track_caller]
fn check_labels(bytes: &[u8]) {
    let segmentation = read(bytes).unwrap();
    assert_eq!(segmentation.layers()[0].voxels(), [0, 1, 0, 2]);
    assert_eq!(segmentation.layers()[0].values(), [0, 1, 7]);
}

#[track_caller]
fn check_refused(bytes: &[u8], reason: &str) {
    let refusal = refusal(bytes);
    assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
}

#[track_caller]
fn check_rows(lines: &str, expected: [[f64; 4]; 3]) {
    let segmentation = read(&file(&format!("{RAW}{lines}"), &LABELS)).unwrap();
    assert_eq!(segmentation.grid().world_from_voxel().rows(), &expected);
}

fn diagonal([x, y, z]: [f64; 3], [a, b, c]: [f64; 3]) -> [[f64; 4]; 3] {
    [[x, 0.0, 0.0, a], [0.0, y, 0.0, b], [0.0, 0.0, z, c]]
}

/// What SimpleITK 2.5 says of the same lines, turned from LPS to RAS.
#[test]
fn space_is_where_itk_has_it() {
    let oblique = "space directions: (1,0,0) (0,2,0) (0,0,3)\nspace origin: (1,2,3)\n";
    let lps = diagonal([-1.0, -2.0, 3.0], [-1.0, -2.0, 3.0]);
    check_rows(&format!("space: left-posterior-superior\n{oblique}"), lps);
    check_rows(&format!("space: LPS\n{oblique}"), lps);
    check_rows(&format!("space: scanner-xyz\n{oblique}"), lps);
    check_rows(&format!("space dimension: 3\n{oblique}"), lps);
    check_rows(&format!("space: RAS\n{oblique}"), diagonal([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]));
    let las = diagonal([-1.0, 2.0, 3.0], [-1.0, 2.0, 3.0]);
    check_rows(&format!("space: left-anterior-superior\n{oblique}"), las);
    check_rows("", diagonal([-1.0, -1.0, 1.0], [0.0; 3]));
    check_rows("spacings: 1 2 3\n", diagonal([-1.0, -2.0, 3.0], [0.0; 3]));
    let mins = "spacings: 1 2 3\naxis mins: 10 20 30\n";
    check_rows(mins, diagonal([-1.0, -2.0, 3.0], [-10.5, -21.0, 31.5]));
    let nodes = format!("{mins}centerings: node node node\n");
    check_rows(&nodes, diagonal([-1.0, -2.0, 3.0], [-10.0, -20.0, 30.0]));
}

#[test]
fn columns_are_the_directions_of_axes() {
    let lines = "space: RAS\nspace directions: (0,2,0) (-3, 0, 0) (0,0.5,4)\n";
    check_rows(lines, [[0.0, -3.0, 0.0, 0.0], [2.0, 0.0, 0.5, 0.0], [0.0, 0.0, 4.0, 0.0]]);
}

#[test]
fn units_become_millimetres() {
    let lines = "space: RAS\nspace directions: (1,0,0) (0,1,0) (0,0,1)\nspace units:";
    check_rows(&format!("{lines} \"mm\" \"cm\" \"cm\"\n"), diagonal([1.0, 10.0, 10.0], [0.0; 3]));
    check_rows(&format!("{lines} \"\" \"x\"\n"), diagonal([1.0; 3], [0.0; 3]));
}

#[test]
fn broken_space_is_refused() {
    let check = |lines: &str, reason: &str| {
        check_refused(&file(&format!("{RAW}{lines}"), &LABELS), reason);
    };
    check("space: RAS\nspace directions: (nan,0,0) (0,1,0) (0,0,1)\n", "flatten space or leave");
    check("space: RAS\nspace directions: (inf,0,0) (0,1,0) (0,0,1)\n", "flatten space or leave");
    check("space: RAS\nspace directions: (1,0,0) (2,0,0) (0,0,1)\n", "flatten space or leave");
    check("space: RAS\nspace directions: none (0,1,0) (0,0,1)\n", "`axes of space` is 2");
    check("space: RAS\nspace directions: (0,1,0) (0,0,1)\n", "`space directions` is 2");
    check("space: RAS\nspace directions: (0,1) (0,0,1) (1,0,0)\n", "`space directions` is ");
    check("space: upside-down\n", "not a space that NRRD has");
    check("space: 3D-left-handed\n", "nothing tells left from right");
    check("space: RAST\n", "a space of which time is a part");
    check("space dimension: 4\n", "`space dimension` is 4");
    check("spacings: 0 1 1\n", "`spacings` is 0");
    check("spacings: -1 1 1\n", "`spacings` is -1");
    check("spacings: 1 1\n", "flatten space or leave");
    check("spacings: 1 1 1e-4\n", "a voxel spacing outside");
    check("spacings: 0.05 1 60\n", "more than 1000 times as long");
}

#[test]
fn every_type_has_all_its_names_in_both_byte_orders() {
    let names: [(&str, usize); 10] = [
        ("signed char|int8|int8_t", 1),
        ("uchar|unsigned char|uint8|uint8_t", 1),
        ("short|short int|signed short|signed short int|int16|int16_t", 2),
        ("ushort|unsigned short|unsigned short int|uint16|uint16_t", 2),
        ("int|signed int|int32|int32_t", 4),
        ("uint|unsigned int|uint32|uint32_t", 4),
        ("longlong|long long|long long int|signed long long|signed long long int|int64|int64_t", 8),
        ("ulonglong|unsigned long long|unsigned long long int|uint64|uint64_t", 8),
        ("float", 4),
        ("double", 8),
    ];
    for (names, size) in names {
        for (name, order) in names.split('|').flat_map(|name| [(name, "little"), (name, "big")]) {
            let word = |label: u8| {
                let mut word = match name {
                    "float" => f32::from(label).to_le_bytes().to_vec(),
                    "double" => f64::from(label).to_le_bytes().to_vec(),
                    _ => u64::from(label).to_le_bytes()[..size].to_vec(),
                };
                if order == "big" {
                    word.reverse();
                }
                word
            };
            let data: Vec<u8> = LABELS.into_iter().flat_map(word).collect();
            let header = format!(
                "NRRD0005\nType: {name}\ndimension: 3\nsizes: 2 2 1\nencoding: raw\nendian: {order}\n\n"
            );
            check_labels(&[header.as_bytes(), &data].concat());
        }
    }
    check_refused(&file(RAW, &LABELS).replace("uchar", "block"), "voxels that are blocks");
    check_refused(&file(RAW, &LABELS).replace("uchar", "half"), "not a type that NRRD has");
}

trait Replace {
    fn replace(&self, from: &str, to: &str) -> Vec<u8>;
}

impl Replace for Vec<u8> {
    fn replace(&self, from: &str, to: &str) -> Vec<u8> {
        let place = self.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        [&self[..place], to.as_bytes(), &self[place + from.len()..]].concat()
    }
}

#[test]
fn every_encoding_holds_the_same_labels() {
    check_labels(&file(RAW, &LABELS));
    for word in ["gzip", "gz", "GZIP"] {
        check_labels(&file(&format!("encoding: {word}\n"), &gzip(&LABELS)));
    }
    for word in ["ascii", "text", "txt"] {
        check_labels(&file(&format!("encoding: {word}\n"), b"0 1\n0, 7\n"));
    }
    check_labels(&file("encoding: hex\n", b"0001\n0007\n"));
    check_labels(&file(RAW, &LABELS).replace("\ndimension", "\r\ndimension"));
    let bzip2 = "NRRD with bzip2 compression: write it again with gzip";
    check_refused(&file("encoding: bzip2\n", &LABELS), bzip2);
    check_refused(&file("encoding: zrl\n", &LABELS), "run lengths of zeros");
    check_refused(&file("encoding: zip\n", &LABELS), "not an encoding that NRRD has");
    check_refused(&file("encoding: hex\n", b"000100070"), "more bytes than its header says");
    check_refused(&file("encoding: ascii\n", b"0 1 0"), "truncated");
    check_refused(&file("encoding: ascii\n", b"0 1 0 7 0"), "more bytes");
    check_refused(&file("encoding: ascii\n", b"0 1 0 x"), "`x` is no number");
}

#[test]
fn lines_and_bytes_before_the_voxels_are_skipped() {
    check_labels(&file("encoding: raw\nbyte skip: 3\n", &[&b"abc"[..], &LABELS].concat()));
    check_labels(&file("encoding: raw\nbyteskip: -1\n", &[&b"abcdefg"[..], &LABELS].concat()));
    let lines = [&b"one\ntwo\nxy"[..], &LABELS].concat();
    check_labels(&file("encoding: raw\nline skip: 2\nbyte skip: 2\n", &lines));
    let packed = gzip(&[&b"abc"[..], &LABELS].concat());
    check_labels(&file("encoding: gzip\nbyte skip: 3\n", &packed));
    let check = |lines: &str, reason: &str| check_refused(&file(lines, &LABELS), reason);
    check("encoding: raw\nbyte skip: 1000000000000000000\n", "truncated: the header claims");
    check("encoding: raw\nbyte skip: 99999999999999999999\n", "`byteskip` is");
    check("encoding: raw\nbyte skip: -2\n", "`byte skip` is -2");
    check("encoding: raw\nbyte skip: 1\n", "truncated");
    check("encoding: raw\nline skip: 1000000000\n", "1000000000 lines are to be skipped");
    check("encoding: raw\nline skip: -1\n", "`lineskip` is -1");
    check_refused(&file("encoding: gzip\nbyte skip: -1\n", &packed), "`byte skip` is -1");
    let far = file("encoding: gzip\nbyte skip: 1000000000000000000\n", &packed);
    check_refused(&far, "more than 4294967296 bytes of voxels");
    let beyond = file("encoding: raw\nbyte skip: -1\n", &LABELS[..3]);
    check_refused(&beyond, "truncated: the header claims 4 bytes");
}

#[test]
fn headers_that_are_no_headers_are_refused() {
    let check = |text: &str, reason: &str| check_refused(text.as_bytes(), reason);
    check("NRRD0006\n", "a version that is not one of 1 to 5");
    check("NRRD000\n", "a version");
    check("NRRX\n", "it does not begin with `NRRD000`");
    check("NRRD0004\ntype: uchar\n", "its header does not end with an empty line");
    check("NRRD0004\ntype uchar\n\n", "a line without a colon: `type uchar`");
    check("NRRD0004\ntype: uchar\ntype: uchar\n\n", "the field `type` occurs twice");
    check("NRRD0004\ntype: uchar\nTYPE: uchar\n\n", "occurs twice");
    check("NRRD0004\n\n", "it has no field `type`");
    check("NRRD0004\rtype: uchar\rdimension: 3\r\r", "a version");
    check("NRRD0004\ntype: uch\0ar\n\n", "a zero byte");
    let sound = file(RAW, &LABELS);
    let change =
        |from: &str, to: &str, reason: &str| check_refused(&sound.replace(from, to), reason);
    for dimension in ["0", "2", "5", "99"] {
        let reason = format!("`dimension` is {dimension}: a volume has three axes");
        change("dimension: 3", &format!("dimension: {dimension}"), &reason);
    }
    change("dimension: 3", "dimension: -1", "not a whole number of at least 0");
    change("sizes: 2 2 1", "sizes: 2 2", "3 numbers belong there");
    change("sizes: 2 2 1", "sizes: 2 2 1 1", "3 numbers belong there");
    change("sizes: 2 2 1", "sizes: 4 4 -4", "`sizes` is -4");
    change("sizes: 2 2 1", "sizes: 4 4 0", "`sizes` is 0");
    change("sizes: 2 2 1", "sizes: 4 4 100000000000000000000", "not a whole number");
    change("sizes: 2 2 1", "sizes: 4 4 18446744073709551615", "an axis has no voxel or more");
    change("sizes: 2 2 1", "sizes: 4096 4096 4096", "more than 2147483648 voxels");
    change("sizes: 2 2 1", "sizes: 1024 1024 1024", "truncated: the header claims 1073741");
    change("uchar", "short", "it has no field `endian`");
    change("uchar", "short\nendian: middle", "neither `little` nor `big`");
    change("encoding: raw", "encoding: raw\nkinds: domain", "`kinds` is 1");
}

#[test]
fn damaged_gzip_is_refused() {
    let packed = gzip(&LABELS);
    let n = packed.len();
    let check = |data: &[u8], reason: &str| check_refused(&file("encoding: gzip\n", data), reason);
    check(&packed[..n - 1], "truncated gzip");
    check(&[&packed[..], b"garbage"].concat(), "garbage after the end");
    check(&gzip(&[0; 1 << 20]), "more bytes than its header says");
    check(b"", "truncated gzip");
    check(&LABELS, "truncated gzip");
}

#[test]
fn a_file_beside_the_header_holds_the_voxels() {
    let header = Detached::new("head.nhdr", "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 1 2\n");
    header.put("a b.raw", &LABELS);
    header.put("1.raw", &LABELS[..2]);
    header.put("2.raw", &LABELS[2..]);
    header.put("1.gz", &gzip(&LABELS[..2]));
    header.put("2.gz", &gzip(&LABELS[2..]));
    let expected = Ok(vec![0, 1, 0, 2]);
    assert_eq!(header.voxels("encoding: raw\ndata file: a b.raw\n"), expected);
    assert_eq!(header.voxels("encoding: raw\ndatafile: a b.raw"), expected);
    assert_eq!(header.voxels("encoding: raw\ndata file: %d.raw 1 2 1\n"), expected);
    assert_eq!(header.voxels("encoding: gzip\ndata file: %d.gz 1 2 1 2\n"), expected);
    assert_eq!(header.voxels("encoding: raw\ndata file: LIST\n1.raw\n2.raw\n"), expected);
    assert_eq!(header.voxels("encoding: raw\ndata file: LIST 3\n1.raw\n2.raw\n"), expected);
    assert_eq!(
        header.voxels("encoding: raw\ndata file: LIST 2\n2.raw\n1.raw"),
        Ok(vec![0, 2, 0, 1])
    );
    assert_eq!(header.others(), ["2.raw", "1.raw"]);
    let check = |lines: &str, reason: &str| {
        header.check_refused(&format!("encoding: raw\n{lines}"), reason);
    };
    for name in ["../x", "/etc/passwd", "file:///etc/passwd", "a/b", "..", "C:\\x"] {
        check(&format!("data file: {name}\n"), "only a file beside it");
        check(&format!("data file: LIST\n{name}\n1.raw\n"), "only a file beside it");
    }
    check("data file: ../%d.raw 1 2 1\n", "only a file beside it");
    check("data file: b.raw\n", "`b.raw`, which it needs, is not beside it");
    check("data file: %d.raw 1 1000000000 1\n", "more than 4096 files of one volume");
    check("data file: %d.raw 1 9223372036854775807 1\n", "more than 4096 files");
    check("data file: %d.raw -9223372036854775808 9223372036854775807 1\n", "more than 4096 files");
    check("data file: %d.raw 1 2 0\n", "lead nowhere");
    check("data file: %d.raw 1 2 -1\n", "lead nowhere");
    check("data file: %s.raw 1 2 1\n", "is no name with one `%d`");
    check("data file: %d.raw 1 3 1\n", "3 files do not make its 3 axes");
    check("data file: LIST\n1.raw\n", "1 files do not make its 3 axes");
    check("data file: LIST\n", "0 files do not make its 3 axes");
    check("data file: LIST 0\n1.raw\n2.raw\n", "2 files do not make");
    check("data file: LIST\n1.raw\na b.raw\n", "more bytes than its header says");
    check("data file: head.nhdr\n", "more bytes than its header says");
}

#[test]
fn a_header_in_memory_has_no_files_beside_it() {
    check_refused(&file("encoding: raw\ndata file: x.raw\n", b""), "in two files");
}

const OVERLAP: &str = "NRRD0004\ntype: uchar\ndimension: 4\nspace: RAS\nsizes: 2 2 1 1\n\
    space directions: none (1,0,0) (0,1,0) (0,0,1)\nkinds: list domain domain domain\nencoding: raw\n";

const SEGMENTS: &str = "Segment0_ID:=a\nSegment0_Name:=left \\\\ kidney\nSegment0_Layer:=0\n\
    Segment0_LabelValue:=3\nSegment0_Color:=1 0.501961 0\nSegment0_Extent:=0 1 0 0 0 0\n\
    Segment0_Tags:=Segmentation.Status:inprogress|TerminologyEntry:List~SCT^123037004^Anatomical \
    Structure~SCT^64033007^Kidney~SCT^7771000^Left~Anatomic codes~^^~^^|\nSegment0_Private:=Jane Doe\n\
    Segment1_ID:=b\nSegment1_Name:=cyst\nSegment1_Layer:=1\nSegment1_LabelValue:=1\n\
    Segmentation_ConversionParameters:=Decimation factor|0.0|\nSomebody's key:=Jane Doe\n";

#[test]
fn segments_have_layers_names_colours_and_meanings() {
    let bytes = [OVERLAP.as_bytes(), SEGMENTS.as_bytes(), b"\n", &[3, 0, 3, 1]].concat();
    let segmentation = read(&bytes).unwrap();
    let [first, second] = segmentation.layers() else { panic!("two layers") };
    assert_eq!((first.voxels().to_wide(), first.values()), (vec![1, 1], &[0, 3][..]));
    assert_eq!((second.voxels().to_wide(), second.values()), (vec![0, 1], &[0, 1][..]));
    let code = |value: &str, meaning: &str| Code {
        scheme: "SCT".to_owned(),
        value: value.to_owned(),
        meaning: meaning.to_owned(),
    };
    let kidney = Segment {
        layer: 0,
        value: 3,
        name: "left \\ kidney".to_owned(),
        colour: Some([255, 128, 0]),
        meaning: Some(Meaning {
            category: code("123037004", "Anatomical Structure"),
            kind: code("64033007", "Kidney"),
            modifier: Some(code("7771000", "Left")),
            region: None,
            region_modifier: None,
        }),
    };
    let cyst = Segment { layer: 1, value: 1, name: "cyst".to_owned(), ..Segment::default() };
    assert_eq!(segmentation.segments(), [kidney, cyst]);
}

#[test]
fn old_segmentations_have_a_layer_each() {
    let keys = "Segment0_ID:=a\nSegment0_Name:=liver\nSegment1_ID:=b\nSegment1_Name:=spleen\n";
    let bytes = [OVERLAP.as_bytes(), keys.as_bytes(), b"\n", &[1, 0, 1, 1]].concat();
    let segmentation = read(&bytes).unwrap();
    let places = segmentation.segments().iter().map(|each| (each.layer, each.value));
    assert_eq!(places.collect::<Vec<_>>(), [(0, 1), (1, 1)]);
    assert_eq!(segmentation.layers()[1].voxels(), [0, 1]);
}

#[test]
fn layers_may_be_the_last_axis() {
    let header = OVERLAP
        .replace("sizes: 2 2 1 1", "sizes: 2 1 1 2")
        .replace("none (1,0,0) (0,1,0) (0,0,1)", "(1,0,0) (0,1,0) (0,0,1) none")
        .replace("list domain domain domain", "domain domain domain list");
    let bytes = [header.as_bytes(), b"\n", &[0, 5, 6, 0]].concat();
    let segmentation = read(&bytes).unwrap();
    assert_eq!(segmentation.layers()[0].values(), [0, 5]);
    assert_eq!(segmentation.layers()[1].voxels(), [1, 0]);
    let one = header.replace("2 1 1 2", "2 1 1 1");
    let one = [one.as_bytes(), b"\n", &[0, 5]].concat();
    assert_eq!(read(&one).unwrap().layers().len(), 1);
}

#[test]
fn a_fourth_axis_that_is_no_layers_is_refused() {
    let check = |from: &str, to: &str, reason: &str| {
        let header = OVERLAP.replace(from, to);
        check_refused(&[header.as_bytes(), b"\n", &[0; 4]].concat(), reason);
    };
    check("list", "RGB-color", "several values a voxel");
    check("list", "vector", "several values a voxel");
    check("list", "???", "several values a voxel");
    check("list", "time", "a time series of 2 volumes");
    let between =
        OVERLAP.replace("none (1,0,0)", "(1,0,0) none").replace("list domain", "domain list");
    check_refused(&[between.as_bytes(), b"\n", &[0; 4]].concat(), "between the axes of space");
    let bare = "NRRD0004\ntype: uchar\ndimension: 4\nsizes: 2 1 1 2\nencoding: raw\n\nabcd";
    check_refused(bare.as_bytes(), "a time series of 2 volumes");
}

#[test]
fn all_layers_together_have_no_more_voxels_than_a_grid_may() {
    let check = |n_layers: usize, reason: &str| {
        let header = OVERLAP.replace("sizes: 2 2 1 1", &format!("sizes: {n_layers} 4096 4096 1"));
        check_refused(&[header.as_bytes(), b"\n", &[0; 4]].concat(), reason);
    };
    check(127, "truncated");
    check(128, "truncated");
    check(129, "more than 2147483648 voxels");
}

#[test]
fn layers_are_no_intensities() {
    let bytes = [OVERLAP.as_bytes(), SEGMENTS.as_bytes(), b"\n", &[3, 0, 3, 1]].concat();
    let file = common::file(&bytes);
    let input = Input::on_disk(file.path());
    let error = nrrd::read_volume(&input, &Limits::DEFAULT).unwrap_err();
    assert_eq!(error.kind().to_string(), "NRRD with several values a voxel");
    assert_eq!(nrrd::read_grid(&input, &Limits::DEFAULT).unwrap().dims(), [2, 1, 1]);
    let error = volume::read_label_map(&input, &Limits::DEFAULT).unwrap_err();
    assert!(error.kind().to_string().contains("2 layers of structures that overlap"));
}

#[test]
fn segments_that_contradict_the_layers_are_refused() {
    let check = |from: &str, to: &str, reason: &str| {
        let keys = SEGMENTS.replace(from, to);
        check_refused(
            &[OVERLAP.as_bytes(), keys.as_bytes(), b"\n", &[3, 0, 3, 1]].concat(),
            reason,
        );
    };
    check("Layer:=1", "Layer:=2", "segment 1 is of layer 2; there are 2");
    check("Layer:=1", "Layer:=-1", "`Layer` is -1");
    check("LabelValue:=1", "LabelValue:=0", "of the background");
    check("LabelValue:=1", "LabelValue:=x", "`LabelValue` is x");
    check("Layer:=1\nSegment1_LabelValue:=1", "Layer:=0\nSegment1_LabelValue:=3", "the same label");
    check("Segment1_Name", "Segment0_Name", "`Segment0_Name` occurs twice");
}

#[test]
fn what_is_no_colour_and_no_meaning_is_left_out() {
    let check = |from: &str, to: &str| {
        let keys = SEGMENTS.replace(from, to);
        let bytes = [OVERLAP.as_bytes(), keys.as_bytes(), b"\n", &[3, 0, 3, 1]].concat();
        read(&bytes).unwrap().segments()[0].clone()
    };
    for colour in ["1 0", "1 0 2", "nan 0 0", "", "red"] {
        assert_eq!(check("1 0.501961 0", colour).colour, None, "{colour}");
    }
    let long = format!("TerminologyEntry:a~SCT^1^x~SCT^1^{}~", "x".repeat(65));
    for tags in [long.as_str(), "TerminologyEntry:", "TerminologyEntry:a~^^~SCT^1^x", "", "x|y~z"] {
        let tags = format!("Segment0_Tags:={tags}\nSegment0_DefaultColor");
        assert_eq!(check("Segment0_Tags", &tags.clone()).meaning, None, "{tags}");
    }
}

#[test]
fn each_limit_holds_at_its_edge() {
    type Change = fn(&mut Limits, usize);
    let check = |bytes: &[u8], edge: usize, change: Change, reason: &str| {
        let mut limits = Limits::DEFAULT;
        for most in [edge, edge + 1] {
            change(&mut limits, most);
            assert!(nrrd::segmentation_of(bytes, &limits).is_ok(), "{most} {reason}");
        }
        change(&mut limits, edge - 1);
        let refusal = nrrd::segmentation_of(bytes, &limits).unwrap_err();
        assert!(matches!(refusal, ErrorKind::Limit { .. }), "{refusal}");
        assert!(refusal.to_string().contains(reason), "{refusal}");
    };
    let segments = [OVERLAP.as_bytes(), SEGMENTS.as_bytes(), b"\n", &[3, 0, 3, 1]].concat();
    check(&segments, 2, |limits, most| limits.layers = most, "layers");
    check(&segments, 2, |limits, most| limits.segments = most, "segments");
    let n_keys = SEGMENTS.matches(":=").count();
    check(&segments, n_keys, |limits, most| limits.keys = most, "keys in the header");
    let longest = SEGMENTS.lines().map(str::len).max().unwrap();
    check(&segments, longest, |limits, most| limits.line = most, "bytes in a line");
    let n_name = "left \\ kidney".len();
    check(&segments, n_name, |limits, most| limits.token = most, "bytes in a segment's name");
    let plain = file(RAW, &LABELS);
    let n_header = "# a commenttype: uchardimension: 3sizes: 2 2 1encoding: raw".len();
    check(&plain, n_header, |limits, most| limits.header = most, "bytes in the header");
    let n_bytes = plain.len();
    check(&plain, n_bytes, |limits, most| limits.bytes = most as u64, "bytes of voxels");
    let packed = file("encoding: gzip\n", &gzip(&LABELS));
    check(&packed, 4, |limits, most| limits.bytes = most as u64, "bytes of voxels");
    let precise = file("encoding: raw\nspacings: 1.0000 1 1\n", &LABELS);
    check(&precise, 6, |limits, most| limits.number = most, "characters in a number");
}

#[test]
fn a_header_of_keys_or_comments_without_end_is_refused() {
    let mut keys = b"NRRD0004\n".to_vec();
    for n in 0..100_000 {
        keys.extend_from_slice(format!("key{n}:=Jane Doe\n").as_bytes());
    }
    check_refused(&keys, "more than 65536 keys in the header");
    let comments = [b"NRRD0004\n".to_vec(), b"# Jane Doe\n".repeat(1_000_000)].concat();
    check_refused(&comments, "more than 65536 bytes in the header");
    let line = [b"NRRD0004\n".to_vec(), vec![b'x'; 10 << 20]].concat();
    check_refused(&line, "more than 4096 bytes in a line");
    let mut segments = b"NRRD0004\n".to_vec();
    for n in 0..5000 {
        segments.extend_from_slice(format!("Segment{n}_LabelValue:={}\n", n + 1).as_bytes());
    }
    let rest = b"type: uchar\ndimension: 3\nsizes: 2 2 1\nencoding: raw\n\nabcd";
    check_refused(&[&segments[..], rest].concat(), "more than 4096 segments");
}

fn grid() -> Grid {
    let rows = [[-1.5, 0.25, 0.0, 10.5], [0.25, 1.5, 1e-7, -3.0], [0.0, 0.1, 2.0, 7.0]];
    Grid::new([3, 2, 1], Affine::from_rows(rows).unwrap()).unwrap()
}

fn map(values: Vec<i64>) -> LabelMap {
    LabelMap::new(grid(), vec![0, 1, 2, 1, 0, 2], values).unwrap()
}

#[test]
fn a_written_label_map_is_read_back() {
    for values in [
        vec![0, 1, 255],
        vec![0, -1, 127],
        vec![0, -1, 128],
        vec![0, 1, 65_535],
        vec![0, -70_000, 1],
        vec![0, 1, 4_000_000_000],
        vec![0, i64::MIN, i64::MAX],
    ] {
        let mut bytes = Vec::new();
        nrrd::write_label_map(&mut bytes, &map(values.clone())).unwrap();
        assert_eq!(read(&bytes).unwrap(), Segmentation::from(map(values)));
    }
}

fn segments() -> Vec<Segment> {
    let code = |word: &str| Code {
        scheme: "SCT".to_owned(),
        value: word.len().to_string(),
        meaning: word.to_owned(),
    };
    let meaning = Meaning {
        category: code("structure"),
        kind: code("kidney"),
        modifier: None,
        region: Some(code("abdomen")),
        region_modifier: Some(code("left")),
    };
    vec![
        Segment {
            layer: 1,
            value: 9,
            name: "Niere, links \\ ü".to_owned(),
            colour: Some([1, 128, 254]),
            meaning: Some(meaning),
        },
        // No voxel has it.
        Segment { layer: 0, value: 77, name: "empty".to_owned(), ..Segment::default() },
        Segment { layer: 0, value: 1, ..Segment::default() },
        Segment { layer: 0, value: 5, name: "x".to_owned(), ..Segment::default() },
        Segment { layer: 1, value: 2, colour: Some([0, 0, 0]), ..Segment::default() },
    ]
}

#[test]
fn a_written_segmentation_is_read_back() {
    let layers = vec![map(vec![0, 1, 5]), map(vec![0, 2, 9])];
    let written = Segmentation::new(layers, segments()).unwrap();
    let mut bytes = Vec::new();
    nrrd::write_segmentation(&mut bytes, &written).unwrap();
    assert_eq!(read(&bytes).unwrap(), written);
    let mut again = Vec::new();
    nrrd::write_segmentation(&mut again, &written).unwrap();
    assert_eq!(bytes, again);
    assert!(bytes.windows(10).any(|window| window == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]));
}

#[test]
fn labels_without_a_segment_are_written_with_their_number_alone() {
    let named = Segment { value: 5, name: "x".to_owned(), ..Segment::default() };
    let written = Segmentation::new(vec![map(vec![0, 1, 5])], vec![named.clone()]).unwrap();
    let mut bytes = Vec::new();
    nrrd::write_segmentation(&mut bytes, &written).unwrap();
    let bare = Segment { value: 1, ..Segment::default() };
    assert_eq!(read(&bytes).unwrap().segments(), [named, bare]);
    let mut plain = Vec::new();
    nrrd::write_segmentation(&mut plain, &Segmentation::from(map(vec![0, 1, 5]))).unwrap();
    assert!(read(&plain).unwrap().segments().is_empty());
}

#[test]
fn names_cannot_break_out_of_their_line() {
    let name = "a\nSegment0_Name:=b\r\n\nx".to_owned();
    let segment = Segment { value: 1, name, ..Segment::default() };
    let written = Segmentation::new(vec![map(vec![0, 1, 5])], vec![segment]).unwrap();
    let mut bytes = Vec::new();
    nrrd::write_segmentation(&mut bytes, &written).unwrap();
    let read = read(&bytes).unwrap();
    assert_eq!(read.segments()[0].name, "a Segment0_Name:=b   x");
    assert_eq!(read.segments().len(), 2);
}
