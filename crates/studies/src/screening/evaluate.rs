//! What each rung is worth on pairs that nothing has learned from, of both cohorts.

use rayon::prelude::*;
use serde::Serialize;

use super::cohort::{Kind, Subject, split, subjects};
use super::descriptors::NAMES;
use super::model::{Facts, Model};
use super::pictures::Shown;
use super::report;
use super::settings::Settings;
use super::train::outcomes;
use crate::split::Part;
use crate::statistics::calibration::{brier, expected_calibration_error, reliability};
use crate::statistics::groups::{Difference, differences};
use crate::statistics::paired::raised;
use crate::statistics::roc::{Auc, auc, delong, gain_interval_of_pairs, interval_of_pairs};
use crate::task::check_no_data;
use crate::{Error, Evaluate, Watch};

/// Bins of a reliability curve in a picture.
const N_BINS: usize = 8;

/// What a method is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Its name.
    pub method: String,
    /// Area under the curve, with `DeLong`'s interval.
    pub auc: Option<Auc>,
    /// The 95 % interval of the area by a bootstrap over pairs.
    pub auc_of_pairs: Option<[f64; 2]>,
    /// Share of the subjects on the right side of one half.
    pub accuracy: Option<f64>,
    /// Mean square of how far chances were off.
    pub brier: Option<f64>,
    /// Expected calibration error over 15 bins.
    pub calibration_error: Option<f64>,
    /// Its area less that of the volume alone.
    pub gain: Option<f64>,
    /// The 95 % interval of the gain by a bootstrap over pairs.
    pub gain_of_pairs: Option<[f64; 2]>,
    /// The p-value of the gain (`DeLong`), raised after Holm over the methods.
    pub p: Option<f64>,
    /// Chance and share of the bins of a reliability curve.
    pub reliability: Vec<[f64; 2]>,
    /// The score of each subject: a chance, or the volume with the sign that has the larger area.
    pub scores: Vec<f64>,
}

/// A cohort as it was scored.
pub(super) struct Scored {
    pub(super) kind: Kind,
    pub(super) subjects: Vec<Subject>,
    pub(super) outcomes: Vec<bool>,
    /// The volume alone, then the rungs of the ladder.
    pub(super) scores: Vec<Score>,
    pub(super) differences: Vec<Difference>,
    /// The best, the median and the worst brain of the method that was chosen.
    pub(super) shown: Vec<Shown>,
}

/// Everything that a report is made of.
pub(super) struct Findings {
    pub(super) model: Option<Facts>,
    pub(super) cohorts: Vec<Scored>,
}

/// Scores a model and writes the report; see [`crate::Task::evaluate`].
///
/// # Errors
/// If the settings or the model are not sound, the model has learned from the test, or the report cannot be
/// written.
pub fn evaluate(request: &Evaluate, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    check_no_data(request.data.as_deref(), "brains")?;
    let model = request.model.as_deref().map(Model::load).transpose()?;
    let mut settings = match (&request.settings, &model) {
        (None, Some(model)) => model.facts.settings.clone(),
        (path, _) => Settings::read(path.as_deref())?,
    };
    if let Some(model) = &model {
        settings.resolution = model.facts.settings.resolution;
        let pairs = model.facts.pairs.iter().map(String::as_str);
        split()?.check_unseen(pairs).map_err(Error::Request)?;
    }
    let scored = |kind: Kind| {
        let subjects = subjects(kind, Part::Test, &settings, watch)?;
        watch.tell(kind as u64 + 1, Kind::ALL.len() as u64, None);
        Ok(scored(kind, subjects, model.as_ref()))
    };
    let cohorts = Kind::ALL.into_iter().map(scored).collect::<Result<Vec<_>, Error>>()?;
    let findings = Findings { model: model.map(|model| model.facts), cohorts };
    std::fs::create_dir_all(&request.out).map_err(Error::io(&request.out))?;
    report::write(&request.out, &findings)
}

