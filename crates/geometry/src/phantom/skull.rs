//! Skulls of their own: one for each seed, to complete, to refine and to test with.
//!
//! The braincase is a shell between a cavity, whose volume is drawn, and that cavity grown by a field
//! of thickness; base, face and openings are those of the body, varied and bent. Positions are in
//! millimetres of the skull's own frame, RAS+, with the origin in the middle of the cavity.

pub mod defect;
pub(super) mod field;
pub mod skin;

use medshape_types::{Affine, Bounds, Grid};

use super::head::{Face, skull, vault};
use super::implicit::{Point, Solid, add, smooth_step, subtract};
use super::leaves::{Leaf, leaves};
use super::person::Sex;
use super::population::law;
use crate::random::Random;
use field::{Field, mirrored};

/// The middle of the cavity in the reference body.
pub(super) const MIDDLE: Point = [0.0, 4.0, 662.0];

/// The part of space that grids of skulls show: 230.4 × 230.4 × 201.6 mm.
const LOW_CORNER_MM: Point = [-115.2, -115.2, -105.6];

/// Half of the width over the arches of the reference body.
const REFERENCE_ARCH_MM: f64 = 73.2;

/// What is drawn of a skull from a population, before it has a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Sex.
    pub sex: Sex,
    /// Volume of the cranial cavity.
    pub cavity_ml: f64,
    /// Mean thickness of the vault.
    pub wall_mm: f64,
    /// Width over the zygomatic arches, but for the bending.
    pub arches_mm: f64,
}

impl Measures {
    /// Those of the skull that belongs to a seed.
    pub fn of_seed(seed: u64) -> Self {
        Self::draw(&mut stream(seed))
    }

    fn draw(random: &mut Random) -> Self {
        let sex = if random.uniform() < 0.5 { Sex::Female } else { Sex::Male };
        let mut draw = |quantity| {
            let law = law(quantity, sex).expect("the table has the quantity for both sexes");
            law.mean + law.deviation * random.normal().clamp(-2.5, 2.5)
        };
        let (cavity_ml, wall_mm) = (draw("cavity"), draw("vault_wall"));
        Self { sex, cavity_ml, wall_mm, arches_mm: draw("bizygomatic_width") }
    }
}

/// A skull: a pure function of its seed.
#[derive(Debug)]
pub struct Skull {
    measures: Measures,
    face: Face,
    frame: Frame,
    bone: Solid,
    cavity: Solid,
}

impl Skull {
    /// The skull that belongs to a seed, without the lower jaw.
    pub fn new(seed: u64) -> Self {
        Self::with_jaw(seed, false)
    }

    /// The skull that belongs to a seed, with or without the lower jaw.
    pub fn with_jaw(seed: u64, has_jaw: bool) -> Self {
        let random = &mut stream(seed);
        let measures = Measures::draw(random);
        let frame = Frame::draw(measures.cavity_ml, random);
        let brows = if measures.sex == Sex::Female { 0.92 } else { 1.04 };
        let face = Face {
            arches: 0.5 * measures.arches_mm / (REFERENCE_ARCH_MM * frame.scale[0]),
            orbits: vary(1.0, 0.04, random),
            aperture: vary(1.0, 0.08, random),
            brows: vary(brows, 0.06, random),
            has_jaw,
        };
        let bone = skull(braincase(measures.wall_mm, random), &face);
        Self { measures, face, frame, bone, cavity: vault() }
    }

    /// What was drawn of it.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// Roughly how far a place in the skull's frame is from the bone; negative inside.
    pub fn distance_mm(&self, place_mm: [f64; 3]) -> f64 {
        self.bone.distance(self.frame.reference_from_world(place_mm))
    }

    /// Roughly how far a place is from the cranial cavity; negative inside.
    pub fn distance_to_cavity_mm(&self, place_mm: [f64; 3]) -> f64 {
        self.cavity.distance(self.frame.reference_from_world(place_mm))
    }

    /// The voxels of a grid that are bone, leaf by leaf. A leaf, or a part of one, that lies farther
    /// from the surface than its half diagonal is settled by one look. On all threads of the pool;
    /// the result does not depend on their number.
    pub fn leaves(&self, grid: &Grid) -> Vec<Leaf> {
        let least_scale = self.frame.scale.iter().copied().fold(f64::MAX, f64::min);
        leaves(grid, |place_mm| SAFETY * least_scale * self.distance_mm(place_mm))
    }
}

/// The functions of skulls rise by at most about 1/SAFETY a millimetre.
const SAFETY: f64 = 0.55;

/// The grid of skulls with so many voxels from left to right and from back to front, which 16 or more
/// are: the same part of space at every resolution. Voxel centres lie half a voxel inside its border.
pub fn grid(resolution: usize) -> Grid {
    let resolution = resolution.clamp(16, 1024);
    let spacing_mm = -2.0 * LOW_CORNER_MM[0] / resolution as f64;
    let dims = [resolution, resolution, (resolution * 7).div_ceil(8)];
    let origin = LOW_CORNER_MM.map(|corner| corner + 0.5 * spacing_mm);
    let affine = Affine::from_spacing([spacing_mm; 3], origin)
        .expect("the spacing is between 0.2 and 15 mm");
    Grid::new(dims, affine).expect("there are fewer than 2^31 voxels")
}

