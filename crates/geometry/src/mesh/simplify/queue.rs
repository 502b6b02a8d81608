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

    /// The level that is being read.
    pub(super) fn level(&self) -> usize {
        self.level
    }

    /// Takes up to `n_most` half-edges of the lowest level out; whether there were any.
    pub(super) fn take(&mut self, batch: &mut Vec<HalfEdge>, n_most: usize) -> bool {
        while self.n_read == self.reading.len() {
            let Some(level) = self.levels.get(self.level) else { return false };
            if level.is_empty() {
                self.level += 1;
                continue;
            }
            self.reading.clear();
            std::mem::swap(&mut self.reading, &mut self.levels[self.level]);
            self.n_read = 0;
        }
        let rest = &self.reading[self.n_read..];
        let n = rest.len().min(n_most);
        batch.clear();
        batch.extend_from_slice(&rest[..n]);
        self.n_read += n;
        true
    }
}
