//! One structure of a label map.

use medshape_types::{Grid, LabelIndex, LabelMap, LabelVoxels};
use rayon::prelude::*;

/// The voxels of one label, seen as inside; all others are outside. Borrows its map.
#[derive(Debug, Clone, Copy)]
pub struct MaskView<'a> {
    map: &'a LabelMap,
    label: u16,
}

impl<'a> MaskView<'a> {
    /// The voxels with this label index; none of them if the map does not know it.
    pub fn of(map: &'a LabelMap, label: u16) -> Self {
        Self { map, label }
    }

    /// Where the voxels lie.
    pub fn grid(&self) -> &'a Grid {
        self.map.grid()
    }

    /// The label map whose voxels these are.
    pub fn map(&self) -> &'a LabelMap {
        self.map
    }

    /// Index of the label.
    pub fn label(&self) -> u16 {
        self.label
    }

    /// Whether the voxel at this place in memory is inside.
    #[inline]
    pub fn is_inside(&self, index: usize) -> bool {
        self.map.voxels().at(index) == self.label
    }

    /// The voxels of a box: 1 inside, 0 outside.
    pub(crate) fn cropped(&self, extent: &Extent) -> Vec<u8> {
        match self.map.voxels() {
            LabelVoxels::Narrow(voxels) => self.cropped_of(voxels, extent),
            LabelVoxels::Wide(voxels) => self.cropped_of(voxels, extent),
        }
    }

    fn cropped_of<I: LabelIndex>(&self, all: &[I], extent: &Extent) -> Vec<u8> {
        let [nx, ny, nz] = extent.dims();
        let mut voxels = vec![0; nx * ny * nz];
        voxels.par_chunks_exact_mut(nx * ny).enumerate().for_each(|(z, layer)| {
            for (y, row) in layer.chunks_exact_mut(nx).enumerate() {
                let [x0, y0, z0] = extent.min_voxel;
                let start = self.grid().index([x0, y0 + y, z0 + z]);
                let source = &all[start..start + nx];
                for (voxel, label) in row.iter_mut().zip(source) {
                    *voxel = u8::from(label.index() == self.label);
                }
            }
        });
        voxels
    }

    /// The smallest box of voxels that holds the mask; `None` if nothing is inside.
    pub fn extent(&self) -> Option<Extent> {
        Extent::of(self.map, |label| label == self.label)
    }
}

/// A box of voxels of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Lowest index along each axis.
    pub min_voxel: [usize; 3],
    /// Highest index along each axis, itself still inside.
    pub max_voxel: [usize; 3],
}

impl Extent {
    /// The smallest box that holds all voxels whose labels are wanted.
    pub fn of(map: &LabelMap, wanted: impl Fn(u16) -> bool + Sync) -> Option<Self> {
        match map.voxels() {
            LabelVoxels::Narrow(voxels) => Self::among(voxels, map.grid().dims(), wanted),
            LabelVoxels::Wide(voxels) => Self::among(voxels, map.grid().dims(), wanted),
        }
    }

    fn among<I: LabelIndex>(
        voxels: &[I],
        [nx, ny, _]: [usize; 3],
        wanted: impl Fn(u16) -> bool + Sync,
    ) -> Option<Self> {
        let wanted = |voxel: I| wanted(voxel.index());
        let rows = voxels.par_chunks_exact(nx).enumerate();
        let of_row = |(row, voxels): (usize, &[I])| {
            let first = first_wanted(voxels.chunks(BLOCK), wanted)?;
            let first = first * BLOCK + voxels[first * BLOCK..].iter().position(|&v| wanted(v))?;
            let last = voxels.iter().rposition(|&voxel| wanted(voxel))?;
            let (y, z) = (row % ny, row / ny);
            Some(Self { min_voxel: [first, y, z], max_voxel: [last, y, z] })
        };
        rows.with_min_len(64).filter_map(of_row).reduce_with(|one, other| one.with(&other))
    }

    /// The smallest box that holds both.
    pub fn with(&self, other: &Self) -> Self {
        let pick = |axis: usize| {
            (
                self.min_voxel[axis].min(other.min_voxel[axis]),
                self.max_voxel[axis].max(other.max_voxel[axis]),
            )
        };
        let ends = [pick(0), pick(1), pick(2)];
        Self { min_voxel: ends.map(|(min, _)| min), max_voxel: ends.map(|(_, max)| max) }
    }

    /// The box with so many voxels more on each side, as far as there are some.
    pub fn widened(&self, by: [usize; 3], dims: [usize; 3]) -> Self {
        let max = |axis: usize| (self.max_voxel[axis] + by[axis]).min(dims[axis] - 1);
        Self {
            min_voxel: [0, 1, 2].map(|axis| self.min_voxel[axis].saturating_sub(by[axis])),
            max_voxel: [max(0), max(1), max(2)],
        }
    }

    /// Voxels along each axis.
    pub fn dims(&self) -> [usize; 3] {
        [0, 1, 2].map(|axis| self.max_voxel[axis] + 1 - self.min_voxel[axis])
    }
}

/// Voxels that are looked at together.
const BLOCK: usize = 64;

/// The first block with a wanted label.
fn first_wanted<'a, I: LabelIndex>(
    mut blocks: impl Iterator<Item = &'a [I]>,
    wanted: impl Fn(I) -> bool,
) -> Option<usize> {
    // Without an early end within the block, so that the loop runs on whole registers.
    blocks.position(|block| block.iter().fold(0, |any, &label| any | u8::from(wanted(label))) != 0)
}

#[cfg(test)]
mod tests {
    use medshape_types::Affine;

    use super::*;

    #[test]
    fn the_extent_of_a_mask_is_tight() {
        let grid = Grid::new([4, 3, 2], Affine::IDENTITY).unwrap();
        let mut voxels = vec![0; 24];
        voxels[grid.index([1, 2, 0])] = 1;
        voxels[grid.index([3, 1, 1])] = 1;
        voxels[grid.index([0, 0, 0])] = 2;
        let map = LabelMap::new(grid, voxels, vec![0, 1, 2]).unwrap();
        let extent = MaskView::of(&map, 1).extent().unwrap();
        assert_eq!(extent, Extent { min_voxel: [1, 1, 0], max_voxel: [3, 2, 1] });
        assert_eq!(extent.dims(), [3, 2, 2]);
        assert_eq!(extent.widened([2, 2, 0], grid.dims()).dims(), [4, 3, 2]);
        assert_eq!(MaskView::of(&map, 3).extent(), None);
    }
}
