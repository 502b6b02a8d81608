//! The skin of a phantom skull: a closed head without ears and hair, with eyes and mouth shut.
//!
//! A form of soft tissue is laid around the bone (`form`), and bent so that at each landmark it is as
//! thick as was drawn (`tissue`). What is drawn goes with sex and with how well nourished somebody is, and
//! for the rest with nothing that the skull could tell.

mod form;
mod landmarks;
mod tissue;

use medshape_types::{Affine, Grid, Mesh, Volume};
use rayon::prelude::*;

use super::{SAFETY, Skull};
use crate::numbers::positive::solve_equations;
use crate::phantom::Leaf;
use crate::phantom::implicit::{Point, Solid, add, dot, subtract};
use crate::phantom::leaves::leaves;
use crate::surface::isosurface::isosurface;

pub use landmarks::{Landmark, N_SITES, SITES, Site};
pub use tissue::Tissue;

/// The part of space that grids of faces show: 204 × 272 × 272 mm.
const LOW_CORNER_MM: Point = [-102.0, -122.0, -160.0];

/// Edge of that part from back to front and from below to above.
const DEPTH_MM: f64 = 272.0;

/// Skin is nowhere thinner.
const LEAST_MM: f64 = 1.2;

/// How far bone stands out of the form of the head at most.
const MOST_LEFT_OUT_MM: f64 = 6.0;

/// Voxels along an edge of what is settled at once.
const BLOCK: usize = 4;

/// The skin of a skull: a pure function of its seed.
#[derive(Debug)]
pub struct Skin {
    skull: Skull,
    tissue: Tissue,
    landmarks: Vec<Landmark>,
    form: Solid,
    bends: Bends,
}

impl Skin {
    /// The skin of the skull that belongs to a seed, lower jaw included.
    pub fn new(seed: u64) -> Self {
        let skull = Skull::with_jaw(seed, true);
        let tissue = Tissue::of_seed(seed);
        let form = form::head(skull.measures.wall_mm, &skull.face, &tissue, seed);
        let landmarks = landmarks::of(&skull, &tissue);
        let targets = landmarks.iter().map(|landmark| {
            let skin = skull.frame.reference_from_world(landmark.skin_mm());
            (skin, form.distance(skin))
        });
        let bends = Bends::through(&targets.collect::<Vec<_>>());
        Self { skull, tissue, landmarks, form, bends }
    }

    /// The bone below.
    pub fn skull(&self) -> &Skull {
        &self.skull
    }

    /// What was drawn of the tissue.
    pub fn tissue(&self) -> &Tissue {
        &self.tissue
    }

    /// Where tissue is measured.
    pub fn landmarks(&self) -> &[Landmark] {
        &self.landmarks
    }

    /// Roughly how far a place in the skull's frame is from the skin; negative inside.
    pub fn distance_mm(&self, place_mm: [f64; 3]) -> f64 {
        let place = self.skull.frame.reference_from_world(place_mm);
        let form = self.form.distance(place);
        // Far from the skin only the sign matters.
        if form.abs() > 40.0 {
            return form;
        }
        let skin = form - self.bends.at(place);
        // The form leaves out no bone by more than this, so that elsewhere the bone need not be asked.
        if skin.abs() > MOST_LEFT_OUT_MM {
            return skin;
        }
        skin.min(self.skull.bone.distance(place) - LEAST_MM)
    }

    /// The voxels of a grid that are head, leaf by leaf; as [`Skull::leaves`].
    pub fn leaves(&self, grid: &Grid) -> Vec<Leaf> {
        let steepness = self.steepness();
        leaves(grid, |place_mm| steepness * self.distance_mm(place_mm))
    }

    /// The skin as a closed mesh, found on a grid and closed where the grid ends.
    pub fn surface(&self, grid: &Grid) -> Mesh {
        isosurface(&self.field(grid), 0.0)
    }

    /// [`Skin::distance_mm`] at the voxels around the skin; elsewhere its sign is right.
    fn field(&self, grid: &Grid) -> Volume<f32> {
        let dims = grid.dims();
        let layer = |first_z: usize| {
            let n_z = BLOCK.min(dims[2] - first_z);
            let values = vec![0.0; dims[0] * dims[1] * n_z];
            let mut slab = Slab { skin: self, grid, steepness: self.steepness(), first_z, values };
            for first_y in (0..dims[1]).step_by(BLOCK) {
                for first_x in (0..dims[0]).step_by(BLOCK) {
                    slab.fill([first_x, first_y, first_z], BLOCK);
                }
            }
            slab.values
        };
        let firsts: Vec<usize> = (0..dims[2]).step_by(BLOCK).collect();
        let voxels: Vec<f32> = firsts.into_par_iter().flat_map_iter(layer).collect();
        Volume::new(*grid, voxels).expect("layers are as large as the grid's")
    }

