//! Any bytes as NIfTI: an answer, and what is accepted is sound.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, nifti};

fuzz_target!(|bytes: &[u8]| {
    let Ok(map) = nifti::label_map_of(bytes, &Limits::DEFAULT) else { return };
    assert!(map.voxels().len() <= 1032 * bytes.len());
    assert_eq!(map.counts().iter().sum::<u64>(), map.grid().n_voxels() as u64);
    nifti::write_label_map(&mut Vec::new(), &map).expect("a vector takes it");
});
