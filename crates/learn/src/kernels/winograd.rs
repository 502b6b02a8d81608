//! Convolutions of 3×3×3 with fewer products (Winograd, 1980; for layers of networks, Lavin and Gray,
//! 2016): eight outputs, a block of 2×2×2, take 64 products of what is made of their 4×4×4 inputs with
//! what is made of the weights, where one by one they take 216.
//!
//! In one dimension, two outputs of a kernel of three from four inputs:
//! `y = Aᵀ ((G w) ∘ (Bᵀ d))`. In three, each of the matrices is applied along each axis.
//! The numbers in between are called frequencies; frequency `x + 4 y + 16 z` of all blocks lies
//! together, those of one `z` are made at a time.

use super::multiply::add_products;
use super::piece::{piece, piece_mut};
use super::simd::Simd;
use super::weights::{Weights, blocks};
use crate::Real;

/// Frequencies along an axis.
const EDGE: usize = 4;

/// Frequencies of one `z`.
pub(crate) const PLANE: usize = EDGE * EDGE;

/// All frequencies.
pub(crate) const N: usize = EDGE * PLANE;

/// What is made of weights along an axis: `G`.
const OF_WEIGHTS: [&[f64]; 4] =
    [&[1.0, 0.0, 0.0], &[0.5, 0.5, 0.5], &[0.5, -0.5, 0.5], &[0.0, 0.0, 1.0]];

/// The way back: `Gᵀ`.
const TO_WEIGHTS: [&[f64]; 3] =
    [&[1.0, 0.5, 0.5, 0.0], &[0.0, 0.5, -0.5, 0.0], &[0.0, 0.5, 0.5, 1.0]];

/// How much of each output along an axis a frequency is: a row of `A`.
const TO_OUTPUTS: [[f64; 2]; EDGE] = [[1.0, 0.0], [1.0, 1.0], [1.0, -1.0], [0.0, -1.0]];

/// Numbers from the rows of a frequency to those of the next: a line of the cache more than they are, so that
/// those of all do not fall into the same few lines.
pub(crate) fn stride(n_blocks: usize, width: usize) -> usize {
    n_blocks * width + 16
}

/// A block of 2×2×2 outputs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    /// Row of the tile where its 4×4×4 inputs begin.
    pub(crate) corner: u32,
    /// Row of the first of its outputs that there are; the others follow.
    pub(crate) row: u32,
    /// Which of the outputs there are, x fastest.
    pub(crate) children: u8,
}

impl Block {
    /// The outputs that there are, with their rows.
    #[inline(always)]
    pub(crate) fn rows(self) -> impl Iterator<Item = (usize, usize)> {
        let there = (0..8).filter(move |child| self.children >> child & 1 == 1);
        there.enumerate().map(move |(before, child)| (child, self.row as usize + before))
    }
}

/// Rows of a tile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile<'a, T> {
    pub(crate) rows: &'a [T],
    pub(crate) width: usize,
    /// Rows from one voxel to the next along y and z; along x they follow each other.
    pub(crate) strides: [usize; 2],
}

/// Weights of 27 taps become those of the frequencies.
pub(crate) fn weights<T: Real>(weights: &Weights<T>) -> Weights<T> {
    let [width_in, width_out] = [weights.width_in, weights.width_out];
    let mut wide = Weights::zeros([N, width_in, width_out]);
    for (first, columns) in blocks(width_out) {
        let per_tap = width_in * columns;
        let of = |n: usize| n * width_in * first..n * width_in * (first + columns);
        let mut planes = weights.values[of(27)].to_vec();
        for inner in [1, EDGE, PLANE] {
            planes = along(&planes, &OF_WEIGHTS, inner * per_tap);
        }
        wide.values[of(N)].copy_from_slice(&planes);
    }
    wide
}

/// Adds to gradients of 27 taps, matrices of so many numbers, those of the frequencies.
pub(crate) fn add_weight_gradient<T: Real>(of_frequencies: &[T], per_tap: usize, to: &mut [T]) {
    let mut planes = along(of_frequencies, &TO_WEIGHTS, PLANE * per_tap);
    for inner in [EDGE, 1] {
        planes = along(&planes, &TO_WEIGHTS, inner * per_tap);
    }
    to.iter_mut().zip(planes).for_each(|(to, add)| *to += add);
}

/// Applies a matrix along an axis of which neighbours are `inner` numbers apart.
fn along<T: Real>(values: &[T], matrix: &[&[f64]], inner: usize) -> Vec<T> {
    let n_in = matrix.first().map_or(0, |row| row.len());
    let n_lines = values.len() / (n_in * inner);
    let mut out = vec![T::ZERO; n_lines * matrix.len() * inner];
    let lines = values.chunks_exact(n_in * inner).zip(out.chunks_exact_mut(matrix.len() * inner));
    for (line, out) in lines {
        for (row, out) in matrix.iter().zip(out.chunks_exact_mut(inner)) {
            for (&factor, values) in row.iter().zip(line.chunks_exact(inner)) {
                if factor != 0.0 {
                    let factor = T::of(factor);
                    out.iter_mut().zip(values).for_each(|(out, &value)| *out += factor * value);
                }
            }
        }
    }
    out
}

