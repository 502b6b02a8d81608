//! Training: brains are made, each rung is learned, then calibrated on other pairs.

use medshape_geometry::population::field::FieldModel;

use super::cohort::{Subject, subjects};
use super::model::{Calibration, Facts, Method, Model, N_MODES, person_row, shape_row};
use super::networks::Learner;
use super::settings::Settings;
use crate::regression::{Logistic, chance};
use crate::split::Part;
use crate::statistics::calibration::{brier, temperature};
use crate::statistics::roc::auc;
use crate::task::check_no_data;
use crate::training::Files;
use crate::{Error, Train, Watch};

/// Learns a model and writes it; see [`crate::Task::train`].
///
/// # Errors
/// If the settings are not sound, a file cannot be written, or somebody stopped the work.
pub fn train(request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    check_no_data(request.data.as_deref(), "brains")?;
    let settings = Settings::read(request.settings.as_deref())?;
    let learned = subjects(settings.cohort, Part::Train, &settings, watch)?;
    let new = |method| Learner::new(method, &settings);
    let mut networks: Vec<Learner> = Method::NETWORKS.into_iter().filter_map(new).collect();
    let mut curves = Vec::new();
    for network in &mut networks {
        let files = Files::of_part(&request.model, network.method.word());
        network.train(&learned, &settings, (&files, request.resume), watch)?;
        curves.push(format!("`{}`", files.curve.display()));
    }
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
        calibrations: [].into(),
        chosen: Method::Descriptors,
        settings,
    };
    let mut model = Model { facts, shares, networks };
    let mut said = calibrate(&mut model, watch)?;
    model.save(&request.model)?;
    let left_out: Vec<&str> = model.facts.settings.left_out().map(Method::name).collect();
    if !left_out.is_empty() {
        said.push(format!("left out, as the settings say: {}", left_out.join(", ")));
    }
    said.push(format!(
        "learned from {} pairs; the model is `{}`{}",
        model.facts.pairs.len(),
        request.model.display(),
        if curves.is_empty() {
            String::new()
        } else {
            format!(", curves are {}", curves.join(", "))
        },
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
    for method in model.methods() {
        let logit = |subject: &Subject| {
            model.raw_logit(method, &subject.shape, Some(&subject.measures)).unwrap_or(0.0)
        };
        let logits: Vec<f64> = held_out.iter().map(logit).collect();
        let warmth = temperature(&logits, &outcomes);
        let chances: Vec<f64> = logits.iter().map(|logit| chance(logit / warmth)).collect();
        let error = brier(&chances, &outcomes).unwrap_or(1.0);
        let found = Calibration { temperature: warmth, brier: error };
        model.facts.calibrations.insert(method, found);
        let area = auc(&logits, &outcomes).map_or(0.5, |found| found.auc);
        said.push(format!(
            "{}: AUC {area:.3}, Brier {error:.3} on {} {} pairs for choosing, temperature {warmth:.2}",
            method.name(),
            held_out.len() / 2,
            settings.cohort.name(),
        ));
    }
    let sees_mask_alone = |(method, _): &(&Method, &Calibration)| **method != Method::Volume;
    let of_masks = model.facts.calibrations.iter().filter(sees_mask_alone);
    let best = of_masks.min_by(|(_, a), (_, b)| a.brier.total_cmp(&b.brier));
    model.facts.chosen = best.map_or(Method::Descriptors, |(method, _)| *method);
    Ok(said)
}
