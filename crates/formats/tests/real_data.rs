//! Public files, against numbers that nibabel and openpyxl printed.

use std::path::Path;

use medshape_formats::{Error, ErrorKind, Input, Limits, nifti, table};
use medshape_types::{Grid, LabelMap, Volume};

use crate::common::shared;

fn read_label_map(path: &Path) -> Result<LabelMap, Error> {
    nifti::read_label_map(&Input::on_disk(path), &Limits::DEFAULT)
}

fn read_volume(path: &Path) -> Result<Volume<f32>, Error> {
    nifti::read_volume(&Input::on_disk(path), &Limits::DEFAULT)
}

fn read_grid(path: &Path) -> Result<Grid, Error> {
    nifti::read_grid(&Input::on_disk(path), &Limits::DEFAULT)
}

struct Expected<'a> {
    dims: [usize; 3],
    orientation: &'a str,
    spacing_mm: [f64; 3],
    n_values: usize,
    counts: &'a [(i64, u64)],
}

fn check(path: &str, expected: &Expected<'_>) {
    let Some(path) = shared(path) else { return };
    let map = read_label_map(&path).unwrap();
    assert_eq!(map.grid().dims(), expected.dims);
    assert_eq!(map.grid().orientation(), expected.orientation);
    for (spacing, expected) in map.grid().spacing_mm().iter().zip(expected.spacing_mm) {
        assert!((spacing - expected).abs() < 5e-5, "{spacing} mm");
    }
    assert_eq!(map.n_values(), expected.n_values);
    let counts = map.counts();
    for &(value, count) in expected.counts {
        let index = map.values().iter().position(|&known| known == value).unwrap();
        assert_eq!(counts[index], count, "label {value}");
    }
}

#[test]
fn an_oblique_body_of_doubles() {
    let counts = [(0, 18_441_282), (1, 1_653_580), (8, 449_839), (17, 89), (5, 20_172)];
    let expected = Expected {
        dims: [245, 195, 456],
        orientation: "RAS",
        spacing_mm: [1.5; 3],
        n_values: 14,
        counts: &counts,
    };
    check("volumes/wholebody/completor_s0585_full.nii.gz", &expected);
    let Some(path) = shared("volumes/wholebody/completor_s0585_full.nii.gz") else { return };
    let grid = read_grid(&path).unwrap();
    let rows = [
        [1.497186344927316, 0.08810252399106329, 0.025896694302928885, -198.64938354492188],
        [-0.08808933356339914, 1.4974105325174814, -0.0015236728096064528, 28.69010353088379],
        [-0.025941477361282255, -2.786402184702284e-10, 1.4997756631061026, 131.17196655273438],
    ];
    for (value, expected) in
        grid.world_from_voxel().rows().iter().flatten().zip(rows.as_flattened())
    {
        assert!((value - expected).abs() < 1e-12, "{value} is not {expected}");
    }
}

#[test]
fn negative_labels_are_kept() {
    let counts = [(0, 18_832_160), (1, 1_653_580), (8, 449_839)];
    let expected = Expected {
        dims: [245, 195, 456],
        orientation: "RAS",
        spacing_mm: [1.5; 3],
        n_values: 11,
        counts: &counts,
    };
    check("volumes/wholebody/completor_s0585_incomplete_3.nii.gz", &expected);
    let Some(path) = shared("volumes/wholebody/completor_s0585_incomplete_3.nii.gz") else {
        return;
    };
    assert!(read_label_map(&path).unwrap().values().contains(&-6));
}

#[test]
fn vertebrae_in_another_axis_order() {
    let expected = Expected {
        dims: [161, 338, 61],
        orientation: "PIR",
        spacing_mm: [1.0, 1.0, 2.0003],
        n_values: 10,
        counts: &[(0, 3_116_756), (23, 29_982), (24, 29_117), (19, 20_660)],
    };
    check("volumes/spine/sub-verse004_seg-vert_msk.nii.gz", &expected);
}

#[test]
fn a_head_of_single_floats() {
    let expected = Expected {
        dims: [256; 3],
        orientation: "LIA",
        spacing_mm: [1.0; 3],
        n_values: 54,
        counts: &[(0, 12_401_107), (507, 1_804_210), (41, 219_448)],
    };
    check("volumes/brain/synthseg_training_seg_01.nii.gz", &expected);
}

#[test]
fn an_atlas_of_bytes() {
    let expected = Expected {
        dims: [181, 217, 181],
        orientation: "RAS",
        spacing_mm: [1.0; 3],
        n_values: 117,
        counts: &[(0, 5_629_168), (8, 40_374), (4, 32_089)],
    };
    check("volumes/brain/aal.nii.gz", &expected);
}

#[test]
fn a_skull_with_neither_form() {
    let expected = Expected {
        dims: [512; 3],
        orientation: "LAS",
        spacing_mm: [0.4; 3],
        n_values: 2,
        counts: &[(0, 127_301_999), (1, 6_915_729)],
    };
    check("nc_sharealike/skullbreak_parietotemporal_001.nii.gz", &expected);
}

