//! Any bytes as glTF: an answer, no name asked for but a plain one, and what is accepted is sound and
//! within the limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, gltf};

const LIMITS: Limits = Limits { vertices: 100_000, faces: 100_000, ..Limits::DEFAULT };

fuzz_target!(|bytes: &[u8]| {
    let beside = |name: &str| {
        assert!(!name.is_empty() && !name.contains(['/', '\\', ':', '\0']) && name != "..");
        Ok(bytes.to_vec())
    };
    let Ok(file) = gltf::read(bytes, &beside, &LIMITS) else { return };
    assert!(file.n_faces() > 0);
    for part in &file.parts {
        let n_vertices = part.positions().len();
        assert!(part.faces().iter().flatten().all(|&vertex| (vertex as usize) < n_vertices));
    }
    // A mesh may stand in many nodes: only the limits bound that.
    assert!(file.n_vertices() <= LIMITS.vertices && file.n_faces() <= LIMITS.faces);
});
