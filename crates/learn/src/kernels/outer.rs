use super::piece::piece;
use super::simd::Simd;
use super::weights::blocks;
use crate::Real;

/// Rows of two tiles that meet.
pub(crate) struct Pairs<'a, T> {
    /// Rows of `width_left` numbers.
    pub(crate) left: &'a [T],
    /// Numbers of a row of `left`.
    pub(crate) width_left: usize,
    /// Rows of `width_right` numbers.
    pub(crate) right: &'a [T],
    /// Numbers of a row of `right`, [padded](super::padded).
    pub(crate) width_right: usize,
    /// Number of `left` that places there count from.
    pub(crate) first_left: usize,
    /// Where the rows of each pair begin in `left` and in `right`.
    pub(crate) pairs: &'a [(u32, u32)],
}

impl<T> Pairs<'_, T> {
    /// The last beginnings of rows in `left` and in `right`.
    #[inline(always)]
    fn last(&self) -> [usize; 2] {
        let last = self
            .pairs
            .iter()
            .fold((0, 0), |last: (u32, u32), pair| (last.0.max(pair.0), last.1.max(pair.1)));
        [last.0 as usize, last.1 as usize]
    }
}

/// Adds to a matrix, one row for each number of `left`, the outer products of the pairs.
#[inline(always)]
pub(crate) fn outer<T: Real, S: Simd<T>>(simd: S, pairs: &Pairs<'_, T>, matrix: &mut [T]) {
    if pairs.pairs.is_empty() {
        return;
    }
    let pairs = &Checked { last: pairs.last(), pairs };
    for (first, columns) in blocks(pairs.pairs.width_right) {
        if S::HAS_32_REGISTERS {
            match columns / S::LANES {
                1 => rows::<T, S, 8, 1>(simd, pairs, first, matrix),
                _ => rows::<T, S, 8, 2>(simd, pairs, first, matrix),
            }
        } else {
            match columns / S::LANES {
                1 => rows::<T, S, 8, 1>(simd, pairs, first, matrix),
                2 => rows::<T, S, 4, 2>(simd, pairs, first, matrix),
                _ => rows::<T, S, 2, 4>(simd, pairs, first, matrix),
            }
        }
    }
}

/// Pairs, and where the last rows of them begin, so that each block need not look for that again.
struct Checked<'a, T> {
    pairs: &'a Pairs<'a, T>,
    last: [usize; 2],
}

/// Takes `C` rows of the matrix at once as long as there are as many, then one by one.
#[inline(always)]
fn rows<T: Real, S: Simd<T>, const C: usize, const V: usize>(
    simd: S,
    pairs: &Checked<'_, T>,
    first: usize,
    matrix: &mut [T],
) {
    let width_left = pairs.pairs.width_left;
    let mut row = 0;
    while row + C <= width_left {
        block::<T, S, C, V>(simd, pairs, [row, first], matrix);
        row += C;
    }
    while row + 2 <= width_left {
        block::<T, S, 2, V>(simd, pairs, [row, first], matrix);
        row += 2;
    }
    if row < width_left {
        block::<T, S, 1, V>(simd, pairs, [row, first], matrix);
    }
}

/// Sums a block of `C` rows and `V` registers of columns in registers, over all pairs.
#[inline(always)]
fn block<T: Real, S: Simd<T>, const C: usize, const V: usize>(
    simd: S,
    &Checked { pairs, last: [last_left, last_right] }: &Checked<'_, T>,
    [row, column]: [usize; 2],
    matrix: &mut [T],
) {
    let wide = pairs.width_right;
    let matrix = &mut matrix[row * wide + column..];
    assert!((C - 1) * wide + V * S::LANES <= matrix.len());
    let left = &pairs.left[pairs.first_left + row..];
    let right = &pairs.right[column..];
    assert!(last_left + C <= left.len() && last_right + V * S::LANES <= right.len());
    let mut sums = [[simd.splat(T::ZERO); V]; C];
    for c in 0..C {
        for v in 0..V {
            // SAFETY: the last row ends within the matrix, as was asserted.
            sums[c][v] = simd.load(unsafe { piece(matrix, c * wide + v * S::LANES, S::LANES) });
        }
    }
    for &(at_left, at_right) in pairs.pairs {
        let mut values = [simd.splat(T::ZERO); V];
        for v in 0..V {
            // SAFETY: no row of `right` begins after the last, whose end was asserted.
            values[v] =
                simd.load(unsafe { piece(right, at_right as usize + v * S::LANES, S::LANES) });
        }
        for c in 0..C {
            // SAFETY: no row of `left` begins after the last, whose end was asserted.
            let factor = simd.splat(unsafe { *left.as_ptr().wrapping_add(at_left as usize + c) });
            for v in 0..V {
                sums[c][v] = simd.mul_add(factor, values[v], sums[c][v]);
            }
        }
    }
    for c in 0..C {
        for v in 0..V {
            simd.store(sums[c][v], &mut matrix[c * wide + v * S::LANES..]);
        }
    }
}
