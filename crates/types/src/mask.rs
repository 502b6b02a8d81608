use crate::{Grid, LabelIndex, LabelMap, LabelVoxels};

/// Where one structure is: yes or no for each voxel.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask {
    grid: Grid,
    // Invariant: one answer a voxel, x fastest.
    voxels: Vec<bool>,
}

impl Mask {
    /// A mask on `grid`, or `None` if there are more or fewer answers than voxels.
    pub fn new(grid: Grid, voxels: Vec<bool>) -> Option<Self> {
        (voxels.len() == grid.n_voxels()).then_some(Self { grid, voxels })
    }

    /// The voxels of one label of a map, named by its index.
    pub fn of_label(map: &LabelMap, label: u16) -> Self {
        let voxels = match map.voxels() {
            LabelVoxels::Narrow(voxels) => are(label, voxels),
            LabelVoxels::Wide(voxels) => are(label, voxels),
        };
        Self { grid: *map.grid(), voxels }
    }

    /// Where the voxels lie.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Whether each voxel belongs to the structure, x fastest.
    pub fn voxels(&self) -> &[bool] {
        &self.voxels
    }

    /// How many voxels belong to the structure.
    pub fn n_inside(&self) -> u64 {
        self.voxels.iter().map(|&voxel| u64::from(voxel)).sum()
    }

    /// Grid and answers apart.
    pub fn into_parts(self) -> (Grid, Vec<bool>) {
        (self.grid, self.voxels)
    }
}

fn are<I: LabelIndex>(label: u16, voxels: &[I]) -> Vec<bool> {
    voxels.iter().map(|voxel| voxel.index() == label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Affine;

    #[test]
    fn a_mask_has_the_voxels_of_its_label() {
        let grid = Grid::new([2, 2, 1], Affine::IDENTITY).unwrap();
        let map = LabelMap::new(grid, vec![0, 2, 2, 1], vec![0, -3, 9]).unwrap();
        let mask = Mask::of_label(&map, 2);
        assert_eq!(mask.voxels(), [false, true, true, false]);
        assert_eq!(mask.n_inside(), 2);
        assert_eq!(Mask::new(grid, vec![true; 3]), None);
    }
}
