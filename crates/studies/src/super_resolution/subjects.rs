//! The same shape at several resolutions: phantom skulls, and structures of label maps.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use medshape::Reader;
use medshape_formats::Input;
use medshape_geometry::phantom::skull;
use medshape_geometry::voxels::reorient::label_map_to_ras;
use medshape_learn::{Random, SparseGrid};
use medshape_types::LabelMap;

use super::settings::{Sampling, Settings};
use super::shape::{Coarse, grid, majority};
use crate::heads::Whole;
use crate::split::{Part, Split};
use crate::{Error, Watch};

/// Which skull is for what: seeds.
const SKULLS: &str = include_str!("../../splits/super-resolution.tsv");

/// Which body is for what: the subjects that completion of anatomy has.
const BODIES: &str = include_str!("../../splits/completion.tsv");

/// Parts of bodies are cut out at multiples of this, so that they can be made so many times coarser.
const COARSEST: usize = 16;

/// What is given and what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// Resolution, or how many times coarser than the file, of what is given.
    pub from: usize,
    /// The same of what is asked for.
    pub to: usize,
    /// How often the resolution doubles.
    pub n_doublings: usize,
}

impl Column {
    /// Two resolutions of skulls.
    pub fn of_skulls([from, to]: [usize; 2]) -> Option<Self> {
        let is_known = (16..=512).contains(&from) && to <= 512 && from.is_multiple_of(16);
        let n_doublings = (1..=3).find(|n| from << n == to)?;
        is_known.then_some(Self { from, to, n_doublings })
    }

    /// How many times coarser than a file.
    pub fn of_bodies([from, to]: [usize; 2]) -> Option<Self> {
        let is_known = to.is_power_of_two() && from <= COARSEST;
        let n_doublings = (1..=3).find(|n| to << n == from)?;
        is_known.then_some(Self { from, to, n_doublings })
    }
}

/// A shape at the resolutions of a column.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The subject.
    pub subject: String,
    /// What it is of the subject.
    pub structure: String,
    /// What is given.
    pub coarse: Arc<Coarse>,
    /// What is asked for after each doubling.
    pub truths: Vec<Arc<SparseGrid>>,
    /// Voxels of the finest along each axis.
    pub dims: [usize; 3],
}

/// Where samples come from.
#[derive(Debug)]
pub enum Cohort {
    /// Phantom skulls.
    Skulls(Skulls),
    /// Structures of label maps.
    Bodies(Vec<Structure>),
}

/// Phantom skulls, made when first asked for.
#[derive(Debug)]
pub struct Skulls {
    names: Vec<String>,
    n_variants: u64,
    most_at_512: usize,
    sampling: Sampling,
    made: BTreeMap<(u64, u64, usize), Arc<SparseGrid>>,
    coarse: BTreeMap<(u64, u64, Column), Arc<Coarse>>,
}

/// A structure of a body, cut out.
#[derive(Debug, Clone)]
pub struct Structure {
    subject: String,
    name: String,
    /// The shape, as it is and 2, 4, … times coarser.
    levels: Vec<Arc<Coarse>>,
}

/// Which subject is for what.
///
/// # Errors
/// If a list is broken.
pub fn split(has_bodies: bool) -> Result<Split, Error> {
    match has_bodies {
        true => Split::parse(BODIES, Path::new("crates/studies/splits/completion.tsv")),
        false => Split::parse(SKULLS, Path::new("crates/studies/splits/super-resolution.tsv")),
    }
}

/// The seed of a phantom skull's name.
fn seed(name: &str) -> u64 {
    name.trim_start_matches("skull-").parse().unwrap_or(0)
}

impl Cohort {
    /// The subjects of a part: those of a folder, or else skulls.
    ///
    /// # Errors
    /// If a file is missing or no label map, or the work was stopped.
    pub fn of(
        folder: Option<&Path>,
        part: Part,
        settings: &Settings,
        watch: &Watch<'_>,
    ) -> Result<Self, Error> {
        let split = split(folder.is_some())?;
        let most = if part == Part::Train { usize::MAX } else { settings.most_test };
        let subjects: Vec<&str> = split.subjects(part).into_iter().take(most).collect();
        let Some(folder) = folder else {
            let mut names: Vec<String> = subjects.iter().map(|&name| name.to_owned()).collect();
            names.sort_by_key(|name| seed(name));
            if part == Part::Train {
                names.truncate(settings.most_skulls);
            }
            let n_variants = if part == Part::Train { settings.variants } else { 1 };
            let (most_at_512, sampling) = (settings.most_at_512, settings.sampling);
            let (made, coarse) = (BTreeMap::new(), BTreeMap::new());
            let skulls = Skulls { names, n_variants, most_at_512, sampling, made, coarse };
            return Ok(Self::Skulls(skulls));
        };
        let mut all = Vec::new();
        for subject in subjects {
            watch.unless_stopped("nothing was learned or scored yet")?;
            let path = folder.join(settings.files.replace("{subject}", subject));
            let map = Reader::default().label_map(&Input::on_disk(&path))?;
            all.extend(structures(subject, &label_map_to_ras(map), &settings.labels));
        }
        if all.is_empty() {
            return Err(Error::file(folder, "its label maps are empty"));
        }
        Ok(Self::Bodies(all))
    }

