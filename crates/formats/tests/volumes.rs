//! Volume files of every format: told apart, described, and NIfTI's older relations.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use medshape_formats::volume::{self, VolumeFormat};
use medshape_formats::{Error, ErrorKind, Facts, Input, Limits};
use medshape_types::LabelMap;

use crate::common::{I16, Nifti1, U8, gzip};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Input {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        Input::on_disk(path)
    }
}

fn read(input: &Input) -> Result<LabelMap, Error> {
    volume::read_label_map(input, &Limits::DEFAULT)
}

fn refusal(input: &Input) -> String {
    read(input).unwrap_err().kind().to_string()
}

fn facts(input: &Input) -> Facts {
    volume::describe(input, &Limits::DEFAULT).unwrap()
}

const NRRD: &[u8] =
    b"NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 2 1\nencoding: raw\n\n\0\x01\0\x02";
const META: &[u8] =
    b"ObjectType = Image\nNDims = 3\nDimSize = 2 2 1\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n\0\x01\0\x02";

fn mgh() -> Vec<u8> {
    let mut bytes = vec![0; 284];
    for (place, value) in [1, 2, 2, 1, 1].into_iter().enumerate() {
        bytes[4 * place + 3] = value;
    }
    bytes.extend_from_slice(&[0, 1, 0, 2]);
    bytes
}

#[test]
fn files_are_told_apart_by_what_they_hold() {
    let folder = Folder::new();
    let check = |bytes: &[u8], expected: Option<VolumeFormat>| {
        // Under a name that says nothing, and under the wrong one.
        for name in ["x", "x.stl", "x.nii.gz", "x.mha"] {
            let input = folder.put(name, bytes);
            assert_eq!(volume::format(&input).unwrap(), expected, "{name}");
            if expected.is_some() {
                assert_eq!(read(&input).unwrap().counts(), [2, 1, 1]);
                assert_eq!(volume::read_grid(&input, &Limits::DEFAULT).unwrap().dims(), [2, 2, 1]);
                let volume = volume::read_volume(&input, &Limits::DEFAULT).unwrap();
                assert_eq!(volume.voxels(), [0.0, 1.0, 0.0, 2.0]);
                assert!(facts(&input).get("voxels").is_some());
            }
        }
    };
    let nifti = Nifti1::small().bytes();
    check(&nifti, Some(VolumeFormat::Nifti));
    check(&gzip(&nifti), Some(VolumeFormat::Nifti));
    check(NRRD, Some(VolumeFormat::Nrrd));
    check(META, Some(VolumeFormat::MetaImage));
    check(&mgh(), Some(VolumeFormat::Mgh));
    check(&gzip(&mgh()), Some(VolumeFormat::Mgh));
    check(b"solid x\nendsolid x\n", None);
    check(b"Comment = NDims\n", None);
    check(&[0; 400], None);
}

#[test]
fn what_is_no_volume_is_refused_by_the_reader_of_its_name() {
    let folder = Folder::new();
    let check = |name: &str, reason: &str| {
        let refusal = refusal(&folder.put(name, b"hello"));
        assert!(refusal.contains(reason), "`{refusal}` does not say `{reason}`");
    };
    check("x", "not a volume in a format that is read");
    check("x.stl", "not a volume in a format that is read");
    check("x.nii", "not a NIfTI file: it ends inside the header");
    check("x.hdr", "not a NIfTI file: it ends inside the header");
    check("y.img", "`y.hdr`, which it needs, is not beside it");
    check("x.nrrd", "it does not begin with `NRRD000`");
    check("x.mhd", "malformed MetaImage: a line without `=`: `hello`");
    check("x.mgz", "malformed MGH: it ends inside the header");
    assert_eq!(refusal(&folder.put("empty.nrrd", b"")), "the file is empty");
    assert_eq!(
        refusal(&folder.put("cut.nii.gz", &gzip(NRRD)[..12])),
        "truncated gzip: the file ends inside its compressed data"
    );
    assert!(refusal(&Input::on_disk(folder.0.path())).contains("not a regular file"));
}

/// A header and its voxels, in files of their own.
fn pair(change: impl Fn(&mut Nifti1)) -> (Vec<u8>, Vec<u8>) {
    let mut file = Nifti1::small();
    file.put(344, b"ni1\0");
    file.f32(108, 0.0);
    change(&mut file);
    (file.header[..348].to_vec(), file.voxels)
}

