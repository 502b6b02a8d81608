use std::cmp::Ordering;

use super::grid::SparseGrid;
use super::leaf::{self, LeafMask};
use super::neighbours::NONE;

/// Leaves of two grids side by side, keys rising; a leaf that one of them lacks has no index.
fn merge<'a>(
    a: &'a SparseGrid,
    b: &'a SparseGrid,
) -> impl Iterator<Item = (u64, Option<usize>, Option<usize>)> + 'a {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        let key = match (a.keys().get(i), b.keys().get(j)) {
            (None, None) => return None,
            (Some(&key), None) | (None, Some(&key)) => key,
            (Some(&a), Some(&b)) => a.min(b),
        };
        let here = |keys: &[u64], index: &mut usize| {
            let is_here = keys.get(*index).is_some_and(|found| found.cmp(&key) == Ordering::Equal);
            *index += usize::from(is_here);
            is_here.then(|| *index - 1)
        };
        Some((key, here(a.keys(), &mut i), here(b.keys(), &mut j)))
    })
}

/// For each leaf of `of` the index of the same leaf of `other`, or [`NONE`].
pub(crate) fn leaves_in(of: &SparseGrid, other: &SparseGrid) -> Vec<u32> {
    let own = merge(of, other).filter(|(_, own, _)| own.is_some());
    own.map(|(_, _, there)| there.map_or(NONE, |leaf| leaf as u32)).collect()
}

impl SparseGrid {
    /// The voxels of either grid.
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a | b)
    }

    /// The voxels of both grids.
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a & b)
    }

    /// The voxels of this grid that the other lacks.
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, |a, b| a & !b)
    }

    /// For each row whether the other grid has its voxel too.
    pub fn is_in(&self, other: &Self) -> Vec<bool> {
        let mut answers = Vec::with_capacity(self.n_rows());
        for (_, mine, theirs) in merge(self, other) {
            let theirs = theirs.map_or([0; 8], |leaf| other.masks()[leaf]);
            let mine = mine.map_or([0; 8], |leaf| self.masks()[leaf]);
            answers.extend(leaf::codes(&mine).map(|code| leaf::has(&theirs, code)));
        }
        answers
    }

    fn combine(&self, other: &Self, word: impl Fn(u64, u64) -> u64) -> Self {
        Self::from_leaves(merge(self, other).map(|(key, mine, theirs)| {
            let mine = mine.map_or([0; 8], |leaf| self.masks()[leaf]);
            let theirs = theirs.map_or([0; 8], |leaf| other.masks()[leaf]);
            let mask: LeafMask = std::array::from_fn(|w| word(mine[w], theirs[w]));
            (key, mask)
        }))
    }
}
