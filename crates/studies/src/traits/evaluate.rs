//! What each rung is worth: in cross-validation, or of a model on people whom it has not learned from.

use std::path::Path;

use serde::Serialize;

use super::ladder::{Rows, Rung, Said};
use super::model::Model;
use super::organs::NAMES;
use super::report;
use super::settings::Settings;
use super::subjects::{Person, check, labels, people};
use crate::statistics::calibration::{brier, reliability};
use crate::statistics::groups::{Difference, differences};
use crate::statistics::interval::bca;
use crate::statistics::paired::{raised, wilcoxon};
use crate::statistics::roc::{Auc, auc};
use crate::statistics::{N_RESAMPLES, mean};
use crate::{Error, Evaluate, Watch};

/// Bins of a reliability curve.
const N_BINS: usize = 4;

/// What a rung is worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Its name.
    pub method: String,
    /// How well it tells men from women.
    pub auc: Option<Auc>,
    /// Share of the people whose sex it says.
    pub accuracy: f64,
    /// Mean square of how far its chances were off.
    pub brier: f64,
    /// Chance and share of men in bins of equally many.
    pub reliability: Vec<[f64; 2]>,
    /// Mean of how far its ages were off.
    pub age_error_years: f64,
    /// Its 95 % interval (`BCa`).
    pub age_error_interval: Option<[f64; 2]>,
    /// The share of the ages' variance that it explains; below 0, less than their mean does.
    pub age_r2: f64,
    /// The p-value of its errors beside those of the first method (Wilcoxon), raised after Holm.
    pub age_p: Option<f64>,
    #[serde(skip)]
    pub(super) said: Said,
    #[serde(skip)]
    errors_years: Vec<f64>,
}

/// Everything that a report is made of.
pub(super) struct Findings {
    pub(super) settings: Settings,
    /// Where what is scored was learned, in words.
    pub(super) how: String,
    pub(super) people: Vec<Person>,
    pub(super) labels: Vec<i64>,
    pub(super) scores: Vec<Score>,
    /// How structures of women and men differ.
    pub(super) differences: Vec<Difference>,
}

/// The folder of the data.
///
/// # Errors
/// If none was named.
pub(super) fn folder(data: Option<&Path>) -> Result<&Path, Error> {
    let reason = "traits are learned from label maps: name their folder with --data";
    data.ok_or_else(|| Error::Request(reason.to_owned()))
}

/// Scores the ladder and writes the report; see [`crate::Task::evaluate`].
///
/// # Errors
/// If settings, data or model are not sound, the model has learned from everybody there is, or the report cannot be
/// written.
pub fn evaluate(request: &Evaluate, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let folder = folder(request.data.as_deref())?;
    let model = request.model.as_deref().map(Model::load).transpose()?;
    let settings = Settings::read(request.settings.as_deref())?;
    let (people, mut said) = people(folder, &settings, watch)?;
    let findings = match model {
        None => cross_validated(people, settings)?,
        Some(model) => of_model(people, settings, &model)?,
    };
    std::fs::create_dir_all(&request.out).map_err(Error::io(&request.out))?;
    said.extend(report::write(&request.out, &findings)?);
    Ok(said)
}

fn cross_validated(people: Vec<Person>, settings: Settings) -> Result<Findings, Error> {
    check(&people, &settings)?;
    let labels = labels(&people, &settings)?;
    let score = |rung: Rung| {
        let said = Rows::of(rung, &people, &labels).cross_validated(&settings);
        score(rung.name(), &said, &people)
    };
    let scores = Rung::ALL.map(score).to_vec();
    let how = format!(
        "Each is told by models that have not seen them: {}-fold cross-validation, {} times, means and ridges always \
         those of who was learned from.",
        settings.folds, settings.repeats
    );
    Ok(findings(people, settings, (labels, scores, how)))
}

