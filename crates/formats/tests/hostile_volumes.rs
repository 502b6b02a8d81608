//! Sound volume files, damaged at random: a reader answers, and what it accepts is sound.

use std::io::Write;

use medshape_formats::{ErrorKind, Limits, metaimage, mgh, nrrd};
use medshape_types::{Affine, Grid, LabelMap, Segment, Segmentation};
use proptest::prelude::*;

use crate::common::damage::{Damage, apply};
use crate::common::{damage, gzip};

/// Words that headers may hold, and numbers at their limits.
const WORDS: [&str; 32] = [
    "0",
    "-1",
    "1",
    "2147483647",
    "-2147483648",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "1e308",
    "nan",
    "inf",
    "1e-320",
    "none",
    "(",
    ")",
    "(0,0,0)",
    "LIST",
    "LOCAL",
    "%d 1 999999999 1",
    "../x",
    "gzip",
    "raw",
    "hex",
    "ascii",
    "True",
    "\n",
    "\n\n",
    ":",
    ":=",
    "list",
    "Segment0_Layer:=9",
];

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        3 => damage::flip(),
        3 => damage::set_byte(),
        6 => damage::write(&WORDS),
        1 => damage::truncate(),
        1 => damage::repeat(),
    ]
}

fn map(labels: &[u8]) -> LabelMap {
    let rows = [[-1.5, 0.25, 0.0, 10.5], [0.25, 1.5, 0.0, -3.0], [0.0, 0.1, 2.0, 7.0]];
    let grid = Grid::new([5, 4, 3], Affine::from_rows(rows).unwrap()).unwrap();
    LabelMap::new(grid, labels.iter().map(|&label| label.into()).collect(), (0..5).collect())
        .unwrap()
}

fn labels() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0..5_u8, 60)
}

fn nrrd_files() -> impl Strategy<Value = Vec<u8>> {
    (labels(), labels(), 0..5_usize).prop_map(|(first, second, kind)| {
        let plain = |encoding: &str, data: &[u8]| {
            let header = format!(
                "NRRD0004\ntype: short\nendian: little\ndimension: 3\nsizes: 5 2 3\nspace: LPS\n\
                 space directions: (1,0,0) (0,1,0.5) (0,0,2)\nspace origin: (1,2,3)\n\
                 encoding: {encoding}\n\n"
            );
            [header.as_bytes(), data].concat()
        };
        match kind {
            0 => plain("raw", &first),
            1 => plain("gzip", &gzip(&first)),
            2 => plain("text", "1 2 3 4 5\n".repeat(6).as_bytes()),
            3 => plain("hex", "0102\n".repeat(30).as_bytes()),
            _ => {
                let segment = |layer, value| Segment {
                    layer,
                    value,
                    name: "liver".to_owned(),
                    colour: Some([1, 2, 3]),
                    meaning: None,
                };
                let layers = vec![map(&first), map(&second)];
                let segments = vec![segment(0, 1), segment(1, 1)];
                let mut bytes = Vec::new();
                let segmentation = Segmentation::new(layers, segments).unwrap();
                nrrd::write_segmentation(&mut bytes, &segmentation).unwrap();
                bytes
            }
        }
    })
}

fn meta_files() -> impl Strategy<Value = Vec<u8>> {
    (labels(), 0..3_usize).prop_map(|(labels, kind)| {
        let file = |lines: &str, data: &[u8]| {
            let header = format!(
                "ObjectType = Image\nNDims = 3\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 1 2 3\n\
                 ElementSpacing = 1 2 3\nDimSize = 5 4 3\nElementType = MET_UCHAR\nHeaderSize = 0\n\
                 {lines}ElementDataFile = LOCAL\n"
            );
            [header.as_bytes(), data].concat()
        };
        match kind {
            0 => file("", &labels),
            1 => {
                let level = flate2::Compression::default();
                let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), level);
                packed.write_all(&labels).unwrap();
                file("CompressedData = True\n", &packed.finish().unwrap())
            }
            _ => file("BinaryData = False\n", "1 2 3\n".repeat(20).as_bytes()),
        }
    })
}

fn mgh_files() -> impl Strategy<Value = Vec<u8>> {
    (labels(), any::<bool>()).prop_map(|(labels, is_packed)| {
        let mut bytes = vec![0; 284];
        for (place, value) in [1, 5, 4, 3, 1].into_iter().enumerate() {
            bytes[4 * place + 3] = value;
        }
        bytes[29] = 1;
        for axis in 0..3 {
            for place in [30 + 4 * axis, 42 + 16 * axis] {
                bytes[place..place + 4].copy_from_slice(&1_f32.to_be_bytes());
            }
        }
        bytes.extend_from_slice(&labels);
        if is_packed { gzip(&bytes) } else { bytes }
    })
}

/// What is accepted is sound, and no more than the bytes can hold.
fn check(read: Result<Segmentation, ErrorKind>, n_bytes: usize) {
    let Ok(segmentation) = read else { return };
    let mut n_voxels = 0;
    for layer in segmentation.layers() {
        assert_eq!(layer.counts().iter().sum::<u64>(), layer.grid().n_voxels() as u64);
        n_voxels += layer.voxels().len();
    }
    assert!(n_voxels <= 1032 * n_bytes);
    let affine = segmentation.grid().world_from_voxel();
    assert!(affine.rows().iter().flatten().all(|value| value.is_finite()));
    let mut written = Vec::new();
    nrrd::write_segmentation(&mut written, &segmentation).unwrap();
    let again = nrrd::segmentation_of(&written, &Limits::DEFAULT).unwrap();
    assert_eq!(again.layers(), segmentation.layers());
    let mut twice = Vec::new();
    nrrd::write_segmentation(&mut twice, &again).unwrap();
    assert!(written == twice, "written once more, something changed");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn damaged_nrrd_is_answered(
        bytes in nrrd_files(),
        damages in prop::collection::vec(damage(), 0..4),
    ) {
        let mut bytes = bytes;
        apply(&damages, &mut bytes);
        check(nrrd::segmentation_of(&bytes, &Limits::DEFAULT), bytes.len());
    }

    #[test]
    fn damaged_metaimage_is_answered(
        bytes in meta_files(),
        damages in prop::collection::vec(damage(), 0..4),
    ) {
        let mut bytes = bytes;
        apply(&damages, &mut bytes);
        let read = metaimage::label_map_of(&bytes, &Limits::DEFAULT);
        check(read.map(Segmentation::from), bytes.len());
    }

    #[test]
    fn damaged_mgh_is_answered(
        bytes in mgh_files(),
        damages in prop::collection::vec(damage(), 0..4),
    ) {
        let mut bytes = bytes;
        apply(&damages, &mut bytes);
        let read = mgh::label_map_of(&bytes, &Limits::DEFAULT);
        check(read.map(Segmentation::from), bytes.len());
    }

    #[test]
    fn any_bytes_are_answered(
        begin in prop_oneof![Just(&b""[..]), Just(&b"NRRD0004\n"[..]), Just(&b"NDims = 3\n"[..])],
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let bytes = [begin, &bytes].concat();
        check(nrrd::segmentation_of(&bytes, &Limits::DEFAULT), bytes.len());
        let read = metaimage::label_map_of(&bytes, &Limits::DEFAULT);
        check(read.map(Segmentation::from), bytes.len());
        let read = mgh::label_map_of(&bytes, &Limits::DEFAULT);
        check(read.map(Segmentation::from), bytes.len());
    }
}
