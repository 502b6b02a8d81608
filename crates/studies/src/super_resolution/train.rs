//! Training: each step a part of another shape.

use medshape_learn::networks::{Lesson, SuperResolution};
use medshape_learn::train::{AdamOptions, Schedule, Trainer};

use super::lesson::{Part, part};
use super::model::{Facts, Model};
use super::settings::{Sampling, Settings};
use super::subjects::{Cohort, Column, split};
use crate::training::{Files, Length, run};
use crate::{Error, Train, Watch, split};

/// Steps in which the rate rises.
const WARM_UP: u64 = 50;

/// How often a shape is drawn anew because it has no surface.
const TRIES: usize = 1000;

/// Learns a model and writes it; see [`crate::Task::train`].
///
/// # Errors
/// If settings or data are not sound, a file cannot be written, or somebody stopped the work.
pub fn train(request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let settings = Settings::read(request.settings.as_deref())?;
    let folder = request.data.as_deref();
    let mut cohort = Cohort::of(folder, split::Part::Train, &settings, watch)?;
    let subjects = cohort.subjects();
    split(folder.is_some())?
        .check_unseen(subjects.iter().map(String::as_str))
        .map_err(Error::Request)?;
    let columns = cohort.columns(&settings);
    if columns.iter().any(|column| column.n_doublings > settings.finer.len()) {
        let reason =
            "`finer` has fewer numbers than a column has doublings; name more, or fewer columns";
        return Err(Error::Request(reason.to_owned()));
    }
    let lessons = if folder.is_some() { columns.clone() } else { settings.lessons(&columns) };
    let (network, parameters) =
        SuperResolution::new(&settings.widths, &settings.finer, settings.seed);
    let schedule = Schedule::Cosine { warm_up: WARM_UP, n_steps: settings.steps };
    let options = AdamOptions::default();
    let mut trainer = Trainer::new(parameters, options, settings.rate, schedule, settings.seed);
    let files = Files::of(&request.model);
    if request.resume {
        trainer.resume(&files.run)?;
    }
    let length = Length { steps: settings.steps, save_every: settings.save_every };
    run(&mut trainer, length, &files, watch, |trainer| {
        step(trainer, &network, &mut cohort, (&lessons, &settings))
    })?;
    let facts = Facts {
        widths: settings.widths.clone(),
        finer: settings.finer.clone(),
        sampling: if folder.is_some() { Sampling::Majority } else { settings.sampling },
        columns: columns.iter().map(|column| [column.from, column.to]).collect(),
        subjects,
        steps: settings.steps,
        seed: settings.seed,
    };
    let model = Model { network, parameters: trainer.parameters, facts };
    model.save(&request.model)?;
    Ok(vec![format!(
        "learned from {} subjects in {} steps; the model is `{}`, its log `{}`, its curve `{}`",
        model.facts.subjects.len(),
        settings.steps,
        request.model.display(),
        files.log.display(),
        files.curve.display()
    )])
}

/// One step on a part of one shape.
fn step(
    trainer: &mut Trainer<f32>,
    network: &SuperResolution,
    cohort: &mut Cohort,
    (lessons, settings): (&[Column], &Settings),
) -> f64 {
    trainer.step(1, |tape, random| {
        let draw = |_| {
            let column = lessons[random.below(lessons.len())];
            part(&cohort.draw(column, random), settings, random)
        };
        let Some(Part { coarse, band, truths, windows }) = (0..TRIES).find_map(draw) else {
            return 0.0;
        };
        let lesson = Lesson { truths: &truths, windows: &windows };
        network.run(tape, &coarse, band, truths.len(), Some(lesson)).loss
    })
}
