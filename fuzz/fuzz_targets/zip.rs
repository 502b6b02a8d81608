//! Any bytes as ZIP, and any name and content packed and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, zip};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // The first bytes as a name: what is refused has to be refused for its name.
    let (name, content) = bytes.split_at(bytes.len().min(24));
    let Ok(name) = std::str::from_utf8(name) else { return };
    let mut writer = zip::Writer::new(Vec::new());
    writer.deflated(name, content).expect("a vector takes it");
    let packed = writer.finish().expect("a vector takes it");
    check(&packed);
});

fn check(bytes: &[u8]) {
    let limits = Limits { bytes: 16 << 20, archive: 32 << 20, ..Limits::DEFAULT };
    let Ok(archive) = zip::Archive::of(bytes, &limits) else { return };
    let mut n_claimed = 0;
    for entry in archive.entries() {
        n_claimed += entry.n_unpacked();
        assert!(entry.name().split('/').all(|part| !["", ".", ".."].contains(&part)));
        if let Ok(unpacked) = archive.unpacked(entry) {
            assert_eq!(unpacked.len() as u64, entry.n_unpacked());
        }
    }
    assert!(n_claimed <= limits.archive);
}
