//! Any bytes as TAR, plain or in gzip.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{ErrorKind, Limits, tar};

fuzz_target!(|bytes: &[u8]| {
    let _ = check(bytes);
});

fn check(bytes: &[u8]) -> Result<(), ErrorKind> {
    let limits = Limits { bytes: 16 << 20, archive: 32 << 20, ..Limits::DEFAULT };
    let mut reader = tar::Reader::new(bytes, &limits)?;
    let mut n_unpacked = 0;
    while let Some(entry) = reader.next_entry()? {
        assert!(entry.name().split('/').all(|part| !["", ".", ".."].contains(&part)));
        let mut out = Vec::new();
        reader.unpack(&mut out)?;
        assert_eq!(out.len() as u64, entry.n_bytes());
        n_unpacked += entry.n_bytes();
        assert!(n_unpacked <= limits.archive);
    }
    Ok(())
}
