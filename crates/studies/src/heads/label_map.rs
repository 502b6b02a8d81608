use medshape_learn::SparseGrid;
use medshape_types::{Grid, LabelMap};

/// Voxels as a map of one label, 1; those outside of the grid are left out.
pub fn label_map(voxels: &SparseGrid, grid: &Grid) -> LabelMap {
    let mut indices = vec![0_u16; grid.n_voxels()];
    for voxel in voxels.voxels() {
        let place = voxel.place.map(|at| at as usize);
        if (0..3).all(|axis| place[axis] < grid.dims()[axis]) {
            indices[grid.index(place)] = 1;
        }
    }
    LabelMap::new(*grid, indices, vec![0, 1]).expect("indices are 0 and 1, one for each voxel")
}
