use super::simd::{Level, run_at};
use super::winograd::{self, Block};
use super::*;

/// Numbers that repeat, between -1 and 1.
fn numbers(n: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}

struct Multiply<'a>(&'a Gather<'a, f32>, &'a Weights<f32>, &'a mut [f32]);

impl Kernel<f32> for Multiply<'_> {
    #[inline(always)]
    fn run<S: Simd<f32>>(self, simd: S) {
        multiply(simd, self.0, self.1, self.2);
    }
}

struct Outer<'a>(&'a Pairs<'a, f32>, &'a mut [f32]);

impl Kernel<f32> for Outer<'_> {
    #[inline(always)]
    fn run<S: Simd<f32>>(self, simd: S) {
        outer(simd, self.0, self.1);
    }
}

/// Levels that have kernels for rows of a width.
fn levels(width: usize) -> impl Iterator<Item = Level> {
    Level::available().into_iter().filter(move |level| level.fits(width))
}

fn close(a: &[f32], b: &[f64]) {
    close_to(a, b, 1e-5);
}

fn close_to(a: &[f32], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!((f64::from(*a) - b).abs() < tolerance, "{a} {b}");
    }
}

#[test]
fn rows_times_weights_are_the_same_with_all_instructions() {
    for (width_in, width_out) in [(1, 1), (3, 8), (8, 22), (16, 16), (5, 32), (32, 64), (7, 100)] {
        let n = 29;
        let tile = numbers(40 * width_in, 1);
        let raw = numbers(3 * width_in * width_out, 2);
        let weights = Weights::pack(&raw, [3, width_in, width_out]);
        let at: Vec<u32> = (0..n).map(|row| row % 31).collect();
        let rows: Vec<u32> = (0..n).rev().collect();
        let taps = vec![0b101; n as usize];
        let gather = Gather {
            tile: &tile,
            at: &at,
            taps: &taps,
            rows: &rows,
            steps: &[0, 3, 5],
            first_tap: 0,
        };
        let mut expected = vec![0.0; n as usize * width_out];
        for (row, at) in at.iter().enumerate() {
            for (tap, step) in [(0, 0), (2, 5)] {
                for i in 0..width_in {
                    for o in 0..width_out {
                        let input = tile[(*at as usize + step) * width_in + i];
                        let weight = raw[(tap * width_in + i) * width_out + o];
                        expected[rows[row] as usize * width_out + o] +=
                            f64::from(input) * f64::from(weight);
                    }
                }
            }
        }
        for level in levels(width_out) {
            let mut out = vec![7.0; n as usize * width_out];
            run_at(level, Multiply(&gather, &weights, &mut out));
            close(&out, &expected);
        }
    }
}

#[test]
fn outer_products_are_the_same_with_all_instructions() {
    for (width_left, width_right) in [(1, 8), (3, 8), (8, 32), (16, 16), (27, 48), (32, 112)] {
        let (left, right) = (numbers(20 * width_left, 3), numbers(20 * width_right, 4));
        let list: Vec<(u32, u32)> = (0..20).map(|row| (row, (7 * row) % 20)).collect();
        let starts: Vec<(u32, u32)> =
            list.iter().map(|&(l, r)| (l * width_left as u32, r * width_right as u32)).collect();
        let pairs = Pairs {
            left: &left,
            width_left,
            right: &right,
            width_right,
            first_left: 0,
            pairs: &starts,
        };
        let mut expected = vec![1.0; width_left * width_right];
        for &(l, r) in &list {
            for i in 0..width_left {
                for o in 0..width_right {
                    expected[i * width_right + o] += f64::from(left[l as usize * width_left + i])
                        * f64::from(right[r as usize * width_right + o]);
                }
            }
        }
        for level in levels(width_right) {
            let mut matrix = vec![1.0; width_left * width_right];
            run_at(level, Outer(&pairs, &mut matrix));
            close(&matrix, &expected);
        }
    }
}

/// A cube of 6×6×6 rows, and the blocks of the 4×4×4 voxels in its middle.
fn cube() -> ([usize; 2], Vec<Block>) {
    let mut row = 0;
    let blocks = (0..8u32).map(|number| {
        let corner = 2 * (number % 2 + 6 * (number / 2 % 2) + 36 * (number / 4));
        let children =
            [0xff, 0b1, 0xfe, 0b1010_1010, 0xff, 0x7f, 0b1000_0000, 0x0f][number as usize];
        let block = Block { corner, row, children };
        row += children.count_ones();
        block
    });
    ([6, 36], blocks.collect())
}