/// Frequencies of one `z` of the inputs of each block: `Bᵀ d`.
#[inline(always)]
pub(crate) fn of_inputs<T: Real, S: Simd<T>>(
    simd: S,
    tile: Tile<'_, T>,
    blocks: &[Block],
    z: usize,
    to: &mut [T],
) {
    let Tile { rows, width, strides: [along_y, along_z] } = tile;
    let last = blocks.iter().fold(0, |last, block| last.max(block.corner as usize));
    assert!((last + 3 * (1 + along_y + along_z) + 1) * width <= rows.len());
    assert!(width.is_multiple_of(S::LANES) && PLANE * stride(blocks.len(), width) <= to.len());
    // A row of `Bᵀ` has two entries: the first is 1, the second this sign.
    let (first, second, sign) = [
        (0, 2, T::ZERO - T::ONE),
        (1, 2, T::ONE),
        (2, 1, T::ZERO - T::ONE),
        (1, 3, T::ZERO - T::ONE),
    ][z];
    let sign = simd.splat(sign);
    let (first, second) = (first * along_z * width, second * along_z * width);
    let plane = stride(blocks.len(), width);
    for (number, block) in blocks.iter().enumerate() {
        for channel in (0..width).step_by(S::LANES) {
            let mut values = [[sign; EDGE]; EDGE];
            for y in 0..EDGE {
                for x in 0..EDGE {
                    let at = (block.corner as usize + x + y * along_y) * width + channel;
                    // SAFETY: the last row of the last block ends within the tile, as was asserted.
                    let a = simd.load(unsafe { piece(rows, first + at, S::LANES) });
                    // SAFETY: as above.
                    let b = simd.load(unsafe { piece(rows, second + at, S::LANES) });
                    values[y][x] = simd.mul_add(b, sign, a);
                }
                values[y] = four_of_inputs(simd, values[y]);
            }
            for x in 0..EDGE {
                let column = [values[0][x], values[1][x], values[2][x], values[3][x]];
                let column = four_of_inputs(simd, column);
                for y in 0..EDGE {
                    let at = (EDGE * y + x) * plane + number * width + channel;
                    // SAFETY: there are as many planes as asserted.
                    simd.store(column[y], unsafe { piece_mut(to, at, S::LANES) });
                }
            }
        }
    }
}

/// `Bᵀ` along an axis.
#[inline(always)]
fn four_of_inputs<T, S: Simd<T>>(simd: S, [a, b, c, d]: [S::Vector; EDGE]) -> [S::Vector; EDGE] {
    [simd.sub(a, c), simd.add(b, c), simd.sub(c, b), simd.sub(b, d)]
}

/// Multiplies so many rows with the weights of a frequency.
#[inline(always)]
pub(crate) fn multiply<T: Real, S: Simd<T>>(
    simd: S,
    (rows, n): (&[T], usize),
    (weights, frequency): (&Weights<T>, usize),
    out: &mut [T],
) {
    let (width_in, width_out) = (weights.width_in, weights.width_out);
    assert!(width_out.is_multiple_of(S::LANES));
    for (first, columns, panel) in weights.blocks() {
        let per_tap = width_in * columns;
        let weights = &panel[frequency * per_tap..][..per_tap];
        let mut panel = Panel { rows, width_in, weights, first, width_out, out: &mut *out };
        match (S::HAS_32_REGISTERS, columns / S::LANES) {
            (true, 1) => panel.run::<S, 12, 1>(simd, n),
            (true, _) => panel.run::<S, 12, 2>(simd, n),
            (false, 1) => panel.run::<S, 8, 1>(simd, n),
            (false, 2) => panel.run::<S, 6, 2>(simd, n),
            (false, _) => panel.run::<S, 3, 4>(simd, n),
        }
    }
}

/// A block of columns of the products.
struct Panel<'a, T> {
    rows: &'a [T],
    width_in: usize,
    weights: &'a [T],
    first: usize,
    width_out: usize,
    out: &'a mut [T],
}

