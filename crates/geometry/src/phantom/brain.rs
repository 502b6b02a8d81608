//! Brains of their own: one for each seed, with or without a tumour, to tell shapes apart with.
//!
//! The brain lies in a cavity as skulls have it, whose volume is drawn, below a gap that is as wide as
//! its own volume, drawn by sex and age, asks for. Sulci, the fissure between the halves and the cleft
//! above the cerebellum are open to the outside; the lateral and the third ventricle are hollow.
//! Positions are in millimetres of the brain's own frame, RAS+, with the origin in the middle of the
//! cavity.
//!
//! A tumour pushes what is around it away and squeezes ventricles, sulci and the gap, as far as the
//! skull lets it. It is a ball and no anatomy follows it: right for testing programs, wrong for
//! studying tumours.

mod frame;
mod laws;
mod tumour;

use medshape_types::{Affine, Grid, Mask};
use rayon::prelude::*;

use super::curves::tube;
use super::implicit::{Point, Solid, ellipsoid, smooth_step};
use super::skull::field::Field;
use crate::random::Random;
use frame::Frame;

pub use laws::Measures;
pub use tumour::Tumour;

/// Half of the edge of the cube that grids of brains show.
const REACH_MM: f64 = 104.0;

/// What always lies between brain and skull.
const DURA_MM: f64 = 0.3;

/// How far a mass closes the gap to the skull at most.
const SWELLING_MM: f64 = 2.5;

/// What the volume that was drawn is the volume of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// The tissue before there was a tumour.
    Before,
    /// All that the mask has, a tumour with it.
    Mask,
}

/// A brain: a pure function of its seed, its measures and its tumour.
#[derive(Debug)]
pub struct Brain {
    measures: Measures,
    frame: Frame,
    folds: Folds,
    ventricles: Ventricles,
    tumour: Option<Tumour>,
    /// The brain begins so deep below the skull where there is no sulcus; negative where sulci are filled.
    gap_mm: f64,
}

impl Brain {
    /// The healthy brain that belongs to a seed.
    pub fn new(seed: u64) -> Self {
        Self::of(seed, Measures::of_seed(seed), None, Total::Mask)
    }

    /// The brain of a seed that has these measures, and a tumour whose place the seed says.
    pub fn of(seed: u64, measures: Measures, tumour: Option<Tumour>, total: Total) -> Self {
        let random = &mut Random::new(seed, 0, 25);
        let frame = Frame::draw(measures.cavity_ml, random);
        let folds = Folds::draw(measures.age_years, random);
        let ventricles = Ventricles::draw(measures.ventricles_ml, &frame, random);
        let mut brain = Self { measures, frame, folds, ventricles, tumour: None, gap_mm: 0.0 };
        let tumour = tumour.map(|tumour| tumour.placed(seed, |place| brain.depth_mm(place)));
        if total == Total::Before {
            brain.gap_mm = brain.gap_of(measures.brain_ml);
        }
        brain.tumour = tumour;
        if total == Total::Mask {
            brain.gap_mm = brain.gap_of(measures.brain_ml);
        }
        brain
    }

    /// What was drawn of it.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// Its tumour.
    pub fn tumour(&self) -> Option<&Tumour> {
        self.tumour.as_ref()
    }

    /// Roughly how deep below the skull a place lies; negative outside.
    pub fn depth_mm(&self, place_mm: [f64; 3]) -> f64 {
        self.frame.depth_mm(self.frame.reference(place_mm))
    }

    /// Whether a place is tissue, tumours included, and not a ventricle, a sulcus or outside.
    pub fn is_tissue(&self, place_mm: [f64; 3]) -> bool {
        self.cover_mm(place_mm).is_some_and(|cover| cover > self.gap_mm)
    }

    /// Whether a place is in a ventricle.
    pub fn is_ventricle(&self, place_mm: [f64; 3]) -> bool {
        let depth = self.depth_mm(place_mm);
        let before = match &self.tumour {
            None => Some(place_mm),
            Some(tumour) => tumour.before(place_mm, depth),
        };
        depth > 0.0 && before.is_some_and(|at| self.ventricles.has(self.frame.reference(at)))
    }

