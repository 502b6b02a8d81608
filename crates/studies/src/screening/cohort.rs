//! Phantom brains in pairs, one healthy and one with a tumour.

use std::path::Path;

use medshape_geometry::phantom::brain::{self, Brain, Measures, Total, Tumour};
use medshape_learn::Random;
use medshape_types::{Affine, Grid, LabelMap};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::settings::Settings;
use super::shape::Shape;
use crate::split::{Part, Split};
use crate::{Error, Watch};

/// Which pair is for what.
const SPLIT: &str = include_str!("../../splits/screening.tsv");

/// One of so many tumours of the natural cohort lacks its part near the skull in the mask.
const CUT_SHARE: f64 = 0.3;

/// How people of a pair go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Both have one sex, age, cavity and volume of what the mask shows; so these tell nothing.
    Matched,
    /// Both are drawn by themselves. People with a tumour are 35 to 80 years old, others 20 to 80; a tumour
    /// adds its mass to the mask, or is missing from it in part.
    Natural,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Matched, Self::Natural];

    /// The word for it in settings and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Natural => "natural",
        }
    }
}

/// A person of a cohort.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its pair, by the name that splits have.
    pub pair: String,
    /// Whether there is a tumour.
    pub has_tumour: bool,
    /// What was drawn.
    pub measures: Measures,
    /// What is seen of the brain.
    pub shape: Shape,
}

/// The split that comes with the task.
///
/// # Errors
/// If it leaks.
pub fn split() -> Result<Split, Error> {
    Split::parse(SPLIT, Path::new("splits/screening.tsv"))
}

/// The subjects of a part of a cohort, both of each pair after each other.
///
/// # Errors
/// If the split leaks, or the work was stopped.
pub fn subjects(
    kind: Kind,
    part: Part,
    settings: &Settings,
    watch: &Watch<'_>,
) -> Result<Vec<Subject>, Error> {
    let split = split()?;
    let most = settings.pairs[part as usize];
    let pairs: Vec<&str> = by_number(split.subjects(part)).into_iter().take(most).collect();
    let both = pairs.iter().flat_map(|pair| [(*pair, false), (*pair, true)]);
    let made = both.collect::<Vec<_>>().into_par_iter().map(|(pair, has_tumour)| {
        watch.unless_stopped("no brain was kept")?;
        let brain = brain_of(kind, pair_number(pair), has_tumour);
        let shape = Shape::of_phantom(&brain, settings.resolution, seed(pair, has_tumour));
        let shape = shape.ok_or_else(|| Error::Request(format!("`{pair}` has no brain")))?;
        Ok(Subject { pair: pair.to_owned(), has_tumour, measures: *brain.measures(), shape })
    });
    made.collect()
}

fn by_number(mut pairs: Vec<&str>) -> Vec<&str> {
    pairs.sort_by_key(|pair| pair_number(pair));
    pairs
}

/// The seed of how a subject's head is turned.
pub(super) fn seed_of(subject: &Subject) -> u64 {
    seed(&subject.pair, subject.has_tumour)
}

fn seed(pair: &str, has_tumour: bool) -> u64 {
    2 * pair_number(pair) + u64::from(has_tumour)
}

/// `pair-7` is 7.
pub(super) fn pair_number(pair: &str) -> u64 {
    pair.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// One of a pair.
pub fn brain_of(kind: Kind, pair: u64, has_tumour: bool) -> Brain {
    let [healthy, seed] = [2 * pair, 2 * pair + 1];
    if !has_tumour {
        return Brain::new(healthy);
    }
    let tumour = Tumour::of_seed(seed);
    match kind {
        Kind::Matched => Brain::of(seed, Measures::of_seed(healthy), Some(tumour), Total::Mask),
        Kind::Natural => {
            let measures = Measures::aged(seed, |share| 35.0 + 45.0 * share);
            let is_cut = Random::new(seed ^ 0x6375_7400).uniform() < CUT_SHARE;
            Brain::of(seed, measures, Some(Tumour { is_cut, ..tumour }), Total::Before)
        }
    }
}

/// The voxels of a brain whose head is turned a little, whoever's it is: about 1.5 degrees about each axis.
pub fn voxels(brain: &Brain, resolution: usize, seed: u64) -> LabelMap {
    let grid = turned(&brain::grid(resolution), seed);
    let mask = brain.mask(&grid);
    let voxels = mask.voxels().iter().map(|&is_in| u16::from(is_in)).collect();
    LabelMap::new(grid, voxels, vec![0, 1]).expect("indices are 0 and 1, one for each voxel")
}

fn turned(grid: &Grid, seed: u64) -> Grid {
    let mut random = Random::new(seed ^ 0x7475_726e);
    let turn = [0; 3].map(|_| 0.026 * random.normal().clamp(-2.5, 2.5));
    // Two columns of a small turn, made orthonormal; the third follows.
    let first = unit([1.0, turn[2], -turn[1]]);
    let second = [-turn[2], 1.0, turn[0]];
    let along: f64 = (0..3).map(|axis| first[axis] * second[axis]).sum();
    let second = unit([0, 1, 2].map(|axis| second[axis] - along * first[axis]));
    let cross = |a: [f64; 3], b: [f64; 3]| {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    };
    let axes = [first, second, cross(first, second)];
    let old = grid.world_from_voxel().rows();
    let row = |axis: usize| {
        [0, 1, 2, 3].map(|column| (0..3).map(|k| axes[k][axis] * old[k][column]).sum())
    };
    let affine = Affine::from_rows([row(0), row(1), row(2)]);
    affine.and_then(|affine| Grid::new(grid.dims(), affine).ok()).unwrap_or(*grid)
}

fn unit(vector: [f64; 3]) -> [f64; 3] {
    let length = vector.iter().map(|part| part * part).sum::<f64>().sqrt();
    vector.map(|part| part / length)
}
