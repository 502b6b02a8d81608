//! Smoothing without shrinking (Taubin, 1995), each corner within its own box.
//!
//! A corner lies on the border because the true surface passes within half a voxel of it along each
//! axis, so no corner ever needs to leave that box (Gibson, 1998).

use rayon::prelude::*;

use super::border::{Border, NONE};

/// How far a corner may move along each axis, in voxels.
///
/// Less than half, so that neighbours stay apart; see [`PULL`](super::assemble::PULL) for the rest.
pub(crate) const REACH: f32 = 0.44;

const SHRINK: f32 = 0.5;
const INFLATE: f32 = -0.53;

/// How far each corner moves, in voxels along each axis.
pub(crate) fn offsets(border: &Border, n_rounds: u32) -> Vec<[f32; 3]> {
    let mut offsets = vec![[0.0; 3]; border.corners.len()];
    let mut next = offsets.clone();
    for _ in 0..n_rounds {
        for rate in [SHRINK, INFLATE] {
            step(border, rate, &offsets, &mut next);
            std::mem::swap(&mut offsets, &mut next);
        }
    }
    offsets
}

fn step(border: &Border, rate: f32, offsets: &[[f32; 3]], next: &mut [[f32; 3]]) {
    next.par_iter_mut().zip(&border.neighbours).zip(offsets).with_min_len(1 << 14).for_each(
        |((next, neighbours), here)| {
            let mean = mean_of_neighbours(neighbours, offsets);
            for axis in 0..3 {
                let moved = here[axis] + rate * (mean[axis] - here[axis]);
                next[axis] = moved.clamp(-REACH, REACH);
            }
        },
    );
}

/// The middle of a corner's neighbours, as seen from the corner's place in the grid.
#[inline]
fn mean_of_neighbours(neighbours: &[u32; 6], offsets: &[[f32; 3]]) -> [f32; 3] {
    let mut sum = [0.0; 3];
    let mut n = 0.0;
    for (edge, &neighbour) in neighbours.iter().enumerate() {
        if neighbour != NONE {
            let offset = offsets[neighbour as usize];
            for axis in 0..3 {
                sum[axis] += offset[axis];
            }
            sum[edge / 2] += if edge % 2 == 1 { 1.0 } else { -1.0 };
            n += 1.0;
        }
    }
    sum.map(|value| value / n)
}
