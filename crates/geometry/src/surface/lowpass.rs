//! Low-pass filters on the graph of corners: polynomials of the averaging operator.
//!
//! A Chebyshev polynomial keeps the long waves and removes the short ones (Taubin, Zhang and
//! Golub, 1996), with far fewer steps than repeated averaging needs.

use rayon::prelude::*;

use super::graph::{Graph, Wide, add, scale};

/// Corners that one task works on.
pub(crate) const CHUNK: usize = 1 << 12;

/// The weights of the Chebyshev polynomials of the averaging operator, from degree 0 on.
pub(crate) struct LowPass {
    pub(crate) weights: Vec<f32>,
}

impl LowPass {
    /// Looks `reach` edges far and removes waves shorter than `wavelength_voxels`.
    pub(crate) fn new(reach: u32, wavelength_voxels: f64) -> Self {
        let pi = std::f64::consts::PI;
        // Averaging over four neighbours multiplies a wave by the cosine of this angle.
        let cutoff = (std::f64::consts::SQRT_2 * pi / wavelength_voxels.max(1.5)).max(0.01);
        let weight = |degree: u32| {
            let x = f64::from(degree);
            // Hamming's window; without it the filter would overshoot.
            let window = 0.54 + 0.46 * (pi * x / f64::from(reach + 1)).cos();
            let ideal = if degree == 0 { cutoff } else { 2.0 * (x * cutoff).sin() / x };
            window * ideal
        };
        let weights: Vec<f64> = (0..=reach).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        // Rounded, because sines differ in their last bits between platforms.
        let rounded = |weight: f64| (weight / sum * f64::from(1 << 20)).round() as f32;
        Self { weights: weights.into_iter().map(|w| rounded(w) / (1 << 20) as f32).collect() }
    }

    /// Filters the corners' places: how far each moves, in voxels. One more value, 0, at the end.
    ///
    /// Clenshaw's recurrence from the highest degree down. Each of its terms is near a multiple of
    /// the place; what is left when that is taken away does not name the place any more.
    pub(crate) fn places(&self, graph: &Graph) -> Vec<Wide> {
        let mut next = vec![[0.0; 4]; graph.n_corners() + 1];
        let mut later = next.clone();
        // The multiples of the place in both.
        let (mut next_scale, mut later_scale) = (0.0, 0.0);
        for (degree, &weight) in self.weights.iter().enumerate().rev() {
            let twice = if degree == 0 { 1.0 } else { 2.0 };
            let is_zero = degree + 2 >= self.weights.len();
            each_corner(&mut later, graph, |corner, later| {
                let around = scale(twice * next_scale, graph.around(corner));
                if is_zero {
                    return around;
                }
                let mean = graph.mean(corner, &next);
                add(add(scale(twice, mean), around), scale(-1.0, later))
            });
            later_scale = weight + twice * next_scale - later_scale;
            std::mem::swap(&mut later, &mut next);
            std::mem::swap(&mut later_scale, &mut next_scale);
        }
        next
    }
}

/// Sets the value of each corner from what it was; the last value, which is none's, stays.
pub(crate) fn each_corner<T: Copy + Send>(
    values: &mut [T],
    graph: &Graph,
    value: impl Fn(usize, T) -> T + Sync,
) {
    let values = &mut values[..graph.n_corners()];
    values.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, values)| {
        for (corner, place) in (chunk * CHUNK..).zip(values) {
            *place = value(corner, *place);
        }
    });
}
