//! Any bytes as GLB: an answer, and memory in proportion to the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::glb;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mesh) = glb::read(bytes) else { return };
    let n_bytes = glb::unpack(bytes).map_or(0, |unpacked| unpacked.len());
    assert!(n_bytes <= 1032 * bytes.len());
    assert!(mesh.positions().len() <= 6 * n_bytes);
    assert!(mesh.faces().len() <= n_bytes);
});
