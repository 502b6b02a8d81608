//! Which leaves of a 3×3×3 convolution take fewer products by way of [`winograd`], and the
//! convolution of such a leaf.

use super::geometry::Geometry;
use super::halo;
use super::scratch::Scratch;
use crate::kernels::winograd::{self, Block, N, PLANE, Tile, stride};
use crate::kernels::{Aligned, Pairs, Simd, Weights, outer};
use crate::rows::Source;
use crate::sparse::{leaf, morton};
use crate::{Real, SparseGrid};

/// Making frequencies takes as long as so many products for each channel in, and making outputs of them
/// for each channel out.
const PRODUCTS_A_CHANNEL: [usize; 2] = [400, 250];

/// With fewer blocks it is not worth it to make the weights' frequencies.
const MIN_BLOCKS: usize = 256;

/// The leaves of a layer that go by frequencies.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    grid: &'a SparseGrid,
    leaves: Vec<bool>,
}

impl<'a> Plan<'a> {
    /// The leaves in which that is less work than voxel by voxel, if they are worth it.
    pub(super) fn of(geometry: &'a Geometry, widths: [usize; 2]) -> Option<Self> {
        let Geometry::Submanifold(grid) = geometry else { return None };
        let fill_registers = widths == [8, 8] || widths.iter().all(|width| width % 16 == 0);
        if !fill_registers {
            return None;
        }
        let leaves: Vec<bool> =
            grid.masks().iter().map(|mask| is_less_work(mask, widths)).collect();
        let chosen = grid.masks().iter().zip(&leaves).filter(|(_, chosen)| **chosen);
        let n_blocks: usize = chosen.map(|(mask, _)| n_blocks(mask)).sum();
        (n_blocks >= MIN_BLOCKS).then_some(Self { grid, leaves })
    }

    /// All leaves, for tests.
    #[cfg(test)]
    pub(super) fn all(grid: &'a SparseGrid) -> Self {
        Self { grid, leaves: vec![true; grid.n_leaves()] }
    }

    pub(super) fn takes(&self, leaf: usize) -> bool {
        self.leaves[leaf]
    }

    /// The blocks of a leaf.
    fn blocks(&self, leaf: usize) -> impl Iterator<Item = Block> {
        let mut row = 0;
        let bytes = leaf::block_bytes(&self.grid.masks()[leaf]).enumerate();
        bytes.filter(|&(_, children)| children != 0).map(move |(code, children)| {
            let [x, y, z] = morton::decode(code as u64).map(|c| 2 * c);
            let corner = x + halo::EDGE as u32 * (y + halo::EDGE as u32 * z);
            row += children.count_ones();
            Block { corner, row: row - children.count_ones(), children }
        })
    }
}

fn n_blocks(mask: &leaf::LeafMask) -> usize {
    leaf::blocks(mask).count_ones() as usize
}

fn is_less_work(mask: &leaf::LeafMask, [width_in, width_out]: [usize; 2]) -> bool {
    let products = width_in * width_out;
    let [of_inputs, of_outputs] = PRODUCTS_A_CHANNEL;
    let a_block = N * products + of_inputs * width_in + of_outputs * width_out;
    let (rows, blocks) = (leaf::count(mask) as usize, n_blocks(mask));
    // A voxel has 27 taps where blocks are full and 9 in a plane, where they are half full; so, along a
    // line, 9 (rows - 2 blocks) / (2 blocks). Its products are a tenth more, those with zeros.
    2 * blocks * blocks * a_block < 10 * rows * rows.saturating_sub(2 * blocks) * products
}

/// What one thread needs for leaves that go by frequencies.
#[derive(Debug)]
pub(super) struct Room<T> {
    blocks: Vec<Block>,
    /// Frequencies of one `z` of the inputs.
    inputs: Aligned<T>,
    /// Frequencies of one `z` of the outputs.
    outputs: Aligned<T>,
    /// Eight rows a block, zeros where there is no voxel.
    gradient: Aligned<T>,
    pairs: Vec<(u32, u32)>,
}

impl<T: Real> Room<T> {
    pub(super) fn new() -> Self {
        let [inputs, outputs, gradient] = [0; 3].map(Aligned::zeros);
        Self { blocks: Vec::new(), inputs, outputs, gradient, pairs: Vec::new() }
    }

