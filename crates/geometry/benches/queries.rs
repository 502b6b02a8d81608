//! Conversions of one mesh, and how far two meshes are apart; see `benchmarks/queries.py`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on shall stop, and prints what it measured"
)]

mod input;

use std::path::PathBuf;

use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::distance_field::{distance_field, distance_field_within};
use medshape_geometry::mesh::tree::Tree;
use medshape_geometry::mesh::voxelise::{touched, voxelise};
use medshape_types::{Affine, Grid, Mesh};

fn main() {
    let mut paths = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let (Some(first), Some(second)) = (paths.next(), paths.next()) else {
        eprintln!("usage: queries FILE.mesh OTHER.mesh");
        return;
    };
    let [mesh, other] = [first, second].map(|path| input::mesh(&PathBuf::from(path)));
    let closed = Closed::new(&mesh).unwrap();
    for n in [128, 256] {
        let grid = around(&mesh, n);
        let mask = input::measure(&format!("voxelise {n}"), || voxelise(closed, &grid));
        println!("{{\"name\": \"voxels inside {n}\", \"count\": {}}}", mask.n_inside());
    }
    input::measure("touched 256", || touched(&mesh, &around(&mesh, 256)));
    input::measure("tree", || Tree::new(&mesh));
    for n in [64, 128] {
        let grid = around(&mesh, n);
        input::measure(&format!("distance field {n}"), || distance_field(closed, &grid));
    }
    let grid = around(&mesh, 128);
    let band_mm = 3.0 * grid.spacing_mm()[0] as f32;
    input::measure("distance field 128, 3 voxels", || {
        distance_field_within(closed, &grid, band_mm)
    });
    let farthest = input::measure("vertices to faces", || {
        Tree::new(&mesh).distances_mm(other.positions()).into_iter().fold(0.0, f32::max)
    });
    println!("{{\"name\": \"farthest vertex, mm\", \"value\": {farthest}}}");
}

/// A cube of n³ voxels around a mesh, with a margin of 5 %.
fn around(mesh: &Mesh, n: usize) -> Grid {
    let bounds = mesh.bounds().unwrap();
    let side_mm = 1.1 * bounds.size().into_iter().fold(0.0, f64::max);
    let spacing_mm = side_mm / n as f64;
    let origin = bounds.center().map(|middle| middle - 0.5 * side_mm + 0.5 * spacing_mm);
    Grid::new([n; 3], Affine::from_spacing([spacing_mm; 3], origin).unwrap()).unwrap()
}