    /// The voxels of a grid whose centres are tissue. On all threads of the pool; the result does not
    /// depend on their number.
    pub fn mask(&self, grid: &Grid) -> Mask {
        let [n_x, n_y, _] = grid.dims();
        let place = |index: usize| {
            let voxel = [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
            grid.world_from_voxel().apply(voxel.map(|at| at as f64))
        };
        let voxels = (0..grid.n_voxels()).into_par_iter();
        let voxels = voxels.with_min_len(4096).map(|index| self.is_tissue(place(index))).collect();
        Mask::new(*grid, voxels).expect("an answer for each voxel")
    }

    /// The gap at which so much is tissue, by places 4 mm apart on the average: in rows and columns that are
    /// shifted against each other, so that a thin cleft along an axis is neither missed nor met by all.
    fn gap_of(&self, volume_ml: f64) -> f64 {
        const STEP_MM: f64 = 4.0;
        let half = (REACH_MM / STEP_MM) as i32;
        let edge = (2 * half) as usize;
        let cover = |index: usize| {
            let cell = [index % edge, index / edge % edge, index / (edge * edge)];
            let [x, y, z] = cell.map(|n| n as f64 - f64::from(half) + 0.5);
            // Fractions of the plastic number spread evenly (Roberts, 2018).
            let shift =
                |a: f64, b: f64| (0.754_877_666_2 * a + 0.569_840_291 * b).rem_euclid(1.0) - 0.5;
            let place = [x + shift(y, z), y, z + shift(y, x)];
            self.cover_mm(place.map(|at| at * STEP_MM))
        };
        let mut covers: Vec<f64> =
            (0..edge * edge * edge).into_par_iter().with_min_len(4096).filter_map(cover).collect();
        covers.sort_unstable_by(|a, b| b.total_cmp(a));
        let n_wanted = (volume_ml * 1000.0 / (STEP_MM * STEP_MM * STEP_MM)).round() as usize;
        let last = n_wanted.min(covers.len()).saturating_sub(1);
        covers.get(last).copied().unwrap_or(0.0)
    }

    /// How wide a gap a place would still be tissue with; `None` where none is, whatever the gap.
    fn cover_mm(&self, place: Point) -> Option<f64> {
        // No cavity reaches farther.
        if place.iter().any(|x| x.abs() > REACH_MM) {
            return None;
        }
        let at = self.frame.reference(place);
        let depth = self.frame.depth_mm(at);
        if depth < DURA_MM {
            return None;
        }
        let Some(tumour) = &self.tumour else {
            return self.healthy_cover_mm(at, depth, 0.0);
        };
        if tumour.is_missing(place, depth) {
            return None;
        }
        let Some(before) = tumour.before(place, depth) else { return Some(f64::MAX) };
        let (closed, was) = (tumour.closed(place), self.frame.reference(before));
        let cover = self.healthy_cover_mm(was, self.frame.depth_mm(was), closed);
        cover.map(|cover| cover + SWELLING_MM * closed)
    }

    /// The same without a tumour, sulci closed by a share.
    fn healthy_cover_mm(&self, at: Point, depth: f64, closed: f64) -> Option<f64> {
        let is_hollow = self.folds.is_cleft(at, closed) || self.ventricles.has(at);
        (!is_hollow).then(|| depth - (1.0 - closed) * self.folds.sulcus_mm(at, depth))
    }
}

/// The grid of brains with so many voxels along each axis, 16 to 512: the same cube at every resolution.
pub fn grid(resolution: usize) -> Grid {
    let resolution = resolution.clamp(16, 512);
    let spacing_mm = 2.0 * REACH_MM / resolution as f64;
    let affine = Affine::from_spacing([spacing_mm; 3], [0.5 * spacing_mm - REACH_MM; 3])
        .expect("the spacing is between 0.4 and 13 mm");
    Grid::new([resolution; 3], affine).expect("there are fewer than 2^31 voxels")
}

/// What is open to the outside: sulci, the fissure between the halves, the cleft above the cerebellum.
#[derive(Debug)]
struct Folds {
    field: Field,
    sulci_mm: f64,
    half_fissure_mm: f64,
}

impl Folds {
    /// Sulci 8 to 12 mm apart, 3 mm deep at 20 years and 6 at 80.
    fn draw(age_years: f64, random: &mut Random) -> Self {
        let aged = ((age_years - 20.0) / 60.0).clamp(0.0, 1.0);
        Self {
            field: Field::draw(1.0, [16.0, 24.0], 5, random),
            sulci_mm: 3.0 + 3.0 * aged,
            half_fissure_mm: 1.1 + 0.8 * aged + 0.1 * random.normal(),
        }
    }

