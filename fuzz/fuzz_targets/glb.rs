//! Any bytes as GLB: an answer, and memory in proportion to the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::glb;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mesh) = glb::read(bytes) else { return };
    assert!(mesh.positions().len() <= 6 * bytes.len());
    assert!(mesh.faces().len() <= bytes.len());
});
