use std::ops::Range;

use crate::Real;
use crate::kernels::Aligned;

/// What one thread needs to work on one unit of a convolution: a tile of input rows, and lists of
/// which of them go where.
#[derive(Debug)]
pub(crate) struct Scratch<T> {
    pub(crate) width: usize,
    /// Rows of `width` numbers; those that were not put in are zero.
    pub(crate) tile: Vec<T>,
    /// Rows of the tile that are not zero.
    filled: Vec<u32>,
    /// For each output the row of the tile that its taps count from.
    pub(crate) at: Vec<u32>,
    /// For each output the taps that it has.
    pub(crate) taps: Vec<u64>,
    /// For each output its row, counted from the unit's first.
    pub(crate) rows: Vec<u32>,
    /// Which outputs belong to which taps.
    pub(crate) lists: Vec<List>,
    /// Pairs of rows of tile and output, for the gradient of weights.
    pub(crate) pairs: Vec<(u32, u32)>,
    /// The unit's rows of gradient, padded.
    pub(crate) right: Aligned<T>,
    /// Which voxels of a halo there are, a bit each.
    pub(crate) occupied: Vec<u16>,
}

/// A run of outputs with the same taps.
#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(crate) first_tap: usize,
    pub(crate) outputs: Range<usize>,
}

impl<T: Real> Scratch<T> {
    /// Room for a tile of so many rows.
    pub(crate) fn new(width: usize, tile_rows: usize) -> Self {
        Self {
            width,
            tile: vec![T::ZERO; width * tile_rows],
            filled: Vec::new(),
            at: Vec::new(),
            taps: Vec::new(),
            rows: Vec::new(),
            lists: Vec::new(),
            pairs: Vec::new(),
            right: Aligned::zeros(0),
            occupied: Vec::new(),
        }
    }

    /// Makes ready for the next unit.
    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        for &row in &self.filled {
            self.tile[row as usize * self.width..][..self.width].fill(T::ZERO);
        }
        self.filled.clear();
        self.at.clear();
        self.taps.clear();
        self.rows.clear();
        self.lists.clear();
    }

    /// The place of a row of the tile, which is not zero from now on.
    #[inline(always)]
    pub(crate) fn fill(&mut self, row: usize) -> &mut [T] {
        self.filled.push(row as u32);
        &mut self.tile[row * self.width..][..self.width]
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, at: usize, taps: u64, row: usize) {
        self.at.push(at as u32);
        self.taps.push(taps);
        self.rows.push(row as u32);
    }

    /// Ends a list that began after so many outputs.
    #[inline(always)]
    pub(crate) fn end_list(&mut self, first_tap: usize, first_output: usize) {
        self.lists.push(List { first_tap, outputs: first_output..self.at.len() });
    }
}