    /// How much deeper the brain begins at a place because of a sulcus: along the zeros of the field.
    fn sulcus_mm(&self, at: Point, depth: f64) -> f64 {
        // Deeper than any gap and sulcus together it makes no difference.
        if depth > 40.0 {
            return 0.0;
        }
        self.sulci_mm * (1.0 - self.field.at(at).abs() / 0.8).max(0.0)
    }

    fn is_cleft(&self, [x, y, z]: Point, closed: f64) -> bool {
        let half_mm = self.half_fissure_mm * (1.0 - 0.8 * closed);
        // Above, before and behind the corpus callosum.
        let (along, up) = ((y + 4.0) / 50.0, (z - 2.0) / 29.0);
        let is_fissure = x.abs() < half_mm && z > -20.0 && along * along + up * up > 1.0;
        let above_mm = 0.94 * (z + 14.0) - 0.35 * (y + 30.0);
        is_fissure || (y < -24.0 && above_mm.abs() < half_mm)
    }
}

/// Lateral ventricles and the third.
#[derive(Debug)]
struct Ventricles {
    /// That of the side where x is positive.
    lateral: Solid,
    third: Solid,
    /// How much both are grown, and the side where x is positive more than the other.
    grown_mm: f64,
    uneven_mm: f64,
}

impl Ventricles {
    fn draw(volume_ml: f64, frame: &Frame, random: &mut Random) -> Self {
        let lateral = tube(&[
            [9.0, 34.0, 8.0, 4.0],
            [10.0, 10.0, 19.0, 5.0],
            [13.0, -14.0, 20.0, 5.5],
            [22.0, -36.0, 8.0, 7.0],
            [30.0, -22.0, -10.0, 4.2],
            [31.0, -4.0, -16.0, 3.6],
        ]);
        let third = ellipsoid([0.0, 0.0, -2.0], [2.5, 13.0, 9.0]);
        let uneven_mm = 0.35 * random.normal();
        let mut made = Self { lateral, third, grown_mm: 0.0, uneven_mm };
        made.grown_mm = made.growth_to(volume_ml, frame);
        made
    }

    fn has(&self, at: Point) -> bool {
        is_near(at) && self.distance_mm(at) < self.grown_mm
    }

    fn distance_mm(&self, [x, y, z]: Point) -> f64 {
        let side = smooth_step(-3.0, 3.0, x) - 0.5;
        let lateral = self.lateral.distance([x.abs(), y, z]);
        lateral.min(self.third.distance([x, y, z])) - side * self.uneven_mm
    }

    /// The growth at which they have a volume, by places 2.5 mm apart.
    fn growth_to(&self, volume_ml: f64, frame: &Frame) -> f64 {
        const STEP_MM: f64 = 2.5;
        let mut distances = Vec::new();
        for z in -22..=24 {
            for y in -32..=28 {
                for x in -24..=24 {
                    let at = frame.reference([x, y, z].map(|k| (f64::from(k) + 0.5) * STEP_MM));
                    if is_near(at) {
                        distances.push(self.distance_mm(at));
                    }
                }
            }
        }
        distances.sort_unstable_by(f64::total_cmp);
        let n_wanted = (volume_ml * 1000.0 / (STEP_MM * STEP_MM * STEP_MM)).round() as usize;
        distances.get(n_wanted.min(distances.len()).saturating_sub(1)).copied().unwrap_or(0.0)
    }
}

/// Whether a ventricle may reach a place at all.
fn is_near([x, y, z]: Point) -> bool {
    x.abs() < 50.0 && (-60.0..52.0).contains(&y) && (-34.0..40.0).contains(&z)
}

#[cfg(test)]
mod tests;
