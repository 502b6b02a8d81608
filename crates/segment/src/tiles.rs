//! Where tiles lie and how much each of their places counts.

use crate::array::Shape;

/// Tiles overlap by half along each axis, a little more where they would not fit otherwise.
const STEP: f64 = 0.5;

/// First places of the tiles along each axis.
///
/// Images are at least as large as a tile. A tile of one slice, which networks of two dimensions have,
/// takes each slice once.
pub fn starts(image: Shape, tile: Shape) -> [Vec<usize>; 3] {
    [0, 1, 2].map(|axis| {
        let room = image[axis].saturating_sub(tile[axis]);
        let step = (tile[axis] as f64 * STEP).max(1.0);
        let n_steps = (room as f64 / step).ceil() as usize;
        let actual = if n_steps == 0 { 0.0 } else { room as f64 / n_steps as f64 };
        (0..=n_steps).map(|at| (actual * at as f64).round_ties_even() as usize).collect()
    })
}

/// How much the places of a tile count: a Gaussian around its middle, with a sigma of an eighth of the
/// tile, 10 at most and never 0.
///
/// nnU-Net rounds these weights, and the sums made with them, to half precision; here they are single.
pub fn weights(tile: Shape) -> Vec<f32> {
    let along = tile.map(|n| {
        let sigma = n as f64 / 8.0;
        let offset = |at: usize| at as f64 - (n / 2) as f64;
        (0..n).map(|at| (-0.5 * (offset(at) / sigma).powi(2)).exp()).collect::<Vec<f64>>()
    });
    let mut weights = Vec::with_capacity(tile.iter().product());
    for i in &along[0] {
        for j in &along[1] {
            weights.extend(along[2].iter().map(|k| (10.0 * i * j * k) as f32));
        }
    }
    let least = weights.iter().copied().filter(|weight| *weight > 0.0).fold(10.0, f32::min);
    weights.iter_mut().filter(|weight| **weight == 0.0).for_each(|weight| *weight = least);
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    /// nnU-Net's own `compute_steps_for_sliding_window`, asked for step 0.5.
    #[test]
    fn tiles_lie_where_those_of_nnunet_lie() {
        let [z, y, x] = starts([110, 64, 65], [64, 64, 64]);
        assert_eq!((z, y, x), (vec![0, 23, 46], vec![0], vec![0, 1]));
        let [z, y, x] = starts([300, 333, 7], [128, 112, 5]);
        assert_eq!(z, [0, 57, 115, 172]);
        assert_eq!(y, [0, 55, 110, 166, 221]);
        assert_eq!(x, [0, 2]);
    }

    #[test]
    fn each_slice_is_taken_once_by_a_tile_of_one() {
        let [z, ..] = starts([5, 8, 8], [1, 8, 8]);
        assert_eq!(z, [0, 1, 2, 3, 4]);
    }

    /// nnU-Net's own `compute_gaussian` in double precision, with a scale of 10.
    #[test]
    fn weights_are_those_of_nnunet() {
        let weights = weights([4, 8, 16]);
        let at = |i: usize, j: usize, k: usize| weights[(i * 8 + j) * 16 + k];
        assert_eq!(at(2, 4, 8), 10.0);
        for (weight, expected) in [
            (at(2, 4, 7), 8.824_969),
            (at(1, 4, 8), 1.353_352_8),
            (at(0, 0, 0), 3.775_134_5e-10),
            (at(3, 7, 15), 3.288_76e-5),
        ] {
            assert!((weight / expected - 1.0).abs() < 1e-5, "{weight} {expected}");
        }
    }
}