/// Scores a model on whom it has not learned from.
fn of_model(people: Vec<Person>, settings: Settings, model: &Model) -> Result<Findings, Error> {
    let n_all = people.len();
    let is_new = |person: &Person| !model.subjects.contains(&person.subject);
    let people: Vec<Person> = people.into_iter().filter(is_new).collect();
    if people.len() < 2 {
        return Err(Error::Request(format!(
            "the model has learned from {} of the {n_all} people here; leave the model out, and the method is \
             cross-validated",
            n_all - people.len()
        )));
    }
    let score = |rung: Rung| {
        let said: (Vec<f64>, Vec<f64>) =
            people.iter().map(|person| model.say(rung, &person.organs)).unzip();
        score(rung.name(), &Said { chances: said.0, ages_years: said.1 }, &people)
    };
    let scores = Rung::ALL.map(score).to_vec();
    let how = format!(
        "The model has learned from {} other people; {} of those here were left out because it knows them.",
        model.subjects.len(),
        n_all - people.len()
    );
    Ok(findings(people, settings, (model.labels.clone(), scores, how)))
}

fn findings(
    people: Vec<Person>,
    settings: Settings,
    (labels, mut scores, how): (Vec<i64>, Vec<Score>, String),
) -> Findings {
    compare(&mut scores);
    let group = |label: i64, measure: usize, wanted: bool| -> Vec<f64> {
        let of = people.iter().filter(|person| person.is_male == wanted);
        of.filter_map(|person| Some(person.organs.get(&label)?[measure].exp())).collect()
    };
    let named = labels.iter().flat_map(|&label| {
        let name = settings.name(label);
        (0..NAMES.len()).map(move |measure| (label, measure, format!("{name}, {}", NAMES[measure])))
    });
    let groups = named.map(|(label, measure, name)| {
        (name, [false, true].map(|is_male| group(label, measure, is_male)))
    });
    let differences = differences(groups);
    Findings { settings, how, people, labels, scores, differences }
}

/// What is worth what was said of people.
pub(super) fn score(method: &str, said: &Said, people: &[Person]) -> Score {
    let are_male: Vec<bool> = people.iter().map(|person| person.is_male).collect();
    let n = people.len() as f64;
    let is_right = |(chance, is_male): (&f64, &bool)| (*chance > 0.5) == *is_male;
    let n_right = said.chances.iter().zip(&are_male).filter(|pair| is_right(*pair)).count();
    let bins = reliability(&said.chances, &are_male, N_BINS);
    let off = said.ages_years.iter().zip(people).map(|(said, person)| said - person.age_years);
    let off: Vec<f64> = off.collect();
    let mean_age = people.iter().map(|person| person.age_years).sum::<f64>() / n;
    let spread = people.iter().map(|person| (person.age_years - mean_age).powi(2)).sum::<f64>();
    let errors_years: Vec<f64> = off.iter().map(|off| off.abs()).collect();
    Score {
        method: method.to_owned(),
        auc: auc(&said.chances, &are_male),
        accuracy: n_right as f64 / n,
        brier: brier(&said.chances, &are_male).unwrap_or(1.0),
        reliability: bins.iter().map(|bin| [bin.chance, bin.share]).collect(),
        age_error_years: mean(&errors_years),
        age_error_interval: bca(&errors_years, mean, N_RESAMPLES),
        age_r2: 1.0 - off.iter().map(|off| off * off).sum::<f64>() / spread.max(f64::MIN_POSITIVE),
        age_p: None,
        said: said.clone(),
        errors_years,
    }
}

/// Errors of the age beside those of the first method.
fn compare(scores: &mut [Score]) {
    let Some((first, others)) = scores.split_first_mut() else { return };
    let test = |score: &Score| wilcoxon(&score.errors_years, &first.errors_years);
    let tests: Vec<_> = others.iter().map(test).collect();
    others.iter_mut().zip(raised(&tests)).for_each(|(score, p)| score.age_p = p);
}
