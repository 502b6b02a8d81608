use super::grid::SparseGrid;
use super::leaf;

impl SparseGrid {
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
