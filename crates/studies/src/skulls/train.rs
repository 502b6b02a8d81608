//! Training: each step another skull with another hole.

use medshape_learn::networks::Completion;
use medshape_learn::operators::Statistics;
use medshape_learn::train::{AdamOptions, Schedule, Trainer};
use medshape_learn::{Random, SparseGrid};
use rayon::prelude::*;

use super::cohort::{Hole, mirrored};
use super::evaluate::{Sample, dice_of};
use super::network::{Model, build, input};
use super::settings::Settings;
use crate::heads::Whole;
use crate::statistics::median;
use crate::task::check_no_data;
use crate::training::{Files, Length, run};
use crate::{Error, Train, Watch};

/// Steps in which the rate rises.
const WARM_UP: u64 = 50;

/// Skulls that the threshold is chosen on: those after the skulls that are learned from.
const N_VALIDATION: u64 = 32;

/// Thresholds to choose from.
const THRESHOLDS: [f64; 9] = [-2.0, -1.5, -1.0, -0.75, -0.5, -0.25, 0.0, 0.5, 1.0];

/// Learns a model from phantom skulls; see [`crate::Task::train`].
///
/// # Errors
/// If the settings are not sound, a file cannot be written, or somebody stopped the work.
pub fn train(request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    check_no_data(request.data.as_deref(), "skulls")?;
    let settings = Settings::read(request.settings.as_deref())?;
    let skulls = cohort(&settings);
    let (network, mut weights) = build(&settings);
    if let Some(before) = &settings.begin_with {
        weights = Model::load(before)?.weights;
    }
    let schedule = Schedule::Cosine { warm_up: WARM_UP, n_steps: settings.steps };
    let options = AdamOptions::default();
    let mut trainer = Trainer::new(weights, options, settings.rate, schedule, settings.seed);
    let files = Files::of(&request.model);
    if request.resume {
        trainer.resume(&files.run)?;
    }
    let length = Length { steps: settings.steps, save_every: settings.save_every };
    run(&mut trainer, length, &files, watch, |trainer| {
        step(trainer, &network, &skulls, &settings)
    })?;
    let mut model = Model { settings, network, weights: trainer.parameters };
    let dice = choose_threshold(&mut model);
    model.save(&request.model)?;
    Ok(vec![
        format!(
            "the model is `{}`, its log `{}`, its curve `{}`",
            request.model.display(),
            files.log.display(),
            files.curve.display()
        ),
        format!(
            "median implant Dice on {N_VALIDATION} skulls that were not learned from: {dice:.3} at threshold {}",
            model.settings.threshold
        ),
    ])
}

/// One step on a skull with a hole.
fn step(
    trainer: &mut Trainer<f32>,
    network: &Completion,
    skulls: &[Whole],
    settings: &Settings,
) -> f64 {
    trainer.step(1, |tape, random| {
        let (whole, partial) = sample(skulls, settings, random);
        let x = input(&partial, settings.resolution);
        let given = (&partial, settings.missing_weight);
        network.run_weighted(tape, &x, &whole, given, Statistics::Volume).loss
    })
}

fn cohort(settings: &Settings) -> Vec<Whole> {
    let all = (0..settings.variants)
        .flat_map(|variant| (0..settings.skulls).map(move |seed| (seed, variant)));
    let all: Vec<(u64, u64)> = all.collect();
    all.into_par_iter()
        .map(|(seed, variant)| Whole::variant(seed, variant, settings.resolution))
        .collect()
}

/// A skull, and what is left of it around a hole; every other one mirrored.
fn sample(skulls: &[Whole], settings: &Settings, random: &mut Random) -> (SparseGrid, SparseGrid) {
    let partial = |skull: &Whole, random: &mut Random| {
        let hole = settings.recipes[random.below(settings.recipes.len())];
        skull.with_hole(hole, random.bits())
    };
    let skull = &skulls[random.below(skulls.len())];
    // Some skull has no bone where some hole belongs: another hole then, and nothing missing at last.
    let partial = (0..8).find_map(|_| partial(skull, random));
    let pair = (skull.bone.clone(), partial.unwrap_or_else(|| skull.bone.clone()));
    if random.below(2) == 0 {
        return pair;
    }
    let width = settings.resolution;
    (mirrored(&pair.0, width), mirrored(&pair.1, width))
}

/// Takes the threshold at which implants of skulls that were not learned from fit best; gives their
/// median Dice.
fn choose_threshold(model: &mut Model) -> f64 {
    let (settings, n) = (&model.settings, model.settings.recipes.len() as u64);
    let samples: Vec<Sample> = (0..N_VALIDATION)
        .into_par_iter()
        .filter_map(|number| {
            let hole: Hole = settings.recipes[(number % n) as usize];
            Sample::new(settings.skulls + number, hole, settings.resolution)
        })
        .collect();
    let dice: Vec<Vec<f64>> = samples
        .par_iter()
        .map(|sample| {
            let (grid, logits) = model.logits(&sample.partial);
            let at = |threshold: &f64| {
                let keep: Vec<bool> = logits.iter().map(|&x| f64::from(x) > *threshold).collect();
                dice_of(sample, &grid.select(&keep))
            };
            THRESHOLDS.iter().map(at).collect()
        })
        .collect();
    let median_at =
        |index: usize| median(&dice.iter().map(|of| of[index]).collect::<Vec<_>>()).unwrap_or(0.0);
    let mut best = (0, median_at(0));
    for index in 1..THRESHOLDS.len() {
        let found = median_at(index);
        if found > best.1 {
            best = (index, found);
        }
    }
    model.settings.threshold = THRESHOLDS[best.0];
    best.1
}
