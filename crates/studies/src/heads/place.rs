//! Where the skull of a file lies beside phantom skulls: by the middle and the top of its vault.

use medshape_geometry::phantom::skull;
use medshape_types::{Affine, Grid, LabelMap};
use rayon::prelude::*;

use super::{Whole, label_map};

/// The vault is what lies so far below the top.
const VAULT_MM: f64 = 70.0;

/// Phantom skulls that say where skulls lie.
const N_ANCHORS: u64 = 16;

/// All labels as one.
pub(crate) fn bone(map: &LabelMap) -> LabelMap {
    let voxels: Vec<u16> = map.voxels().iter().map(|label| u16::from(label > 0)).collect();
    LabelMap::new(*map.grid(), voxels, vec![0, 1]).expect("indices are 0 and 1, one for each voxel")
}

/// The grid of skulls, moved to where a skull lies; `None` if it has no bone.
pub(crate) fn placed(skull: &LabelMap, resolution: usize) -> Option<Grid> {
    moved(&skull::grid(resolution), shift_mm(skull, usual_anchor()?)?)
}

/// How far a skull, label 1 of a map, lies from where skulls usually lie; `None` if it has no bone.
pub(crate) fn shift_mm(skull: &LabelMap, usual: [f64; 3]) -> Option<[f64; 3]> {
    let anchor = anchor(skull)?;
    Some([0, 1, 2].map(|axis| anchor[axis] - usual[axis]))
}

/// A grid, moved; `None` if that is too far for it.
pub(crate) fn moved(grid: &Grid, shift_mm: [f64; 3]) -> Option<Grid> {
    let mut rows = *grid.world_from_voxel().rows();
    rows.iter_mut().zip(shift_mm).for_each(|(row, shift)| row[3] += shift);
    Grid::new(grid.dims(), Affine::from_rows(rows)?).ok()
}

/// Where the vaults of phantom skulls lie on average. It takes a moment, so that it is asked once for many.
pub(crate) fn usual_anchor() -> Option<[f64; 3]> {
    let anchors: Vec<[f64; 3]> = (0..N_ANCHORS)
        .into_par_iter()
        .filter_map(|seed| {
            let whole = Whole::of_seed(seed, 64);
            anchor(&label_map(&whole.bone, whole.grid()))
        })
        .collect();
    let n = anchors.len() as f64;
    let mean = |axis: usize| anchors.iter().map(|anchor| anchor[axis]).sum::<f64>() / n;
    (n > 0.0).then(|| [mean(0), mean(1), mean(2)])
}

/// The middle of a skull's vault from left to right and from back to front, and its top.
fn anchor(skull: &LabelMap) -> Option<[f64; 3]> {
    let [n_x, n_y, _] = skull.grid().dims();
    let inside = || skull.voxels().iter().enumerate().filter(|(_, label)| *label == 1);
    let place = |index: usize| {
        let voxel = [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
        skull.grid().world_from_voxel().apply(voxel.map(|at| at as f64))
    };
    let top = inside().map(|(index, _)| place(index)[2]).fold(f64::MIN, f64::max);
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for at in inside().map(|(index, _)| place(index)).filter(|at| at[2] > top - VAULT_MM) {
        for axis in 0..2 {
            low[axis] = low[axis].min(at[axis]);
            high[axis] = high[axis].max(at[axis]);
        }
    }
    (low[0] <= high[0]).then(|| [0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1]), top])
}
