//! How well a face fits the true one: over the front of the head, from the ears on and above the chin.

use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::tree::Tree;
use medshape_geometry::mesh::voxelise::voxelise;
use medshape_geometry::phantom::skull::skin;
use medshape_types::{Mask, Mesh};
use serde::Serialize;

use super::cohort::{Mark, Subject};
use super::dummy::{length, nose_mm};

/// The front is what lies so far before the middle of the cavity of an average skull.
const FRONT_MM: f64 = 15.0;

/// Distances that count as no distance.
pub const TOLERANCE_MM: f64 = 2.5;

/// Places farther from all landmarks belong to no region.
const REGION_MM: f64 = 32.0;

/// Parts of a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Region {
    /// From glabella up.
    Forehead,
    /// From nasion to tip.
    Nose,
    /// Both, with what is between them and the nose.
    Lips,
    /// Below the orbits, over the arches and before the ears.
    Cheeks,
    /// From the furrow below the lower lip on.
    Chin,
}

impl Region {
    /// All, from above.
    pub const ALL: [Self; 5] = [Self::Forehead, Self::Nose, Self::Lips, Self::Cheeks, Self::Chin];

    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forehead => "forehead",
            Self::Nose => "nose",
            Self::Lips => "lips",
            Self::Cheeks => "cheeks",
            Self::Chin => "chin",
        }
    }

    fn of_landmark(name: &str) -> Option<Self> {
        Some(match name {
            "metopion" | "glabella" | "supraorbital" => Self::Forehead,
            "nasion" | "rhinion" => Self::Nose,
            "subnasale" | "labrale superius" | "labrale inferius" => Self::Lips,
            "infraorbital" | "malar" | "zygion" | "mid ramus" | "gonion" => Self::Cheeks,
            "mentolabial sulcus" | "pogonion" | "gnathion" => Self::Chin,
            _ => return None,
        })
    }
}

/// How well a face fits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scores {
    /// Mean of the distances of both surfaces to the other.
    pub mean_mm: f64,
    /// 95th percentile of these.
    pub p95_mm: f64,
    /// Share of both surfaces within [`TOLERANCE_MM`] of the other.
    pub within: f64,
    /// Dice of the front of the head.
    pub dice: f64,
    /// Mean signed distance in the parts of [`Region::ALL`]; positive where the face that was made stands out
    /// too far.
    pub signed_mm: [Option<f64>; 5],
}

/// A true face, made ready to be compared with many.
#[derive(Debug)]
pub struct Truth<'a> {
    skin: &'a Mesh,
    chin_mm: f64,
    places: Vec<[f32; 3]>,
    regions: Vec<Option<Region>>,
    solid: Mask,
    resolution: usize,
}

impl<'a> Truth<'a> {
    /// The face of a subject. `None` if its skin is not closed.
    pub fn new(subject: &'a Subject, resolution: usize) -> Option<Self> {
        let gnathion = subject.marks.iter().find(|mark| mark.name() == "gnathion")?;
        let chin_mm = gnathion.skin_mm[2];
        let places = front(&subject.skin, chin_mm);
        let middles = middles(&subject.marks);
        let regions = places.iter().map(|place| region(place.map(f64::from), &middles)).collect();
        let solid = voxelise(Closed::new(&subject.skin)?, &skin::grid(resolution));
        Some(Self { skin: &subject.skin, chin_mm, places, regions, solid, resolution })
    }

    /// How far a face is from the true one at each vertex of the true one, positive where it stands out too
    /// far; no number behind the front.
    pub fn off_mm(&self, found: &Mesh) -> Option<Vec<f32>> {
        let inside = Inside::new(found, self.resolution)?;
        let distances = Tree::new(found).distances_mm(self.skin.positions());
        let signed = self.skin.positions().iter().zip(distances).map(|(place, distance)| {
            let is_front = is_front(*place, self.chin_mm);
            let sign = if inside.has(*place) { 1.0 } else { -1.0 };
            if is_front { sign * distance } else { f32::NAN }
        });
        Some(signed.collect())
    }

