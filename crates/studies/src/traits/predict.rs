//! Sex and age of the body of a file.

use std::collections::BTreeMap;

use medshape::Reader;
use medshape_formats::Input;
use medshape_geometry::voxels::reorient::label_map_to_ras;
use serde_json::json;

use super::model::Model;
use super::organs::{Organ, organs};
use crate::{Error, Predict, Watch, files};

/// Volumes of all structures of an adult together, in ml, with room on both sides.
const BODIES_ML: std::ops::RangeInclusive<f64> = 500.0..=60_000.0;

/// What has to be said wherever somebody's sex or age is told.
const NOTE: &str = "A guess from few people, not for decisions about anybody.";

/// Writes what the model says of a label map as JSON; see [`crate::Task::predict`].
///
/// # Errors
/// If the model or the input is not sound, the input lacks most structures, or the output cannot be written.
pub fn predict(request: &Predict, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    files::check_json(&request.output)?;
    let model = Model::load(&request.model)?;
    let map = Reader::default().label_map(&Input::on_disk(&request.input))?;
    watch.unless_stopped("nothing was written")?;
    let organs = organs(&label_map_to_ras(map));
    check(&model, &organs).map_err(|reason| Error::file(&request.input, reason))?;
    let (answer, mut said) = answer(&model, &organs);
    files::put_json(&request.output, &answer)?;
    said.push(format!("all of it is in `{}`", request.output.display()));
    Ok(said)
}

/// The structures that a body lacks, by name.
fn lacking(model: &Model, organs: &BTreeMap<i64, Organ>) -> Vec<String> {
    let labels = model.labels.iter().filter(|label| !organs.contains_key(label));
    labels.map(|&label| model.settings.name(label)).collect()
}

fn check(model: &Model, organs: &BTreeMap<i64, Organ>) -> Result<(), String> {
    let lacking = lacking(model, organs);
    if 2 * lacking.len() > model.labels.len() {
        return Err(format!(
            "{} of the {} structures that the model looks at are not there ({}); give a map with its labels",
            lacking.len(),
            model.labels.len(),
            lacking.join(", ")
        ));
    }
    let known = model.labels.iter().filter_map(|label| organs.get(label));
    let volume_ml: f64 = known.map(|organ| organ[0].exp()).sum();
    if !BODIES_ML.contains(&volume_ml) {
        return Err(format!(
            "its structures have {volume_ml:.0} ml together, and those of an adult {} to {}; give a map in millimetres",
            BODIES_ML.start(),
            BODIES_ML.end()
        ));
    }
    Ok(())
}

/// What is written, and what is said.
fn answer(model: &Model, organs: &BTreeMap<i64, Organ>) -> (serde_json::Value, Vec<String>) {
    let [by_sex, by_age] = model.chosen;
    let chance = model.say(by_sex, organs).0;
    let age_years = model.say(by_age, organs).1;
    let lacking = lacking(model, organs);
    let json = json!({
        "task": "traits",
        "note": NOTE,
        "chance_to_be_male": chance,
        "sex_by": by_sex.name(),
        "age_years": age_years,
        "age_error_years": model.age_error_years,
        "age_by": by_age.name(),
        "learned_from": format!("{} people of {:.0} to {:.0} years", model.subjects.len(),
            model.ages_years[0], model.ages_years[1]),
        "lacking": lacking,
    });
    let mut said = vec![
        format!("chance to be male {chance:.2}, by {}", by_sex.name()),
        format!(
            "age {age_years:.0} years, by {}; in cross-validation {:.1} years off on the mean",
            by_age.name(),
            model.age_error_years
        ),
        NOTE.to_owned(),
    ];
    if !lacking.is_empty() {
        said.push(format!("taken to be as usual, because it is not there: {}", lacking.join(", ")));
    }
    (json, said)
}
