//! Surfaces of all labels of a label map; see `benchmarks/surfaces.py`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on shall stop, and prints what it measured"
)]

mod input;

use std::path::PathBuf;

use medshape_geometry::surface::{SurfaceOptions, surfaces};

fn main() {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        eprintln!("usage: surfaces FILE.labels [FOLDER for the meshes] [--plain]");
        return;
    };
    let folder = std::env::args().skip(2).find(|argument| !argument.starts_with("--"));
    let map = input::label_map(&PathBuf::from(path));
    println!("{{\"name\": \"input\", \"peak_bytes\": {}}}", input::peak_memory());
    let plain = SurfaceOptions { reach_voxels: 0, ..SurfaceOptions::default() };
    let found = input::measure("surfaces, plain", || surfaces(&map, &plain));
    let n_triangles: usize = found.meshes.iter().map(|mesh| mesh.faces().len()).sum();
    println!("{{\"name\": \"triangles\", \"count\": {n_triangles}}}");
    drop(found);
    if std::env::args().any(|argument| argument == "--plain") {
        return;
    }
    let found = input::measure("surfaces, smooth", || surfaces(&map, &SurfaceOptions::default()));
    for (label, mesh) in found.meshes.iter().enumerate().skip(1) {
        if let Some(folder) = &folder {
            input::write_mesh(&PathBuf::from(folder).join(format!("{label}.mesh")), mesh);
        }
    }
}