    fn steepness(&self) -> f64 {
        SAFETY * self.skull.frame.scale.iter().copied().fold(f64::MAX, f64::min)
    }
}

/// The grid of faces with so many voxels from back to front, a multiple of 4 and 16 or more; the same part
/// of space at every resolution. Voxel centres lie half a voxel inside its border.
pub fn grid(resolution: usize) -> Grid {
    let resolution = resolution.clamp(16, 1024).next_multiple_of(4);
    let spacing_mm = DEPTH_MM / resolution as f64;
    let origin = LOW_CORNER_MM.map(|corner| corner + 0.5 * spacing_mm);
    let affine = Affine::from_spacing([spacing_mm; 3], origin)
        .expect("the spacing is between 0.2 and 17 mm");
    Grid::new([resolution * 3 / 4, resolution, resolution], affine)
        .expect("there are fewer than 2^31 voxels")
}

/// Some layers of a field in the making.
struct Slab<'a> {
    skin: &'a Skin,
    grid: &'a Grid,
    steepness: f64,
    first_z: usize,
    values: Vec<f32>,
}

impl Slab<'_> {
    /// Settles a block by one look if the skin is farther than a voxel from all of it, else part by part.
    fn fill(&mut self, first: [usize; 3], side: usize) {
        let dims = self.grid.dims();
        if (0..3).any(|axis| first[axis] >= dims[axis]) {
            return;
        }
        let middle = first.map(|at| at as f64 + 0.5 * (side - 1) as f64);
        let value = self.skin.distance_mm(self.grid.world_from_voxel().apply(middle));
        let spacing_mm = self.grid.spacing_mm().into_iter().fold(0.0, f64::max);
        let reach_mm = (0.5 * 3.0_f64.sqrt() * (side - 1) as f64 + 1.0) * spacing_mm;
        if side > 1 && self.steepness * value.abs() <= reach_mm {
            let half = side / 2;
            for part in 0..8 {
                self.fill([0, 1, 2].map(|axis| first[axis] + half * (part >> axis & 1)), half);
            }
            return;
        }
        let end = [0, 1, 2].map(|axis| (first[axis] + side).min(dims[axis]));
        for z in first[2]..end[2] {
            for y in first[1]..end[1] {
                let row = dims[0] * (y + dims[1] * (z - self.first_z));
                self.values[row + first[0]..row + end[0]].fill(value as f32);
            }
        }
    }
}

/// How far a form is moved so that it passes through places: a sum of bumps around them (Wendland, 1995).
#[derive(Debug)]
struct Bends {
    bumps: Vec<(Point, f64)>,
}

impl Bends {
    /// How far a bump reaches.
    const REACH_MM: f64 = 38.0;

    /// Values at places, which are not the same.
    fn through(targets: &[(Point, f64)]) -> Self {
        let row = |&(place, value): &(Point, f64)| {
            let bumps = targets.iter().map(|&(other, _)| Self::bump(subtract(place, other)));
            bumps.chain([value]).collect()
        };
        let heights = solve_equations(targets.iter().map(row).collect(), 1);
        let heights = heights.unwrap_or_default().concat();
        Self { bumps: targets.iter().map(|target| target.0).zip(heights).collect() }
    }

    fn at(&self, place: Point) -> f64 {
        self.bumps
            .iter()
            .map(|&(middle, height)| height * Self::bump(subtract(place, middle)))
            .sum()
    }

    fn bump(off: Point) -> f64 {
        let square = dot(off, off) / (Self::REACH_MM * Self::REACH_MM);
        if square >= 1.0 {
            return 0.0;
        }
        let far = square.sqrt();
        let near = (1.0 - far) * (1.0 - far);
        near * near * (4.0 * far + 1.0)
    }
}

/// From a start along a direction to where a function passes zero upwards, at most so far.
fn crossing(from: Point, along: Point, most_mm: f64, value: impl Fn(Point) -> f64) -> Option<f64> {
    const STEP_MM: f64 = 0.25;
    let at = |far: f64| value(add(from, along.map(|part| part * far)));
    let n_steps = (most_mm / STEP_MM) as usize;
    let first = (1..=n_steps).find(|&step| at(step as f64 * STEP_MM) > 0.0)?;
    let (mut low, mut high) = ((first - 1) as f64 * STEP_MM, first as f64 * STEP_MM);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if at(middle) > 0.0 { high = middle } else { low = middle }
    }
    Some(0.5 * (low + high))
}

#[cfg(test)]
mod tests;
