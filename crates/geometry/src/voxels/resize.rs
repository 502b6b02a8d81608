//! Intensities at other distances over the same box, by splines.
//!
//! Unlike labels ([`resample`](super::resample)), values have no border to be kept: each axis is
//! resampled by itself. The results are those of `scipy.ndimage.zoom` with `grid_mode` and the outermost
//! values going on beyond the border (mode `nearest`), which most programs for deep learning use.

use rayon::prelude::*;

/// How values between voxels come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The value of the nearest voxel; halfway, of the later one.
    Nearest,
    /// Linear between the two neighbours.
    Linear,
    /// Cubic B-splines through the values. They overshoot beside edges.
    Cubic,
}

/// The pole of cubic B-splines: the square root of 3, less 2.
const POLE: f64 = -0.267_949_192_431_122_7;
/// How far beyond the border the outermost values are taken to go on: POLE to the twelfth is 1e-7.
const PAD: usize = 12;

/// Values on `dims` voxels, x fastest, brought to `new_dims` voxels over the same box: the outer corners
/// stay, so voxel centres move. `orders` are those along x, y and z.
///
/// An axis that keeps its number of voxels is left as it is.
///
/// # Panics
/// There are not as many values as voxels, or no voxel.
///
/// ```
/// use medshape_geometry::voxels::resize::{Order, resized};
///
/// let fine = resized(&[0.0, 1.0], [2, 1, 1], [4, 1, 1], [Order::Linear; 3]);
/// assert_eq!(fine, [0.0, 0.25, 0.75, 1.0]);
/// ```
///
/// Algorithm of the filter: Unser, Aldroubi, Eden: B-spline signal processing (1993).
pub fn resized(
    values: &[f32],
    dims: [usize; 3],
    new_dims: [usize; 3],
    orders: [Order; 3],
) -> Vec<f32> {
    assert_eq!(values.len(), dims.iter().product::<usize>(), "one value a voxel");
    let [x, y, z] = dims;
    let [new_x, new_y, new_z] = new_dims;
    // Each pass takes the slowest axis and makes it the fastest; after three all are where they were.
    let first = turned(values, [z, y, x], new_z, orders[2]);
    let second = turned(&first, [y, x, new_z], new_y, orders[1]);
    drop(first);
    turned(&second, [x, new_z, new_y], new_x, orders[0])
}

/// Values with axes (a, b, c), the last one fastest, as (b, c, a), with `new_len` of them along a.
fn turned(values: &[f32], [a, b, c]: [usize; 3], new_len: usize, order: Order) -> Vec<f32> {
    let order = if a == new_len { Order::Nearest } else { order };
    let pad = if order == Order::Cubic { PAD } else { 0 };
    let taps: Vec<Taps> = (0..new_len).map(|at| Taps::at(at, a, new_len, order)).collect();
    let mut out = vec![0.0; b * c * new_len];
    out.par_chunks_exact_mut(c * new_len).enumerate().for_each_init(
        || vec![0.0; (a + 2 * pad) * c],
        |rows, (at_b, out)| {
            for (at, row) in rows.chunks_exact_mut(c).enumerate() {
                let source = at.saturating_sub(pad).min(a - 1) * b + at_b;
                let values = &values[source * c..][..c];
                row.iter_mut().zip(values).for_each(|(to, from)| *to = f64::from(*from));
            }
            if order == Order::Cubic {
                filter(rows, c);
            }
            weigh(rows, c, &taps, out);
        },
    );
    out
}

/// Which rows make a new one, and by how much.
struct Taps {
    rows: [usize; 4],
    weights: [f64; 4],
    n: usize,
}

impl Taps {
    /// For new voxel `at` of `new_len`, among `len` old ones and the padding of cubic splines.
    fn at(at: usize, len: usize, new_len: usize, order: Order) -> Self {
        let place = (at as f64 + 0.5) * (len as f64 / new_len as f64) - 0.5;
        let last = (len - 1) as f64;
        let row = |place: f64| place.clamp(0.0, last) as usize;
        match order {
            Order::Nearest => {
                Self { rows: [row((place + 0.5).floor()), 0, 0, 0], weights: [1.0; 4], n: 1 }
            }
            Order::Linear => {
                let place = place.clamp(0.0, last);
                let share = place - place.floor();
                let rows = [row(place.floor()), row(place.floor() + 1.0), 0, 0];
                Self { rows, weights: [1.0 - share, share, 0.0, 0.0], n: 2 }
            }
            Order::Cubic => {
                let first = place.floor();
                // A centre lies at most half a voxel beyond the border, so this stays in the padding.
                let start = (first + PAD as f64) as usize - 1;
                let weights = cubic_weights(place - first);
                Self { rows: [0, 1, 2, 3].map(|tap| start + tap), weights, n: 4 }
            }
        }
    }
}

/// The cubic B-spline at four whole places around a point that is `share` beyond the second of them.
fn cubic_weights(share: f64) -> [f64; 4] {
    let rest = 1.0 - share;
    let inner = |t: f64| (t * t * (t - 2.0) * 3.0 + 4.0) / 6.0;
    [rest.powi(3) / 6.0, inner(share), inner(rest), share.powi(3) / 6.0]
}

/// Rows of values become rows of spline coefficients; the signal goes on mirrored beyond the rows.
fn filter(rows: &mut [f64], width: usize) {
    let n = rows.len() / width;
    let gain = (1.0 - POLE) * (1.0 - 1.0 / POLE);
    rows.iter_mut().for_each(|value| *value *= gain);
    // Mirrored at half a row before the first: its weight is the sum of a series of powers.
    let mut first = vec![0.0; width];
    for (at, row) in rows.chunks_exact(width).enumerate().take(60) {
        let weight = POLE.powi(at as i32 + 1);
        first.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
    }
    rows[..width].iter_mut().zip(&first).for_each(|(value, sum)| *value += sum);
    for at in 1..n {
        let (done, row) = rows.split_at_mut(at * width);
        let before = &done[(at - 1) * width..];
        row[..width].iter_mut().zip(before).for_each(|(value, before)| *value += POLE * before);
    }
    let last = &mut rows[(n - 1) * width..];
    last.iter_mut().for_each(|value| *value *= POLE / (POLE - 1.0));
    for at in (0..n - 1).rev() {
        let (row, done) = rows.split_at_mut((at + 1) * width);
        let row = &mut row[at * width..];
        row.iter_mut().zip(done).for_each(|(value, after)| *value = POLE * (*after - *value));
    }
}

/// New rows of weighted sums, which become columns of `out`; a few columns at a time, so that what is
/// written far apart stays near the processor.
fn weigh(rows: &[f64], width: usize, taps: &[Taps], out: &mut [f32]) {
    const COLUMNS: usize = 16;
    for (block, out) in out.chunks_mut(COLUMNS * taps.len()).enumerate() {
        let n_columns = out.len() / taps.len();
        for (at, tap) in taps.iter().enumerate() {
            let mut sums = [0.0; COLUMNS];
            for (row, weight) in tap.rows.iter().zip(&tap.weights).take(tap.n) {
                let values = &rows[row * width + block * COLUMNS..][..n_columns];
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
            }
            let column = out.iter_mut().skip(at).step_by(taps.len());
            column.zip(sums).for_each(|(out, sum)| *out = sum as f32);
        }
    }
}

#[cfg(test)]
mod tests;
