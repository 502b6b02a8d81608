//! From chances in the frame to voxels of the image.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::body::{Body, Marks};
use super::cells::{Cells, Lattice};
use super::frame::{Alignment, CLASSES, Frame};
use super::partial::{FREE, Partial};
use super::sample::{self, Sample};
use super::structures::{N, Set};
use crate::Error;

use medshape_types::Grid;

/// Steps into which chances are sorted.
const BINS: usize = 2048;

/// Chances below this are no hint of a structure, but the doubt of a network.
const MIN_CHANCE: f32 = 0.04;

/// A structure of which no voxel is surer than this is taken for absent.
const MIN_PEAK: f32 = 0.15;

/// A subject in which structures are missing, in the frame.
#[derive(Debug, Clone)]
pub struct Observed {
    /// What is given and what is not.
    pub sample: Sample,
    /// From the frame to the body.
    pub fit: Alignment,
    /// Where what is given lies in the body.
    pub marks: Marks,
    /// Signed distances to what is given in the coarse cells; made once, when they are asked for.
    distances_mm: OnceLock<Vec<f32>>,
}

impl Observed {
    /// What was made of the sample once, or is made now.
    pub(super) fn distances_mm(&self, make: impl FnOnce(&Sample) -> Vec<f32>) -> &[f32] {
        self.distances_mm.get_or_init(|| make(&self.sample))
    }
}

/// The chance of each class in each of some cells, row after row: of the background and the missing
/// structures, in what is not given.
#[derive(Debug, Clone)]
pub struct Chances<'a> {
    /// The cells.
    pub cells: &'a Cells,
    /// Their rows.
    pub rows: Vec<f32>,
}

/// Brings a subject into the frame.
///
/// # Errors
/// If nothing is given that tells where the body is.
pub fn observe(
    frame: &Frame,
    grid: &Grid,
    partial: &Partial,
    missing: &Set,
) -> Result<Observed, Error> {
    let body = Body::of(grid, &partial.codes);
    observe_body(frame, &body, missing)
}

/// Brings a body into the frame; what is missing is not looked at.
///
/// # Errors
/// As for [`observe`].
pub fn observe_body(frame: &Frame, body: &Body, missing: &Set) -> Result<Observed, Error> {
    let mut marks = body.marks();
    (0..N).filter(|&place| missing[place]).for_each(|place| marks[place] = None);
    let fit = Alignment::fit(&frame.marks, &marks, &[true; N]).ok_or_else(|| {
        Error::Request(
            "none of the structures is given, so that nothing tells where they are".to_owned(),
        )
    })?;
    let cells = sample::cells(&frame.cells, body, &fit);
    let sample = Sample { cells, missing: *missing };
    Ok(Observed { sample, fit, marks, distances_mm: OnceLock::new() })
}

/// Fills voxels that are free with the missing structures. Each gets the surest voxels, as many as make
/// the Dice to be expected largest; of two that want a voxel, the one has it that is surer by its own
/// measure. Codes of the voxels come back, with [`FREE`] where nothing was added.
pub fn filled(
    grid: &Grid,
    partial: &Partial,
    observed: &Observed,
    chances: &Chances<'_>,
) -> Vec<u8> {
    let missing: Vec<usize> = (0..N).filter(|&place| observed.sample.missing[place]).collect();
    let fields = fields(chances, &missing);
    let sampler = Sampler::new(grid, &observed.fit, chances.cells.lattice, fields);
    let dims = grid.dims();
    let slice = dims[0] * dims[1];
    let counted: Vec<Vec<Histogram>> = (0..dims[2])
        .into_par_iter()
        .map(|z| {
            let mut histograms = vec![Histogram::default(); missing.len()];
            sampler.walk(z, &partial.codes[z * slice..][..slice], |_, chances| {
                chances.iter().zip(&mut histograms).for_each(|(&chance, to)| to.count(chance));
            });
            histograms
        })
        .collect();
    let mut totals = vec![Histogram::default(); missing.len()];
    for histograms in &counted {
        totals.iter_mut().zip(histograms).for_each(|(total, more)| total.add(more));
    }
    let thresholds: Vec<f32> = totals.iter().map(Histogram::threshold).collect();
    let mut out = vec![FREE; partial.codes.len()];
    out.par_chunks_mut(slice).enumerate().for_each(|(z, out)| {
        sampler.walk(z, &partial.codes[z * slice..][..slice], |at, chances| {
            let mut best = (1.0, FREE);
            for ((&chance, &threshold), &place) in chances.iter().zip(&thresholds).zip(&missing) {
                if chance >= threshold && chance / threshold >= best.0 {
                    best = (chance / threshold, place as u8 + 1);
                }
            }
            out[at] = best.1;
        });
    });
    out
}

