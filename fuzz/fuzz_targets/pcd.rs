//! Any bytes as PCD: an answer, and memory in proportion to the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, Space, Units, pcd};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = pcd::read(bytes, &Limits::DEFAULT) else { return };
    assert!(!file.positions.is_empty() && file.positions.len() <= RATIO * bytes.len());
    let (cloud, n_left_out) = file.to_cloud(Units::Millimetres, Space::Ras);
    assert_eq!(cloud.positions().len() + n_left_out, file.positions.len());
    let mut written = Vec::new();
    pcd::write_points(&mut written, &cloud).unwrap();
    if let Ok(again) = pcd::read(&written, &Limits::DEFAULT) {
        assert_eq!(again.to_cloud(Units::Millimetres, Space::Ras).0, cloud);
    }
});

// A repetition in the compressed form makes 264 bytes of 3.
const RATIO: usize = 90;
