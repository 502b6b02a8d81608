//! How a person differs from the reference body as a whole: size, proportions, a gentle warp.

use medshape_types::Bounds;

use super::implicit::{Point, smooth_step, wave};
use super::organs::{Organ, Volumes};
use super::person::{Person, Sex};

/// Height of the reference body.
const REFERENCE_CM: f64 = 175.0;
/// Body mass index of the reference body.
const REFERENCE_INDEX: f64 = 24.5;
/// Volume of the reference body's lungs.
const REFERENCE_LUNGS_ML: f64 = 4300.0;
/// So large a liver has room under the reference body's diaphragm.
const REFERENCE_LIVER_ML: f64 = 1750.0;
/// Part of the reference body that is shown: arms and mid-thigh to the top of the head.
const SHOWN: Bounds = Bounds { min: [-232.0, -158.0, -300.0], max: [232.0, 132.0, 768.0] };

/// From a person's world millimetres to those of the reference body.
#[derive(Debug)]
pub(super) struct Build {
    scale: Point,
    /// Widths of pelvis, chest and head relative to `scale`.
    widths: [f64; 3],
    /// Depth of the chest relative to `scale`.
    chest_depth: f64,
    /// Size of the warp along each axis, and where its waves begin.
    sway_mm: Point,
    phases: Point,
}

impl Build {
    /// The build of a person whose chest has room for the lungs, and for the liver.
    pub(super) fn of(person: &Person, volumes: &Volumes) -> Self {
        let mut random = person.random(1);
        let tall = person.height_cm / REFERENCE_CM;
        let heavy = person.body_mass_index() / REFERENCE_INDEX - 1.0;
        let broad = 1.0 + 0.7 * (tall - 1.0) + 0.12 * heavy;
        let mut vary = |mean: f64, deviation: f64| mean * (1.0 + deviation * random.normal());
        let pelvis = vary(if person.sex == Sex::Female { 1.07 } else { 1.0 }, 0.02);
        let [flat, head] = [vary(1.0, 0.02), vary(1.0, 0.015)];
        let scale = [broad, vary(broad, 0.02) * (1.0 + 0.06 * heavy), tall];
        let sway_mm = [vary(3.0, 0.4), vary(4.0, 0.4), vary(4.0, 0.3)];
        // Wide and deep in equal parts.
        let size = scale[0] * scale[1] * scale[2];
        let by_lungs = volumes.ml(Organ::Lungs) / (REFERENCE_LUNGS_ML * size);
        let by_liver = volumes.ml(Organ::Liver) / (REFERENCE_LIVER_ML * size);
        let chest = by_lungs.max(by_liver).sqrt().clamp(0.8, 1.25);
        let widths = [pelvis, chest * flat, head];
        let phases = [0; 3].map(|_| random.uniform());
        Self { scale, widths, chest_depth: chest / flat, sway_mm, phases }
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
        let y = y / self.depth(z);
        [x / width + self.sway_mm[0] * wave_x, y + self.sway_mm[1] * wave_y, z]
    }

    /// A box in the world around a box of the reference body.
    pub(super) fn world_box(&self, reference: &Bounds) -> Bounds {
        let [sway_x, sway_y, sway_z] = self.sway_mm.map(f64::abs);
        let heights = [reference.min[2], 0.0, 150.0, 440.0, 560.0, reference.max[2]];
        let inside = |z: &f64| (reference.min[2]..=reference.max[2]).contains(z);
        let heights: Vec<f64> = heights.into_iter().filter(inside).collect();
        // What lies at x, or at y, lies between these.
        let reach = |of: &dyn Fn(f64) -> f64, low: f64, high: f64| {
            let most = heights.iter().map(|&z| of(z)).fold(0.0, f64::max);
            let least = heights.iter().map(|&z| of(z)).fold(f64::MAX, f64::min);
            [(low * most).min(low * least), (high * most).max(high * least)]
        };
        let x = reach(&|z| self.width(z), reference.min[0] - sway_x, reference.max[0] + sway_x);
        let y = reach(&|z| self.depth(z), reference.min[1] - sway_y, reference.max[1] + sway_y);
        let min = [x[0], y[0], reference.min[2] - sway_z];
        let max = [x[1], y[1], reference.max[2] + sway_z];
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
        let widths = self.widths.iter().copied().chain([self.chest_depth, 1.0]);
        self.scale.iter().copied().fold(f64::MAX, f64::min) * widths.fold(f64::MAX, f64::min)
    }

    fn width(&self, z: f64) -> f64 {
        along(self.widths, z)
    }

    fn depth(&self, z: f64) -> f64 {
        along([1.0, self.chest_depth, 1.0], z)
    }
}

/// From pelvis to chest to head.
fn along([pelvis, chest, head]: [f64; 3], z: f64) -> f64 {
    let above_waist = smooth_step(0.0, 150.0, z);
    let above_shoulders = smooth_step(440.0, 560.0, z);
    pelvis + (chest - pelvis) * above_waist + (head - chest) * above_shoulders
}