#[test]
fn a_small_cube_is_the_same_in_every_type() {
    // The file counts along z first.
    let voxels: Vec<u16> = (0..27).map(|n| n % 3 * 9 + n / 3 % 3 * 3 + n / 9).collect();
    for name in ["int8", "uint16", "float64", "uint64"] {
        let name = format!("volumes/odd_headers/niftirs_27__{name}.nii");
        let Some(path) = shared(&name) else { return };
        assert_eq!(*read_label_map(&path).unwrap().voxels(), voxels[..], "{name}");
    }
}

#[test]
fn big_endian_intensities_are_a_volume_and_no_label_map() {
    let Some(path) = shared("volumes/odd_headers/anatomical.nii") else { return };
    let volume = read_volume(&path).unwrap();
    assert_eq!(volume.grid().dims(), [33, 41, 25]);
    assert_eq!(volume.grid().orientation(), "LAS");
    assert_eq!(volume.grid().world_from_voxel().translation(), [32.0, -40.0, -16.0]);
    let error = read_label_map(&path).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotALabelMap(_)));
}

#[test]
fn odd_files_are_refused_with_the_reason() {
    let check = |name: &str, reason: &str| {
        let Some(path) = shared(&format!("volumes/odd_headers/{name}")) else { return };
        for error in [read_label_map(&path).unwrap_err(), read_volume(&path).unwrap_err()] {
            assert!(error.to_string().contains(reason), "{error}");
        }
    };
    check("niftirs_rgb__3D.nii", "RGB colours");
    check("niftirs_complex__complex32.nii", "complex numbers");
    check("example_nifti2.nii.gz", "a time series of 2 volumes");
    check("niftirs_fuzz_artifacts__crash-1.nii", "not a NIfTI file");
    check("nifti1.hdr", "`nifti1.img`, which it needs, is not beside it");
    check("test.mgz", "`sizeof_hdr`");
}

#[test]
fn a_header_extension_is_skipped() {
    let Some(path) = shared("volumes/odd_headers/niftirs_minimal_extended_hdr.nii") else { return };
    assert_eq!(read_label_map(&path).unwrap().counts(), [64]);
}

#[test]
fn one_head_in_many_axis_orders_is_in_one_place() {
    let mut centres = Vec::new();
    for name in ["RAS", "LAS", "LPS", "ALI", "ASL", "IPL", "LIA", "PIR", "RPI", "RSA", "SLA", "SRA"]
    {
        let Some(path) = shared(&format!("volumes/orientations/{name}.nii.gz")) else { return };
        let volume = read_volume(&path).unwrap();
        assert_eq!(volume.grid().orientation(), name);
        centres.push(centre_of_mass(&volume));
    }
    for centre in &centres {
        for axis in 0..3 {
            let distance_mm = (centre[axis] - centres[0][axis]).abs();
            assert!(distance_mm < 0.01, "{centre:?} and {:?}", centres[0]);
        }
    }
}

fn centre_of_mass(volume: &Volume<f32>) -> [f64; 3] {
    let [nx, ny, _] = volume.grid().dims();
    let (mut sum, mut mass) = ([0.0; 3], 0.0);
    for (index, &value) in volume.voxels().iter().enumerate() {
        let voxel = [index % nx, index / nx % ny, index / (nx * ny)].map(|place| place as f64);
        let value = f64::from(value);
        for (sum, place) in sum.iter_mut().zip(volume.grid().world_from_voxel().apply(voxel)) {
            *sum += value * place;
        }
        mass += value;
    }
    sum.map(|sum| sum / mass)
}

#[test]
fn a_workbook_has_its_rows_and_plain_numbers() {
    let Some(path) = shared("metadata/totalsegmentator_v2_metadata.xlsx") else { return };
    let table = table::read(&path).unwrap();
    assert_eq!(table.rows.len(), 1228);
    let columns = "image_id age gender institute Comments study_type split manufacturer \
                   scanner_model kvp pathology pathology_location";
    assert_eq!(table.columns.join(" "), columns);
    let row = [
        "s0245",
        "77",
        "m",
        "I",
        "Grainy, no pelvis",
        "ct abdomen-pelvis",
        "train",
        "siemens",
        "somatom definition flash",
        "100",
        "no_pathology",
        "no_location",
    ];
    assert_eq!(table.rows[1], row);
    assert_eq!(table.rows[0][1..3], ["50", ""]);
}

#[test]
fn participants_are_read_with_and_without_byte_order_mark() {
    let check = |name: &str, columns: &str, n_rows: usize, first: &str| {
        let Some(path) = shared(&format!("metadata/{name}")) else { return };
        let table = table::read(&path).unwrap();
        assert_eq!(table.columns.join(" "), columns);
        assert_eq!(table.rows.len(), n_rows);
        assert_eq!(table.rows[0].join(" "), first);
    };
    check("bids_ds108_participants.tsv", "participant_id sex age", 34, "sub-01 F 29");
    let columns = "participant_id gender age group";
    check("bids_eeg_rishikesh_participants.tsv", columns, 24, "sub-001 M 32 expert");
    let columns = "participant_id age sex hand";
    check("bids_fnirs_tapping_participants.tsv", columns, 5, "sub-01 34 M n/a");
}