/// Output rows, and for each tap the row of the cube that they meet.
fn meetings(blocks: &[Block]) -> Vec<(usize, [usize; 27])> {
    let rows =
        blocks.iter().flat_map(|block| block.rows().map(move |(child, row)| (block, child, row)));
    let taps = |block: &Block, child: usize| {
        let step =
            |n: usize, edge: usize| n % edge + 6 * (n / edge % edge) + 36 * (n / edge / edge);
        std::array::from_fn(|tap| block.corner as usize + step(child, 2) + step(tap, 3))
    };
    rows.map(|(block, child, row)| (row, taps(block, child))).collect()
}

struct Frequencies<'a>(winograd::Tile<'a, f32>, &'a [Block], &'a Weights<f32>, &'a mut [f32]);

impl Kernel<f32> for Frequencies<'_> {
    #[inline(always)]
    fn run<S: Simd<f32>>(self, simd: S) {
        let Self(tile, blocks, weights, out) = self;
        let strides = [weights.width_in, weights.width_out]
            .map(|width| winograd::stride(blocks.len(), width));
        let [mut inputs, mut outputs] = strides.map(|stride| vec![0.0; winograd::PLANE * stride]);
        for z in 0..4 {
            winograd::of_inputs(simd, tile, blocks, z, &mut inputs);
            let planes = inputs.chunks(strides[0]).zip(outputs.chunks_mut(strides[1]));
            for (number, (rows, out)) in planes.enumerate() {
                let frequency = winograd::PLANE * z + number;
                winograd::multiply(simd, (rows, blocks.len()), (weights, frequency), out);
            }
            winograd::add_outputs(simd, &outputs, blocks, (weights.width_out, z), out);
        }
    }
}

#[test]
fn frequencies_give_the_sums_over_taps_with_all_instructions() {
    for (width_in, width_out) in [(8, 8), (16, 16), (48, 16), (16, 64)] {
        let (strides, blocks) = cube();
        let tile = numbers(216 * width_in, 5);
        let raw = numbers(27 * width_in * width_out, 6);
        let weights = winograd::weights(&Weights::pack(&raw, [27, width_in, width_out]));
        let meetings = meetings(&blocks);
        let mut expected = vec![0.0; meetings.len() * width_out];
        for (row, taps) in &meetings {
            for (tap, from) in taps.iter().enumerate() {
                for i in 0..width_in {
                    for o in 0..width_out {
                        let weight = raw[(tap * width_in + i) * width_out + o];
                        expected[row * width_out + o] +=
                            f64::from(tile[from * width_in + i]) * f64::from(weight);
                    }
                }
            }
        }
        for level in levels(width_out) {
            let rows = winograd::Tile { rows: &tile, width: width_in, strides };
            let mut out = vec![0.0; expected.len()];
            run_at(level, Frequencies(rows, &blocks, &weights, &mut out));
            close_to(&out, &expected, 1e-4);
        }
    }
}

struct Spread<'a>(&'a [f32], usize, &'a mut [f32]);

impl Kernel<f32> for Spread<'_> {
    #[inline(always)]
    fn run<S: Simd<f32>>(self, simd: S) {
        (0..4).zip(self.2.chunks_mut(16 * winograd::stride(1, self.1))).for_each(|(z, to)| {
            winograd::of_outputs(simd, self.0, self.1, z, to);
        });
    }
}

#[test]
fn outputs_are_spread_as_their_gradients_are_with_all_instructions() {
    // What a frequency is to an output, forward, the output is to the frequency on the way back.
    let to_outputs = [[1.0, 0.0], [1.0, 1.0], [1.0, -1.0], [0.0, -1.0]];
    let rows = numbers(8 * 16, 7);
    let mut expected = Vec::new();
    for frequency in 0..64 {
        let factor = |child: usize| {
            let along = |axis: u32| to_outputs[frequency / 4usize.pow(axis) % 4][child >> axis & 1];
            along(0) * along(1) * along(2)
        };
        let sum = |channel: usize| {
            (0..8).map(|child| factor(child) * f64::from(rows[16 * child + channel])).sum::<f64>()
        };
        expected.extend((0..16).map(sum));
        expected.extend([0.0; 16]);
    }
    for level in levels(16) {
        let mut to = vec![0.0; 64 * winograd::stride(1, 16)];
        run_at(level, Spread(&rows, 16, &mut to));
        close(&to, &expected);
    }
}
