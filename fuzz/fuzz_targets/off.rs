//! Any bytes as OFF: an answer, sound faces, and memory in proportion to the bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{Limits, Space, Units, off};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = off::read(bytes, &Limits::DEFAULT) else { return };
    assert!(file.n_faces() > 0 && file.n_faces() <= bytes.len());
    assert!(file.n_vertices() <= 3 * bytes.len());
    // Panics if a face names a vertex that is not there.
    let (mesh, n_left_out) = file.to_mesh(Units::Millimetres, Space::Ras);
    assert_eq!(mesh.faces().len() + n_left_out, file.n_faces());
    let mut written = Vec::new();
    off::write(&mut written, &mesh).unwrap();
    if let Ok(again) = off::read(&written, &Limits::DEFAULT) {
        assert_eq!(again.n_faces(), mesh.faces().len());
    }
});