/// The box of all grids of skulls.
pub fn frame() -> Bounds {
    Bounds { min: LOW_CORNER_MM, max: [115.2, 115.2, 96.0] }
}

/// The chance of a skull.
fn stream(seed: u64) -> Random {
    Random::new(seed, 0, 20)
}

fn vary(mean: f64, deviation: f64, random: &mut Random) -> f64 {
    mean + deviation * random.normal().clamp(-2.5, 2.5)
}

/// From a skull's millimetres to those of the reference body: size, proportions, a bend.
#[derive(Debug)]
struct Frame {
    scale: Point,
    /// What both sides have in common, and what they have not.
    even: [Field; 3],
    odd: [Field; 3],
}

impl Frame {
    fn draw(cavity_ml: f64, random: &mut Random) -> Self {
        let mut field = |deviation_mm| Field::draw(deviation_mm, [100.0, 200.0], 4, random);
        let even = [0; 3].map(|_| field(2.2));
        let odd = [0; 3].map(|_| field(0.9));
        // Long and narrow heads, round ones; high ones, low ones.
        let [x, y] = [1.0, 0.975].map(|mean| vary(mean, 0.028, random));
        let mut frame = Self { scale: [x, y, 1.0 / (x * y)], even, odd };
        // The bend belongs to the reference body, so that the volume goes with the scales alone.
        let size = cube_root(cavity_ml / frame.reference_cavity_ml());
        frame.scale = frame.scale.map(|scale| scale * size);
        frame
    }

    fn reference_from_world(&self, world: Point) -> Point {
        self.bent([0, 1, 2].map(|axis| world[axis] / self.scale[axis]))
    }

    /// The other way, by fixed-point steps: bends are gentle, so that each leaves a fraction of what was off.
    fn world_from_reference(&self, reference: Point) -> Point {
        let mut place = subtract(reference, MIDDLE);
        for _ in 0..24 {
            place = add(place, subtract(reference, self.bent(place)));
        }
        [0, 1, 2].map(|axis| place[axis] * self.scale[axis])
    }

    fn bent(&self, place: Point) -> Point {
        let other = mirrored(place);
        let at = |field: &Field| [field.at(place), field.at(other)];
        let shift = |axis: usize| {
            let ([a, b], [c, d]) = (at(&self.even[axis]), at(&self.odd[axis]));
            // Sideways the sides move apart where they are alike, and together where they are not.
            let sign = if axis == 0 { -1.0 } else { 1.0 };
            0.5 * (a + sign * b) + 0.5 * (c - sign * d)
        };
        add(add(place, MIDDLE), [shift(0), shift(1), shift(2)])
    }

    /// Volume of the cavity before scaling, by a grid of places whose share inside is taken from
    /// their distance.
    fn reference_cavity_ml(&self) -> f64 {
        const STEP_MM: f64 = 4.0;
        let cavity = vault();
        let half = |reach_mm: f64| (reach_mm / STEP_MM) as i32;
        let (n_x, n_y, n_z) = (half(90.0), half(110.0), half(100.0));
        let mut shares = 0.0;
        for z in -n_z..=n_z {
            for y in -n_y..=n_y {
                for x in -n_x..=n_x {
                    let place = [x, y, z].map(|k| f64::from(k) * STEP_MM);
                    let distance = cavity.distance(self.bent(place));
                    shares += (0.5 - distance / STEP_MM).clamp(0.0, 1.0);
                }
            }
        }
        shares * STEP_MM * STEP_MM * STEP_MM / 1000.0
    }
}

/// The outside of the vault: its inside, grown by a field of thickness.
fn braincase(wall_mm: f64, random: &mut Random) -> Solid {
    let uneven = Field::draw(0.6, [30.0, 60.0], 12, random);
    let inside = vault();
    let bounds = inside.clone().grown(wall_mm + 8.0);
    Solid::new(*bounds.bounds(), move |p| {
        let distance = inside.distance(p);
        // Far from the wall only the sign matters, and the field costs time.
        if !(-3.0..30.0).contains(&distance) {
            return distance - wall_mm;
        }
        distance - wall_of(p, wall_mm, &uneven)
    })
}

/// Thin at the temples, thick at the protuberance of the occiput, uneven everywhere.
fn wall_of(p: Point, wall_mm: f64, uneven: &Field) -> f64 {
    let near = |[x, y, z]: Point, reach_mm: f64| {
        let [x, y, z] = subtract([p[0].abs(), p[1], p[2]], [x, y, z]);
        1.0 - smooth_step(0.0, reach_mm, (x * x + y * y + z * z).sqrt())
    };
    let temples = near([66.0, 8.0, 648.0], 42.0);
    let protuberance = near([0.0, -88.0, 642.0], 30.0);
    let wall_mm = wall_mm * (1.0 - 0.4 * temples) + 4.0 * protuberance;
    (wall_mm + uneven.at(subtract(p, MIDDLE))).max(1.5)
}

/// By Newton's steps: roots by the library are not rounded alike everywhere.
fn cube_root(value: f64) -> f64 {
    (0..60).fold(1.0, |root: f64, _| root - (root - value / (root * root)) / 3.0)
}

#[cfg(test)]
mod tests;
