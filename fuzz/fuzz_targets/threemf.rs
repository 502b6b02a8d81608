//! Any bytes as 3MF: an answer, and what is accepted is sound and within the limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, threemf};

const LIMITS: Limits = Limits { vertices: 100_000, faces: 100_000, ..Limits::DEFAULT };

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = threemf::read(bytes, &LIMITS) else { return };
    assert!(file.n_faces() > 0);
    for part in &file.parts {
        let n_vertices = part.positions().len();
        assert!(part.faces().iter().flatten().all(|&vertex| (vertex as usize) < n_vertices));
    }
    // A mesh may be built many times: only the limits bound that.
    assert!(file.n_vertices() <= LIMITS.vertices && file.n_faces() <= LIMITS.faces);
});
