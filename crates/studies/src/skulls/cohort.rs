//! Phantom skulls with a hole.

use medshape_geometry::phantom::skull;
use medshape_geometry::phantom::skull::defect::{Defect, Recipe, Site};
use medshape_learn::SparseGrid;
use medshape_learn::sparse::Voxel;
use serde::{Deserialize, Serialize};

use crate::heads::Whole;

/// A family of holes, by the names of the published sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hole {
    /// Anywhere over the lowest 32 mm.
    Anywhere,
    /// Over the midline.
    Bilateral,
    /// At a brow.
    FrontoOrbital,
    /// At a temple.
    ParietoTemporal,
    /// An upright prism with burr holes.
    Prism,
    /// A large ball.
    Ball,
}

impl Hole {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Anywhere,
        Self::Bilateral,
        Self::FrontoOrbital,
        Self::ParietoTemporal,
        Self::Prism,
        Self::Ball,
    ];

    /// The word for it in settings and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere",
            Self::Bilateral => "bilateral",
            Self::FrontoOrbital => "frontoorbital",
            Self::ParietoTemporal => "parietotemporal",
            Self::Prism => "prism",
            Self::Ball => "ball",
        }
    }

    fn recipe(self) -> Recipe {
        match self {
            Self::Anywhere => Recipe::SkullBreak(Site::Anywhere),
            Self::Bilateral => Recipe::SkullBreak(Site::Bilateral),
            Self::FrontoOrbital => Recipe::SkullBreak(Site::FrontoOrbital),
            Self::ParietoTemporal => Recipe::SkullBreak(Site::ParietoTemporal),
            Self::Prism => Recipe::Prism,
            Self::Ball => Recipe::Ball,
        }
    }
}

impl Whole {
    /// What is left of it around the hole of a seed; `None` if it has no bone where the hole belongs.
    pub fn with_hole(&self, hole: Hole, seed: u64) -> Option<SparseGrid> {
        let bone_mm: Vec<[f64; 3]> = self
            .bone
            .voxels()
            .map(|voxel| self.grid().world_from_voxel().apply(voxel.place.map(f64::from)))
            .collect();
        let hole = Defect::draw(hole.recipe(), &bone_mm, &skull::frame(), seed)?;
        let keep: Vec<bool> = bone_mm.iter().map(|place| !hole.takes(*place)).collect();
        Some(self.bone.select(&keep))
    }
}

/// The other side of a skull that is so many voxels wide. Voxels beyond that are left out.
pub fn mirrored(bone: &SparseGrid, width: usize) -> SparseGrid {
    let width = width as u32;
    let other = |voxel: Voxel| {
        let [x, y, z] = voxel.place;
        (x < width).then(|| Voxel { place: [width - 1 - x, y, z], ..voxel })
    };
    SparseGrid::from_voxels(bone.voxels().filter_map(other)).unwrap_or_default()
}
