//! One head, stored in many axis orders, has one surface in world space, to the last bit.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic and say why it skips"
)]

use std::path::{Path, PathBuf};

use medshape::formats::nifti;
use medshape::geometry::surface::{SurfaceOptions, surfaces};
use medshape::geometry::voxels::reorient::label_map_to_ras;
use medshape::geometry::voxels::threshold::threshold;
use medshape::types::Mesh;

fn surface_of(path: &Path) -> Mesh {
    let inside = threshold(&nifti::read_volume(path).unwrap(), 40.0);
    surfaces(&label_map_to_ras(inside), &SurfaceOptions::default()).meshes.swap_remove(1)
}

#[test]
fn every_axis_order_gives_the_same_bits() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/volumes/orientations");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 12, "only {} files", paths.len());
    let first = surface_of(&paths[0]);
    assert!(first.faces().len() > 1_000);
    for path in &paths[1..] {
        assert!(surface_of(path) == first, "{} has another surface", path.display());
    }
}
