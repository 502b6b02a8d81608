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
use super::normals::Normals;
use crate::vector::dot;

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
    let normals = Normals::smooth(border, &mut graph, &places, spacing_mm);
    let filter = HeightFilter { reach: reach_voxels, wavelength_voxels, spacing_mm };
    let heights = heights(&graph, &places, &normals, &filter);
    let mut offsets = vec![[0.0; 3]; graph.n_corners()];
    offsets.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, offsets)| {
        for (corner, offset) in (chunk * CHUNK..).zip(offsets) {
            let [x, y, z, _] = places[corner];
            *offset = lifted([x, y, z], heights[corner], normals.units[corner], spacing_mm);
        }
    });
    Relaxed { offsets, normals: normals.units }
}

/// A corner moved by some mm along its normal, in its box.
#[inline]
pub(crate) fn lifted(
    [x, y, z]: [f32; 3],
    height_mm: f32,
    [u, v, w, _]: Wide,
    [a, b, c]: [f32; 3],
) -> [f32; 3] {
    let [x, y, z] = [x + height_mm * u / a, y + height_mm * v / b, z + height_mm * w / c];
    if x.abs().max(y.abs()).max(z.abs()) <= REACH {
        return [x, y, z];
    }
    into_box([x, y, z], [u * a, v * b, w * c])
}

/// A place in the box, found by sliding along the surface.
///
/// Cutting off what lies outside of the box would leave dents in the surface.
/// So what that took from the height is given back along the axes that are free still.
/// `gradient_mm` says how much the height grows by a voxel along each axis.
fn into_box(offset: [f32; 3], gradient_mm: [f32; 3]) -> [f32; 3] {
    let mut inside = offset.map(|value| value.clamp(-REACH, REACH));
    let whole = dot(gradient_mm, gradient_mm);
    for _ in 0..3 {
        let lost = [offset[0] - inside[0], offset[1] - inside[1], offset[2] - inside[2]];
        let missing = dot(lost, gradient_mm);
        let mut free = gradient_mm;
        for axis in 0..3 {
            let is_stopped =
                inside[axis].abs() >= REACH && inside[axis] * free[axis] * missing > 0.0;
            free[axis] = if is_stopped { 0.0 } else { free[axis] };
        }
        let gain = dot(free, free);
        // Where little is free, the way along the surface is far.
        if gain <= 1e-3 * whole {
            break;
        }
        let step = missing / gain;
        for axis in 0..3 {
            inside[axis] = (inside[axis] + step * free[axis]).clamp(-REACH, REACH);
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corner_slides_along_the_surface_into_its_box() {
        // 0.8 voxels along x, where only 0.47 are free; the surface runs at 45 degrees.
        let found = into_box([0.8, 0.0, 0.0], [1.0, 1.0, 0.0]);
        assert_eq!(found[0], REACH);
        assert!((found[1] - (0.8 - REACH)).abs() < 1e-6, "{found:?}");
        assert_eq!(found[2], 0.0);
    }

    #[test]
    fn where_the_box_is_too_small_the_corner_stops_at_its_end() {
        let found = into_box([0.9, 0.9, 0.9], [1.0, 1.0, 1.0]);
        assert_eq!(found, [REACH; 3]);
        // All of the way lies along x: sliding would not help.
        assert_eq!(into_box([-0.9, 0.1, 0.2], [1.0, 0.0, 0.0]), [-REACH, 0.1, 0.2]);
    }
}
