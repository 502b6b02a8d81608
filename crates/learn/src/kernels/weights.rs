use super::aligned::Aligned;
use crate::Real;

/// Columns of the widest block: two registers of the widest instructions.
const BLOCK: usize = 32;

/// A width of rows rounded up to what kernels work on: 8, or a multiple of 16.
pub(crate) fn padded(width: usize) -> usize {
    if width <= 8 { 8 } else { width.next_multiple_of(16) }
}

/// The weights of a convolution, a matrix for each tap, laid out in the order in which they are read:
/// blocks of 8, 16 or 32 columns; in each block the taps; for each tap the rows.
#[derive(Debug)]
pub(crate) struct Weights<T> {
    pub(crate) n_taps: usize,
    pub(crate) width_in: usize,
    pub(crate) width_out: usize,
    pub(super) values: Aligned<T>,
}

impl<T: Real> Weights<T> {
    /// Packs matrices of `width_in` rows and `width_out` columns, one a tap.
    pub(crate) fn pack(values: &[T], [n_taps, width_in, width_out]: [usize; 3]) -> Self {
        let entry = |tap, i, o| values[(tap * width_in + i) * width_out + o];
        Self::from_entries([n_taps, width_in, width_out], entry)
    }

    /// Packs the transposed matrices, those of the taps in another order: what gradients go back by.
    /// The shape is that of the matrices as they are given.
    pub(crate) fn pack_transposed(
        values: &[T],
        [n_taps, width_in, width_out]: [usize; 3],
        tap_of: impl Fn(usize) -> usize,
    ) -> Self {
        let entry = |tap, i: usize, o| values[(tap_of(tap) * width_in + o) * width_out + i];
        Self::from_entries([n_taps, width_out, width_in], entry)
    }

    /// Room for matrices.
    pub(super) fn zeros([n_taps, width_in, width_out]: [usize; 3]) -> Self {
        let values = Aligned::zeros(n_taps * width_in * padded(width_out));
        Self { n_taps, width_in, width_out, values }
    }

    fn from_entries(
        [n_taps, width_in, width_out]: [usize; 3],
        entry: impl Fn(usize, usize, usize) -> T,
    ) -> Self {
        let mut weights = Self::zeros([n_taps, width_in, width_out]);
        let mut places = weights.values.iter_mut();
        for (first, columns) in blocks(width_out) {
            for tap in 0..n_taps {
                for i in 0..width_in {
                    let row = (first..first + columns).zip(&mut places);
                    row.filter(|(o, _)| *o < width_out).for_each(|(o, to)| *to = entry(tap, i, o));
                }
            }
        }
        weights
    }

    /// The blocks: first column, number of columns, weights.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (usize, usize, &[T])> {
        let n_rows = self.n_taps * self.width_in;
        blocks(self.width_out).map(move |(first, columns)| {
            (first, columns, &self.values[n_rows * first..n_rows * (first + columns)])
        })
    }
}

/// First column and number of columns of the blocks of a width.
pub(crate) fn blocks(width: usize) -> impl Iterator<Item = (usize, usize)> {
    let end = padded(width);
    (0..end).step_by(BLOCK).map(move |first| (first, BLOCK.min(end - first)))
}
