use super::simd::{Level, run_at};
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
    for (a, b) in a.iter().zip(b) {
        assert!((f64::from(*a) - b).abs() < 1e-5, "{a} {b}");
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
