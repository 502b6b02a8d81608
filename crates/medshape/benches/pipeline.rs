//! From a label map to meshes that can be shown; see `benchmarks/pipeline.py`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on shall stop, and prints what it measured"
)]

#[path = "../../geometry/benches/input/mod.rs"]
mod input;

use std::path::PathBuf;

use medshape_formats::glb;
use medshape_geometry::mesh::{normals::vertex_normals, quality::inspect, simplify};
use medshape_geometry::surface::{SurfaceOptions, surfaces};
use medshape_types::Mesh;

/// The share of faces that is kept.
const KEPT: usize = 10;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let Some(path) = arguments.first() else {
        eprintln!("usage: pipeline FILE.labels [FOLDER for the meshes]");
        return;
    };
    let map = input::label_map(&PathBuf::from(path));
    let mut seconds = [0.0; 4];
    let found = timed(&mut seconds[0], || surfaces(&map, &SurfaceOptions::default()));
    let (mut n_before, mut n_after, mut n_bytes, mut n_sound) = (0, 0, 0, 0);
    for (label, mesh) in
        found.meshes.iter().enumerate().filter(|(_, mesh)| !mesh.faces().is_empty())
    {
        let coarse = timed(&mut seconds[1], || {
            simplify::to_faces(mesh, mesh.faces().len() / KEPT, found.step_exponent)
        });
        timed(&mut seconds[2], || std::hint::black_box(vertex_normals(&coarse)));
        n_bytes += timed(&mut seconds[3], || packed(&coarse, found.step_exponent)).len();
        n_before += mesh.faces().len();
        n_after += coarse.faces().len();
        let quality = inspect(&coarse);
        n_sound += usize::from(quality.closed && quality.manifold && quality.oriented);
        if let Some(folder) = arguments.get(1) {
            input::write_mesh(&PathBuf::from(folder).join(format!("{label}.mesh")), &coarse);
        }
    }
    let [surface, simplified, normals, glb] = seconds;
    let cpu_s: f64 = seconds.iter().sum();
    println!(
        "{{\"seconds\": {{\"surface and smooth\": {surface:.3}, \"simplify\": {simplified:.3}, \
         \"normals\": {normals:.3}, \"glb\": {glb:.3}}}, \"cpu_s\": {cpu_s:.3}, \
         \"n_before\": {n_before}, \"n_after\": {n_after}, \"n_bytes\": {n_bytes}, \"n_closed\": {n_sound}}}"
    );
}

fn packed(mesh: &Mesh, step_exponent: i32) -> Vec<u8> {
    let mut bytes = Vec::new();
    glb::write_packed(&mut bytes, mesh, step_exponent, &glb::Look::default()).unwrap();
    bytes
}

/// Adds the CPU seconds of some work.
fn timed<T>(seconds: &mut f64, work: impl FnOnce() -> T) -> T {
    let started = input::cpu_seconds();
    let result = work();
    *seconds += input::cpu_seconds() - started;
    result
}
