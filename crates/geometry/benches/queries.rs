//! Conversions of one mesh, and how far two meshes are apart; see `benchmarks/queries.py`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on shall stop, and prints what it measured"
)]

mod input;

use std::path::{Path, PathBuf};

use medshape_geometry::compare::points::Pairs;
use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::distance_field::{distance_field, distance_field_within};
use medshape_geometry::mesh::tree::{SignedTree, Tree};
use medshape_geometry::mesh::voxelise::{touched, voxelise};
use medshape_geometry::points::farthest::farthest;
use medshape_geometry::points::poisson_disk::poisson_disk;
use medshape_geometry::points::reconstruct::reconstruct;
use medshape_geometry::points::sample::sample;
use medshape_geometry::surface::isosurface::isosurface;
use medshape_types::{Affine, Grid, Mesh, PointCloud};

/// Points of the samples, and of the clouds for the chamfer distance.
const N_POINTS: usize = 10_000;
const N_CHAMFER: usize = 100_000;

fn main() {
    let paths: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .map(PathBuf::from)
        .collect();
    let [first, second, folder] = &paths[..] else {
        eprintln!(
            "usage: queries FILE.mesh OTHER.mesh FOLDER (for what other programs shall check)"
        );
        return;
    };
    let [mesh, other] = [first, second].map(|path| input::mesh(path));
    grids(&mesh, folder);
    points(&mesh, folder);
    comparisons(&mesh, &other, folder);
}

fn grids(mesh: &Mesh, folder: &Path) {
    let closed = Closed::new(mesh).unwrap();
    let grid = around(mesh, 256);
    let mask = input::measure("voxelise 256", || voxelise(closed, &grid));
    input::measure("touched 256", || touched(mesh, &grid));
    write(folder, "mask-256.u8", mask.voxels().iter().map(|&inside| u8::from(inside)));
    for n in [64, 128] {
        let grid = around(mesh, n);
        let field =
            input::measure(&format!("distance field {n}"), || distance_field(closed, &grid));
        let bytes = field.voxels().iter().flat_map(|value| value.to_le_bytes());
        write(folder, &format!("field-{n}.f32"), bytes);
        if n == 128 {
            input::measure("isosurface 128", || isosurface(&field, 0.0));
            let band_mm = 3.0 * grid.spacing_mm()[0] as f32;
            input::measure("distance field 128, within 3 voxels", || {
                distance_field_within(closed, &grid, band_mm)
            });
        }
    }
}

fn points(mesh: &Mesh, folder: &Path) {
    let uniform = input::measure("sample", || sample(mesh, N_POINTS, 1));
    write_points(folder, "uniform.f32", &uniform);
    let spread = input::measure("poisson disk", || poisson_disk(mesh, N_POINTS, 1));
    write_points(folder, "poisson.f32", &spread);
    let dense = sample(mesh, N_CHAMFER, 2);
    write_points(folder, "dense.f32", &dense);
    input::measure("farthest 1000 of 100000", || farthest(dense.positions(), 1_000));
    input::measure("reconstruct", || reconstruct(&dense, None));
}

fn comparisons(mesh: &Mesh, other: &Mesh, folder: &Path) {
    let first = sample(mesh, N_CHAMFER, 2);
    for (name, second) in [("one organ", mesh), ("two organs", other)] {
        let second = sample(second, N_CHAMFER, 3);
        write_points(folder, &format!("{name}.f32"), &second);
        let chamfer = input::measure(&format!("chamfer, {name}"), || {
            Pairs::of(&first, &second).unwrap().chamfer()
        });
        value(&format!("chamfer, {name}"), chamfer.there.mm + chamfer.back.mm);
    }
    input::measure("tree", || Tree::new(mesh));
    let farthest = input::measure("vertices to faces", || {
        Tree::new(mesh).distances_mm(other.positions()).into_iter().fold(0.0, f32::max)
    });
    value("farthest vertex", f64::from(farthest));
    let closed = Closed::new(mesh).unwrap();
    input::measure("signed distances of vertices", || {
        SignedTree::new(closed).signed_distances_mm(other.positions())
    });
}

fn value(name: &str, value: f64) {
    println!("{{\"name\": \"{name}\", \"value\": {value}}}");
}

fn write(folder: &Path, name: &str, bytes: impl Iterator<Item = u8>) {
    std::fs::write(folder.join(name), bytes.collect::<Vec<u8>>()).unwrap();
}

fn write_points(folder: &Path, name: &str, cloud: &PointCloud) {
    write(folder, name, cloud.positions().iter().flatten().flat_map(|v| v.to_le_bytes()));
}

/// A cube of n³ voxels around a mesh, with a margin of 5 %.
fn around(mesh: &Mesh, n: usize) -> Grid {
    let bounds = mesh.bounds().unwrap();
    let side_mm = 1.1 * bounds.size().into_iter().fold(0.0, f64::max);
    let spacing_mm = side_mm / n as f64;
    let origin = bounds.center().map(|middle| middle - 0.5 * side_mm + 0.5 * spacing_mm);
    Grid::new([n; 3], Affine::from_spacing([spacing_mm; 3], origin).unwrap()).unwrap()
}
