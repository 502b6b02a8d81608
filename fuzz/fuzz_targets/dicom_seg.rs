//! Any bytes as a DICOM segmentation: an answer, and what is accepted can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::Limits;
use medshape_formats::dicom_seg::{self, SegOptions};

fuzz_target!(|bytes: &[u8]| {
    // Small enough for any accepted grid to be quick.
    let limits = Limits { bytes: 4 << 20, ..Limits::DEFAULT };
    let options = SegOptions { fractional_threshold: Some(0.5) };
    let Ok(segmentation) = dicom_seg::read(bytes, &limits, options) else { return };
    let n_voxels: usize = segmentation.layers().iter().map(|layer| layer.voxels().len()).sum();
    assert!(2 * n_voxels as u64 <= limits.bytes);
    assert_eq!(dicom_seg::grid(bytes, &limits).expect("it was read"), *segmentation.grid());
    let mut written = Vec::new();
    if dicom_seg::write(&mut written, &segmentation).is_ok() {
        dicom_seg::read(&written, &Limits::DEFAULT, options).expect("what is written is sound");
    }
});
