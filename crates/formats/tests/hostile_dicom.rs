//! Sound DICOM files, damaged at random: a reader answers, and what it accepts is sound.

use medshape_formats::dicom_seg::{self, SegOptions};
use medshape_formats::{Limits, rtstruct};
use proptest::prelude::*;

use crate::common::damage::{self, Damage, apply};
use crate::common::dicom::{EXPLICIT, Elements, STRUCTURE_SET, Seg};

fn damage() -> impl Strategy<Value = Damage> {
    const NUMBERS: [u64; 7] = [0, 1, u64::MAX, 0xe000_fffe, 0xe00d_fffe, 0xe0dd_fffe, 0xffff_fff0];
    prop_oneof![
        4 => damage::flip(),
        4 => damage::set(&NUMBERS),
        1 => damage::truncate(),
        2 => damage::double(),
    ]
}

fn segmentations() -> impl Strategy<Value = Vec<u8>> {
    let kinds = prop_oneof![Just(("BINARY", 1)), Just(("LABELMAP", 8)), Just(("FRACTIONAL", 8))];
    let pixels = prop::collection::vec(any::<u8>(), 12);
    (kinds, pixels).prop_map(|((kind, bits), mut pixels)| {
        pixels.truncate(if bits == 1 { 2 } else { 12 });
        let extra = Elements::default().text(0x20_0032, "DS", "0\\0\\0");
        Seg { kind, bits, pixels, extra, ..Seg::small() }.bytes()
    })
}

fn structure_set() -> Vec<u8> {
    let structure = Elements::default().text(0x3006_0022, "IS", "1").text(0x3006_0026, "LO", "a");
    let square = "0\\0\\5\\10\\0\\5\\10\\20\\5\\0\\20\\5";
    let contour = Elements::default().text(0x3006_0042, "CS", "CLOSED_PLANAR").text(
        0x3006_0050,
        "DS",
        square,
    );
    let outlines = Elements::default()
        .text(0x3006_002a, "IS", "1\\2\\3")
        .sequence(0x3006_0040, &[contour.clone(), contour])
        .text(0x3006_0084, "IS", "1");
    Elements::default()
        .sequence(0x3006_0020, &[structure])
        .sequence(0x3006_0039, &[outlines])
        .file(STRUCTURE_SET, EXPLICIT)
}

fn check(bytes: &[u8]) {
    // Small, so that no accepted grid takes long.
    let limits = Limits { bytes: 1 << 20, ..Limits::DEFAULT };
    let options = SegOptions { fractional_threshold: Some(0.5) };
    if let Ok(segmentation) = dicom_seg::read(bytes, &limits, options) {
        assert_eq!(dicom_seg::grid(bytes, &limits).unwrap(), *segmentation.grid());
        let n_voxels: usize = segmentation.layers().iter().map(|layer| layer.voxels().len()).sum();
        assert!(2 * n_voxels as u64 <= limits.bytes);
        // What can be written can be read.
        let mut written = Vec::new();
        if dicom_seg::write(&mut written, &segmentation).is_ok() {
            dicom_seg::read(&written, &Limits::DEFAULT, options).unwrap();
        }
    }
    if let Ok(contours) = rtstruct::read(bytes, &limits) {
        let outlines = contours.structures.iter().flat_map(|each| &each.outlines);
        let mut n_points = 0;
        for outline in outlines {
            n_points += outline.len();
            assert!(outline.len() >= 3 && outline.as_flattened().iter().all(|v| v.is_finite()));
        }
        assert!(6 * n_points <= bytes.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn damaged_segmentations_are_answered(
        sound in segmentations(),
        damages in prop::collection::vec(damage(), 0..4),
    ) {
        let mut bytes = sound;
        apply(&damages, &mut bytes);
        check(&bytes);
    }

    #[test]
    fn damaged_structure_sets_are_answered(damages in prop::collection::vec(damage(), 0..4)) {
        let mut bytes = structure_set();
        apply(&damages, &mut bytes);
        check(&bytes);
    }

    #[test]
    fn any_bytes_after_a_sound_head_are_answered(
        body in prop::collection::vec(any::<u8>(), 0..600),
        syntax in prop_oneof![Just("1"), Just("2"), Just("1.99"), Just("5")],
    ) {
        let syntax = format!("1.2.840.10008.1.2.{syntax}");
        let mut bytes = Elements::default().file(STRUCTURE_SET, &syntax);
        bytes.extend(&body);
        check(&bytes);
        check(&body);
    }
}