    /// The subjects by name.
    pub fn subjects(&self) -> Vec<String> {
        match self {
            Self::Skulls(skulls) => skulls.names.clone(),
            Self::Bodies(all) => {
                let mut names: Vec<String> = all.iter().map(|each| each.subject.clone()).collect();
                names.dedup();
                names
            }
        }
    }

    /// What is asked of it.
    pub fn columns(&self, settings: &Settings) -> Vec<Column> {
        match self {
            Self::Skulls(_) => {
                settings.columns.iter().filter_map(|&pair| Column::of_skulls(pair)).collect()
            }
            Self::Bodies(_) => {
                settings.coarser.iter().filter_map(|&pair| Column::of_bodies(pair)).collect()
            }
        }
    }

    /// How many samples there are of a column.
    pub fn n_samples(&self) -> usize {
        match self {
            Self::Skulls(skulls) => skulls.names.len(),
            Self::Bodies(all) => all.len(),
        }
    }

    /// A sample of a column.
    pub fn sample(&mut self, index: usize, column: Column) -> Sample {
        match self {
            Self::Skulls(skulls) => skulls.sample(index, 0, column),
            Self::Bodies(all) => all[index].sample(column),
        }
    }

    /// A sample of a column by chance.
    pub fn draw(&mut self, column: Column, random: &mut Random) -> Sample {
        match self {
            Self::Skulls(skulls) => {
                let most = if column.to == 512 { skulls.most_at_512 } else { usize::MAX };
                let index = random.below(skulls.names.len().min(most));
                let variant = random.below(skulls.n_variants as usize) as u64;
                skulls.sample(index, variant, column)
            }
            Self::Bodies(all) => all[random.below(all.len())].sample(column),
        }
    }
}

impl Skulls {
    fn sample(&mut self, index: usize, variant: u64, column: Column) -> Sample {
        let Column { from, to, n_doublings } = column;
        let seed = seed(&self.names[index]);
        let truths: Vec<Arc<SparseGrid>> =
            (1..=n_doublings).map(|n| self.at(seed, variant, from << n)).collect();
        let at_centres = (self.sampling == Sampling::Centre).then(|| self.at(seed, variant, from));
        let make = || {
            let by_majority = || Arc::new(majority(&truths[n_doublings - 1], n_doublings));
            let shape = at_centres.unwrap_or_else(by_majority);
            Arc::new(Coarse::new(shape, skull::grid(from).dims()))
        };
        let coarse = self.coarse.entry((seed, variant, column)).or_insert_with(make).clone();
        Sample {
            subject: self.names[index].clone(),
            structure: "skull".to_owned(),
            coarse,
            truths,
            dims: skull::grid(to).dims(),
        }
    }

    fn at(&mut self, seed: u64, variant: u64, resolution: usize) -> Arc<SparseGrid> {
        let make = || Arc::new(Whole::variant(seed, variant, resolution).bone);
        self.made.entry((seed, variant, resolution)).or_insert_with(make).clone()
    }
}

impl Structure {
    fn sample(&self, column: Column) -> Sample {
        let level = |times: usize| &self.levels[times.trailing_zeros() as usize];
        let truths = (1..=column.n_doublings).map(|n| level(column.from >> n).shape.clone());
        Sample {
            subject: self.subject.clone(),
            structure: self.name.clone(),
            coarse: level(column.from).clone(),
            truths: truths.collect(),
            dims: level(column.to).dims,
        }
    }
}

/// The structures of a label map that have one of some numbers, or all of them if there are no numbers, each
/// cut out with some room around it. Values below one are background.
pub fn structures(subject: &str, map: &LabelMap, numbers: &[i64]) -> Vec<Structure> {
    let dims = map.grid().dims();
    let is_one = |value: i64| value > 0 && (numbers.is_empty() || numbers.contains(&value));
    let mut places: Vec<Vec<[u32; 3]>> = vec![Vec::new(); map.n_values()];
    for (index, label) in map.voxels().iter().enumerate() {
        if is_one(map.values()[usize::from(label)]) {
            let place = [index % dims[0], index / dims[0] % dims[1], index / (dims[0] * dims[1])];
            places[usize::from(label)].push(place.map(|at| at as u32));
        }
    }
    let named = places.into_iter().zip(map.values()).filter(|(places, _)| !places.is_empty());
    named.map(|(places, value)| cut_out(subject, &value.to_string(), dims, &places)).collect()
}

fn cut_out(subject: &str, name: &str, dims: [usize; 3], places: &[[u32; 3]]) -> Structure {
    let ends = |axis: usize| {
        let along = || places.iter().map(|place| place[axis] as usize);
        (along().min().unwrap_or(0), along().max().unwrap_or(0) + 1)
    };
    let low = [0, 1, 2].map(|axis| (ends(axis).0 / COARSEST).saturating_sub(1) * COARSEST);
    let end =
        [0, 1, 2].map(|axis| dims[axis].min((ends(axis).1.div_ceil(COARSEST) + 1) * COARSEST));
    let moved = places.iter().map(|place| [0, 1, 2].map(|axis| place[axis] - low[axis] as u32));
    let shape = grid(moved);
    let dims = [0, 1, 2].map(|axis| end[axis] - low[axis]);
    let levels = (0..=COARSEST.trailing_zeros() as usize).map(|n| {
        let shape = if n == 0 { shape.clone() } else { majority(&shape, n) };
        Arc::new(Coarse::new(shape, dims.map(|dim| dim.div_ceil(1 << n))))
    });
    Structure { subject: subject.to_owned(), name: name.to_owned(), levels: levels.collect() }
}