/// Chances of the missing structures on all cells of the lattice, one field each.
fn fields(chances: &Chances<'_>, missing: &[usize]) -> Vec<Vec<f32>> {
    let lattice = chances.cells.lattice;
    let field = |&place: &usize| {
        let mut field = vec![0.0; lattice.n_cells()];
        for (&cell, row) in chances.cells.places.iter().zip(chances.rows.chunks_exact(CLASSES)) {
            field[lattice.index(cell)] = row[place + 1];
        }
        field
    };
    missing.iter().map(field).collect()
}

/// Reads fields at voxels, between cells.
struct Sampler {
    lattice: Lattice,
    fields: Vec<Vec<f32>>,
    /// Whether between a cell and those after it any chance is above the least.
    hopeful: Vec<bool>,
    dims: [usize; 3],
    /// For each axis and each index along it the cell before and the share of the one after.
    places: [Vec<Option<(usize, f32)>>; 3],
}

impl Sampler {
    fn new(grid: &Grid, fit: &Alignment, lattice: Lattice, fields: Vec<Vec<f32>>) -> Self {
        let (dims, spacing) = (grid.dims(), grid.spacing_mm());
        let places = [0, 1, 2].map(|axis| {
            let place = |at: usize| {
                let mm = (at as f64 + 0.5) * spacing[axis];
                let cell = (mm - fit.shift_mm[axis]) / fit.scale[axis] / lattice.cell_mm - 0.5;
                let is_inside = cell >= 0.0 && cell < (lattice.dims[axis] - 1) as f64;
                is_inside.then(|| (cell as usize, (cell - cell.floor()) as f32))
            };
            (0..dims[axis]).map(place).collect()
        });
        let hopeful = hopeful(lattice, &fields);
        Self { lattice, fields, hopeful, dims, places }
    }

    /// Visits the free voxels of a slice at which any chance is above the least.
    fn walk(&self, z: usize, codes: &[u8], mut visit: impl FnMut(usize, &[f32])) {
        let Some((cz, sz)) = self.places[2][z] else { return };
        let mut chances = vec![0.0; self.fields.len()];
        for y in 0..self.dims[1] {
            let Some((cy, sy)) = self.places[1][y] else { continue };
            for x in 0..self.dims[0] {
                let at = x + self.dims[0] * y;
                let Some((cx, sx)) = self.places[0][x] else { continue };
                if codes[at] != FREE || !self.hopeful[self.lattice.index([cx, cy, cz])] {
                    continue;
                }
                let mut largest = 0.0f32;
                for (field, chance) in self.fields.iter().zip(&mut chances) {
                    *chance = between(self.lattice, field, [cx, cy, cz], [sx, sy, sz]);
                    largest = largest.max(*chance);
                }
                if largest >= MIN_CHANCE {
                    visit(at, &chances);
                }
            }
        }
    }
}

/// For each cell whether it or any of the seven after it has a chance that counts.
fn hopeful(lattice: Lattice, fields: &[Vec<f32>]) -> Vec<bool> {
    let mut hopeful = vec![false; lattice.n_cells()];
    let steps = [1, lattice.dims[0], lattice.dims[0] * lattice.dims[1]];
    for field in fields {
        for at in (0..field.len()).filter(|&at| field[at] >= MIN_CHANCE) {
            for corner in 0..8 {
                let back: usize = (0..3).map(|axis| (corner >> axis & 1) * steps[axis]).sum();
                if let Some(before) = at.checked_sub(back) {
                    hopeful[before] = true;
                }
            }
        }
    }
    hopeful
}

