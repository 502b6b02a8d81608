//! What a model and its baselines are worth on subjects that they have not learned from.

use std::path::Path;
use std::time::Instant;

use medshape_learn::Random;
use medshape_types::{Grid, LabelMap};
use serde::Serialize;

use super::baselines::{Method, Population};
use super::complete::{Observed, filled, observe};
use super::frame::Frame;
use super::model::Model;
use super::partial::{FREE, Partial};
use super::settings::Settings;
use super::structures::{N, NAMES, Set};
use super::{report, subjects};
use crate::metrics::{self, Scores};
use crate::split::{Part, Split};
use crate::{Error, Evaluate, Watch};

/// Structures that a subset takes away, at most: as many as the published maps lack.
const MOST_REMOVED: usize = 7;

/// A structure that was taken away and given back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    /// The subject.
    pub subject: String,
    /// The structures that were missing together, by name.
    pub removed: Vec<String>,
    /// Whether each structure was taken away by itself, in a round of its own, and not in a subset.
    pub alone: bool,
    /// The one scored.
    pub structure: String,
    /// What gave it back.
    pub method: String,
    /// How well; distances for the model alone, and not for structures taken away one by one.
    #[serde(flatten)]
    pub scores: Scores,
}

/// A removal: what is missing, and whether distances are wanted.
#[derive(Debug, Clone, Copy)]
struct Removal {
    missing: Set,
    is_subset: bool,
}

/// The removals of a subject: subsets by chance, which depend on the seed and the subject's place in
/// the list alone, and each structure by itself. What the subject does not have cannot be taken away.
fn removals(present: &Set, n_subsets: usize, seed: u64) -> Vec<Removal> {
    let mut random = Random::new(seed);
    let all: Vec<usize> = (0..N).filter(|&place| present[place]).collect();
    let mut subset = || {
        let mut places = all.clone();
        let mut missing = [false; N];
        let n = 1 + random.below(MOST_REMOVED);
        for _ in 0..n.min(places.len().saturating_sub(1)) {
            missing[places.swap_remove(random.below(places.len()))] = true;
        }
        Removal { missing, is_subset: true }
    };
    let subsets: Vec<Removal> = (0..n_subsets).map(|_| subset()).collect();
    let alone = all.iter().map(|&place| {
        let mut missing = [false; N];
        missing[place] = true;
        Removal { missing, is_subset: false }
    });
    subsets.into_iter().chain(alone).collect()
}

/// A whole subject.
pub(crate) struct Whole {
    pub(crate) name: String,
    pub(crate) grid: Grid,
    pub(crate) codes: Vec<u8>,
    pub(crate) present: Set,
}

impl Whole {
    fn read(folder: &Path, pattern: &str, subject: &str) -> Result<Self, Error> {
        let map = subjects::read(&subjects::file(folder, pattern, subject))?;
        let grid = *map.grid();
        let Partial { codes, present, .. } = Partial::of(&map);
        Ok(Self { name: subject.to_owned(), grid, codes, present })
    }

    /// The same without some structures.
    fn without(&self, missing: &Set) -> Partial {
        let of_code = |&code: &u8| match usize::from(code) {
            number @ 1..=N if missing[number - 1] => FREE,
            _ => code,
        };
        let codes = self.codes.iter().map(of_code).collect();
        Partial { codes, present: missing.map(|missing| !missing), notes: Vec::new() }
    }

    fn map(&self, codes: &[u8], missing: &Set) -> LabelMap {
        let keep = |&code: &u8| match usize::from(code) {
            number @ 1..=N if missing[number - 1] => u16::from(code),
            _ => 0,
        };
        let values = (0..=N as i64).collect();
        LabelMap::new(self.grid, codes.iter().map(keep).collect(), values).expect("known labels")
    }
}

/// A removal as methods see it.
struct Asked {
    partial: Partial,
    observed: Observed,
}

impl Asked {
    fn of(whole: &Whole, frame: &Frame, missing: &Set) -> Result<Self, Error> {
        let partial = whole.without(missing);
        let observed = observe(frame, &whole.grid, &partial, missing)?;
        Ok(Self { partial, observed })
    }

    /// What a method gives back: the codes of what it added.
    fn completed(
        &self,
        whole: &Whole,
        frame: &Frame,
        method: &dyn Method,
    ) -> Result<Vec<u8>, Error> {
        let chances = method.chances(frame, &self.observed)?;
        Ok(filled(&whole.grid, &self.partial, &self.observed, &chances))
    }
}

