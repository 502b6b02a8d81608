//! Any bytes as NRRD: an answer, what is accepted is sound, and what is written of it is read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, nrrd};

fuzz_target!(|bytes: &[u8]| {
    let Ok(segmentation) = nrrd::segmentation_of(bytes, &Limits::DEFAULT) else { return };
    let n_voxels: usize = segmentation.layers().iter().map(|layer| layer.voxels().len()).sum();
    assert!(n_voxels <= 1032 * bytes.len());
    let mut written = Vec::new();
    nrrd::write_segmentation(&mut written, &segmentation).expect("a vector takes it");
    let again = nrrd::segmentation_of(&written, &Limits::DEFAULT).expect("it was just written");
    assert_eq!(again.layers(), segmentation.layers());
});
