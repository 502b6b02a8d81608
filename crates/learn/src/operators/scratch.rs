use std::ops::Range;

use crate::Real;
use crate::kernels::Aligned;

/// What one thread needs to work on one unit of a convolution: a tile of input rows, and lists of
/// which of them go where.
#[derive(Debug)]
pub(crate) struct Scratch<T> {
    pub(crate) width: usize,
    /// Rows of `width` numbers; those that were not put in are zero.
    pub(crate) tile: Aligned<T>,
    /// Rows of the tile that are not zero: the first of some, and how many.
    filled: Vec<(u32, u32)>,
    /// For each output the row of the tile that its taps count from.
    pub(crate) at: Vec<u32>,
    /// For each output the taps that it has.
    pub(crate) taps: Vec<u64>,
    /// For each output its row, counted from the unit's first.
    pub(crate) rows: Vec<u32>,
    /// Which outputs belong to which taps.
    pub(crate) lists: Vec<List>,
    /// The unit's rows of gradient, padded.
    pub(crate) right: Aligned<T>,
}

/// A run of outputs with the same taps.
#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(crate) first_tap: usize,
    pub(crate) outputs: Range<usize>,
}

/// So many products take as long as one output's turn in the making of a list of pairs.
const PRODUCTS_A_TURN: usize = 96;

/// The outputs of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outputs<'a> {
    pub(crate) at: &'a [u32],
    pub(crate) taps: &'a [u64],
    pub(crate) rows: &'a [u32],
}

impl Outputs<'_> {
    /// Whether so few of `n_taps` are missing that products with zeros, so many for each of them, are less
    /// work than [lists](Self::list) of those that are there.
    #[inline(always)]
    pub(crate) fn are_mostly_full(&self, n_taps: usize, n_products: usize) -> bool {
        let n_there: usize = self.taps.iter().map(|taps| taps.count_ones() as usize).sum();
        let n_all = n_taps * self.taps.len();
        (n_all - n_there) * n_products <= PRODUCTS_A_TURN * n_all
    }

    /// Lists where rows of so many numbers begin in the tile and among the outputs: those of outputs that
    /// have one of the taps.
    #[inline(always)]
    pub(crate) fn list(&self, taps: u64, widths: [usize; 2], pairs: &mut Vec<(u32, u32)>) {
        let [width_in, width_out] = widths.map(|width| width as u32);
        pairs.resize(self.at.len(), (0, 0));
        let mut n = 0;
        // Which these are is too irregular to be guessed: each is written, and the next one over it.
        for ((&at, &row), &has) in self.at.iter().zip(self.rows).zip(self.taps) {
            pairs[n] = (at * width_in, row * width_out);
            n += usize::from(has & taps != 0);
        }
        pairs.truncate(n);
    }
}

impl<T: Real> Scratch<T> {
    /// Room for a tile of so many rows.
    pub(crate) fn new(width: usize, tile_rows: usize) -> Self {
        Self {
            width,
            tile: Aligned::zeros(width * tile_rows),
            filled: Vec::new(),
            at: Vec::new(),
            taps: Vec::new(),
            rows: Vec::new(),
            lists: Vec::new(),
            right: Aligned::zeros(0),
        }
    }

    /// Makes ready for the next unit.
    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        for &(row, n) in &self.filled {
            self.tile[row as usize * self.width..][..n as usize * self.width].fill(T::ZERO);
        }
        self.filled.clear();
        self.at.clear();
        self.taps.clear();
        self.rows.clear();
        self.lists.clear();
    }

    /// The place of some rows of the tile, which are not zero from now on.
    #[inline(always)]
    pub(crate) fn fill(&mut self, row: usize, n: usize) -> &mut [T] {
        self.filled.push((row as u32, n as u32));
        &mut self.tile[row * self.width..][..n * self.width]
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, at: usize, taps: u64, row: usize) {
        self.at.push(at as u32);
        self.taps.push(taps);
        self.rows.push(row as u32);
    }

    #[inline(always)]
    pub(crate) fn outputs(&self, list: &List) -> Outputs<'_> {
        let range = list.outputs.clone();
        Outputs {
            at: &self.at[range.clone()],
            taps: &self.taps[range.clone()],
            rows: &self.rows[range],
        }
    }

    /// Ends a list that began after so many outputs.
    #[inline(always)]
    pub(crate) fn end_list(&mut self, first_tap: usize, first_output: usize) {
        self.lists.push(List { first_tap, outputs: first_output..self.at.len() });
    }
}