impl<T: Real> Panel<'_, T> {
    /// Takes `R` rows at once, and fewer at the end.
    #[inline(always)]
    fn run<S: Simd<T>, const R: usize, const V: usize>(&mut self, simd: S, n: usize) {
        assert!(self.weights.len() == self.width_in * V * S::LANES);
        let mut row = 0;
        while row + R <= n {
            self.rows_at::<S, R, V>(simd, row);
            row += R;
        }
        while row + 4 <= n {
            self.rows_at::<S, 4, V>(simd, row);
            row += 4;
        }
        while row < n {
            self.rows_at::<S, 1, V>(simd, row);
            row += 1;
        }
    }

    #[inline(always)]
    fn rows_at<S: Simd<T>, const R: usize, const V: usize>(&mut self, simd: S, row: usize) {
        let rows = &self.rows[row * self.width_in..][..R * self.width_in];
        let mut starts = [0; R];
        for r in 0..R {
            starts[r] = r * self.width_in;
        }
        let mut sums = [[simd.splat(T::ZERO); V]; R];
        // SAFETY: `weights` has `width_in` rows of `V` registers, as was asserted, and `rows` as many numbers
        // after each start.
        unsafe { add_products(simd, rows.as_ptr(), &starts, self.weights, &mut sums) };
        for r in 0..R {
            let to = &mut self.out[(row + r) * self.width_out + self.first..][..V * S::LANES];
            for v in 0..V {
                simd.store(sums[r][v], &mut to[v * S::LANES..]);
            }
        }
    }
}

/// Frequencies of one `z` of the gradients of each block's outputs, eight rows a block: `A y`.
#[inline(always)]
pub(crate) fn of_outputs<T: Real, S: Simd<T>>(
    simd: S,
    rows: &[T],
    width: usize,
    z: usize,
    to: &mut [T],
) {
    let n_blocks = rows.len() / (8 * width);
    assert!(width.is_multiple_of(S::LANES) && PLANE * stride(n_blocks, width) <= to.len());
    let factors = TO_OUTPUTS[z];
    let factors = [simd.splat(T::of(factors[0])), simd.splat(T::of(factors[1]))];
    let none = simd.splat(T::ZERO);
    let plane = stride(n_blocks, width);
    for (number, rows) in rows.chunks_exact(8 * width).enumerate() {
        for channel in (0..width).step_by(S::LANES) {
            let mut values = [[none; EDGE]; 2];
            for y in 0..2 {
                let mut row = [none; 2];
                for x in 0..2 {
                    for z in 0..2 {
                        let from = simd.load(&rows[(x + 2 * y + 4 * z) * width + channel..]);
                        row[x] = simd.mul_add(from, factors[z], row[x]);
                    }
                }
                values[y] = four_of_outputs(simd, row);
            }
            for x in 0..EDGE {
                let column = four_of_outputs(simd, [values[0][x], values[1][x]]);
                for y in 0..EDGE {
                    let at = (EDGE * y + x) * plane + number * width + channel;
                    // SAFETY: there are as many planes as asserted.
                    simd.store(column[y], unsafe { piece_mut(to, at, S::LANES) });
                }
            }
        }
    }
}

/// `A` along an axis.
#[inline(always)]
fn four_of_outputs<T: Real, S: Simd<T>>(simd: S, [a, b]: [S::Vector; 2]) -> [S::Vector; EDGE] {
    [a, simd.add(a, b), simd.sub(a, b), simd.sub(simd.splat(T::ZERO), b)]
}

/// Adds to the outputs that there are what the products of one `z` have for them: `Aᵀ`.
#[inline(always)]
pub(crate) fn add_outputs<T: Real, S: Simd<T>>(
    simd: S,
    products: &[T],
    blocks: &[Block],
    (width, z): (usize, usize),
    out: &mut [T],
) {
    assert!(
        width.is_multiple_of(S::LANES) && PLANE * stride(blocks.len(), width) <= products.len()
    );
    let factors = TO_OUTPUTS[z];
    let factors = [simd.splat(T::of(factors[0])), simd.splat(T::of(factors[1]))];
    let none = simd.splat(T::ZERO);
    let plane = stride(blocks.len(), width);
    for (number, block) in blocks.iter().enumerate() {
        for channel in (0..width).step_by(S::LANES) {
            let mut values = [[none; EDGE]; 2];
            for x in 0..EDGE {
                let mut column = [none; EDGE];
                for y in 0..EDGE {
                    let at = (EDGE * y + x) * plane + number * width + channel;
                    // SAFETY: there are as many planes as asserted.
                    column[y] = simd.load(unsafe { piece(products, at, S::LANES) });
                }
                let [low, high] = two_outputs(simd, column);
                (values[0][x], values[1][x]) = (low, high);
            }
            let values = [two_outputs(simd, values[0]), two_outputs(simd, values[1])];
            let mut row = block.row as usize;
            for child in 0..8 {
                if block.children >> child & 1 == 1 {
                    if TO_OUTPUTS[z][child / 4] != 0.0 {
                        let to = &mut out[row * width + channel..][..S::LANES];
                        let value = values[child / 2 % 2][child % 2];
                        simd.store(simd.mul_add(value, factors[child / 4], simd.load(to)), to);
                    }
                    row += 1;
                }
            }
        }
    }
}

/// `Aᵀ` along an axis.
#[inline(always)]
fn two_outputs<T, S: Simd<T>>(simd: S, [a, b, c, d]: [S::Vector; EDGE]) -> [S::Vector; 2] {
    [simd.add(simd.add(a, b), c), simd.sub(simd.sub(b, c), d)]
}
