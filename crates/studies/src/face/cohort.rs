//! Phantom heads: a skull as a file would show it, and its face.
//!
//! Everything of a subject lies in one frame, in which its vault is where vaults of phantoms usually are, so
//! that a skull of a file can be laid there in the same way.

use std::path::Path;

use medshape_geometry::phantom::Sex;
use medshape_geometry::phantom::skull::skin::{self, SITES, Skin};
use medshape_types::{Grid, LabelMap, Mesh};
use rayon::prelude::*;

use super::fields::{self, Bone};
use super::settings::Settings;
use crate::heads::place::{moved, shift_mm, usual_anchor};
use crate::split::{Part, Split};
use crate::{Error, Watch};

/// Which phantom is for what.
const SPLIT: &str = include_str!("../../splits/face.tsv");

/// A place on the bone where tissue is measured, and the skin over it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Number of its site in [`SITES`].
    pub site: usize,
    /// On the bone.
    pub bone_mm: [f64; 3],
    /// On the skin.
    pub skin_mm: [f64; 3],
}

impl Mark {
    /// What anthropologists call it.
    pub fn name(&self) -> &'static str {
        SITES[self.site].name
    }
}

/// A phantom head.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its name in splits.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// The bone on the grid of phantoms.
    pub skull: LabelMap,
    /// Its fields.
    pub bone: Bone,
    /// The skin.
    pub skin: Mesh,
    /// Its field.
    pub face: Vec<f32>,
    /// Where tissue is measured.
    pub marks: Vec<Mark>,
}

/// The split that comes with the task.
///
/// # Errors
/// If it leaks.
pub fn split() -> Result<Split, Error> {
    Split::parse(SPLIT, Path::new("splits/face.tsv"))
}

/// The subjects of a part, as many as the settings say. What is kept of each is what `keep` makes of it.
///
/// # Errors
/// If the split leaks, or the work was stopped.
pub fn subjects<T: Send>(
    part: Part,
    settings: &Settings,
    watch: &Watch<'_>,
    keep: impl Fn(Subject) -> T + Sync,
) -> Result<Vec<T>, Error> {
    let split = split()?;
    let mut names = split.subjects(part);
    names.sort_by_key(|name| number(name));
    names.truncate(settings.subjects[part as usize]);
    let usual = usual_anchor().unwrap_or_default();
    let made = names.into_par_iter().map(|name| {
        watch.unless_stopped("no head was kept")?;
        let subject = Subject::of_seed(number(name), settings.resolution, usual);
        let subject = subject.ok_or_else(|| Error::Request(format!("`{name}` has no head")))?;
        Ok(keep(Subject { name: name.to_owned(), ..subject }))
    });
    made.collect()
}

/// `phantom-7` is 7.
pub(super) fn number(name: &str) -> u64 {
    name.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

impl Subject {
    /// The head of a seed, laid so that its vault is where vaults usually are.
    pub fn of_seed(seed: u64, resolution: usize, usual: [f64; 3]) -> Option<Self> {
        let skin = Skin::new(seed);
        let grid = skin::grid(resolution);
        let shift_mm = shift_mm(&bone(&skin, &grid, &grid), usual)?;
        let there = moved(&grid, shift_mm)?;
        let skull = bone(&skin, &there, &grid);
        let back = |place: [f64; 3]| [0, 1, 2].map(|axis| place[axis] - shift_mm[axis]);
        let marks = skin.landmarks().iter().map(|landmark| Mark {
            site: landmark.site,
            bone_mm: back(landmark.bone_mm),
            skin_mm: back(landmark.skin_mm()),
        });
        let marks = marks.collect();
        let surface = brought_back(skin.surface(&there), shift_mm);
        Some(Self {
            name: format!("phantom-{seed}"),
            sex: skin.tissue().sex,
            face: fields::of_skin(&surface, resolution)?,
            bone: Bone::of(&skull),
            skull,
            skin: surface,
            marks,
        })
    }
}

/// The bone at the voxels of a grid, as a map on another one, which has as many.
fn bone(skin: &Skin, grid: &Grid, shown_on: &Grid) -> LabelMap {
    let mut voxels = vec![0_u16; grid.n_voxels()];
    for leaf in skin.skull().leaves(grid) {
        leaf.voxels().for_each(|voxel| voxels[grid.index(voxel)] = 1);
    }
    LabelMap::new(*shown_on, voxels, vec![0, 1]).expect("indices are 0 and 1, one for each voxel")
}

/// A mesh, moved the other way.
fn brought_back(mesh: Mesh, shift_mm: [f64; 3]) -> Mesh {
    let (mut positions, faces) = mesh.into_parts();
    for position in &mut positions {
        *position = [0, 1, 2].map(|axis| (f64::from(position[axis]) - shift_mm[axis]) as f32);
    }
    Mesh::new(positions, faces).unwrap_or_default()
}
