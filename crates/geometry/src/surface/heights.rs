//! How high the surface runs above the smoothed corners, along their normals.

use rayon::prelude::*;

use super::graph::{Graph, Wide, add, multiply, scale};
use super::lowpass::{CHUNK, LowPass, each_corner};
use super::normals::Normals;

/// How heights are filtered.
pub(crate) struct HeightFilter {
    /// How many edges far the filter looks.
    pub(crate) reach: u32,
    /// Where the border bends, shorter waves are left to the normals; where it is flat, waves
    /// shorter than twice that.
    pub(crate) wavelength_voxels: f64,
    pub(crate) spacing_mm: [f32; 3],
}

/// Borders that bend less are flat, and those that bend more are bent; as
/// [`Normals::bends`] measures it. In between is in between.
///
/// A torus whose tube is 12 voxels thick has 0.01, a ball of 10 voxels 0.04.
const FLAT: f32 = 0.01;
const BENT: f32 = 0.03;

/// Heights in mm along the normals, at which the surface runs by the corners' places in the grid.
///
/// The places are right on average, but their steps are noise. The normals are smooth, but only
/// say how heights change from corner to corner. So long waves are taken from the places, and short
/// ones from the normals: the filter averages not the neighbours' heights, but the heights that
/// they and the normals between predict here.
pub(crate) fn heights(
    graph: &Graph,
    offsets: &[Wide],
    normals: &Normals,
    filter: &HeightFilter,
) -> Vec<f32> {
    let spacing_mm = filter.spacing_mm;
    let mut here = vec![0.0; offsets.len()];
    each_corner(&mut here, graph, |corner, _| {
        let [x, y, z, _] = multiply(offsets[corner], normals.units[corner]);
        -(x * spacing_mm[0] + y * spacing_mm[1] + z * spacing_mm[2])
    });
    let mut guides = vec![Guide::default(); offsets.len()];
    each_corner(&mut guides, graph, |corner, _| Guide {
        rise: rise(graph, offsets, &normals.units, corner, spacing_mm),
        bend: ((normals.bends[corner] - FLAT) / (BENT - FLAT)).clamp(0.0, 1.0),
    });
    let long = LowPass::new(filter.reach, 2.0 * filter.wavelength_voxels).weights;
    let short = LowPass::new(filter.reach, filter.wavelength_voxels).weights;
    let mut weights = long.iter().zip(&short).map(|(&long, &short)| [long, short - long]);
    let [flat, bent] = weights.next().unwrap_or([1.0, 0.0]);
    let mut sums = here.clone();
    each_corner(&mut sums, graph, |corner, height| (flat + guides[corner].bend * bent) * height);
    let mut before = vec![0.0; here.len()];
    for (degree, [flat, bent]) in weights.enumerate() {
        // Chebyshev's recurrence; in place, as each value before is used once.
        let (twice, minus) = if degree == 0 { (1.0, 0.0) } else { (2.0, 1.0) };
        let n_corners = graph.n_corners();
        let before_chunks = before[..n_corners].par_chunks_mut(CHUNK);
        let chunks = before_chunks.zip(sums.par_chunks_mut(CHUNK)).zip(guides.par_chunks(CHUNK));
        chunks.enumerate().for_each(|(chunk, ((before, sums), guides))| {
            let places = before.iter_mut().zip(sums).zip(guides);
            for (corner, ((before, sum), guide)) in (chunk * CHUNK..).zip(places) {
                let predicted = graph.signed_mean_of_numbers(corner, &here) + guide.rise;
                *before = twice * predicted - minus * *before;
                *sum += (flat + guide.bend * bent) * *before;
            }
        });
        std::mem::swap(&mut before, &mut here);
    }
    sums
}

#[derive(Default, Clone, Copy)]
struct Guide {
    /// How much higher the surface runs here than at the neighbours on average, by the normals.
    rise: f32,
    /// From 0 where the border is flat to 1 where it is bent.
    bend: f32,
}

/// See [`Guide::rise`].
///
/// From neighbour to corner the surface runs at right angles to the mean of both normals; on
/// a circle exactly so. Where three labels meet, the normal is of no use, and neither is that of a
/// neighbour that is not there: behind both there is a 0.
#[inline]
fn rise(
    graph: &Graph,
    offsets: &[Wide],
    units: &[Wide],
    corner: usize,
    spacing_mm: [f32; 3],
) -> f32 {
    let (offset, unit) = (offsets[corner], units[corner]);
    let mut sum = [0.0; 4];
    for (neighbour, step) in graph.joined(corner).into_iter().zip(STEPS) {
        let (there, other) = (offsets[neighbour as usize], units[neighbour as usize]);
        let step = add(step, add(there, scale(-1.0, offset)));
        sum = add(sum, scale(other[3], multiply(step, add(unit, other))));
    }
    let [x, y, z] = spacing_mm;
    let [sum_x, sum_y, sum_z, _] = sum;
    0.5 * graph.around(corner)[3] * unit[3] * (x * sum_x + y * sum_y + z * sum_z)
}

/// From a corner's place to that of each neighbour.
const STEPS: [Wide; 6] = [
    [-1.0, 0.0, 0.0, 0.0],
    [1.0, 0.0, 0.0, 0.0],
    [0.0, -1.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, -1.0, 0.0],
    [0.0, 0.0, 1.0, 0.0],
];
