//! Small label maps, and the real program as a child.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use medshape::formats::nifti;
use medshape::types::{Affine, Grid, LabelMap};

/// The real program.
pub(crate) fn medshape() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_medshape"));
    command.env_remove("MEDSHAPE_STORE");
    command
}

/// What a run printed to standard error.
pub(crate) fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Faces of a box whose corner `n` lies at the far end of the axes whose bits `n` has.
pub(crate) const BOX_FACES: [[u32; 3]; 12] = [
    [0, 2, 1],
    [1, 2, 3],
    [4, 5, 6],
    [5, 7, 6],
    [0, 1, 4],
    [1, 5, 4],
    [2, 6, 3],
    [3, 6, 7],
    [0, 4, 2],
    [2, 4, 6],
    [1, 3, 5],
    [3, 7, 5],
];

/// Two balls and a box, labels 1, 2 and 3, that differ a little with `number`.
pub(crate) fn small_label_map(number: u16) -> LabelMap {
    let grid =
        Grid::new([32, 30, 28], Affine::from_spacing([2.0; 3], [-30.0; 3]).unwrap()).unwrap();
    let mut voxels = vec![0; grid.n_voxels()];
    let radius = 5.0 + f64::from(number % 7) / 4.0;
    for (index, voxel) in voxels.iter_mut().enumerate() {
        let [x, y, z] = [index % 32, index / 32 % 30, index / (32 * 30)].map(|i| i as f64);
        let is_in_ball = |center: [f64; 3]| {
            let [dx, dy, dz] = [x - center[0], y - center[1], z - center[2]];
            dx * dx + dy * dy + dz * dz < radius * radius
        };
        if is_in_ball([9.0, 10.0, 12.0]) {
            *voxel = 1;
        } else if is_in_ball([21.0, 12.0, 14.0]) {
            *voxel = 2;
        } else if (12.0..18.0).contains(&x) && (20.0..27.0).contains(&y) && z > 5.0 {
            *voxel = 3;
        }
    }
    LabelMap::new(grid, voxels, vec![0, 1, 2, 3]).unwrap()
}

/// Writes a label map and says where.
pub(crate) fn write_label_map(folder: &Path, name: &str, map: &LabelMap) -> PathBuf {
    let path = folder.join(name);
    nifti::write_label_map(&mut File::create(&path).unwrap(), map).unwrap();
    path
}

pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}