#[test]
fn a_pair_is_read_from_either_half() {
    let (header, voxels) = pair(|_| {});
    for [head, image] in [
        ["a.hdr", "a.img"],
        ["a.hdr.gz", "a.img.gz"],
        ["a.hdr", "a.img.gz"],
        ["a.HDR", "a.IMG"],
        ["a b.hdr", "a b.img"],
    ] {
        let folder = Folder::new();
        let pack = |name: &str, bytes: &[u8]| {
            if name.ends_with(".gz") { gzip(bytes) } else { bytes.to_vec() }
        };
        let head = folder.put(head, &pack(head, &header));
        let image = folder.put(image, &pack(image, &voxels));
        for half in [&head, &image] {
            let map = read(half).unwrap();
            assert_eq!((map.voxels().to_wide(), map.values()), (vec![0, 1, 0, 2], &[0, 1, 2][..]));
            assert_eq!(facts(half).get("files"), Some("header and voxels apart"));
            let other = if half == &head { &image } else { &head };
            let files = volume::files_of(half, &Limits::DEFAULT).unwrap();
            assert_eq!(files.iter().map(Input::name).collect::<Vec<_>>(), [other.name()]);
        }
    }
}

#[test]
fn the_voxels_of_a_pair_may_begin_later_and_have_to_be_there() {
    let folder = Folder::new();
    let check = |change: fn(&mut Nifti1), image: &[u8], reason: Option<&str>| {
        let head = folder.put("a.hdr", &pair(change).0);
        folder.put("a.img", image);
        match (read(&head), reason) {
            (Ok(map), None) => assert_eq!(map.voxels(), [0, 1, 0, 2]),
            (Err(error), Some(reason)) => assert!(error.to_string().contains(reason), "{error}"),
            (read, reason) => panic!("{read:?} is not {reason:?}"),
        }
    };
    check(|file| file.f32(108, 3.0), b"abc\0\x01\0\x02", None);
    check(|_| {}, b"\0\x01\0", Some("truncated: the header claims 4 bytes"));
    check(|_| {}, b"\0\x01\0\x02x", Some("more bytes than its header says"));
    check(|file| file.f32(108, -1.0), b"\0\x01\0\x02", Some("`vox_offset` is -1"));
    check(|_| {}, b"", Some("the file is empty"));
    fs::remove_file(folder.0.path().join("a.img")).unwrap();
    let head = Input::on_disk(folder.0.path().join("a.hdr"));
    assert_eq!(refusal(&head), "`a.img`, which it needs, is not beside it");
    let lonely = folder.put("b.nii", &pair(|_| {}).0);
    assert_eq!(refusal(&lonely), "`b.img`, which it needs, is not beside it");
    folder.put("c.hdr", &Nifti1::small().bytes());
    let image = folder.put("c.img", b"abcd");
    assert!(refusal(&image).contains("the header beside it is of a file by itself"));
    let whole = folder.put("d.img", &Nifti1::small().bytes());
    assert_eq!(read(&whole).unwrap().voxels(), [0, 1, 0, 2]);
}

#[cfg(unix)]
#[test]
fn the_other_half_of_a_pair_may_not_be_a_link() {
    let folder = Folder::new();
    let head = folder.put("a.hdr", &pair(|_| {}).0);
    let image = folder.put("voxels", &pair(|_| {}).1);
    std::os::unix::fs::symlink(image.path(), folder.0.path().join("a.img")).unwrap();
    assert!(matches!(read(&head).unwrap_err().kind(), ErrorKind::Outside { .. }));
}

#[test]
fn a_pair_from_an_archive_finds_its_half_there() {
    let folder = Folder::new();
    let (header, voxels) = pair(|_| {});
    folder.put("1", &header);
    folder.put("2", &voxels);
    let at = |name: &str| folder.0.path().join(name);
    let files = BTreeMap::from([("a.hdr".to_owned(), at("1")), ("a.img".to_owned(), at("2"))]);
    let input = Input::unpacked(PathBuf::from("x.zip/a.hdr"), at("1"), Arc::new(files));
    assert_eq!(read(&input).unwrap().voxels(), [0, 1, 0, 2]);
}

