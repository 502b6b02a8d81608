//! Features of real organs, against PyRadiomics.

use std::path::Path;

use medshape::features::{Of, features};
use medshape::{Dataset, Reader};

/// Name, and in the order of `NAMES` what PyRadiomics 3.0.1 says of the mask.
type Organ = (&'static str, [f64; 9]);

const NAMES: [&str; 9] = [
    "MeshVolume",
    "SurfaceArea",
    "Maximum3DDiameter",
    "Maximum2DDiameterSlice",
    "Maximum2DDiameterColumn",
    "Maximum2DDiameterRow",
    "MajorAxisLength",
    "MinorAxisLength",
    "LeastAxisLength",
];

const LIVER: Organ = (
    "liver",
    [
        2025266.90625,
        128719.97078541119,
        256.9951361407449,
        253.88580109962825,
        251.1145157094667,
        187.8776197422141,
        228.24275707709887,
        156.3581941129356,
        102.20512931332118,
    ],
);
const AORTA: Organ = (
    "aorta",
    [
        101856.375,
        20591.06824439443,
        249.28898892650673,
        29.124731758421397,
        199.55074542581895,
        245.35892076710803,
        280.1485266718849,
        34.32638935501074,
        24.689642750730684,
    ],
);
const VERTEBRA: Organ = (
    "vertebrae_L3",
    [
        80577.84375,
        19826.354458248534,
        104.10691619676379,
        102.0992164514498,
        94.79715185594976,
        102.61578825892242,
        85.95238322634015,
        59.136433175066244,
        39.656504746756895,
    ],
);

#[test]
fn organs_have_the_features_that_pyradiomics_gives_them() {
    let case = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/volumes/wholebody/totalsegv2_s0328/segmentations"
    );
    if !Path::new(case).exists() {
        println!("skipped: {case} is not there");
        return;
    }
    for (organ, expected) in [LIVER, AORTA, VERTEBRA] {
        let file = Path::new(case).join(format!("{organ}.nii.gz"));
        let table =
            features(&file, &Dataset::find("local").unwrap(), Of::Voxels, &Reader::default())
                .unwrap();
        for (name, expected) in NAMES.iter().zip(expected) {
            let at = table.columns.iter().position(|column| column.name == *name).unwrap();
            let value = table.rows[0].values[at].unwrap();
            // Spacings in the file are 32-bit floats, and the affine holds them turned.
            assert!((value / expected - 1.0).abs() < 1e-6, "{organ} {name}: {value}, {expected}");
        }
    }
}