fn scored(kind: Kind, subjects: Vec<Subject>, model: Option<&Model>) -> Scored {
    let outcomes = outcomes(&subjects);
    let volume = volume_alone(&subjects, &outcomes);
    let mut scores = vec![volume];
    let methods = model.map(Model::methods).unwrap_or_default();
    for (method, model) in methods.into_iter().flat_map(|method| Some((method, model?))) {
        let chance = |subject: &Subject| {
            model.chance(method, &subject.shape, Some(&subject.measures)).unwrap_or(0.5)
        };
        let chances: Vec<f64> = subjects.par_iter().map(chance).collect();
        scores.push(of_chances(method.name(), chances, &outcomes));
    }
    compare(&mut scores, &outcomes);
    let differences = by_group(&subjects);
    let chosen = model.map(|model| model.facts.chosen.name());
    let chances = scores.iter().find(|score| Some(score.method.as_str()) == chosen);
    let shown = chances.map_or(Vec::new(), |chosen| Shown::of(kind, &subjects, &chosen.scores));
    Scored { shown, kind, subjects, outcomes, scores, differences }
}

/// The volume as a score: of its two directions the one that has the larger area, which favours it.
fn volume_alone(subjects: &[Subject], outcomes: &[bool]) -> Score {
    let volumes: Vec<f64> = subjects.iter().map(|subject| subject.shape.descriptors[0]).collect();
    let sign =
        if auc(&volumes, outcomes).is_some_and(|found| found.auc < 0.5) { -1.0 } else { 1.0 };
    let scores: Vec<f64> = volumes.iter().map(|volume| sign * volume).collect();
    Score {
        method: if sign < 0.0 { "smaller volume alone" } else { "larger volume alone" }.to_owned(),
        auc: auc(&scores, outcomes),
        auc_of_pairs: interval_of_pairs(&in_pairs(&scores)),
        accuracy: None,
        brier: None,
        calibration_error: None,
        gain: None,
        gain_of_pairs: None,
        p: None,
        reliability: Vec::new(),
        scores,
    }
}

fn of_chances(name: &str, chances: Vec<f64>, outcomes: &[bool]) -> Score {
    let is_right = |(chance, outcome): (&f64, &bool)| (*chance > 0.5) == *outcome;
    let n_right = chances.iter().zip(outcomes).filter(|pair| is_right(*pair)).count();
    let bins = reliability(&chances, outcomes, N_BINS);
    Score {
        method: name.to_owned(),
        auc: auc(&chances, outcomes),
        auc_of_pairs: interval_of_pairs(&in_pairs(&chances)),
        accuracy: (!chances.is_empty()).then(|| n_right as f64 / chances.len() as f64),
        brier: brier(&chances, outcomes),
        calibration_error: expected_calibration_error(&chances, outcomes),
        gain: None,
        gain_of_pairs: None,
        p: None,
        reliability: bins.iter().map(|bin| [bin.chance, bin.share]).collect(),
        scores: chances,
    }
}

/// Scores of subjects as those of pairs, the healthy one first, in the order of [`subjects`].
fn in_pairs(scores: &[f64]) -> Vec<[f64; 2]> {
    scores.as_chunks::<2>().0.to_vec()
}

/// Each method beside the first.
fn compare(scores: &mut [Score], outcomes: &[bool]) {
    let Some((first, others)) = scores.split_first_mut() else { return };
    let tests: Vec<_> =
        others.iter().map(|score| delong(&score.scores, &first.scores, outcomes)).collect();
    for ((score, test), p) in others.iter_mut().zip(&tests).zip(raised(&tests)) {
        score.gain = test.map(|test| test.effect);
        let pairs = [&score.scores, &first.scores].map(|scores| in_pairs(scores));
        score.gain_of_pairs = gain_interval_of_pairs(&pairs[0], &pairs[1]);
        score.p = p;
    }
}

/// How descriptors differ between brains without and with a tumour.
fn by_group(subjects: &[Subject]) -> Vec<Difference> {
    let group = |column: usize, wanted: bool| -> Vec<f64> {
        let of = subjects.iter().filter(|subject| subject.has_tumour == wanted);
        of.map(|subject| subject.shape.descriptors[column]).collect()
    };
    let groups = |column: usize| [false, true].map(|wanted| group(column, wanted));
    differences(NAMES.iter().enumerate().map(|(column, name)| ((*name).to_owned(), groups(column))))
}