#[test]
fn analyze_lies_about_the_origin_with_x_to_the_left() {
    let folder = Folder::new();
    let analyze = |change: fn(&mut Nifti1)| {
        let (header, voxels) = pair(|file| {
            file.put(344, &[0; 4]);
            file.i16(254, 0);
            for (axis, spacing) in [0.0, 2.0, 3.0, 4.0].into_iter().enumerate() {
                file.f32(76 + 4 * axis, spacing);
            }
            change(file);
        });
        let input = folder.put("a.hdr", &header);
        folder.put("a.img", &voxels);
        input
    };
    let rows = |input: &Input| *read(input).unwrap().grid().world_from_voxel().rows();
    let plain = analyze(|_| {});
    let expected = [[-2.0, 0.0, 0.0, 1.0], [0.0, 3.0, 0.0, -1.5], [0.0, 0.0, 4.0, 0.0]];
    assert_eq!(rows(&plain), expected);
    let facts = facts(&plain);
    assert_eq!((facts.get("format"), facts.get("version")), (Some("Analyze"), Some("7.5")));
    assert!(facts.get("form").unwrap().contains("which the format does not say"));
    assert_eq!(facts.get("orientation"), Some("LAS"));
    // nibabel: `Spm2AnalyzeHeader` with `origin` (2, 1, 1) has this affine.
    let spm = analyze(|file| {
        [2, 1, 1].into_iter().enumerate().for_each(|(axis, n)| file.i16(253 + 2 * axis, n))
    });
    let expected = [[-2.0, 0.0, 0.0, 2.0], [0.0, 3.0, 0.0, 0.0], [0.0, 0.0, 4.0, 0.0]];
    assert_eq!(rows(&spm), expected);
    // An origin far away is no origin.
    let far = analyze(|file| file.i16(253, 30_000));
    assert_eq!(rows(&far), rows(&plain));
    // What would be forms and units in NIfTI is something else here.
    let other = analyze(|file| {
        file.header[123] = 3;
        file.i16(252, 0x0101);
        file.i16(254, 0);
    });
    assert_eq!(read(&other).unwrap().grid().spacing_mm(), [2.0, 3.0, 4.0]);
}

#[test]
fn the_forms_of_nifti_are_compared() {
    let folder = Folder::new();
    let mut both = Nifti1::small();
    both.i16(252, 1);
    let agreement = |file: &Nifti1| {
        let facts = facts(&folder.put("x.nii", &file.bytes()));
        (facts.get("form").unwrap().to_owned(), facts.get("forms").map(str::to_owned))
    };
    let said = |text: &str| ("sform".to_owned(), Some(text.to_owned()));
    assert_eq!(agreement(&both), said("sform and qform agree"));
    let mut near = both.clone();
    near.f32(268, 0.0009);
    assert_eq!(agreement(&near), said("sform and qform agree"));
    near.f32(268, 0.0011);
    assert_eq!(agreement(&near), said("sform and qform differ by up to 0.001 mm"));
    let mut flipped = both.clone();
    flipped.f32(280, -1.0);
    let mirrored =
        "sform and qform differ by up to 2.000 mm, and one is a mirror image of the other";
    assert_eq!(agreement(&flipped), said(mirrored));
    let mut broken = both.clone();
    broken.f32(256, f32::NAN);
    assert_eq!(agreement(&broken), said("one of them is broken"));
    let mut only = both;
    only.i16(254, 0);
    assert_eq!(agreement(&only), ("qform".to_owned(), None));
}

#[test]
fn a_nifti_header_is_described_field_by_field() {
    let folder = Folder::new();
    let mut file = Nifti1::in_order([2, 2, 1], I16, vec![0, 0, 0, 1, 0, 0, 0, 2], true);
    file.put(148, b"Jane Doe, 1970-01-01");
    file.f32(108, 352.0 + 32.0);
    file.header[348] = 1;
    for kind in [2, 6] {
        let mut extension = [0; 16];
        extension[..4].copy_from_slice(&16_i32.to_be_bytes());
        extension[4..8].copy_from_slice(&i32::to_be_bytes(kind));
        extension[8..].copy_from_slice(b"Jane Doe");
        file.header.extend_from_slice(&extension);
    }
    let facts = facts(&folder.put("x.nii.gz", &gzip(&file.bytes())));
    let expected = [
        ("format", "NIfTI"),
        ("version", "1"),
        ("files", "one"),
        ("dims", "2 2 1"),
        ("datatype", "int16"),
        ("byte-order", "big"),
        ("compression", "gzip"),
        ("spacing", "1 1 1"),
        ("unit", "mm"),
        ("slope", "1"),
        ("intercept", "0"),
        ("sform-code", "1"),
        ("qform-code", "0"),
        ("form", "sform"),
        ("extensions", "DICOM, comment"),
        ("orientation", "RAS"),
        ("spacing-mm", "1 1 1"),
        ("origin-mm", "0 0 0"),
        ("voxels", "4"),
    ];
    assert_eq!(facts.iter().collect::<Vec<_>>(), expected);
}

