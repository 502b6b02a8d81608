use crate::{Grid, LabelIndex, LabelVoxels};

/// The most labels that one map may hold, background aside.
pub const MAX_LABELS: usize = 4096;

/// One structure a voxel.
///
/// A voxel holds the *index* of its label; [`LabelMap::values`] says which number the file gave it,
/// so that negative, huge or sparse label numbers cost nothing. Index 0 is the background.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelMap {
    grid: Grid,
    // Invariant: one index a voxel, x fastest; each below `values.len()`; narrow if all of those fit.
    voxels: LabelVoxels,
    // Invariant: values[0] == 0 (background); the others differ from it and rise strictly.
    values: Vec<i64>,
}

/// Why voxels and values do not make a label map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelMapError {
    /// More or fewer voxels than the grid has.
    VoxelCount,
    /// The values are not 0 followed by strictly rising numbers other than 0.
    Values,
    /// More than [`MAX_LABELS`] labels.
    TooManyLabels,
    /// A voxel names a label that is not there.
    Index,
}

impl std::fmt::Display for LabelMapError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::VoxelCount => f.write_str("the number of voxels does not fit the grid"),
            Self::Values => f.write_str("label values are not 0 and then strictly rising"),
            Self::TooManyLabels => write!(f, "more than {MAX_LABELS} labels"),
            Self::Index => f.write_str("a voxel names a label that is not there"),
        }
    }
}

impl std::error::Error for LabelMapError {}

impl LabelMap {
    /// A label map of these parts; see [`LabelMapError`] for what is refused.
    pub fn new(grid: Grid, voxels: Vec<u16>, values: Vec<i64>) -> Result<Self, LabelMapError> {
        Self::of_voxels(grid, voxels.into(), values)
    }

    /// The same of voxels of either width.
    pub fn of_voxels(
        grid: Grid,
        voxels: LabelVoxels,
        values: Vec<i64>,
    ) -> Result<Self, LabelMapError> {
        if usize::from(voxels.highest()) >= values.len().max(1) {
            return Err(LabelMapError::Index);
        }
        Self::from_decoded(grid, voxels, values)
    }

    /// The same from a reader that wrote every index itself and so knows it to be in `values`.
    ///
    /// The voxels are not looked at: most of a new map is background in memory that nobody has
    /// touched, and a look is a touch. An index that is wrong all the same ends in a panic at its
    /// first use.
    pub fn from_decoded(
        grid: Grid,
        voxels: LabelVoxels,
        values: Vec<i64>,
    ) -> Result<Self, LabelMapError> {
        if voxels.len() != grid.n_voxels() {
            return Err(LabelMapError::VoxelCount);
        }
        if values.len() > MAX_LABELS + 1 {
            return Err(LabelMapError::TooManyLabels);
        }
        let labels = values.get(1..).unwrap_or_default();
        let rising = labels.windows(2).all(|pair| pair[0] < pair[1]);
        if values.first() != Some(&0) || labels.contains(&0) || !rising {
            return Err(LabelMapError::Values);
        }
        let voxels = voxels.fitting(values.len());
        Ok(Self { grid, voxels, values })
    }

    /// Where the voxels lie.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The label index of each voxel, x fastest: one byte each if there are no more than 256 indices.
    pub fn voxels(&self) -> &LabelVoxels {
        &self.voxels
    }

    /// Which number each label index stands for in the file; index 0 is the background, 0.
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    /// Number of label indices, the background among them.
    pub fn n_values(&self) -> usize {
        self.values.len()
    }

    /// How many voxels each label index has.
    pub fn counts(&self) -> Vec<u64> {
        match &self.voxels {
            LabelVoxels::Narrow(voxels) => counts(voxels, self.values.len()),
            LabelVoxels::Wide(voxels) => counts(voxels, self.values.len()),
        }
    }

    /// Grid, voxels and values apart.
    pub fn into_parts(self) -> (Grid, LabelVoxels, Vec<i64>) {
        (self.grid, self.voxels, self.values)
    }
}

fn counts<I: LabelIndex>(voxels: &[I], n_values: usize) -> Vec<u64> {
    let mut counts = vec![0; n_values];
    for voxel in voxels {
        counts[usize::from(voxel.index())] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Affine;

    fn check(voxels: Vec<u16>, values: Vec<i64>, expected: Result<(), LabelMapError>) {
        let grid = Grid::new([2, 1, 1], Affine::IDENTITY).unwrap();
        assert_eq!(LabelMap::new(grid, voxels, values).map(|_| ()), expected);
    }

    #[test]
    fn broken_parts_are_refused() {
        check(vec![0, 1], vec![0, -6], Ok(()));
        check(vec![0], vec![0], Err(LabelMapError::VoxelCount));
        check(vec![0, 0], vec![], Err(LabelMapError::Values));
        check(vec![0, 0], vec![1], Err(LabelMapError::Values));
        check(vec![0, 0], vec![0, 2, 2], Err(LabelMapError::Values));
        check(vec![0, 0], vec![0, -1, 0], Err(LabelMapError::Values));
        check(vec![0, 2], vec![0, 5], Err(LabelMapError::Index));
    }

    #[test]
    fn a_byte_a_voxel_is_enough_for_256_values() {
        let width = |n_values: i64| {
            let grid = Grid::new([2, 1, 1], Affine::IDENTITY).unwrap();
            let highest = (n_values - 1) as u16;
            let map = LabelMap::new(grid, vec![0, highest], (0..n_values).collect()).unwrap();
            assert_eq!(map.voxels(), [0, highest]);
            match map.voxels() {
                LabelVoxels::Narrow(_) => 1,
                LabelVoxels::Wide(_) => 2,
            }
        };
        assert_eq!([width(1), width(256), width(257), width(4097)], [1, 1, 2, 2]);
    }

    #[test]
    fn counts_add_up_by_label() {
        let grid = Grid::new([2, 2, 1], Affine::IDENTITY).unwrap();
        let map = LabelMap::new(grid, vec![0, 2, 2, 1], vec![0, -3, 9]).unwrap();
        assert_eq!(map.counts(), [1, 1, 2]);
    }
}