    /// How well a face fits; `None` if it is not closed or has no front.
    pub fn scores(&self, found: &Mesh) -> Option<Scores> {
        let inside = Inside::new(found, self.resolution)?;
        let there = Tree::new(found).distances_mm(&self.places);
        let back = Tree::new(self.skin).distances_mm(&front(found, self.chin_mm));
        let mut both: Vec<f64> = there.iter().chain(&back).map(|&off| f64::from(off)).collect();
        both.sort_unstable_by(f64::total_cmp);
        let n = both.len() as f64;
        if there.is_empty() || back.is_empty() {
            return None;
        }
        let signed: Vec<f64> = there
            .iter()
            .zip(&self.places)
            .map(|(&off, &place)| if inside.has(place) { f64::from(off) } else { -f64::from(off) })
            .collect();
        Some(Scores {
            mean_mm: both.iter().sum::<f64>() / n,
            p95_mm: both[(0.95 * (n - 1.0)).round() as usize],
            within: both.partition_point(|&off| off <= TOLERANCE_MM) as f64 / n,
            dice: self.dice(&inside.solid),
            signed_mm: Region::ALL.map(|region| {
                let of = self.regions.iter().zip(&signed).filter(|(of, _)| **of == Some(region));
                let of: Vec<f64> = of.map(|(_, off)| *off).collect();
                (!of.is_empty()).then(|| of.iter().sum::<f64>() / of.len() as f64)
            }),
        })
    }

    fn dice(&self, found: &Mask) -> f64 {
        let grid = self.solid.grid();
        let [n_x, n_y, _] = grid.dims();
        let is_front = |index: usize| {
            let voxel = [index % n_x, index / n_x % n_y, index / (n_x * n_y)];
            let place = grid.world_from_voxel().apply(voxel.map(|at| at as f64));
            is_front(place.map(|at| at as f32), self.chin_mm)
        };
        let (mut common, mut sum) = (0, 0);
        for index in (0..grid.n_voxels()).filter(|&index| is_front(index)) {
            let [a, b] = [self.solid.voxels()[index], found.voxels()[index]];
            common += u64::from(a && b);
            sum += u64::from(a) + u64::from(b);
        }
        if sum == 0 { 1.0 } else { 2.0 * common as f64 / sum as f64 }
    }
}

/// Which places are inside of a face.
struct Inside {
    solid: Mask,
}

impl Inside {
    fn new(face: &Mesh, resolution: usize) -> Option<Self> {
        Some(Self { solid: voxelise(Closed::new(face)?, &skin::grid(resolution)) })
    }

    fn has(&self, place: [f32; 3]) -> bool {
        let grid = self.solid.grid();
        let voxel = grid.world_from_voxel().inverse().apply(place.map(f64::from));
        let is_in = (0..3).all(|axis| {
            voxel[axis].round() >= 0.0 && voxel[axis].round() < grid.dims()[axis] as f64
        });
        is_in && self.solid.voxels()[grid.index(voxel.map(|at| at.round().max(0.0) as usize))]
    }
}

fn is_front(place: [f32; 3], chin_mm: f64) -> bool {
    f64::from(place[1]) > FRONT_MM && f64::from(place[2]) > chin_mm
}

fn front(face: &Mesh, chin_mm: f64) -> Vec<[f32; 3]> {
    face.positions().iter().copied().filter(|place| is_front(*place, chin_mm)).collect()
}

/// Places that regions lie around: landmarks on the skin, and the tip of the nose.
fn middles(marks: &[Mark]) -> Vec<([f64; 3], Region)> {
    let of_marks =
        marks.iter().filter_map(|mark| Some((mark.skin_mm, Region::of_landmark(mark.name())?)));
    of_marks.chain(nose_mm(marks).map(|place| (place, Region::Nose))).collect()
}

fn region(place: [f64; 3], middles: &[([f64; 3], Region)]) -> Option<Region> {
    let far = |(middle, _): &&([f64; 3], Region)| length(place, *middle);
    let nearest = middles.iter().min_by(|a, b| far(a).total_cmp(&far(b)))?;
    (far(&nearest) < REGION_MM).then_some(nearest.1)
}
