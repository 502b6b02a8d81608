//! What a voxel of the new grid takes from the old one along one axis.

use std::ops::Range;

use super::Interpolation;

/// The weights of some voxels in a row, which sum up to 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Taps {
    /// Index of the first of them.
    pub(super) first: usize,
    /// Index of the nearest voxel.
    pub(super) nearest: usize,
    pub(super) weights: Vec<f32>,
}

/// The taps of all `n_new` voxels of an axis that begins at `place` and goes on by `step`, in voxels of
/// the old one.
pub(super) fn axis_taps(
    [place, step]: [f64; 2],
    n_new: usize,
    n_old: usize,
    by: Interpolation,
) -> Vec<Option<Taps>> {
    let at = |index: usize| Taps::at(place + index as f64 * step, step.abs(), n_old, by);
    (0..n_new).map(at).collect()
}

impl Taps {
    /// The taps at a place between the centres of `n` voxels, for new voxels that are `step` old ones
    /// wide; `None` outside of the image.
    pub(super) fn at(place: f64, step: f64, n: usize, by: Interpolation) -> Option<Self> {
        // Rounding in affines does not put voxels of the border outside.
        const TOLERANCE: f64 = 1e-6;
        if !(-0.5 - TOLERANCE..=n as f64 - 0.5 + TOLERANCE).contains(&place) {
            return None;
        }
        let last = n - 1;
        let nearest = ((place - 0.5).ceil().max(0.0) as usize).min(last);
        let width = step.max(1.0);
        let reach = match by {
            Interpolation::Nearest => 0.0,
            Interpolation::Linear => 0.5 * (width + 1.0),
            Interpolation::Smooth => 2.0 * width,
        };
        if reach == 0.0 {
            return Some(Self { first: nearest, nearest, weights: vec![1.0] });
        }
        let clamp = |index: f64| (index.max(0.0) as usize).min(last);
        let (low, high) = ((place - reach).ceil(), (place + reach).floor());
        let mut taps =
            Self { first: clamp(low), nearest, weights: vec![0.0; clamp(high) + 1 - clamp(low)] };
        for index in low as i64..=high as i64 {
            let distance = (index as f64 - place).abs();
            let weight = match by {
                Interpolation::Smooth => cubic(distance / width),
                Interpolation::Nearest | Interpolation::Linear => shared(distance, width),
            };
            // The outermost voxels stand for all beyond them.
            taps.weights[clamp(index as f64) - taps.first] += weight as f32;
        }
        taps.trim();
        Some(taps)
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.first..self.first + self.weights.len()
    }

    /// Drops what has no weight at both ends, and makes the sum 1.
    fn trim(&mut self) {
        const NONE: f32 = 1e-6;
        while self.weights.len() > 1 && self.weights.last().is_some_and(|last| *last <= NONE) {
            self.weights.pop();
        }
        let n_empty = self.weights.iter().take_while(|weight| **weight <= NONE).count();
        let n_empty = n_empty.min(self.weights.len() - 1);
        self.weights.drain(..n_empty);
        self.first += n_empty;
        let sum: f32 = self.weights.iter().sum();
        self.weights.iter_mut().for_each(|weight| *weight /= sum);
    }
}

/// The cubic B-spline.
fn cubic(distance: f64) -> f64 {
    let d = distance;
    match d {
        ..1.0 => (4.0 - 6.0 * d * d + 3.0 * d * d * d) / 6.0,
        ..2.0 => (2.0 - d) * (2.0 - d) * (2.0 - d) / 6.0,
        _ => 0.0,
    }
}

/// How much of an old voxel, whose centre is so far away, a new one of this width covers; of a new voxel
/// that is as wide as an old one, that is linear interpolation.
fn shared(distance: f64, width: f64) -> f64 {
    (0.5 * (width + 1.0) - distance).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(place: f64, step: f64, by: Interpolation, first: usize, expected: &[f32]) {
        let taps = Taps::at(place, step, 10, by).unwrap();
        assert_eq!(taps.first, first);
        assert_eq!(taps.weights.len(), expected.len(), "{taps:?}");
        assert!(taps.weights.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{taps:?}");
    }

    #[test]
    fn weights_are_those_of_the_kernels() {
        check(3.25, 0.5, Interpolation::Nearest, 3, &[1.0]);
        check(3.25, 0.5, Interpolation::Linear, 3, &[0.75, 0.25]);
        check(3.0, 0.5, Interpolation::Linear, 3, &[1.0]);
        check(3.0, 1.0, Interpolation::Smooth, 2, &[1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0]);
        check(3.5, 2.0, Interpolation::Linear, 3, &[0.5, 0.5]);
        check(3.5, 3.0, Interpolation::Linear, 2, &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0]);
        check(3.5, 1.2, Interpolation::Linear, 3, &[0.5, 0.5]);
        check(3.0, 1.2, Interpolation::Linear, 2, &[0.1 / 1.2, 1.0 / 1.2, 0.1 / 1.2]);
    }

    #[test]
    fn the_outermost_voxels_go_on() {
        check(-0.4, 0.5, Interpolation::Linear, 0, &[1.0]);
        check(9.3, 0.5, Interpolation::Linear, 9, &[1.0]);
        assert_eq!(Taps::at(-0.6, 0.5, 10, Interpolation::Linear), None);
        assert_eq!(Taps::at(9.6, 0.5, 10, Interpolation::Nearest), None);
    }
}
