//! How high the surface runs above the smoothed corners, along their normals.

use rayon::prelude::*;

use super::graph::{Graph, Wide, add, multiply, scale};
use super::lowpass::{CHUNK, LowPass, each_corner};
use super::normals::Normals;
use crate::vector::length;

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

/// Differences between filters up to this are noise, in voxels along the normal.
const NOISE_VOXELS: f32 = 0.2;

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
    let shares = shares(filter);
    let mut sums = vec![[0.0; 2]; graph.n_corners()];
    let mut before = vec![0.0; here.len()];
    for (degree, share) in shares.into_iter().enumerate() {
        // Chebyshev's recurrence; in place, as each value before is used once.
        let (twice, minus) = if degree < 2 { (1.0, 0.0) } else { (2.0, 1.0) };
        let before_chunks = before[..graph.n_corners()].par_chunks_mut(CHUNK);
        let chunks = before_chunks.zip(sums.par_chunks_mut(CHUNK)).zip(guides.par_chunks(CHUNK));
        chunks.enumerate().for_each(|(chunk, ((before, sums), guides))| {
            let places = before.iter_mut().zip(sums).zip(guides);
            for (corner, ((before, [smooth, sharp]), guide)) in (chunk * CHUNK..).zip(places) {
                let next = if degree == 0 {
                    here[corner]
                } else {
                    let predicted = graph.signed_mean_of_numbers(corner, &here) + guide.rise;
                    twice * predicted - minus * *before
                };
                *before = next;
                *smooth += (share.flat + guide.bend * share.bent) * next;
                *sharp += share.sharp * next;
            }
        });
        std::mem::swap(&mut before, &mut here);
    }
    let [x, y, z] = spacing_mm;
    let sums = sums.into_par_iter().zip(&normals.units).with_min_len(CHUNK);
    sums.map(|(sums, &unit)| {
        let [u, v, w, _] = multiply(unit, [x, y, z, 0.0]);
        with_edges(sums, NOISE_VOXELS * length([u, v, w]))
    })
    .collect()
}

/// The weights of one Chebyshev polynomial.
struct Share {
    /// Where the border is flat.
    flat: f32,
    /// What comes to that where the border is bent.
    bent: f32,
    /// In the filter that lets edges through, and noise.
    sharp: f32,
}

fn shares(filter: &HeightFilter) -> Vec<Share> {
    let [flat, bent, sharp] = [2.0, 1.0, 0.6]
        .map(|part| LowPass::new(filter.reach, part * filter.wavelength_voxels).weights);
    let weights = flat.into_iter().zip(bent).zip(sharp);
    weights.map(|((flat, bent), sharp)| Share { flat, bent: bent - flat, sharp }).collect()
}

/// What a sharper filter finds and a smoother one does not is noise if it is small, and an edge of
/// the structure, which smoothing would dull, if it is large.
#[inline]
fn with_edges([smooth, sharp]: [f32; 2], noise_mm: f32) -> f32 {
    let found = sharp - smooth;
    smooth + found - found.clamp(-noise_mm, noise_mm)
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
