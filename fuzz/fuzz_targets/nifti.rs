//! Any bytes as NIfTI: an answer, and what is accepted is sound.
#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use medshape_formats::nifti;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("room for it");
    let _ = nifti::read_volume(file.path());
    let Ok(map) = nifti::read_label_map(file.path()) else { return };
    assert_eq!(map.counts().iter().sum::<u64>(), map.grid().n_voxels() as u64);
    nifti::write_label_map(&mut Vec::new(), &map).expect("a vector takes it");
});