#[test]
fn extensions_of_any_size_are_answered() {
    let folder = Folder::new();
    let extensions = |sizes: &[i32], n_bytes: usize| {
        let mut file = Nifti1::small();
        file.f32(108, 352.0 + n_bytes as f32);
        file.header[348] = 1;
        let mut bytes: Vec<u8> =
            sizes.iter().flat_map(|size| [size.to_le_bytes(), [4, 0, 0, 0]].concat()).collect();
        bytes.resize(n_bytes, 0);
        file.header.extend_from_slice(&bytes);
        let input = folder.put("x.nii", &file.bytes());
        assert_eq!(read(&input).unwrap().voxels(), [0, 1, 0, 2]);
        volume::describe(&input, &Limits::DEFAULT)
            .map(|facts| facts.get("extensions").unwrap().to_owned())
            .map_err(|error| error.kind().to_string())
    };
    assert_eq!(extensions(&[16], 16).unwrap(), "AFNI");
    for size in [0, -8, i32::MIN, i32::MAX, 7, 4096] {
        assert_eq!(extensions(&[size], 16).unwrap(), "one of a broken size", "{size}");
    }
    assert_eq!(extensions(&[8; 4096], 8 * 4096).unwrap().matches("AFNI").count(), 4096);
    let many = extensions(&[8; 4097], 8 * 4097).unwrap_err();
    assert_eq!(many, "more than 4096 header extensions");
}

#[test]
fn what_is_not_read_is_described_with_the_reason() {
    let folder = Folder::new();
    let check = |change: fn(&mut Nifti1), reason: &str| {
        let mut file = Nifti1::small();
        change(&mut file);
        let facts = facts(&folder.put("x.nii", &file.bytes()));
        assert!(facts.get("refused").unwrap().contains(reason), "{facts:?}");
        assert_eq!(facts.get("orientation"), None);
        facts
    };
    let series = check(
        |file| {
            file.i16(40, 4);
            file.i16(48, 5);
        },
        "a time series of 5 volumes",
    );
    assert_eq!(series.get("dims"), Some("2 2 1 5"));
    let colours = check(|file| file.i16(70, 128), "RGB colours");
    assert_eq!(colours.get("datatype"), Some("128: RGB colours, not labels"));
    check(|file| file.i16(40, -1), "`dim[0]` is -1");
    check(|file| file.i16(40, i16::MAX), "`dim[0]` is 32767");
}

#[test]
fn nothing_that_a_person_wrote_is_among_the_facts() {
    let folder = Folder::new();
    let nrrd =
        b"NRRD0004\n# Jane Doe\ncontent: Jane Doe\ntype: uchar\ndimension: 3\nsizes: 2 2 1\n\
        space: Jane\nencoding: Jane\nlabels: \"Jane\"\nSegment0_Name:=Jane Doe\nJane:=Doe\n\nabcd";
    let meta = [b"Comment = Jane Doe\nName = Jane\n", META].concat();
    let mut nifti = Nifti1::small();
    nifti.put(4, b"Jane Doe");
    for (name, bytes) in [("a.nrrd", &nrrd[..]), ("a.mha", &meta), ("a.nii", &nifti.bytes())] {
        let facts = facts(&folder.put(name, bytes));
        for (name, value) in facts.iter().filter(|(name, _)| *name != "refused") {
            assert!(!value.contains("Jane") && !value.contains("Doe"), "{name}: {value}");
        }
    }
}

#[test]
fn a_volume_larger_than_the_limit_is_refused_at_its_edge() {
    let folder = Folder::new();
    let mut file = Nifti1::small();
    for packed in [false, true] {
        let bytes = if packed { gzip(&file.bytes()) } else { file.bytes() };
        let input = folder.put("x.nii", &bytes);
        for (most, is_read) in [(355, false), (356, true), (357, true)] {
            let limits = Limits { bytes: most, ..Limits::DEFAULT };
            assert_eq!(volume::read_segmentation(&input, &limits).is_ok(), is_read, "{most}");
        }
    }
    // Axes that all but coincide: a determinant below 1e-9.
    file.f32(284, 1.0);
    file.f32(300, 1e-10);
    assert!(refusal(&folder.put("x.nii", &file.bytes())).contains("axes so nearly parallel"));
    file = Nifti1::new([1, 1, 1], U8, vec![1]);
    file.f32(280, 0.0005);
    assert!(refusal(&folder.put("x.nii", &file.bytes())).contains("a voxel spacing outside"));
}

#[test]
fn a_mirrored_volume_keeps_its_place() {
    let folder = Folder::new();
    let mut file = Nifti1::small();
    file.f32(280, -1.0);
    file.f32(292, 1.0);
    let map = read(&folder.put("x.nii", &file.bytes())).unwrap();
    assert_eq!(map.grid().orientation(), "LAS");
    assert_eq!(map.grid().world_from_voxel().apply([1.0, 0.0, 0.0]), [0.0, 0.0, 0.0]);
}
