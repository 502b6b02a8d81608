//! Any bytes as gzip: what is accepted begins with what another reader finds in the first member.
#![no_main]

use std::io::Read;

use flate2::bufread::GzDecoder;
use libfuzzer_sys::fuzz_target;
use medshape_formats::glb;

fuzz_target!(|bytes: &[u8]| {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    let Ok(unpacked) = glb::unpack(bytes) else { return };
    assert!(unpacked.len() <= 1032 * bytes.len());
    let mut first = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut first).expect("the first member is sound");
    assert!(unpacked.starts_with(&first));
});
