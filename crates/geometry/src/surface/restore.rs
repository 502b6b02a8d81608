//! Volumes brought back to those of the voxels, for all labels at once.
//!
//! Smoothing moves volume between labels. To undo that, the face between labels a and b is moved
//! along its normal by p(a) - p(b). To first order label a then gains the sum of A(a, b) (p(a) - p(b))
//! over its neighbours b, A being the area that they share, so the p that bring every label its
//! missing volume solve a Laplace equation on the graph of labels, with p = 0 for the background.
//! As corners stop at the ends of their boxes, this is repeated a few times.

use rayon::prelude::*;

use super::border::{Border, Quad};
use super::relax::REACH;
use super::shape::{Shape, halves};
use super::vector::{cross, dot};

/// Moves corners until each label has the volume of its number of voxels.
pub(crate) fn volumes(
    border: &Border,
    counts: &[u64],
    spacing_mm: [f64; 3],
    n_rounds: u32,
    offsets: &mut [[f32; 3]],
) {
    let pairs = label_pairs(&border.quads);
    let voxel_mm3: f64 = spacing_mm.iter().product();
    for _ in 0..n_rounds {
        let shape = Shape { border, spacing_mm, offsets };
        let sums = sums(shape, &pairs, counts.len());
        let missing: Vec<f64> = counts
            .iter()
            .zip(&sums.volumes)
            .map(|(&count, volume)| count as f64 * voxel_mm3 - volume)
            .collect();
        let pushes = pushes(&pairs, &sums.areas, &missing);
        let moves = moves(shape, &pushes);
        apply(&moves, spacing_mm, offsets);
    }
}

/// The pairs of labels that share a face, lower first, in order.
fn label_pairs(quads: &[Quad]) -> Vec<[u16; 2]> {
    let mut pairs: Vec<[u16; 2]> = quads
        .par_chunks(CHUNK)
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
const CHUNK: usize = 1 << 16;

struct Sums {
    /// Of each label, in mm³.
    volumes: Vec<f64>,
    /// Between each pair of labels, in mm².
    areas: Vec<f64>,
}

fn sums(shape: Shape<'_>, pairs: &[[u16; 2]], n_labels: usize) -> Sums {
    let empty = || Sums { volumes: vec![0.0; n_labels], areas: vec![0.0; pairs.len()] };
    let parts: Vec<Sums> = shape
        .border
        .quads
        .par_chunks(CHUNK)
        .map(|quads| {
            let mut sums = empty();
            let mut place = 0;
            for quad in quads {
                let corners = shape.quad_mm(quad);
                let volume = cone_volume(corners);
                sums.volumes[usize::from(quad.low)] += volume;
                sums.volumes[usize::from(quad.high)] -= volume;
                place = place_of(pairs, pair(quad), place);
                sums.areas[place] += length(area_vector(corners));
            }
            sums
        })
        .collect();
    parts.iter().fold(empty(), |mut all, part| {
        all.volumes.iter_mut().zip(&part.volumes).for_each(|(all, part)| *all += part);
        all.areas.iter_mut().zip(&part.areas).for_each(|(all, part)| *all += part);
        all
    })
}

/// How far each corner is pushed, in mm: the mean over its faces, weighted by area.
fn moves(shape: Shape<'_>, pushes: &[f64]) -> Vec<[f32; 3]> {
    let mut sums = vec![[0.0; 5]; shape.offsets.len()];
    shape.border.add_up(&mut sums, |quad| {
        let vector = area_vector(shape.quad_mm(quad));
        let push = pushes[usize::from(quad.low)] - pushes[usize::from(quad.high)];
        let [x, y, z] = vector.map(|value| (value * push) as f32);
        let area = length(vector);
        [x, y, z, area as f32, (area * push.abs()) as f32]
    });
    let step = |[x, y, z, area, pushed]: [f32; 5]| {
        // Where faces bend, their mean normal is short, and a step along it gains less volume:
        // by this part each for its length and for its direction.
        let straight = ((x * x + y * y + z * z).sqrt() / pushed.max(1e-30)).max(0.5);
        [x, y, z].map(|value| value / (area.max(1e-30) * straight * straight))
    };
    sums.into_par_iter().map(step).collect()
}

fn apply(moves: &[[f32; 3]], spacing_mm: [f64; 3], offsets: &mut [[f32; 3]]) {
    let voxels_per_mm = spacing_mm.map(|spacing| (1.0 / spacing) as f32);
    for (offset, step) in offsets.iter_mut().zip(moves) {
        for axis in 0..3 {
            let moved = offset[axis] + step[axis] * voxels_per_mm[axis];
            offset[axis] = moved.clamp(-REACH, REACH);
        }
    }
}

/// Where a pair is in the list; quads beside each other mostly have the same.
fn place_of(pairs: &[[u16; 2]], pair: [u16; 2], guess: usize) -> usize {
    if pairs[guess] == pair {
        return guess;
    }
    pairs.binary_search(&pair).unwrap_or(guess)
}

/// Signed volume between a quad and the origin.
fn cone_volume(corners: [[f64; 3]; 4]) -> f64 {
    let [first, second] = halves(corners).map(|half| half.map(|n| corners[n]));
    (triple(first) + triple(second)) / 6.0
}

fn triple([a, b, c]: [[f64; 3]; 3]) -> f64 {
    dot(a, cross(b, c))
}

/// Normal of a quad, as long as its area is large.
fn area_vector([a, b, c, d]: [[f64; 3]; 4]) -> [f64; 3] {
    let [u, v] = [[a, c], [b, d]].map(|[from, to]| [0, 1, 2].map(|axis| to[axis] - from[axis]));
    cross(u, v).map(|value| value / 2.0)
}

fn length(vector: [f64; 3]) -> f64 {
    dot(vector, vector).sqrt()
}

/// Solves the Laplace equation of the labels (Gauss and Seidel's method); 0 for the background.
///
/// A label without neighbours or volume gets 0.
fn pushes(pairs: &[[u16; 2]], areas: &[f64], missing: &[f64]) -> Vec<f64> {
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
    pushes
}
