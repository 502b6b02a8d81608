use super::grid::{SparseGrid, child, parent};
use super::leaf::{self, LeafMask};

impl SparseGrid {
    /// The grid of half the resolution: a voxel where any of the eight finer ones is.
    pub fn coarsen(&self) -> Self {
        let mut leaves: Vec<(u64, LeafMask)> = Vec::with_capacity(self.n_leaves() / 4);
        for (key, mask) in self.leaves() {
            let (key, octant) = parent(key);
            if leaves.last().is_none_or(|&(last, _)| last != key) {
                leaves.push((key, [0; 8]));
            }
            if let Some((_, coarse)) = leaves.last_mut() {
                coarse[octant] = leaf::blocks(mask);
            }
        }
        Self::from_leaves(leaves)
    }

    /// The grid of twice the resolution: all eight finer voxels of each. Voxels whose children lie
    /// outside of the space have none.
    pub fn refine(&self) -> Self {
        Self::from_leaves(self.leaves().flat_map(|(key, mask)| {
            mask.iter().enumerate().filter_map(move |(octant, &blocks)| {
                Some((child(key, octant)?, leaf::fill_blocks(blocks)))
            })
        }))
    }

    /// For each leaf, the row that its first block of 2×2×2 voxels has in the coarsened grid;
    /// at the end, how many rows that grid has.
    pub(crate) fn block_offsets(&self) -> Vec<u32> {
        let mut rows = 0;
        let mut offsets = Vec::with_capacity(self.n_leaves() + 1);
        offsets.push(rows);
        for mask in self.masks() {
            rows += leaf::blocks(mask).count_ones();
            offsets.push(rows);
        }
        offsets
    }
}
