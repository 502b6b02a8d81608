use medshape_types::{Grid, Mask};

use super::grid::{MAX_COORDINATE, SparseGrid};
use super::leaf::LeafMask;
use super::morton;

/// Why a mask and a sparse grid do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MaskError {
    /// The mask is longer than the space of sparse grids.
    #[error(
        "a mask of {0} voxels along an axis is too large; at most {MAX_COORDINATE} are possible"
    )]
    TooLarge(usize),
    /// The sparse grid has a voxel outside of the mask's grid.
    #[error("voxel {0:?} lies outside of the grid")]
    Outside([u32; 3]),
}

impl SparseGrid {
    /// The occupied voxels of a mask, at the indices that they have there.
    ///
    /// # Errors
    /// If the mask is too large for the space.
    pub fn from_mask(mask: &Mask) -> Result<Self, MaskError> {
        Self::from_occupancy(mask.grid().dims(), mask.voxels())
    }

    /// The voxels that are true, x fastest.
    ///
    /// # Errors
    /// If the volume is too large for the space.
    ///
    /// # Panics
    /// If there are fewer answers than voxels.
    pub fn from_occupancy(dims: [usize; 3], voxels: &[bool]) -> Result<Self, MaskError> {
        if let Some(&dim) = dims.iter().find(|&&dim| dim > MAX_COORDINATE as usize) {
            return Err(MaskError::TooLarge(dim));
        }
        let mut leaves = dense_leaves(dims);
        for (key, mask) in &mut leaves {
            *mask = read_leaf(dims, voxels, *key);
        }
        Ok(Self::from_leaves(leaves))
    }

    /// The mask of the first volume on a grid.
    ///
    /// # Errors
    /// If a voxel lies outside of the grid.
    pub fn to_mask(&self, grid: &Grid) -> Result<Mask, MaskError> {
        let dims = grid.dims();
        let mut voxels = vec![false; grid.n_voxels()];
        for voxel in self.voxels().take_while(|voxel| voxel.batch == 0) {
            let [x, y, z] = voxel.place.map(|c| c as usize);
            if x >= dims[0] || y >= dims[1] || z >= dims[2] {
                return Err(MaskError::Outside(voxel.place));
            }
            voxels[(z * dims[1] + y) * dims[0] + x] = true;
        }
        Mask::new(*grid, voxels).ok_or(MaskError::Outside([0; 3]))
    }

    /// All voxels of a box: the grid on which this engine runs dense networks.
    ///
    /// # Errors
    /// If the box is too large for the space.
    pub fn full(dims: [usize; 3]) -> Result<Self, MaskError> {
        Self::from_occupancy(dims, &vec![true; dims.iter().product()])
    }
}

/// Empty leaves that cover a volume, keys rising.
fn dense_leaves(dims: [usize; 3]) -> Vec<(u64, LeafMask)> {
    let [nx, ny, nz] = dims.map(|dim| dim.div_ceil(8) as u32);
    let places = (0..nz).flat_map(|z| (0..ny).flat_map(move |y| (0..nx).map(move |x| [x, y, z])));
    let mut keys: Vec<(u64, LeafMask)> =
        places.map(|place| (morton::encode(place), [0; 8])).collect();
    keys.sort_unstable_by_key(|&(key, _)| key);
    keys
}

fn read_leaf(dims: [usize; 3], voxels: &[bool], key: u64) -> LeafMask {
    let origin = morton::decode(key).map(|c| c as usize * 8);
    let end: [usize; 3] = std::array::from_fn(|axis| dims[axis].min(origin[axis] + 8));
    let mut mask = [0; 8];
    for z in origin[2]..end[2] {
        for y in origin[1]..end[1] {
            let line = (z * dims[1] + y) * dims[0];
            for x in (origin[0]..end[0]).filter(|x| voxels[line + x]) {
                let code = morton::encode([x & 7, y & 7, z & 7].map(|c| c as u32));
                mask[(code / 64) as usize] |= 1 << (code % 64);
            }
        }
    }
    mask
}
