//! Any bytes as a radiotherapy structure set: an answer, finite points, and no more than bytes allow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, rtstruct};

fuzz_target!(|bytes: &[u8]| {
    let Ok(contours) = rtstruct::read(bytes, &Limits::DEFAULT) else { return };
    let outlines = || contours.structures.iter().flat_map(|structure| &structure.outlines);
    assert!(outlines().flatten().flatten().all(|value| value.is_finite()));
    // A point has three digits and three signs between them; deflate packs some thousand to one.
    assert!(outlines().map(Vec::len).sum::<usize>() <= 200 * bytes.len());
});
