//! Shape features of all labels of a label map; see `benchmarks/features.py`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on shall stop, and prints what it measured"
)]

mod input;

use std::path::PathBuf;

use medshape_geometry::describe::mask::mask_features;

fn main() {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        eprintln!("usage: features FILE.labels");
        return;
    };
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
