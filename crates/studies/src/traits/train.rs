//! Training: all that is known is learned from, after cross-validation has chosen how.

use super::evaluate::{folder, score};
use super::ladder::{Rows, Rung};
use super::model::Model;
use super::settings::Settings;
use super::subjects::{Person, check, labels, people};
use crate::{Error, Train, Watch};

/// Learns a model and writes it; see [`crate::Task::train`].
pub(super) fn train(request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    if request.resume {
        let reason = "traits are learned in a moment; leave --resume out";
        return Err(Error::Request(reason.to_owned()));
    }
    let settings = Settings::read(request.settings.as_deref())?;
    let (people, mut said) = people(folder(request.data.as_deref())?, &settings, watch)?;
    check(&people, &settings)?;
    let model = learned_from(&people, settings)?;
    model.save(&request.model)?;
    said.push(format!(
        "learned from {} people; sex is told by {}, age by {} with a mean error of {:.1} years in cross-validation; \
         the model is `{}`",
        people.len(),
        model.chosen[0].name(),
        model.chosen[1].name(),
        model.age_error_years,
        request.model.display()
    ));
    Ok(said)
}

/// The model of people.
pub(super) fn learned_from(people: &[Person], settings: Settings) -> Result<Model, Error> {
    let labels = labels(people, &settings)?;
    let mut scores = Vec::new();
    let mut rungs = Vec::new();
    for rung in Rung::ALL {
        let rows = Rows::of(rung, people, &labels);
        scores.push(score(rung.name(), &rows.cross_validated(&settings), people));
        rungs.push(rows.fit(&settings));
    }
    let best = |of: &dyn Fn(usize) -> f64| {
        let least = (0..scores.len()).min_by(|&a, &b| of(a).total_cmp(&of(b)));
        Rung::ALL[least.unwrap_or(0)]
    };
    let error = |place: usize| scores[place].age_error_years;
    let chosen = [best(&|place| scores[place].brier), best(&error)];
    let ages = || people.iter().map(|person| person.age_years);
    Ok(Model {
        labels,
        subjects: people.iter().map(|person| person.subject.clone()).collect(),
        ages_years: [ages().fold(f64::MAX, f64::min), ages().fold(f64::MIN, f64::max)],
        age_error_years: error(chosen[1] as usize),
        rungs,
        chosen,
        settings,
    })
}
