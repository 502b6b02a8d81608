//! Items 45 to 62: NRRD and MetaImage.

use std::fs;

use crate::bad::{ACCEPTED, Bad, Expected, SECRET, refused};
use crate::nifti::cube_voxels;
use crate::packing::{gzip, zlib};

pub(crate) fn all() -> Vec<Bad> {
    [nrrd_axes(), nrrd_data(), nrrd_text(), metaimage()].into_iter().flatten().collect()
}

/// The header of a sound NRRD, of which lines can be replaced or taken out.
fn nrrd_header(changes: &[(&str, &str)]) -> String {
    let lines = [
        ("type", "type: uint8"),
        ("dimension", "dimension: 3"),
        ("space", "space: right-anterior-superior"),
        ("sizes", "sizes: 12 12 12"),
        ("directions", "space directions: (1,0,0) (0,1,0) (0,0,1)"),
        ("encoding", "encoding: raw"),
        ("more", ""),
    ];
    let mut text = "NRRD0005\n".to_owned();
    for (name, line) in lines {
        let change = changes.iter().find(|(changed, _)| *changed == name);
        let line = change.map_or(line, |(_, line)| line);
        if !line.is_empty() {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn nrrd_bytes(changes: &[(&str, &str)]) -> Vec<u8> {
    [nrrd_header(changes).as_bytes(), b"\n", &cube_voxels()].concat()
}

pub(crate) fn sound_nrrd() -> Vec<u8> {
    nrrd_bytes(&[])
}

fn nrrd(number: &str, name: &str, changes: &[(&str, &str)], expected: Expected) -> Bad {
    Bad::new(number, name, nrrd_bytes(changes), expected)
}

fn malformed(says: &'static str) -> Expected {
    refused("malformed", says)
}

fn nrrd_axes() -> Vec<Bad> {
    let too_few = refused("truncated", "at most 864");
    let in_words = |number: &str, name: &str, encoding: &str, says| {
        let header = nrrd_header(&[("encoding", &format!("encoding: {encoding}"))]);
        let bytes = [header.as_bytes(), b"\n", &b"~ ".repeat(2000)].concat();
        Bad::new(number, name, bytes, malformed(says))
    };
    vec![
        nrrd("45", "dimension-99.nrrd", &[("dimension", "dimension: 99")], malformed("dimension")),
        nrrd("45b", "dimension-0.nrrd", &[("dimension", "dimension: 0")], malformed("dimension")),
        nrrd("46a", "sizes-too-few.nrrd", &[("sizes", "sizes: 12 12")], malformed("sizes")),
        nrrd("46b", "sizes-too-many.nrrd", &[("sizes", "sizes: 12 12 12 12")], malformed("sizes")),
        nrrd("47a", "sizes-negative.nrrd", &[("sizes", "sizes: 4 4 -4")], malformed("sizes")),
        nrrd(
            "47b",
            "sizes-huge.nrrd",
            &[("sizes", "sizes: 4 4 100000000000000000000")],
            malformed("sizes"),
        ),
        nrrd(
            "47c",
            "sizes-2047.nrrd",
            &[("sizes", "sizes: 1024 1024 2047")],
            refused("truncated", "bytes"),
        ),
        nrrd("48a", "encoding-hex.nrrd", &[("encoding", "encoding: hex")], too_few),
        nrrd("48b", "encoding-ascii.nrrd", &[("encoding", "encoding: ascii")], too_few),
        nrrd(
            "48c",
            "encoding-bzip2.nrrd",
            &[("encoding", "encoding: bzip2")],
            refused("unsupported", "bzip2"),
        ),
        nrrd(
            "48d",
            "encoding-unknown.nrrd",
            &[("encoding", "encoding: zap")],
            malformed("encoding"),
        ),
        in_words("48e", "no-hex-digits.nrrd", "hex", "hex"),
        in_words("48f", "no-numbers.nrrd", "ascii", "~"),
        nrrd(
            "52a",
            "directions-nan.nrrd",
            &[("directions", "space directions: (nan,0,0) (0,1,0) (0,0,1)")],
            malformed("directions"),
        ),
        nrrd(
            "52b",
            "directions-none.nrrd",
            &[("directions", "space directions: none none none")],
            malformed("space"),
        ),
        nrrd(
            "52c",
            "directions-too-few.nrrd",
            &[("directions", "space directions: (1,0,0) (0,1,0)")],
            malformed("space directions"),
        ),
        nrrd(
            "52d",
            "directions-flat.nrrd",
            &[("directions", "space directions: (1,0,0) (1,0,0) (0,0,1)")],
            malformed("flatten"),
        ),
        nrrd(
            "53",
            "no-endian.nrrd",
            &[("type", "type: uint16"), ("sizes", "sizes: 12 12 6")],
            malformed("endian"),
        ),
    ]
}

fn nrrd_data() -> Vec<Bad> {
    let beside = |number: &str, name: &str, line: &str, expected| {
        Bad::new(number, name, nrrd_header(&[("more", line)]), expected)
    };
    let skip = |number: &str, name: &str, line: &str, says| {
        nrrd(number, name, &[("more", line)], malformed(says))
    };
    let outside = refused("reference", "only a file beside it");
    vec![
        beside("49a", "data-up.nhdr", "data file: ../../etc/passwd", outside),
        beside("49b", "data-absolute.nhdr", "data file: /etc/passwd", outside),
        beside("49c", "data-url.nhdr", "data file: file:///etc/passwd", outside),
        beside(
            "49d",
            "data-list.nhdr",
            &format!("data file: LIST{}", "\n../a".repeat(12)),
            outside,
        ),
        beside(
            "49k",
            "data-list-short.nhdr",
            "data file: LIST\na.raw\nb.raw",
            malformed("2 files"),
        ),
        beside(
            "49e",
            "data-pattern.nhdr",
            "data file: a%d.raw 1 1000000000 1",
            refused("limit", "files"),
        ),
        beside("49f", "data-pattern-s.nhdr", "data file: a%s%n.raw 1 12 1", malformed("%")),
        beside(
            "49g",
            "data-itself.nhdr",
            "data file: data-itself.nhdr",
            refused("truncated", "bytes"),
        ),
        beside("49h", "data-device.nhdr", "data file: /dev/zero", outside),
        Bad::written(
            "49i",
            "data-link.nhdr",
            |path| {
                std::os::unix::fs::symlink("/dev/zero", path.with_file_name("zero.raw"))?;
                fs::write(path, nrrd_header(&[("more", "data file: zero.raw")]))
            },
            refused("reference", "zero.raw"),
        ),
        beside(
            "49j",
            "data-missing.nhdr",
            "data file: nowhere.raw",
            refused("reference", "nowhere.raw"),
        ),
        skip("50a", "byte-skip-minus-2.nrrd", "byte skip: -2", "byte skip"),
        nrrd(
            "50b",
            "byte-skip-1e18.nrrd",
            &[("more", "byte skip: 1000000000000000000")],
            refused("truncated", "bytes"),
        ),
        skip("50c", "byte-skip-before-file.nrrd", "byte skip: -100000000", "byte skip"),
        nrrd(
            "51",
            "line-skip-1e9.nrrd",
            &[("more", "line skip: 1000000000")],
            malformed("lines are to be skipped"),
        ),
    ]
}

fn nrrd_text() -> Vec<Bad> {
    let header = nrrd_header(&[]);
    let no_end = [header.as_bytes(), &[1; 1728]].concat();
    let huge = nrrd_header(&[("more", &"# nothing\n".repeat(1_000_000))]);
    let keys: String = (0..1_000_000).map(|n| format!("k{n}:=v\n")).collect();
    let cr_only = [header.replace('\n', "\r").as_bytes(), b"\r", &cube_voxels()].concat();
    let phi = format!("PatientName:={SECRET}\nDICOM_0010_0010:={SECRET}");
    vec![
        Bad::new("54a", "no-empty-line.nrrd", no_end, malformed("line")),
        Bad::new("54b", "header-of-10-mb.nrrd", huge, refused("limit", "header")),
        Bad::new("54c", "cr-only.nrrd", cr_only, refused("unsupported", "version")),
        nrrd("54d", "nul-in-header.nrrd", &[("type", "type: uint8\0")], malformed("zero byte")),
        Bad::new(
            "54e",
            "version-9.nrrd",
            [header.replace("0005", "0009").as_bytes(), b"\n", &cube_voxels()].concat(),
            refused("unsupported", "version"),
        ),
        nrrd("54f", "no-colon.nrrd", &[("more", "neither field nor comment")], malformed("line")),
        nrrd("55a", "keys-of-a-patient.nrrd", &[("more", &phi)], ACCEPTED),
        Bad::new(
            "55b",
            "million-keys.nrrd",
            nrrd_header(&[("more", &keys)]),
            refused("limit", "keys"),
        ),
        nrrd("55c", "field-twice.nrrd", &[("more", "sizes: 3 3 3")], malformed("twice")),
        nrrd(
            "55d",
            "line-of-50-mb.nrrd",
            &[("more", &format!("# {}", "x".repeat(50_000_000)))],
            refused("limit", "bytes in a line"),
        ),
    ]
}

fn mha_header(changes: &[(&str, &str)]) -> String {
    let lines = [
        ("ObjectType", "Image"),
        ("NDims", "3"),
        ("DimSize", "12 12 12"),
        ("ElementSpacing", "1 1 1"),
        ("ElementType", "MET_UCHAR"),
        ("More", ""),
        ("ElementDataFile", "LOCAL"),
    ];
    let mut text = String::new();
    for (name, value) in lines {
        let change = changes.iter().find(|(changed, _)| *changed == name);
        match change.map_or(value, |(_, value)| value) {
            "" => {}
            value if name == "More" => text.push_str(&format!("{value}\n")),
            value => text.push_str(&format!("{name} = {value}\n")),
        }
    }
    text
}

pub(crate) fn sound_mha() -> Vec<u8> {
    [mha_header(&[]).as_bytes(), &cube_voxels()].concat()
}

fn mha(number: &str, name: &str, changes: &[(&str, &str)], expected: Expected) -> Bad {
    let bytes = [mha_header(changes).as_bytes(), &cube_voxels()].concat();
    Bad::new(number, name, bytes, expected)
}

fn metaimage() -> Vec<Bad> {
    let packed = |number: &str, name: &str, line: &str, bytes: &[u8], expected| {
        let header = mha_header(&[("More", line)]);
        Bad::new(number, name, [header.as_bytes(), bytes].concat(), expected)
    };
    let not_last = format!("ElementDataFile = LOCAL\n{}", mha_header(&[]));
    let yes = "CompressedData = True";
    let outside = refused("reference", "only a file beside it");
    vec![
        mha("56a", "ndims-9.mha", &[("NDims", "9")], malformed("NDims")),
        mha("56b", "ndims-0.mha", &[("NDims", "0")], malformed("NDims")),
        mha("56c", "ndims-minus-1.mha", &[("NDims", "-1")], malformed("NDims")),
        mha("57", "dimsize-short.mha", &[("DimSize", "12 12")], malformed("DimSize")),
        mha(
            "57b",
            "dimsize-huge.mha",
            &[("DimSize", "12 12 99999999999999999999")],
            malformed("DimSize"),
        ),
        mha(
            "57c",
            "dimsize-too-large.mha",
            &[("DimSize", "2000 1000 1000")],
            refused("truncated", "bytes"),
        ),
        Bad::written(
            "58a",
            "list-short.mhd",
            |path| {
                for name in ["a.raw", "b.raw"] {
                    fs::write(path.with_file_name(name), [1; 144])?;
                }
                fs::write(path, mha_header(&[("ElementDataFile", "LIST\na.raw\nb.raw")]))
            },
            malformed("it lists 2 files"),
        ),
        mha(
            "58f",
            "list-missing.mhd",
            &[("ElementDataFile", "LIST\na.raw\nb.raw")],
            refused("reference", "a.raw"),
        ),
        Bad::new("58b", "local-not-last.mha", not_last, malformed("")),
        mha("58c", "data-up.mhd", &[("ElementDataFile", "../../etc/passwd")], outside),
        mha("58d", "data-absolute.mhd", &[("ElementDataFile", "/etc/passwd")], outside),
        mha(
            "58e",
            "data-pattern.mhd",
            &[("ElementDataFile", "a%09999999d.raw 1 12 1")],
            malformed("pattern of file names"),
        ),
        packed("59a", "no-packed-size.mha", yes, &zlib(&cube_voxels()), ACCEPTED),
        // The checksum of zlib says that all voxels came; programs are known to write a wrong size.
        packed(
            "59b",
            "packed-size-wrong.mha",
            &format!("{yes}\nCompressedDataSize = 5"),
            &zlib(&cube_voxels()),
            ACCEPTED,
        ),
        packed(
            "59c",
            "packed-damaged.mha",
            yes,
            &[0x78, 0x9c, 7, 7, 7, 7],
            refused("damaged", "zlib"),
        ),
        packed("59d", "packed-bomb.mha", yes, &zlib(&vec![0; 50_000_000]), malformed("more")),
        packed("59e", "packed-as-gzip.mha", yes, &gzip(&cube_voxels()), ACCEPTED),
        mha(
            "60a",
            "header-size-minus-2.mha",
            &[("More", "HeaderSize = -2")],
            malformed("HeaderSize"),
        ),
        mha(
            "60b",
            "header-size-huge.mha",
            &[("More", "HeaderSize = 99999999999")],
            refused("truncated", "bytes"),
        ),
        mha(
            "61a",
            "type-string.mha",
            &[("ElementType", "MET_STRING")],
            refused("unsupported", "ElementType"),
        ),
        mha(
            "61b",
            "type-unknown.mha",
            &[("ElementType", "MET_WHATEVER")],
            refused("unsupported", "ElementType"),
        ),
        mha(
            "62",
            "channels-1e9.mha",
            &[("More", "ElementNumberOfChannels = 1000000000")],
            refused("unsupported", "channel"),
        ),
        mha(
            "62b",
            "comment-of-a-patient.mha",
            &[("More", &format!("Comment = {SECRET}"))],
            ACCEPTED,
        ),
    ]
}
