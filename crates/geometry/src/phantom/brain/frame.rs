//! From a brain's millimetres to those of the reference body, by a table that is quick to look up.

use super::laws::cube_root;
use crate::phantom::head::vault;
use crate::phantom::implicit::{Point, Solid, add};
use crate::phantom::skull::MIDDLE;
use crate::phantom::skull::field::{Field, mirrored};
use crate::random::Random;

/// The table's step and its cells along an edge; it reaches 112 mm from the middle. Waves of 100 mm and
/// more change little over a step.
const STEP_MM: f64 = 16.0;
const CELLS: usize = 14;

/// Size, proportions and a bend, as skulls have them.
#[derive(Debug)]
pub(super) struct Frame {
    scale: Point,
    /// What is added, at the corners of the cells.
    shifts: Vec<Point>,
    vault: Solid,
}

impl Frame {
    pub(super) fn draw(cavity_ml: f64, random: &mut Random) -> Self {
        let mut field = |deviation_mm| Field::draw(deviation_mm, [100.0, 200.0], 4, random);
        let (even, odd) = ([0; 3].map(|_| field(2.2)), [0; 3].map(|_| field(0.9)));
        let mut vary = |mean: f64| mean + 0.028 * random.normal().clamp(-2.5, 2.5);
        let [x, y] = [vary(1.0), vary(0.975)];
        let edge = CELLS + 1;
        let shifts = (0..edge * edge * edge).map(|index| {
            let cell = [index % edge, index / edge % edge, index / (edge * edge)];
            shift(&even, &odd, cell.map(|n| (n as f64 - 0.5 * CELLS as f64) * STEP_MM))
        });
        let shifts = shifts.collect();
        let mut frame = Self { scale: [x, y, 1.0 / (x * y)], shifts, vault: vault() };
        let size = cube_root(cavity_ml / frame.cavity_ml());
        frame.scale = frame.scale.map(|scale| scale * size);
        frame
    }

    /// A place relative to the middle of the reference body's cavity.
    pub(super) fn reference(&self, place_mm: Point) -> Point {
        self.bent([0, 1, 2].map(|axis| place_mm[axis] / self.scale[axis]))
    }

    /// Roughly how deep below the skull a place relative to the reference's middle lies.
    pub(super) fn depth_mm(&self, reference: Point) -> f64 {
        -self.vault.distance(add(reference, MIDDLE))
    }

    /// Between the corners of the cell.
    fn bent(&self, place: Point) -> Point {
        let at = place.map(|x| (x / STEP_MM + 0.5 * CELLS as f64).clamp(0.0, CELLS as f64 - 1e-9));
        let (cell, within) = (at.map(|x| x as usize), at.map(f64::fract));
        let mut sum = place;
        for corner in 0..8 {
            let bits = [corner & 1, corner >> 1 & 1, corner >> 2];
            let index = [0, 1, 2].map(|axis| cell[axis] + bits[axis]);
            let weight: f64 = (0..3)
                .map(|axis| if bits[axis] == 1 { within[axis] } else { 1.0 - within[axis] })
                .product();
            let shift = self.shifts[index[0] + (CELLS + 1) * (index[1] + (CELLS + 1) * index[2])];
            (0..3).for_each(|axis| sum[axis] += weight * shift[axis]);
        }
        sum
    }

    /// Volume of the cavity before scaling, from its distance at places 5 mm apart.
    fn cavity_ml(&self) -> f64 {
        const STEP_MM: f64 = 5.0;
        let mut shares = 0.0;
        for z in -20..=20 {
            for y in -22..=22 {
                for x in -18..=18 {
                    let place = [x, y, z].map(|k| f64::from(k) * STEP_MM);
                    let depth = self.depth_mm(self.bent(place));
                    shares += (0.5 + depth / STEP_MM).clamp(0.0, 1.0);
                }
            }
        }
        shares * STEP_MM * STEP_MM * STEP_MM / 1000.0
    }
}

/// As skulls are bent: more alike on both sides than not.
fn shift(even: &[Field; 3], odd: &[Field; 3], place: Point) -> Point {
    let other = mirrored(place);
    [0, 1, 2].map(|axis| {
        let at = |field: &Field| [field.at(place), field.at(other)];
        let ([a, b], [c, d]) = (at(&even[axis]), at(&odd[axis]));
        let sign = if axis == 0 { -1.0 } else { 1.0 };
        0.5 * (a + sign * b) + 0.5 * (c - sign * d)
    })
}
