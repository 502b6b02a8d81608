//! Smoothing by a low-pass filter on the graph of corners, without the shrinking that comes with it.
//!
//! Steps of voxels are short waves, anatomy is long ones.
//! A polynomial of the averaging operator keeps the long and removes the short
//! (Taubin, Zhang and Golub, 1996), with far fewer steps than repeated averaging needs.
//! Where a structure is thin its own shape is short waves too, and it shrinks.
//! How far, along the normal, is a number at each corner: the distance back to the corner's place in
//! the grid, on which the steps of the voxels lie as noise around zero.
//! The same filter takes the noise from that number (a number has no direction that turns along the
//! surface, so this does not shrink), and every corner goes back that far.

use rayon::prelude::*;

use super::border::Border;
use super::neighbours::{NONE, neighbours};
use super::vector::{cross, dot, length};

/// How far a corner may move along each axis, in voxels.
///
/// A corner lies on the border because the true surface passes within half a voxel of it along each
/// axis, so no corner needs to leave that box (Gibson, 1998).
/// A little less than half keeps neighbours apart; see [`PULL`](super::assemble::PULL).
pub(crate) const REACH: f32 = 0.44;

/// A low-pass filter: the weights of the Chebyshev polynomials of the averaging operator.
struct LowPass {
    weights: Vec<f32>,
}

impl LowPass {
    /// Looks `reach` edges far and removes waves shorter than `wavelength_voxels`.
    fn new(reach: u32, wavelength_voxels: f64) -> Self {
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

    /// Filters one value a corner; `mean` averages those of a corner's neighbours.
    fn apply<const N: usize>(
        &self,
        values: Vec<[f32; N]>,
        mean: impl Fn(usize, &[[f32; N]]) -> [f32; N] + Sync,
    ) -> Vec<[f32; N]> {
        let Some((&first_weight, weights)) = self.weights.split_first() else {
            return values;
        };
        let mut filtered: Vec<_> = values.iter().map(|v| v.map(|x| first_weight * x)).collect();
        let mut here = values;
        let mut before: Vec<[f32; N]> = Vec::new();
        for (degree, &weight) in weights.iter().enumerate() {
            if degree == 0 {
                before = vec![[0.0; N]; here.len()];
            }
            // Chebyshev's recurrence; in place, as each value before is used once.
            let (twice, minus) = if degree == 0 { (1.0, 0.0) } else { (2.0, 1.0) };
            let places = before.par_iter_mut().zip(&mut filtered).enumerate();
            places.with_min_len(1 << 13).for_each(|(corner, (before, filtered))| {
                let mean = mean(corner, &here);
                for axis in 0..N {
                    before[axis] = twice * mean[axis] - minus * before[axis];
                    filtered[axis] += weight * before[axis];
                }
            });
            std::mem::swap(&mut here, &mut before);
        }
        filtered
    }
}

/// How far each corner moves from its place in the grid, in voxels along each axis.
pub(crate) fn offsets(
    border: &Border,
    reach_voxels: u32,
    wavelength_voxels: f64,
    spacing_mm: [f64; 3],
) -> Vec<[f32; 3]> {
    let neighbours = neighbours(border);
    let start = vec![[0.0; 3]; border.corners.len()];
    let filter = LowPass::new(reach_voxels, wavelength_voxels);
    let mut offsets =
        filter.apply(start, |corner, offsets| mean_offset(&neighbours[corner], offsets));
    let spacing = spacing_mm.map(|spacing| spacing as f32);
    let normals = normals(border, &offsets, spacing);
    let way_back: Vec<[f32; 1]> = offsets
        .par_iter()
        .zip(&normals)
        .map(|(offset, &normal)| [-dot([0, 1, 2].map(|a| offset[a] * spacing[a]), normal)])
        .collect();
    let turned = turned_neighbours(&neighbours, &normals);
    let filter = LowPass::new(reach_voxels, 2.0 * wavelength_voxels);
    let way_back = filter
        .apply(way_back, |corner, values| mean_value(&neighbours[corner], turned[corner], values));
    for ((offset, normal), [back]) in offsets.iter_mut().zip(&normals).zip(way_back) {
        for axis in 0..3 {
            let moved = offset[axis] + back * normal[axis] / spacing[axis];
            offset[axis] = moved.clamp(-REACH, REACH);
        }
    }
    offsets
}

/// The middle of a corner's neighbours, as seen from the corner's place in the grid.
#[inline]
fn mean_offset(neighbours: &[u32; 6], offsets: &[[f32; 3]]) -> [f32; 3] {
    let mut sum = [0.0; 3];
    let mut n = 0.0;
    for (edge, &neighbour) in neighbours.iter().enumerate() {
        let (there, weight) = weighted(neighbour);
        let offset = offsets[there];
        sum = [0, 1, 2].map(|axis| sum[axis] + weight * offset[axis]);
        sum[edge / 2] += if edge % 2 == 1 { weight } else { -weight };
        n += weight;
    }
    sum.map(|value| value / n)
}

/// Weight 0 and the first corner stand in for a missing neighbour: cheaper than to guess a branch.
#[inline]
fn weighted(neighbour: u32) -> (usize, f32) {
    if neighbour == NONE { (0, 0.0) } else { (neighbour as usize, 1.0) }
}

/// The mean of the neighbours' values; with the other sign where their normals are turned.
#[inline]
fn mean_value(neighbours: &[u32; 6], turned: u8, values: &[[f32; 1]]) -> [f32; 1] {
    let mut sum = 0.0;
    let mut n = 0.0;
    for (edge, &neighbour) in neighbours.iter().enumerate() {
        let (there, weight) = weighted(neighbour);
        let [value] = values[there];
        sum += if turned >> edge & 1 == 1 { -weight } else { weight } * value;
        n += weight;
    }
    [sum / n]
}

/// Unit normals of the border in mm, each towards the higher of two labels.
fn normals(border: &Border, offsets: &[[f32; 3]], spacing: [f32; 3]) -> Vec<[f32; 3]> {
    let mut normals = vec![[0.0; 3]; offsets.len()];
    border.add_up(&mut normals, |quad| {
        let [a, b, c, d] = quad.corners.map(|corner| {
            let (place, offset) = (border.corners[corner as usize], offsets[corner as usize]);
            [0, 1, 2].map(|axis| (f32::from(place[axis]) + offset[axis]) * spacing[axis])
        });
        let [u, v] = [[a, c], [b, d]].map(|[p, q]| [q[0] - p[0], q[1] - p[1], q[2] - p[2]]);
        let [u, v] = if quad.low < quad.high { [u, v] } else { [v, u] };
        cross(u, v)
    });
    let unit = |normal: &mut [f32; 3]| {
        let length = length(*normal).max(f32::MIN_POSITIVE);
        *normal = normal.map(|value| value / length);
    };
    normals.par_iter_mut().with_min_len(1 << 13).for_each(unit);
    normals
}

/// For each corner a bit for each neighbour whose normal points the other way.
///
/// Where more than two labels meet, which way a normal points is an accident.
fn turned_neighbours(neighbours: &[[u32; 6]], normals: &[[f32; 3]]) -> Vec<u8> {
    let turned = |(neighbours, &normal): (&[u32; 6], &[f32; 3])| {
        neighbours.iter().enumerate().fold(0, |bits, (edge, &neighbour)| {
            let is_turned = neighbour != NONE && dot(normal, normals[neighbour as usize]) < 0.0;
            bits | u8::from(is_turned) << edge
        })
    };
    neighbours.par_iter().zip(normals).with_min_len(1 << 13).map(turned).collect()
}
