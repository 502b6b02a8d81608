//! Any bytes as XYZ: an answer, and memory in proportion to the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, Space, Units, xyz};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = xyz::read(bytes, &Limits::DEFAULT) else { return };
    assert!(!file.positions.is_empty() && file.positions.len() <= bytes.len());
    let (cloud, n_left_out) = file.to_cloud(Units::Millimetres, Space::Ras);
    assert_eq!(cloud.positions().len() + n_left_out, file.positions.len());
    let mut written = Vec::new();
    xyz::write_points(&mut written, &cloud).unwrap();
    if let Ok(again) = xyz::read(&written, &Limits::DEFAULT) {
        assert_eq!(again.to_cloud(Units::Millimetres, Space::Ras).0, cloud);
    }
});
