//! Volumes brought back to those of the voxels, for all labels at once.
//!
//! Smoothing moves volume between labels. To undo that, the face between labels a and b is moved
//! along its normal by p(a) - p(b). To first order label a then gains the sum of A(a, b) (p(a) - p(b))
//! over its neighbours b, A being the area that they share, so the p that bring every label its
//! missing volume solve a Laplace equation on the graph of labels, with p = 0 for the background.
//! As corners stop at the ends of their boxes, this is repeated a few times.

use rayon::prelude::*;

use super::border::{Border, JUNCTION, Quad};
use super::lowpass::CHUNK;
use super::relax::{REACH, Relaxed, lifted};
use crate::vector::{cross, dot};

/// Moves corners until each label has the volume of its number of voxels.
pub(crate) fn volumes(
    border: &Border,
    n_labels: usize,
    spacing_mm: [f64; 3],
    n_rounds: u32,
    relaxed: &mut Relaxed,
) {
    let pairs = label_pairs(&border.quads);
    let junctions = Junctions::of(border);
    let voxel_mm3: f64 = spacing_mm.iter().product();
    for _ in 0..n_rounds {
        let sums = sums(border, &relaxed.offsets, spacing_mm, &pairs, n_labels);
        let missing: Vec<f64> = sums.missing.iter().map(|voxels| voxels * voxel_mm3).collect();
        let pushes = pushes(&pairs, &sums.areas, &missing);
        let spacing_mm = spacing_mm.map(|spacing| spacing as f32);
        let moves = junctions.moves(border, &relaxed.offsets, &pushes, spacing_mm);
        push(border, &pushes, spacing_mm, relaxed);
        for (&corner, step) in junctions.corners.iter().zip(moves) {
            let offset = &mut relaxed.offsets[corner as usize];
            for axis in 0..3 {
                offset[axis] = (offset[axis] + step[axis] / spacing_mm[axis]).clamp(-REACH, REACH);
            }
        }
    }
}

/// Moves each corner along its normal, by how far its two labels are pushed.
fn push(border: &Border, pushes: &[f32], spacing_mm: [f32; 3], relaxed: &mut Relaxed) {
    let Relaxed { offsets, normals } = relaxed;
    let chunks = offsets.par_chunks_mut(CHUNK).zip(border.sides.par_chunks(CHUNK));
    chunks.zip(normals.par_chunks(CHUNK)).for_each(|((offsets, sides), normals)| {
        for ((offset, &[lower, higher]), &normal) in offsets.iter_mut().zip(sides).zip(normals) {
            if [lower, higher] != JUNCTION {
                let height_mm = pushes[usize::from(lower)] - pushes[usize::from(higher)];
                *offset = lifted(*offset, height_mm, normal, spacing_mm);
            }
        }
    });
}

/// Where three labels meet, so that a corner has no one normal to move along.
struct Junctions {
    corners: Vec<u32>,
    /// Quads with such a corner, and where its corners are in that list, or the list's length.
    quads: Vec<([u32; 4], Quad)>,
}

impl Junctions {
    fn of(border: &Border) -> Self {
        let is_junction = |&corner: &u32| border.sides[corner as usize] == JUNCTION;
        let corners: Vec<u32> = (0..border.sides.len() as u32).filter(is_junction).collect();
        let none = corners.len();
        let at = |corner: u32| corners.binary_search(&corner).unwrap_or(none) as u32;
        let quads = border
            .quads
            .par_iter()
            .with_min_len(SUMMED_QUADS)
            .filter(|quad| quad.corners.iter().any(is_junction))
            .map(|quad| (quad.corners.map(at), *quad))
            .collect();
        Self { corners, quads }
    }

    /// How far each corner is pushed, in mm: the mean over its faces, weighted by area.
    fn moves(
        &self,
        border: &Border,
        offsets: &[[f32; 3]],
        pushes: &[f32],
        spacing_mm: [f32; 3],
    ) -> Vec<[f32; 3]> {
        let mut sums = vec![[0.0_f32; 4]; self.corners.len() + 1];
        for (places, quad) in &self.quads {
            let vector = Measures::of(border, quad, offsets, spacing_mm).vector;
            let push = pushes[usize::from(quad.low)] - pushes[usize::from(quad.high)];
            let area = dot(vector, vector).sqrt();
            for &place in places {
                let sum = &mut sums[place as usize];
                (0..3).for_each(|axis| sum[axis] += push * vector[axis]);
                sum[3] += area;
            }
        }
        sums.into_iter().map(|[x, y, z, area]| [x, y, z].map(|v| v / area.max(1e-30))).collect()
    }
}

