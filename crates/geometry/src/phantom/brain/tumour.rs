//! Tumours: how large, where, and how they move what is around them.

use super::laws::{cube_root, exponential};
use crate::phantom::implicit::{Point, dot, smooth_step, subtract};
use crate::random::Random;

/// The part of a tumour that has pushed tissue away, and how far that is felt.
///
/// What has grown in place of the tissue moves nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tumour {
    /// Volume of all of it.
    pub volume_ml: f64,
    /// Share of the volume that pushes: 0 infiltrates, 1 displaces.
    pub push: f64,
    /// Distance over which a push fades to 1/e.
    pub reach_mm: f64,
    /// Where it began, in the brain's frame.
    pub middle_mm: [f64; 3],
    /// Whether the part of it near the skull is missing from the mask, as where skulls were stripped badly.
    pub is_cut: bool,
}

/// Within this depth below the skull a push fades to nothing.
const SKULL_MM: f64 = 22.0;

/// What is cut away of a tumour lies less deep than this.
const CUT_MM: f64 = 14.0;

/// A tumour that fills a sulcus and closes the gap to the skull wholly pushes by so much.
const FULL_PUSH_ML: f64 = 40.0;

impl Tumour {
    /// The size of a seed's tumour: log-normal with median 80 ml and deviation 0.7 of the logarithm, pushing
    /// by a Beta(2, 4) share of it over 25 to 40 mm. Where it lies is for its brain to say.
    pub fn of_seed(seed: u64) -> Self {
        let random = &mut Random::new(seed, 0, 23);
        let volume_ml = 80.0 * exponential(0.7 * random.normal().clamp(-2.5, 1.6));
        // The second smallest of five even numbers.
        let mut even = [0; 5].map(|_| random.uniform());
        even.sort_unstable_by(f64::total_cmp);
        let reach_mm = random.between(25.0, 40.0);
        Self { volume_ml, push: even[1], reach_mm, middle_mm: [0.0; 3], is_cut: false }
    }

    /// Radius of a ball of its volume.
    pub fn radius_mm(&self) -> f64 {
        radius_mm(self.volume_ml)
    }

    /// Radius of a ball of the volume that pushes: what began at the middle is pushed so far.
    pub fn pushed_mm(&self) -> f64 {
        radius_mm(self.push * self.volume_ml)
    }

    /// Where what is now at a place, so deep below the skull, was before; `None` where the tumour itself is.
    ///
    /// Away from the skull and without fading, what was at the distance `r` from the middle is at
    /// `(r³ + pushed³)^(1/3)`, which keeps every volume. Fading squeezes what lies between.
    pub fn before(&self, place_mm: [f64; 3], depth_mm: f64) -> Option<[f64; 3]> {
        let off = subtract(place_mm, self.middle_mm);
        let (distance, pushed) = (dot(off, off).sqrt(), self.pushed_mm());
        if distance <= pushed {
            return None;
        }
        let whole = distance - cube_root(distance.powi(3) - pushed.powi(3));
        let moved = whole * self.felt(distance) * smooth_step(0.0, SKULL_MM, depth_mm);
        Some([0, 1, 2].map(|axis| place_mm[axis] - off[axis] / distance * moved))
    }

    /// How much of a push is felt at a distance from the middle, from 0 to 1.
    fn felt(&self, distance_mm: f64) -> f64 {
        exponential(-(distance_mm - self.pushed_mm()).max(0.0) / self.reach_mm)
    }

    /// How far sulci and the gap to the skull are closed at a place, from 0 to 1.
    pub(super) fn closed(&self, place: Point) -> f64 {
        let off = subtract(place, self.middle_mm);
        let strength = (self.push * self.volume_ml / FULL_PUSH_ML).min(1.0);
        strength * self.felt(dot(off, off).sqrt())
    }

    /// Whether a place, so deep below the skull, is missing from the mask.
    pub(super) fn is_missing(&self, place: Point, depth_mm: f64) -> bool {
        let off = subtract(place, self.middle_mm);
        self.is_cut && depth_mm < CUT_MM && dot(off, off).sqrt() < self.radius_mm()
    }

    /// Draws where it lies: in either half, with most of it within what `depth_mm` says is brain.
    pub(super) fn placed(self, seed: u64, depth_mm: impl Fn(Point) -> f64) -> Self {
        let random = &mut Random::new(seed, 0, 24);
        let least = 0.7 * self.radius_mm();
        let mut draw = || {
            let side = if random.uniform() < 0.5 { -1.0 } else { 1.0 };
            let x = side * random.between(14.0, 48.0);
            [x, random.between(-52.0, 48.0), random.between(-8.0, 46.0)]
        };
        // Where none fits whole, the deepest.
        let mut best = (f64::MIN, [0.0; 3]);
        for _ in 0..60 {
            let place = draw();
            let depth = depth_mm(place);
            if depth > best.0 {
                best = (depth, place);
            }
            if depth > least {
                best = (depth, place);
                break;
            }
        }
        Self { middle_mm: best.1, ..self }
    }
}

fn radius_mm(volume_ml: f64) -> f64 {
    cube_root(3.0 * 1000.0 * volume_ml / (4.0 * std::f64::consts::PI))
}
