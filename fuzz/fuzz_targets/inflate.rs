//! Any bytes as deflate, in pieces: the same bytes as zlib-rs makes of them, or both refuse.
#![no_main]

use flate2::{Decompress, FlushDecompress, Status};
use libfuzzer_sys::fuzz_target;
use medshape_formats::inflated_in_pieces;

fuzz_target!(|input: (u16, u16, &[u8])| {
    let (piece, room, packed) = input;
    let whole = inflated_in_pieces(packed, usize::MAX, 1 << 20);
    assert_eq!(whole, by_zlib(packed));
    let [piece, room] = [piece, room].map(|size| usize::from(size).max(1));
    assert_eq!(whole, inflated_in_pieces(packed, piece, room));
    if let Some((unpacked, n_read)) = whole {
        assert!(unpacked.len() <= 1032 * n_read);
    }
});

fn by_zlib(packed: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut inflate = Decompress::new(false);
    let mut unpacked = Vec::new();
    let mut out = vec![0; 1 << 16];
    loop {
        let before = (inflate.total_in(), inflate.total_out());
        let rest = &packed[before.0 as usize..];
        let status = inflate.decompress(rest, &mut out, FlushDecompress::None).ok()?;
        let after = (inflate.total_in(), inflate.total_out());
        unpacked.extend_from_slice(&out[..(after.1 - before.1) as usize]);
        match status {
            Status::StreamEnd => return Some((unpacked, after.0 as usize)),
            _ if before == after => return None,
            _ => {}
        }
    }
}