/// Dice and volumes of all structures that were missing, in one pass.
fn overlaps(whole: &Whole, added: &[u8], missing: &Set) -> Vec<(usize, Scores)> {
    let mut counts = [[0u64; 3]; N + 1];
    for (&truth, &added) in whole.codes.iter().zip(added) {
        if truth == 0 && added == 0 {
            continue;
        }
        if let Some(counts) = counts.get_mut(usize::from(truth)) {
            counts[0] += 1;
            counts[2] += u64::from(truth == added);
        }
        counts[usize::from(added)][1] += 1;
    }
    let voxel_ml = whole.grid.voxel_volume_mm3() / 1000.0;
    let score = |place: usize| {
        let [n_a, n_b, n_both] = counts[place + 1];
        let overlap = medshape_geometry::compare::overlap::Overlap { n_a, n_b, n_both };
        let scores = Scores {
            dice: metrics::of_overlap(&overlap),
            truth_ml: n_a as f64 * voxel_ml,
            predicted_ml: n_b as f64 * voxel_ml,
            hd95_mm: None,
            assd_mm: None,
            surface_dice: None,
        };
        (place, scores)
    };
    (0..N).filter(|&place| missing[place]).map(score).collect()
}

/// Mean Dice of structures in subsets taken away by chance, of subjects left out of a training: of
/// all structures, then of each.
pub(crate) fn quick(
    model: &Model,
    folder: &Path,
    settings: &Settings,
    subjects: &[&str],
    watch: &Watch<'_>,
) -> Result<Vec<String>, Error> {
    let mut dice: Vec<(usize, f64)> = Vec::new();
    for (seed, subject) in (0..).zip(subjects) {
        let whole = Whole::read(folder, &settings.files, subject)?;
        for removal in removals(&whole.present, settings.subsets, seed)
            .iter()
            .filter(|removal| removal.is_subset)
        {
            watch.unless_stopped("the model is written, but not scored")?;
            let asked = Asked::of(&whole, &model.frame, &removal.missing)?;
            let added = asked.completed(&whole, &model.frame, model)?;
            let scores = overlaps(&whole, &added, &removal.missing);
            dice.extend(scores.iter().map(|(place, scores)| (*place, scores.dice)));
        }
    }
    let say = |name: &str, is_of: &dyn Fn(usize) -> bool| {
        let of: Vec<f64> = dice.iter().filter(|(p, _)| is_of(*p)).map(|(_, d)| *d).collect();
        format!("{name}: mean Dice {:.4}", of.iter().sum::<f64>() / of.len().max(1) as f64)
    };
    let whole = say(&format!("{} subjects left out", subjects.len()), &|_| true);
    let each = (0..N).map(|place| say(NAMES[place], &|other| other == place));
    Ok(std::iter::once(whole).chain(each).collect())
}

/// A removal and what the model made of it, for a picture.
pub(crate) struct Shown {
    pub(crate) dice: f64,
    pub(crate) title: String,
    pub(crate) picture: medshape_types::Picture,
}

/// Everything that a report is made of.
pub(crate) struct Findings {
    pub(crate) cases: Vec<Case>,
    pub(crate) shown: Vec<Shown>,
    pub(crate) n_subjects: usize,
    pub(crate) n_subsets: usize,
    pub(crate) seconds: f64,
    pub(crate) model: Option<super::model::Facts>,
}

/// Scores a model and the baselines, and writes the report.
pub(crate) fn evaluate(request: &Evaluate, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let begin = Instant::now();
    let settings = Settings::read(request.settings.as_deref())?;
    let folder = request.data.as_deref().ok_or_else(|| {
        Error::Request(
            "completion is scored on label maps: name their folder with --data".to_owned(),
        )
    })?;
    let model = request.model.as_deref().map(Model::load).transpose()?;
    let split = subjects::split()?;
    if let (Some(model), Some(path)) = (&model, &request.model) {
        let learned = model.facts.subjects.iter().map(String::as_str);
        split.check_unseen(learned).map_err(|reason| Error::file(path, reason))?;
    }
    std::fs::create_dir_all(&request.out).map_err(Error::io(&request.out))?;
    let train = subjects::of_part(&split, Part::Train)?;
    let bodies = subjects::bodies(folder, &settings.files, &train, watch)?;
    let frame = match &model {
        Some(model) => model.frame.clone(),
        None => Frame::of_bodies(&bodies)
            .ok_or_else(|| Error::Request("the training subjects are empty".to_owned()))?,
    };
    let population = Population::new(&frame, bodies);
    let mut methods = population.methods();
    let n_subjects = split.subjects(Part::Test).len();
    let mut findings = Findings {
        cases: Vec::new(),
        shown: Vec::new(),
        n_subjects,
        n_subsets: settings.subsets,
        seconds: 0.0,
        model: model.as_ref().map(|model| model.facts.clone()),
    };
    let shown_by = if model.is_some() { "model" } else { "mean shape, bent" };
    if let Some(model) = &model {
        methods.insert(0, Box::new(model.clone()));
    }
    run(&split, (folder, &settings), (&frame, &methods, shown_by), &mut findings, watch)?;
    findings.seconds = begin.elapsed().as_secs_f64();
    report::write(&request.out, &findings)
}

