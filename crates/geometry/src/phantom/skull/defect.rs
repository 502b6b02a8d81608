//! Holes in skulls, after two published recipes.
//!
//! *`SkullBreak`* (Kodym et al., 2021: `generate_defects.py`): a ball with smaller ones on its surface,
//! crumpled, around a place near the bone. *`AutoImplant`* (Li and Egger, 2020: `defectinject.py`): an
//! upright prism, or a large ball, through the upper quarter. Their parameters are in voxels of the
//! skulls that they were made for; here they are in millimetres, and the same hole is cut at every
//! resolution.

use medshape_types::Bounds;

use super::field::Field;
use crate::phantom::implicit::{Point, add, dot, subtract};
use crate::random::Random;

/// A voxel of the skulls that the recipes were made for.
const VOXEL_MM: f64 = 0.4;

/// Where a hole of the first recipe lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// Anywhere over the lowest 32 mm.
    Anywhere,
    /// Over the midline of the vault, so that both sides lose bone.
    Bilateral,
    /// At a brow.
    FrontoOrbital,
    /// At a temple.
    ParietoTemporal,
}

/// How a hole is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipe {
    /// Crumpled balls.
    SkullBreak(Site),
    /// A prism of 128 voxels with burr holes at its corners.
    Prism,
    /// A ball of a quarter of the image's height and 20 voxels.
    Ball,
}

/// A hole: a part of space in which bone is taken away.
#[derive(Debug, Clone)]
pub struct Defect {
    parts: Vec<Part>,
    crumple: Option<[[Field; 2]; 2]>,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Ball { middle: Point, radius_mm: f64 },
    Box(Bounds),
}

impl Defect {
    /// The hole that a seed stands for, in a skull that has bone at these places and lies in `frame`,
    /// the box of its image. What takes less than a hundredth of the bone is drawn again. `None` if
    /// there is no bone where the recipe wants it.
    pub fn draw(recipe: Recipe, bone_mm: &[[f64; 3]], frame: &Bounds, seed: u64) -> Option<Self> {
        const MOST_TRIES: usize = 100;
        let random = &mut Random::new(seed, 0, 21);
        let mut draw = || match recipe {
            Recipe::SkullBreak(site) => skull_break(site, bone_mm, frame, random),
            Recipe::Prism => Some(prism(frame, random)),
            Recipe::Ball => Some(ball(frame, random)),
        };
        let takes_enough = |hole: &Self| {
            let n_taken = bone_mm.iter().filter(|place| hole.takes(**place)).count();
            100 * n_taken >= bone_mm.len()
        };
        (0..MOST_TRIES).find_map(|_| draw().filter(takes_enough))
    }

    /// Whether bone at a place is taken away.
    pub fn takes(&self, place_mm: [f64; 3]) -> bool {
        // The crumpling moves by four of its deviations at the very most.
        let reach_mm = if self.crumple.is_some() { 4.0 * 2.0 * CRUMPLE_MM } else { 0.0 };
        let nearest = self.distance_mm(place_mm);
        if nearest.abs() > reach_mm {
            return nearest <= 0.0;
        }
        self.distance_mm(self.crumpled(place_mm)) <= 0.0
    }

    fn distance_mm(&self, place: Point) -> f64 {
        self.parts.iter().map(|part| part.distance_mm(place)).fold(f64::MAX, f64::min)
    }

    /// In planes from back to front first, then in planes from side to side.
    fn crumpled(&self, place: Point) -> Point {
        let Some([first, second]) = &self.crumple else { return place };
        let place = add(place, [second[0].at(place), 0.0, second[1].at(place)]);
        add(place, [0.0, first[0].at(place), first[1].at(place)])
    }
}

impl Part {
    fn distance_mm(&self, place: Point) -> f64 {
        match self {
            Self::Ball { middle, radius_mm } => length(subtract(place, *middle)) - radius_mm,
            Self::Box(Bounds { min, max }) => (0..3)
                .map(|axis| (min[axis] - place[axis]).max(place[axis] - max[axis]))
                .fold(f64::MIN, f64::max),
        }
    }
}

/// Noise of -1 to 1 in each pixel, a Gaussian filter of 10 pixels, times 300.
const CRUMPLE_SIGMA_MM: f64 = 10.0 * VOXEL_MM;
/// What that leaves: 300 · 3^-½ / (2 · 10 · π^½) pixels.
const CRUMPLE_MM: f64 = 4.886 * VOXEL_MM;

