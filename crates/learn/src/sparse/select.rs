use super::grid::SparseGrid;
use super::leaf;

impl SparseGrid {
    /// The first `n` voxels along the curve: places for rows that have none of their own, as points of a cloud.
    /// `None` if they are more than the space holds or than rows can be numbered.
    pub fn first(n: usize) -> Option<Self> {
        u32::try_from(n).ok()?;
        let leaf_of = |key: usize| {
            let rest = n - key * leaf::VOXELS;
            let word = |word: usize| match rest.saturating_sub(64 * word) {
                full if full >= 64 => u64::MAX,
                part => (1 << part) - 1,
            };
            (key as u64, std::array::from_fn(word))
        };
        Some(Self::from_leaves((0..n.div_ceil(leaf::VOXELS)).map(leaf_of)))
    }

    /// The grid of the rows that are kept; one answer a row.
    ///
    /// # Panics
    /// If there are fewer answers than rows.
    pub fn select(&self, keep: &[bool]) -> Self {
        Self::from_leaves(self.leaves().zip(self.offsets()).map(|((key, mask), &first)| {
            let mut kept = [0; 8];
            for (code, &keep) in leaf::codes(mask).zip(&keep[first as usize..]) {
                kept[code / 64] |= u64::from(keep) << (code % 64);
            }
            (key, kept)
        }))
    }

    /// The grids of several volumes as one batch, numbered in order. `None` if one of them is a
    /// batch already or they are too many.
    pub fn batch(volumes: &[Self]) -> Option<Self> {
        if volumes.len() > super::MAX_BATCH as usize {
            return None;
        }
        let is_single =
            |grid: &Self| grid.keys().last().is_none_or(|&key| super::grid::place_of(key).0 == 0);
        let leaves = volumes.iter().enumerate().flat_map(|(number, grid)| {
            grid.leaves().map(move |(key, mask)| (super::grid::in_batch(key, number), *mask))
        });
        volumes.iter().all(is_single).then(|| Self::from_leaves(leaves))
    }
}