type Way<'a> = (&'a Frame, &'a [Box<dyn Method + 'a>], &'a str);

fn run(
    split: &Split,
    (folder, settings): (&Path, &Settings),
    (frame, methods, shown_by): Way<'_>,
    findings: &mut Findings,
    watch: &Watch<'_>,
) -> Result<(), Error> {
    let test = subjects::of_part(split, Part::Test)?;
    let n_removals = settings.subsets + if settings.alone { N } else { 0 };
    let total = (test.len() * n_removals * methods.len()) as u64;
    let mut done = 0;
    for (seed, subject) in (1000..).zip(&test) {
        let whole = Whole::read(folder, &settings.files, subject)?;
        let all = removals(&whole.present, settings.subsets, seed);
        for removal in all.iter().filter(|removal| removal.is_subset || settings.alone) {
            let asked = Asked::of(&whole, frame, &removal.missing)?;
            for method in methods {
                watch.unless_stopped("no report was written")?;
                let method = &**method;
                let added = asked.completed(&whole, frame, method)?;
                let is_shown = method.name() == shown_by && removal.is_subset;
                score(&whole, removal, &added, (method.name(), is_shown), findings)?;
                done += 1;
                watch.tell(done, total, None);
            }
        }
    }
    Ok(())
}

/// Scores what was added, with distances and a picture if it is to be shown.
fn score(
    whole: &Whole,
    removal: &Removal,
    added: &[u8],
    (method, is_shown): (&str, bool),
    findings: &mut Findings,
) -> Result<(), Error> {
    let missing = &removal.missing;
    let mut all = overlaps(whole, added, missing);
    if is_shown {
        let truth = whole.map(&whole.codes, missing);
        let predicted = whole.map(added, missing);
        for (place, scores) in &mut all {
            *scores = metrics::scores(&truth, &predicted, *place as i64 + 1)
                .map_err(|error| Error::Request(error.to_string()))?;
        }
        let dice = all.iter().map(|(_, scores)| scores.dice).sum::<f64>() / all.len().max(1) as f64;
        let title = format!("{}: {}", whole.name, super::structures::names(missing));
        findings.shown.push(Shown {
            dice,
            title,
            picture: report::picture(&whole.grid, &whole.codes, added, missing),
        });
    }
    let removed: Vec<String> =
        (0..N).filter(|&place| missing[place]).map(|place| NAMES[place].to_owned()).collect();
    findings.cases.extend(all.into_iter().map(|(place, scores)| Case {
        subject: whole.name.clone(),
        removed: removed.clone(),
        alone: !removal.is_subset,
        structure: NAMES[place].to_owned(),
        method: method.to_owned(),
        scores,
    }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removals_are_the_same_for_a_seed_and_hold_each_structure_alone() {
        let sizes = |seed| -> Vec<usize> {
            let count = |removal: &Removal| removal.missing.iter().filter(|m| **m).count();
            removals(&[true; N], 40, seed).iter().map(count).collect()
        };
        assert_eq!(sizes(3), sizes(3));
        assert_ne!(sizes(3)[..40], sizes(4)[..40]);
        assert!(sizes(3)[..40].iter().all(|n| (1..=MOST_REMOVED).contains(n)));
        assert_eq!(sizes(3)[40..], [1; N]);
        let mut present = [false; N];
        present[3..5].fill(true);
        let few = removals(&present, 5, 1);
        assert_eq!(few.len(), 7);
        assert!(few.iter().all(|removal| removal.missing[3] != removal.missing[4]));
    }
}
