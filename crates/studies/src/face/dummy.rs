//! The soft-tissue dummy: a skull as an artist would build on it, by the mean thickness of a table.
//!
//! The openings of the skull are closed, and what is left is grown by the thickness of tissue at landmarks,
//! which is spread between them (Shepard, 1968). No landmark tells the nose and the floor of the mouth, so those
//! of the mean face are put on.

use medshape_geometry::phantom::Sex;
use medshape_geometry::phantom::skull::skin::{self, SITES};
use medshape_geometry::voxels::cavities::filled;
use medshape_geometry::voxels::mask::MaskView;
use medshape_geometry::voxels::morphology::closed;
use medshape_types::LabelMap;
use rayon::prelude::*;

use super::cohort::Mark;
use super::fields::{FACE_EVERY, FAR_FROM_SKIN_MM, coarsened, distances, middle};

/// Openings narrower than twice this are closed: the foramen magnum is the widest.
const CLOSING_MM: f64 = 18.0;

/// How far the nose reaches around its middle.
const NOSE_MM: f64 = 24.0;

/// What a dummy is made with beside a skull.
#[derive(Debug, Clone)]
pub struct Dummy {
    /// Where landmarks lie on the average skull.
    marks: Vec<Mark>,
    /// The mean face.
    face: Vec<f32>,
    /// The middle of its nose.
    nose_mm: [f64; 3],
    jaw: Jaw,
}

/// How deep a place lies in the mean face that is head in any.
const DEEP_MM: f32 = 12.0;

impl Dummy {
    /// From the landmarks of skulls, all in the same order, and the mean face. `None` without skulls.
    pub fn new(of_skulls: &[Vec<Mark>], face: Vec<f32>) -> Option<Self> {
        let n = of_skulls.len() as f64;
        let mean = |number: usize, of: fn(&Mark) -> [f64; 3]| {
            [0, 1, 2].map(|axis| {
                of_skulls.iter().filter_map(|marks| Some(of(marks.get(number)?)[axis])).sum::<f64>()
                    / n
            })
        };
        let marks: Vec<Mark> = of_skulls
            .first()?
            .iter()
            .enumerate()
            .map(|(number, mark)| Mark {
                bone_mm: mean(number, |mark| mark.bone_mm),
                skin_mm: mean(number, |mark| mark.skin_mm),
                ..*mark
            })
            .collect();
        let nose_mm = nose_mm(&marks)?;
        let jaw = Jaw::of(&marks)?;
        Some(Self { marks, face, nose_mm, jaw })
    }

    /// The field of the face of a skull; the thickness is the mean of both sexes if the sex is not known.
    pub fn face(&self, bone: &LabelMap, sex: Option<Sex>) -> Vec<f32> {
        let (hull, _) = filled(closed(MaskView::of(bone, 1), CLOSING_MM), f64::INFINITY);
        let dims = bone.grid().dims();
        let hull = coarsened(&distances(&hull), dims, FACE_EVERY);
        let grid = skin::grid(dims[1] / FACE_EVERY);
        // The table is asked once and not for each cell.
        let means_mm: Vec<f64> = self.marks.iter().map(|mark| mean_mm(mark.site, sex)).collect();
        let at = |cell: usize| {
            let place = middle(&grid, cell);
            let off = (f64::from(hull[cell]) - self.spread_mm(place, &means_mm)) as f32;
            let is_nose = length(place, self.nose_mm) < NOSE_MM;
            let is_of_mean = is_nose || self.jaw.spans(place);
            let off = if is_of_mean { off.min(self.face[cell]) } else { off };
            // What lies as deep as this in the mean face is head, even where a hull is open.
            let off = off.min(self.face[cell] + DEEP_MM);
            off.clamp(-FAR_FROM_SKIN_MM, FAR_FROM_SKIN_MM)
        };
        (0..hull.len()).into_par_iter().map(at).collect()
    }

    /// Thickness of tissue near a place.
    pub fn thickness_mm(&self, place: [f64; 3], sex: Option<Sex>) -> f64 {
        let means_mm: Vec<f64> = self.marks.iter().map(|mark| mean_mm(mark.site, sex)).collect();
        self.spread_mm(place, &means_mm)
    }

    /// A number of each landmark, spread to a place.
    fn spread_mm(&self, place: [f64; 3], of_marks: &[f64]) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (mark, value) in self.marks.iter().zip(of_marks) {
            let square = length(place, mark.bone_mm).powi(2).max(1.0);
            let weight = 1.0 / (square * square);
            sum += weight * value;
            weights += weight;
        }
        sum / weights
    }
}

/// The lower jaw, between the arms of which a hull is open.
#[derive(Debug, Clone, Copy)]
struct Jaw {
    /// Its angle, on the side where x is positive.
    angle_mm: [f64; 3],
    chin_mm: [f64; 3],
    lip_mm: [f64; 3],
}

impl Jaw {
    /// That of landmarks on the bone.
    fn of(marks: &[Mark]) -> Option<Self> {
        let bone_mm = |name| marks.iter().find(|mark| mark.name() == name).map(|mark| mark.bone_mm);
        let [x, y, z] = bone_mm("gonion")?;
        Some(Self {
            angle_mm: [x.abs(), y, z],
            chin_mm: bone_mm("gnathion")?,
            lip_mm: bone_mm("labrale inferius")?,
        })
    }

    /// Whether a place lies below the lip within the parabola through both angles and the chin, and what goes
    /// on straight behind it.
    fn spans(&self, place: [f64; 3]) -> bool {
        let behind = (self.chin_mm[1] - place[1]) / (self.chin_mm[1] - self.angle_mm[1]);
        let half_mm = self.angle_mm[0] * behind.clamp(0.0, 1.0).sqrt();
        place[2] < self.lip_mm[2] && (place[0] - self.chin_mm[0]).abs() < half_mm
    }
}

/// The middle of the soft nose: below and before the end of its bones.
pub(super) fn nose_mm(marks: &[Mark]) -> Option<[f64; 3]> {
    let rhinion = marks.iter().find(|mark| mark.name() == "rhinion")?.skin_mm;
    Some([rhinion[0], rhinion[1] + 6.0, rhinion[2] - 16.0])
}

fn mean_mm(site: usize, sex: Option<Sex>) -> f64 {
    match sex {
        Some(sex) => SITES[site].mean_mm(sex),
        None => 0.5 * (SITES[site].mean_mm(Sex::Female) + SITES[site].mean_mm(Sex::Male)),
    }
}

pub(super) fn length(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum::<f64>().sqrt()
}
