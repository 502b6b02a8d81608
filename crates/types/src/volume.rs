use crate::Grid;

/// Values on a grid, such as the intensities of a CT.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume<T> {
    grid: Grid,
    // Invariant: one value a voxel, x fastest.
    voxels: Vec<T>,
}

impl<T> Volume<T> {
    /// Values on `grid`, or `None` if there are more or fewer of them than voxels.
    pub fn new(grid: Grid, voxels: Vec<T>) -> Option<Self> {
        (voxels.len() == grid.n_voxels()).then_some(Self { grid, voxels })
    }

    /// Where the voxels lie.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The values, x fastest.
    pub fn voxels(&self) -> &[T] {
        &self.voxels
    }

    /// Grid and values apart.
    pub fn into_parts(self) -> (Grid, Vec<T>) {
        (self.grid, self.voxels)
    }
}