/// The pairs of labels that share a face, lower first, in order.
fn label_pairs(quads: &[Quad]) -> Vec<[u16; 2]> {
    let mut pairs: Vec<[u16; 2]> = quads
        .par_chunks(SUMMED_QUADS)
        .flat_map_iter(|quads| {
            let mut pairs: Vec<_> = quads.iter().map(pair).collect();
            pairs.dedup();
            pairs.sort_unstable();
            pairs.dedup();
            pairs
        })
        .collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn pair(quad: &Quad) -> [u16; 2] {
    [quad.low.min(quad.high), quad.low.max(quad.high)]
}

/// Quads that are summed up together; fixed, so that sums do not depend on the number of threads.
const SUMMED_QUADS: usize = 1 << 16;

struct Sums {
    /// By how much each label is smaller than its voxels, in voxels.
    missing: Vec<f64>,
    /// Between each pair of labels, in mm².
    areas: Vec<f64>,
}

fn sums(
    border: &Border,
    offsets: &[[f32; 3]],
    spacing_mm: [f64; 3],
    pairs: &[[u16; 2]],
    n_labels: usize,
) -> Sums {
    let empty = || Sums { missing: vec![0.0; n_labels], areas: vec![0.0; pairs.len()] };
    let spacing_mm = spacing_mm.map(|spacing| spacing as f32);
    let parts: Vec<Sums> = border
        .quads
        .par_chunks(SUMMED_QUADS)
        .map(|quads| {
            let mut sums = empty();
            let mut place = 0;
            for quad in quads {
                let measures = Measures::of(border, quad, offsets, spacing_mm);
                sums.missing[usize::from(quad.low)] -= measures.gain;
                sums.missing[usize::from(quad.high)] += measures.gain;
                place = place_of(pairs, pair(quad), place);
                sums.areas[place] += f64::from(0.5 * dot(measures.vector, measures.vector).sqrt());
            }
            sums
        })
        .collect();
    parts.iter().fold(empty(), |mut all, part| {
        all.missing.iter_mut().zip(&part.missing).for_each(|(all, part)| *all += part);
        all.areas.iter_mut().zip(&part.areas).for_each(|(all, part)| *all += part);
        all
    })
}

/// What a quad adds.
struct Measures {
    /// Volume between the quad and the plane z = 0, less that of the voxel face, in voxels.
    ///
    /// Summed over all quads of a label this is what it gained.
    gain: f64,
    /// Its normal, twice as long as its area in mm².
    vector: [f32; 3],
}

impl Measures {
    #[inline]
    fn of(border: &Border, quad: &Quad, offsets: &[[f32; 3]], spacing_mm: [f32; 3]) -> Self {
        let [first, ..] = quad.corners;
        let origin = border.corners[first as usize];
        // From the first corner's place in the grid, so that no digits are lost.
        let at = |corner: u32| {
            let [x, y, z] = offsets[corner as usize];
            let place = border.corners[corner as usize];
            let steps = |axis: usize| f32::from(place[axis].wrapping_sub(origin[axis]) as i16);
            [steps(0) + x, steps(1) + y, steps(2) + z]
        };
        let [a, b, c, d] = quad.corners;
        let [a, b, c, d] = [at(a), at(b), at(c), at(d)];
        let [ab, ac, ad, bd] = [minus(b, a), minus(c, a), minus(d, a), minus(d, b)];
        let in_mm = |[x, y, z]: [f32; 3]| [x * spacing_mm[0], y * spacing_mm[1], z * spacing_mm[2]];
        let [ac_mm, bd_mm] = [in_mm(ac), in_mm(bd)];
        let vector = cross(ac_mm, bd_mm);
        // Areas as seen along z, of both triangles together and of the first.
        let seen = |u: [f32; 3], v: [f32; 3]| 0.5 * (u[0] * v[1] - u[1] * v[0]);
        let [a, b, c, d] = [a[2], b[2], c[2], d[2]];
        let both = seen(ac, bd);
        let (first, heights) = if dot(ac_mm, ac_mm) <= dot(bd_mm, bd_mm) {
            (seen(ab, ac), [a + b + c, a + c + d])
        } else {
            (seen(ab, ad), [a + b + d, b + c + d])
        };
        let local = (first * heights[0] + (both - first) * heights[1]) / 3.0;
        // A face across z lies at the height of its first corner; others are not seen along z.
        let face = if border.corners[quad.corners[2] as usize][2] == origin[2] { 1.0 } else { 0.0 };
        Self { gain: f64::from(local) + f64::from(both - face) * f64::from(origin[2]), vector }
    }
}

#[inline]
fn minus(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// Where a pair is in the list; quads beside each other mostly have the same.
fn place_of(pairs: &[[u16; 2]], pair: [u16; 2], guess: usize) -> usize {
    if pairs[guess] == pair {
        return guess;
    }
    pairs.binary_search(&pair).unwrap_or(guess)
}

/// Solves the Laplace equation of the labels (Gauss and Seidel's method); 0 for the background.
///
/// A label without neighbours or volume gets 0.
fn pushes(pairs: &[[u16; 2]], areas: &[f64], missing: &[f64]) -> Vec<f32> {
    let mut neighbours = vec![Vec::new(); missing.len()];
    for (&[a, b], &area) in pairs.iter().zip(areas) {
        neighbours[usize::from(a)].push((usize::from(b), area));
        neighbours[usize::from(b)].push((usize::from(a), area));
    }
    let mut pushes = vec![0.0; missing.len()];
    for _ in 0..200 {
        for label in 1..missing.len() {
            let area: f64 = neighbours[label].iter().map(|(_, area)| area).sum();
            let pushed: f64 =
                neighbours[label].iter().map(|&(other, area)| area * pushes[other]).sum();
            if area > 0.0 {
                pushes[label] = (missing[label] + pushed) / area;
            }
        }
    }
    pushes.into_iter().map(|push| push as f32).collect()
}