/// One ball, up to seven on its surface that are alike in size, all crumpled in two planes. The opening
/// by five voxels that the recipe has changes nothing: balls are larger.
fn skull_break(
    site: Site,
    bone_mm: &[Point],
    frame: &Bounds,
    random: &mut Random,
) -> Option<Defect> {
    let lowest = frame.min[2] + 80.0 * VOXEL_MM;
    let centre = frame.center();
    let fits =
        |place: &&Point| place[2] >= lowest && site.has(subtract(**place, centre), frame.size());
    let places: Vec<&Point> = bone_mm.iter().filter(fits).collect();
    let place = **places.get((random.uniform() * places.len() as f64) as usize)?;
    let middle = place.map(|at| at + VOXEL_MM * random.between(-32.0, 32.0));
    let radius_mm = (VOXEL_MM * (70.0 + 20.0 * random.normal())).max(VOXEL_MM * 10.0);
    let n_others = (8.0 * random.uniform()) as usize;
    let other_mm = (VOXEL_MM * (40.0 + 10.0 * random.normal())).max(VOXEL_MM * 5.0);
    let mut parts = vec![Part::Ball { middle, radius_mm }];
    for _ in 0..n_others {
        let direction = loop {
            let vector = [0; 3].map(|_| random.between(-1.0, 1.0));
            if (0.01..=1.0).contains(&dot(vector, vector)) {
                break vector.map(|part| part / length(vector));
            }
        };
        let middle = add(middle, direction.map(|part| radius_mm * part));
        parts.push(Part::Ball { middle, radius_mm: other_mm });
    }
    let mut plane =
        |along| [0; 2].map(|_| Field::filtered_noise(CRUMPLE_MM, CRUMPLE_SIGMA_MM, along, random));
    Some(Defect { parts, crumple: Some([plane(0), plane(1)]) })
}

impl Site {
    /// Whether a place, seen from the middle of the image, may be the middle of a hole.
    fn has(self, [x, y, z]: Point, size: Point) -> bool {
        let [x, y, z] = [2.0 * x.abs() / size[0], 2.0 * y / size[1], 2.0 * z / size[2]];
        match self {
            Self::Anywhere => true,
            Self::Bilateral => x < 0.08 && z > 0.5,
            Self::FrontoOrbital => (0.12..0.45).contains(&x) && y > 0.5 && (-0.1..0.5).contains(&z),
            Self::ParietoTemporal => x > 0.45 && (-0.45..0.35).contains(&y) && z > 0.0,
        }
    }
}

/// The upper quarter of the image over a square of 128 voxels; holes of a drill of 14 mm at the corners.
fn prism(frame: &Bounds, random: &mut Random) -> Defect {
    const DRILL_MM: f64 = 7.0;
    let half = 64.0 * VOXEL_MM;
    let [x, y] = [0, 1].map(|axis| middle_within(frame, axis, half, random));
    let bottom = frame.min[2] + 0.75 * frame.size()[2];
    let block =
        Bounds { min: [x - half, y - half, bottom], max: [x + half, y + half, frame.max[2]] };
    let mut parts = vec![Part::Box(block)];
    // A drill goes straight through the vault: an upright row of balls.
    let n_balls = (0.25 * frame.size()[2] / DRILL_MM).ceil() as usize;
    for corner in 0..4 {
        let [x, y] = [x + half * side(corner & 1), y + half * side(corner >> 1)];
        for step in 0..=n_balls {
            let middle = [x, y, bottom + DRILL_MM * step as f64];
            parts.push(Part::Ball { middle, radius_mm: DRILL_MM });
        }
    }
    Defect { parts, crumple: None }
}

fn ball(frame: &Bounds, random: &mut Random) -> Defect {
    let radius_mm = 0.25 * frame.size()[2] + 20.0 * VOXEL_MM;
    let [x, y] = [0, 1].map(|axis| middle_within(frame, axis, radius_mm, random));
    let middle = [x, y, frame.min[2] + 0.75 * frame.size()[2]];
    Defect { parts: vec![Part::Ball { middle, radius_mm }], crumple: None }
}

/// A place along an axis from which `half_mm` reach nowhere out of the image.
fn middle_within(frame: &Bounds, axis: usize, half_mm: f64, random: &mut Random) -> f64 {
    let (low, high) = (frame.min[axis] + half_mm, frame.max[axis] - half_mm);
    random.between(low.min(high), high.max(low))
}

fn side(bit: usize) -> f64 {
    if bit == 0 { -1.0 } else { 1.0 }
}

fn length(vector: Point) -> f64 {
    dot(vector, vector).sqrt()
}
