//! Any bytes as NPZ, as NPY under each usual name, and as a pickle.
#![no_main]

use libfuzzer_sys::fuzz_target;
use medshape_formats::{ErrorKind, Limits, npz, zip};

fuzz_target!(|bytes: &[u8]| {
    let _ = check(bytes);
    let mut writer = zip::Writer::new(Vec::new());
    for name in ["vertices", "faces", "points", "mask", "spacing_mm"] {
        writer.stored(&format!("{name}.npy"), bytes).expect("a vector takes it");
    }
    let _ = check(&writer.finish().expect("a vector takes it"));
    let header = b"\x93NUMPY\x01\0\x37\0{'descr': '|O', 'fortran_order': False, 'shape': (), }\n";
    let _ = check(&[header.as_slice(), bytes].concat());
});

fn check(bytes: &[u8]) -> Result<(), ErrorKind> {
    let limits = Limits { bytes: 16 << 20, archive: 32 << 20, ..Limits::DEFAULT };
    let arrays = npz::read(bytes, &limits)?;
    let n_bytes = arrays.n_bytes();
    if let Ok(Some(mesh)) = arrays.mesh() {
        assert!(mesh.n_vertices() + mesh.n_faces() <= n_bytes);
    }
    if let Ok(Some(points)) = arrays.points() {
        assert!(points.positions.len() <= n_bytes);
    }
    if let Ok(Some(file)) = arrays.labels() {
        assert!(file.labels.voxels().len() <= n_bytes);
    }
    let Ok(Some(samples)) = arrays.samples() else { return Ok(()) };
    for sample in samples.iter() {
        if let Ok(Some(mesh)) = sample.mesh() {
            assert!(mesh.n_vertices() + mesh.n_faces() <= n_bytes);
        }
        let _ = sample.points();
        if let Ok(Some(labels)) = sample.labels() {
            assert!(labels.voxels().len() <= n_bytes);
        }
    }
    Ok(())
}
