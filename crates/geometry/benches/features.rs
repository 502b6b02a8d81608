//! Shape features of all labels of a label map, or of a mesh; see `benchmarks/features.py`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on shall stop, and prints what it measured"
)]

mod input;

use std::path::PathBuf;

use medshape_geometry::describe::{mask::mask_features, shape::shape_features};
use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::remesh::{RemeshOptions, remesh};
use medshape_geometry::mesh::repair::{RepairOptions, repair};
use medshape_geometry::mesh::{curvature, intersections::intersections, normals::vertex_normals};

fn main() {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        eprintln!("usage: features FILE.labels|FILE.mesh");
        return;
    };
    if path.ends_with(".mesh") {
        of_mesh(&path);
        return;
    }
    let map = input::label_map(&PathBuf::from(path));
    let features = input::measure("mask features", || mask_features(&map));
    for (label, features) in features.iter().enumerate() {
        if let Some(found) = features {
            println!(
                "{{\"name\": \"label\", \"label\": {label}, \"VoxelVolume\": {}, \"MeshVolume\": {}, \
                 \"SurfaceArea\": {}, \"SurfaceVolumeRatio\": {}, \"Sphericity\": {}, \
                 \"Compactness1\": {}, \"Compactness2\": {}, \"SphericalDisproportion\": {}, \
                 \"Maximum3DDiameter\": {}, \"Maximum2DDiameterSlice\": {}, \
                 \"Maximum2DDiameterColumn\": {}, \"Maximum2DDiameterRow\": {}, \
                 \"MajorAxisLength\": {}, \"MinorAxisLength\": {}, \"LeastAxisLength\": {}, \
                 \"Elongation\": {}, \"Flatness\": {}, \"hull_volume\": {}, \"hull_area\": {}, \
                 \"box\": {:?}}}",
                found.voxel_volume_mm3,
                found.mesh_volume_mm3,
                found.surface_area_mm2,
                found.surface_volume_ratio_per_mm,
                found.sphericity,
                found.compactness_1,
                found.compactness_2,
                found.spherical_disproportion,
                found.maximum_3d_diameter_mm,
                found.maximum_2d_diameter_slice_mm,
                found.maximum_2d_diameter_column_mm,
                found.maximum_2d_diameter_row_mm,
                found.major_axis_length_mm,
                found.minor_axis_length_mm,
                found.least_axis_length_mm,
                found.elongation,
                found.flatness,
                found.hull.volume_mm3,
                found.hull.area_mm2,
                found.hull.oriented_box.size_mm,
            );
        }
    }
}

fn of_mesh(path: &str) {
    let mesh = input::mesh(&PathBuf::from(path));
    input::measure("mesh features", || shape_features(&mesh));
    input::measure("vertex normals", || vertex_normals(&mesh));
    input::measure("discrete curvature", || curvature::discrete(&mesh));
    input::measure("fitted curvature, 3 rings", || curvature::fitted(&mesh, 3));
    let found = input::measure("intersections", || intersections(&mesh));
    println!("{{\"name\": \"intersecting pairs\", \"count\": {}}}", found.n_pairs);
    input::measure("repair", || repair(&mesh, &RepairOptions::default()));
    if let Some(closed) = Closed::new(&mesh) {
        let options = RemeshOptions::with_edge_mm(2.0);
        let fresh = input::measure("remesh to 2 mm", || remesh(closed, &options).unwrap());
        println!("{{\"name\": \"faces after remeshing\", \"count\": {}}}", fresh.faces().len());
    }
}
