//! Training: brains are made, each rung is learned, then calibrated on other pairs.

use medshape_geometry::population::field::FieldModel;

use super::cohort::{Subject, subjects};
use super::model::{Facts, Method, Model, N_MODES, chance, person_row, shape_row};
use super::networks::{points, train_points, train_voxels, voxels};
use super::settings::Settings;
use crate::regression::Logistic;
use crate::split::Part;
use crate::statistics::calibration::{brier, temperature};
use crate::statistics::roc::auc;
use crate::training::Files;
use crate::{Error, Train, Watch};

/// Learns a model and writes it; see [`crate::Task::train`].
///
/// # Errors
/// If the settings are not sound, a file cannot be written, or somebody stopped the work.
pub fn train(request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    if let Some(data) = &request.data {
        return Err(Error::file(data, "the task makes its brains itself; leave the data out"));
    }
    let settings = Settings::read(request.settings.as_deref())?;
    let learned = subjects(settings.cohort, Part::Train, &settings, watch)?;
    let [of_points, of_voxels] = ["points", "voxels"]
        .map(|part| Files::of(&request.model.with_extension(format!("{part}.x"))));
    let points = (
        points(settings.seed).0,
        train_points(&learned, &settings, (&of_points, request.resume), watch)?,
    );
    let voxels = (
        voxels(settings.seed).0,
        train_voxels(&learned, &settings, (&of_voxels, request.resume), watch)?,
    );
    let shares = components(&learned)?;
    let outcomes = outcomes(&learned);
    let fit = |row: &dyn Fn(&Subject) -> Vec<f64>| {
        let rows: Vec<Vec<f64>> = learned.iter().map(row).collect();
        Logistic::fit(&rows, &outcomes, settings.ridge)
    };
    let facts = Facts {
        volume: fit(&|subject| person_row(&subject.shape, &subject.measures)),
        descriptors: fit(&|subject| shape_row(&subject.shape, &shares)),
        pairs: learned.iter().step_by(2).map(|subject| subject.pair.clone()).collect(),
        temperatures: [1.0; 4],
        validation_brier: [1.0; 4],
        chosen: Method::Descriptors,
        settings,
    };
    let mut model = Model { facts, shares, points, voxels };
    let mut said = calibrate(&mut model, watch)?;
    model.save(&request.model)?;
    said.push(format!(
        "learned from {} pairs; the model is `{}`, logs and curves are `{}`, `{}`",
        model.facts.pairs.len(),
        request.model.display(),
        of_points.log.display(),
        of_voxels.log.display()
    ));
    Ok(said)
}

fn components(learned: &[Subject]) -> Result<FieldModel, Error> {
    let fields: Vec<Vec<f32>> =
        learned.iter().map(|subject| subject.shape.shares.clone()).collect();
    FieldModel::new(&fields, N_MODES)
        .ok_or_else(|| Error::Request("there are too few brains to learn from".to_owned()))
}

/// Whether each has a tumour.
pub(super) fn outcomes(subjects: &[Subject]) -> Vec<bool> {
    subjects.iter().map(|subject| subject.has_tumour).collect()
}

/// Temperatures and the choice, on pairs that were not learned from.
fn calibrate(model: &mut Model, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let settings = model.facts.settings.clone();
    let held_out = subjects(settings.cohort, Part::Validation, &settings, watch)?;
    let outcomes = outcomes(&held_out);
    let mut said = Vec::new();
    for method in Method::ALL {
        let logit = |subject: &Subject| {
            model.raw_logit(method, &subject.shape, Some(&subject.measures)).unwrap_or(0.0)
        };
        let logits: Vec<f64> = held_out.iter().map(logit).collect();
        let warmth = temperature(&logits, &outcomes);
        let chances: Vec<f64> = logits.iter().map(|logit| chance(logit / warmth)).collect();
        let error = brier(&chances, &outcomes).unwrap_or(1.0);
        model.facts.temperatures[method as usize] = warmth;
        model.facts.validation_brier[method as usize] = error;
        let area = auc(&logits, &outcomes).map_or(0.5, |found| found.auc);
        said.push(format!(
            "{}: AUC {area:.3}, Brier {error:.3} on {} {} pairs for choosing, temperature {warmth:.2}",
            method.name(),
            held_out.len() / 2,
            settings.cohort.name(),
        ));
    }
    let error = |method: &Method| model.facts.validation_brier[*method as usize];
    let best = Method::ALL[1..].iter().min_by(|a, b| error(a).total_cmp(&error(b)));
    model.facts.chosen = *best.unwrap_or(&Method::Descriptors);
    Ok(said)
}
