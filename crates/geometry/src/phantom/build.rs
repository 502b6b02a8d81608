//! How a person differs from the reference body as a whole: size, proportions, a gentle warp.

use medshape_types::Bounds;

use super::implicit::{Point, smooth_step, wave};
use super::person::{Person, Sex};

/// Height of the reference body.
const REFERENCE_CM: f64 = 175.0;
/// Body mass index of the reference body.
const REFERENCE_INDEX: f64 = 24.5;
/// Part of the reference body that is shown: arms and mid-thigh to the top of the head.
const SHOWN: Bounds = Bounds { min: [-232.0, -158.0, -300.0], max: [232.0, 132.0, 768.0] };

/// From a person's world millimetres to those of the reference body.
pub(super) struct Build {
    scale: Point,
    /// Widths of pelvis, chest and head relative to `scale`.
    widths: [f64; 3],
    /// Size of the warp along each axis, and where its waves begin.
    sway_mm: Point,
    phases: Point,
}

impl Build {
    pub(super) fn of(person: &Person) -> Self {
        let mut random = person.random(1);
        let tall = person.height_cm / REFERENCE_CM;
        let heavy = person.body_mass_index() / REFERENCE_INDEX - 1.0;
        let broad = 1.0 + 0.7 * (tall - 1.0) + 0.12 * heavy;
        let mut vary = |mean: f64, deviation: f64| mean * (1.0 + deviation * random.normal());
        let widths = match person.sex {
            Sex::Female => [vary(1.07, 0.02), vary(0.965, 0.02), vary(1.0, 0.015)],
            Sex::Male => [vary(1.0, 0.02), vary(1.0, 0.02), vary(1.0, 0.015)],
        };
        let scale = [broad, vary(broad, 0.02) * (1.0 + 0.06 * heavy), tall];
        let sway_mm = [vary(3.0, 0.4), vary(4.0, 0.4), vary(4.0, 0.3)];
        Self { scale, widths, sway_mm, phases: [0; 3].map(|_| random.uniform()) }
    }

    /// Where a place in the world lies in the reference body.
    pub(super) fn reference_from_world(&self, world: Point) -> Point {
        let [x, y, z] = [0, 1, 2].map(|axis| world[axis] / self.scale[axis]);
        let [wave_x, wave_y, wave_z] = [
            wave(z / 640.0 + y / 700.0 + self.phases[0]),
            wave(z / 560.0 + x / 800.0 + self.phases[1]),
            wave(x / 460.0 + y / 520.0 + self.phases[2]),
        ];
        let z = z + self.sway_mm[2] * wave_z;
        let width = self.width(z);
        [x / width + self.sway_mm[0] * wave_x, y + self.sway_mm[1] * wave_y, z]
    }

    /// A box in the world around a box of the reference body.
    pub(super) fn world_box(&self, reference: &Bounds) -> Bounds {
        let [sway_x, sway_y, sway_z] = self.sway_mm.map(f64::abs);
        let heights = [reference.min[2], 0.0, 150.0, 440.0, 560.0, reference.max[2]];
        let inside = |z: &f64| (reference.min[2]..=reference.max[2]).contains(z);
        let widths: Vec<f64> = heights.into_iter().filter(inside).map(|z| self.width(z)).collect();
        let widest = widths.iter().copied().fold(0.0, f64::max);
        let narrowest = widths.iter().copied().fold(f64::MAX, f64::min);
        let stretch = |x: f64, outwards: bool| x * if outwards { widest } else { narrowest };
        let (left, right) = (reference.min[0] - sway_x, reference.max[0] + sway_x);
        let min = [stretch(left, left < 0.0), reference.min[1] - sway_y, reference.min[2] - sway_z];
        let max =
            [stretch(right, right > 0.0), reference.max[1] + sway_y, reference.max[2] + sway_z];
        Bounds {
            min: [0, 1, 2].map(|axis| min[axis] * self.scale[axis]),
            max: [0, 1, 2].map(|axis| max[axis] * self.scale[axis]),
        }
    }

    /// The part of the world that a label map shows.
    pub(super) fn shown(&self) -> Bounds {
        self.world_box(&SHOWN)
    }

    /// A step in the world that is certainly shorter than one in the reference body's measure.
    pub(super) fn least_scale(&self) -> f64 {
        let least_width = self.widths.iter().copied().fold(f64::MAX, f64::min).min(1.0);
        self.scale.iter().copied().fold(f64::MAX, f64::min) * least_width
    }

    fn width(&self, z: f64) -> f64 {
        let [pelvis, chest, head] = self.widths;
        let above_waist = smooth_step(0.0, 150.0, z);
        let above_shoulders = smooth_step(440.0, 560.0, z);
        pelvis + (chest - pelvis) * above_waist + (head - chest) * above_shoulders
    }
}