    /// Makes ready for a leaf.
    #[inline(always)]
    fn load(&mut self, plan: &Plan<'_>, leaf: usize, [width_in, width_out]: [usize; 2]) {
        self.blocks.clear();
        self.blocks.extend(plan.blocks(leaf));
        let n = self.blocks.len();
        self.inputs.make_room(PLANE * stride(n, width_in));
        self.outputs.make_room(PLANE * stride(n, width_out));
    }
}

fn tile<T>(scratch: &Scratch<T>) -> Tile<'_, T> {
    let strides = [halo::EDGE, halo::EDGE * halo::EDGE];
    Tile { rows: &scratch.tile, width: scratch.width, strides }
}

/// Writes the outputs of a leaf: the sums over their taps.
#[inline(always)]
pub(super) fn forward<T: Real, S: Simd<T>>(
    simd: S,
    (plan, leaf): (&Plan<'_>, usize),
    (source, weights): (&Source<'_, T>, &Weights<T>),
    (scratch, room): (&mut Scratch<T>, &mut Room<T>),
    out: &mut [T],
) {
    scratch.clear();
    halo::fill(plan.grid, leaf, source, scratch, |_, _| {});
    room.load(plan, leaf, [weights.width_in, weights.width_out]);
    let Room { blocks, inputs, outputs, .. } = room;
    let n = blocks.len();
    out.fill(T::ZERO);
    for z in 0..N / PLANE {
        winograd::of_inputs(simd, tile(scratch), blocks, z, inputs);
        let rows = inputs.chunks_exact(stride(n, weights.width_in));
        let products = outputs.chunks_exact_mut(stride(n, weights.width_out));
        for (number, (rows, products)) in rows.zip(products).enumerate() {
            winograd::multiply(simd, (rows, n), (weights, PLANE * z + number), products);
        }
        winograd::add_outputs(simd, outputs, blocks, (weights.width_out, z), out);
    }
}

/// Adds to matrices, one for each frequency, what a leaf has for them. `gradient` has the rows of the
/// leaf.
#[inline(always)]
pub(super) fn backward<T: Real, S: Simd<T>>(
    simd: S,
    (plan, leaf): (&Plan<'_>, usize),
    (source, gradient): (&Source<'_, T>, &Source<'_, T>),
    (scratch, room): (&mut Scratch<T>, &mut Room<T>),
    sums: &mut [T],
) {
    let [width_in, width_out] = [source.width, gradient.width];
    scratch.clear();
    halo::fill(plan.grid, leaf, source, scratch, |_, _| {});
    room.load(plan, leaf, [width_in, width_out]);
    let first = plan.grid.offsets()[leaf] as usize * width_out;
    load_gradient(&gradient.values[first..], width_out, room);
    let Room { blocks, inputs, outputs, gradient, pairs, .. } = room;
    let n = blocks.len();
    let pair = |block: u32| (block * width_in as u32, block * width_out as u32);
    pairs.clear();
    pairs.extend((0..n as u32).map(pair));
    for z in 0..N / PLANE {
        winograd::of_inputs(simd, tile(scratch), blocks, z, inputs);
        winograd::of_outputs(simd, gradient, width_out, z, outputs);
        let lefts = inputs.chunks_exact(stride(n, width_in));
        let rights = outputs.chunks_exact(stride(n, width_out));
        let sums = sums[PLANE * z * width_in * width_out..].chunks_exact_mut(width_in * width_out);
        for ((left, right), sum) in lefts.zip(rights).zip(sums) {
            let (width_left, width_right) = (width_in, width_out);
            let pairs = Pairs { left, width_left, right, width_right, first_left: 0, pairs };
            outer(simd, &pairs, sum);
        }
    }
}

/// Copies a leaf's rows to where their blocks have them.
#[inline(always)]
fn load_gradient<T: Real>(rows: &[T], width: usize, room: &mut Room<T>) {
    room.gradient.reset(8 * room.blocks.len() * width);
    let blocks = room.blocks.iter().zip(room.gradient.chunks_exact_mut(8 * width));
    for (block, to) in blocks {
        for (child, row) in block.rows() {
            to[child * width..][..width].copy_from_slice(&rows[row * width..][..width]);
        }
    }
}
