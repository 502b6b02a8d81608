//! Real label maps to meshes and back to voxels.

use std::path::Path;

use medshape::formats::{Input, Limits, nifti};
use medshape::geometry::mesh::{closed::Closed, voxelise::voxelise};
use medshape::geometry::surface::{SurfaceOptions, surfaces};
use medshape::geometry::voxels::reorient::label_map_to_ras;

#[test]
fn no_voxel_of_a_whole_body_changes() {
    let wholebody = "../../../shared/data/volumes/wholebody";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(wholebody);
    for subject in ["s0585", "s1380"] {
        let path = folder.join(format!("completor_{subject}_full.nii.gz"));
        if !path.exists() {
            println!("skipped: {} is not there", path.display());
            return;
        }
        let map = label_map_to_ras(
            nifti::read_label_map(&Input::on_disk(&path), &Limits::DEFAULT).unwrap(),
        );
        let found = surfaces(&map, &SurfaceOptions::default());
        let mut n_labels = 0;
        for (label, mesh) in (0_u16..).zip(&found.meshes) {
            let Some(closed) = Closed::new(mesh) else { continue };
            let mask = voxelise(closed, map.grid());
            let pairs = mask.voxels().iter().zip(map.voxels().iter());
            let n_changed = pairs.filter(|(inside, voxel)| **inside != (*voxel == label)).count();
            assert_eq!(n_changed, 0, "{subject}, label {}", map.values()[usize::from(label)]);
            n_labels += 1;
        }
        assert!(n_labels > 5, "{subject} has {n_labels} labels");
    }
}
