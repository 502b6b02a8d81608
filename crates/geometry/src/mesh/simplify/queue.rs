//! Edges by cost, cheapest first, as far as it matters.

use super::half_edges::HalfEdge;

/// Bits of a cost that are left out: four levels for each doubling.
const DROPPED_BITS: u32 = 21;
const N_LEVELS: usize = 1 << (31 - DROPPED_BITS);

/// Half-edges in buckets of about equal cost, in the order they came.
///
/// A heap would keep a strict order, at several times the price; edges within a fifth of each
/// other's cost may as well go in the order of memory.
pub(super) struct Queue {
    levels: Vec<Vec<HalfEdge>>,
    level: usize,
    /// The level that is being read, and how far.
    reading: Vec<HalfEdge>,
    n_read: usize,
}

/// Level of a cost that is not negative.
pub(super) fn level(cost: f32) -> usize {
    if cost.is_finite() { (cost.to_bits() >> DROPPED_BITS) as usize } else { N_LEVELS }
}

impl Queue {
    pub(super) fn new() -> Self {
        Self { levels: vec![Vec::new(); N_LEVELS], level: 0, reading: Vec::new(), n_read: 0 }
    }

    /// Puts a half-edge in, at the level that is being read or above; whether it is worth it.
    pub(super) fn push(&mut self, half_edge: HalfEdge, level: usize) -> bool {
        match self.levels.get_mut(level.max(self.level)) {
            Some(level) => {
                level.push(half_edge);
                true
            }
            None => false,
        }
    }

    /// The next half-edge and its level.
    pub(super) fn pop(&mut self) -> Option<(HalfEdge, usize)> {
        while self.n_read == self.reading.len() {
            while self.levels.get(self.level)?.is_empty() {
                self.level += 1;
            }
            self.reading.clear();
            std::mem::swap(&mut self.reading, &mut self.levels[self.level]);
            self.n_read = 0;
        }
        self.n_read += 1;
        Some((self.reading[self.n_read - 1], self.level))
    }
}
