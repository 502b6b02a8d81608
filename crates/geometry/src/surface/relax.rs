//! Smoothing of the border without the shrinking that comes with it.
//!
//! Steps of voxels are short waves, anatomy is long ones.
//! A low-pass filter (`lowpass`) spreads the corners evenly, but melts what is thin.
//! The normals of what it leaves are good all the same (`normals`): averaging normals around
//! a tube shortens them, but does not turn them.
//! So the corners go back along their normals, to where the normals and the corners' places in the
//! grid together say that the surface runs (`heights`), at most half a voxel from their places
//! (`into_box`).

use rayon::prelude::*;

use super::border::Border;
use super::graph::{Graph, Wide};
use super::heights::{HeightFilter, heights};
use super::lowpass::{CHUNK, LowPass};
use super::normals::smooth_normals;

/// How far a corner may move along each axis, in voxels.
///
/// A corner lies on the border because the true surface passes within half a voxel of it along each
/// axis, so no corner needs to leave that box (Gibson, 1998).
/// A little less than half keeps neighbours apart; see [`PULL`](super::assemble::PULL).
pub(crate) const REACH: f32 = 0.47;

/// Where corners moved to.
pub(crate) struct Relaxed {
    /// From each corner's place in the grid, in voxels along each axis.
    pub(crate) offsets: Vec<[f32; 3]>,
    /// Unit normals in mm, towards the higher of two labels; one more at the end.
    pub(crate) normals: Vec<Wide>,
}

/// Moves each corner to where the smooth surface runs.
pub(crate) fn relaxed(
    border: &Border,
    reach_voxels: u32,
    wavelength_voxels: f64,
    spacing_mm: [f64; 3],
) -> Relaxed {
    let spacing_mm = spacing_mm.map(|spacing| spacing as f32);
    let mut graph = Graph::of(border);
    let places = LowPass::new(reach_voxels, 2.0 * wavelength_voxels).places(&graph);
    let normals = smooth_normals(border, &mut graph, &places, spacing_mm);
    let filter = HeightFilter { reach: reach_voxels, wavelength_voxels, spacing_mm };
    let heights = heights(border, &graph, &places, &normals, &filter);
    let mut offsets = vec![[0.0; 3]; graph.n_corners()];
    offsets.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, offsets)| {
        for (corner, offset) in (chunk * CHUNK..).zip(offsets) {
            let [x, y, z, _] = places[corner];
            *offset = lifted([x, y, z], heights[corner], normals[corner], spacing_mm);
        }
    });
    Relaxed { offsets, normals }
}

/// A corner moved by some mm along its normal, in its box.
#[inline]
pub(crate) fn lifted(
    offset: [f32; 3],
    height_mm: f32,
    normal: Wide,
    spacing_mm: [f32; 3],
) -> [f32; 3] {
    let lifted = [0, 1, 2].map(|a| offset[a] + height_mm * normal[a] / spacing_mm[a]);
    if lifted.iter().all(|value| value.abs() <= REACH) {
        return lifted;
    }
    into_box(lifted, [0, 1, 2].map(|a| normal[a] * spacing_mm[a]))
}

/// The nearest place in the box that is found by sliding along the surface.
///
/// Cutting off what lies outside of the box would leave dents in the surface.
/// So what that took from the height is given back along the axes that are free still.
/// `gradient_mm` says how much the height grows by a voxel along each axis.
fn into_box(offset: [f32; 3], gradient_mm: [f32; 3]) -> [f32; 3] {
    let mut inside = offset.map(|value| value.clamp(-REACH, REACH));
    for _ in 0..3 {
        let missing: f32 = (0..3).map(|a| (offset[a] - inside[a]) * gradient_mm[a]).sum();
        let free = [0, 1, 2].map(|a| {
            let is_stopped = inside[a].abs() >= REACH && inside[a] * gradient_mm[a] * missing > 0.0;
            if is_stopped { 0.0 } else { gradient_mm[a] }
        });
        let gain: f32 = free.iter().map(|value| value * value).sum();
        let whole: f32 = gradient_mm.iter().map(|value| value * value).sum();
        // Where little is free, the way along the surface is far.
        if gain <= 1e-3 * whole {
            break;
        }
        let step = missing / gain;
        inside = [0, 1, 2].map(|a| (inside[a] + step * free[a]).clamp(-REACH, REACH));
    }
    inside
}