#[inline]
fn between(lattice: Lattice, field: &[f32], cell: [usize; 3], [sx, sy, sz]: [f32; 3]) -> f32 {
    let at = lattice.index(cell);
    let (dy, dz) = (lattice.dims[0], lattice.dims[0] * lattice.dims[1]);
    let line = |at: usize| field[at] + sx * (field[at + 1] - field[at]);
    let plane = |at: usize| {
        let (low, high) = (line(at), line(at + dy));
        low + sy * (high - low)
    };
    let (low, high) = (plane(at), plane(at + dz));
    low + sz * (high - low)
}

/// How many voxels have which chance, and what the chances sum up to.
#[derive(Debug, Clone)]
struct Histogram {
    bins: Vec<u64>,
    sum: f64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { bins: vec![0; BINS], sum: 0.0 }
    }
}

impl Histogram {
    fn count(&mut self, chance: f32) {
        if chance >= MIN_CHANCE {
            self.bins[((chance * BINS as f32) as usize).min(BINS - 1)] += 1;
            self.sum += f64::from(chance);
        }
    }

    fn add(&mut self, other: &Self) {
        self.bins.iter_mut().zip(&other.bins).for_each(|(bin, more)| *bin += more);
        self.sum += other.sum;
    }

    /// The chance from which on voxels are taken so that the Dice to be expected is largest: twice the
    /// chances taken over the voxels taken and all chances (Lipton et al., 2014, for the F-measure).
    /// Above 1 where the structure is taken for absent.
    fn threshold(&self) -> f32 {
        let peak = self.bins.iter().rposition(|&n| n > 0).unwrap_or(0);
        if ((peak + 1) as f32) < MIN_PEAK * BINS as f32 {
            return f32::INFINITY;
        }
        let (mut taken, mut n, mut best) = (0.0, 0.0, (0.0, f32::INFINITY));
        for (bin, &count) in self.bins.iter().enumerate().rev() {
            n += count as f64;
            taken += count as f64 * (bin as f64 + 0.5) / BINS as f64;
            let dice = 2.0 * taken / (n + self.sum).max(1e-9);
            if dice > best.0 {
                best = (dice, (bin as f32 / BINS as f32).max(MIN_CHANCE));
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::frame::COARSE;

    #[test]
    fn voxels_are_taken_as_long_as_the_expected_dice_grows() {
        let mut histogram = Histogram::default();
        (0..100).for_each(|_| histogram.count(0.9));
        (0..200).for_each(|_| histogram.count(0.25));
        (0..1000).for_each(|_| histogram.count(0.01));
        // Of 140 expected: 2 · 90 / (100 + 140) beats 2 · 140 / (300 + 140).
        let threshold = histogram.threshold();
        assert!(threshold > 0.25 && threshold <= 0.9, "{threshold}");
        // Where nothing is surer, the doubtful are taken: 2 · 80 / (200 + 80).
        let mut histogram = Histogram::default();
        (0..200).for_each(|_| histogram.count(0.4));
        (0..200).for_each(|_| histogram.count(0.05));
        let threshold = histogram.threshold();
        assert!(threshold > 0.05 && threshold <= 0.4, "{threshold}");
    }

    #[test]
    fn a_doubt_everywhere_is_no_structure() {
        let mut histogram = Histogram::default();
        (0..100_000).for_each(|_| histogram.count(0.1));
        assert_eq!(histogram.threshold(), f32::INFINITY);
    }

    #[test]
    fn between_cells_chances_change_evenly() {
        let mut field = vec![0.0; COARSE.n_cells()];
        field[COARSE.index([3, 4, 5])] = 1.0;
        assert_eq!(between(COARSE, &field, [3, 4, 5], [0.0; 3]), 1.0);
        assert_eq!(between(COARSE, &field, [2, 4, 5], [0.25, 0.0, 0.0]), 0.25);
        assert_eq!(between(COARSE, &field, [3, 4, 5], [0.5, 0.5, 0.5]), 0.125);
    }
}
