//! Any bytes as GIFTI: an answer, and what is accepted is sound and in proportion to the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, gifti};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = gifti::read(bytes, &Limits::DEFAULT) else { return };
    assert!(file.n_faces() > 0);
    for part in &file.parts {
        let n_vertices = part.positions().len();
        assert!(part.faces().iter().flatten().all(|&vertex| (vertex as usize) < n_vertices));
    }
    // Deflate makes at most 1,032 bytes of one, and a text of two bytes is a number.
    assert!(file.n_vertices() <= 1032 * bytes.len());
    assert!(file.n_faces() <= 1032 * bytes.len());
});
