//! The two networks: batches of whole pairs, mirrored by chance.

use std::sync::Arc;

use medshape_learn::networks::{Encoder, PointNet, Widths};
use medshape_learn::operators::Statistics;
use medshape_learn::train::{AdamOptions, Schedule, Trainer};
use medshape_learn::{Parameters, Random, Rows, SparseGrid, Tape, Tensor};

use super::cohort::Subject;
use super::settings::Settings;
use super::shape::Shape;
use crate::training::{Files, Length, run};
use crate::{Error, Watch};

/// Share of each weight that a step at rate 1 takes away.
const DECAY: f64 = 0.05;

/// How far points are moved while learning, in decimetres.
const JITTER: f64 = 0.01;

/// New networks of a seed.
pub fn points(seed: u64) -> (PointNet, Parameters<f32>) {
    PointNet::new(3, 1, seed)
}

/// The sparse encoder, as wide as the smaller published network.
pub fn voxels(seed: u64) -> (Encoder, Parameters<f32>) {
    Encoder::new(1, 1, Widths::SMALL, seed)
}

fn trainer(parameters: Parameters<f32>, rate: f64, steps: u64, seed: u64) -> Trainer<f32> {
    let schedule = Schedule::Cosine { warm_up: (steps / 10).max(1), n_steps: steps };
    let options = AdamOptions { weight_decay: DECAY, ..AdamOptions::default() };
    Trainer::new(parameters, options, rate, schedule, seed)
}

/// Subjects of a batch: both of so many pairs, each mirrored or not.
fn drawn<'a>(
    subjects: &'a [Subject],
    batch: usize,
    random: &mut Random,
) -> Vec<(&'a Subject, usize, bool)> {
    let n_pairs = subjects.len() / 2;
    let mut drawn = Vec::new();
    for _ in 0..batch.div_ceil(2) {
        let pair = random.below(n_pairs);
        for index in [2 * pair, 2 * pair + 1] {
            drawn.push((&subjects[index], index, random.below(2) == 1));
        }
    }
    drawn
}

/// Trains the point network.
///
/// # Errors
/// If a file cannot be written, or the work was stopped.
pub fn train_points(
    subjects: &[Subject],
    settings: &Settings,
    (files, resume): (&Files, bool),
    watch: &Watch<'_>,
) -> Result<Parameters<f32>, Error> {
    let (network, parameters) = points(settings.seed);
    let mut trainer =
        trainer(parameters, settings.points_rate, settings.points_steps, settings.seed);
    if resume && files.run.exists() {
        trainer.resume(&files.run)?;
    }
    let length = Length { steps: settings.points_steps, save_every: settings.save_every };
    run(&mut trainer, length, files, watch, |trainer| {
        trainer.step(1, |tape, random| {
            let drawn = drawn(subjects, settings.points_batch, random);
            let outcomes: Vec<bool> =
                drawn.iter().map(|(subject, ..)| subject.has_tumour).collect();
            let mut values = Vec::with_capacity(3 * settings.points * drawn.len());
            for (subject, _, is_mirrored) in drawn {
                let all = &subject.shape.points;
                let side = if is_mirrored { -1.0 } else { 1.0 };
                for _ in 0..settings.points {
                    let [x, y, z] = all[random.below(all.len())];
                    let place = [side * x, y, z].map(|x| x + (JITTER * random.normal()) as f32);
                    values.extend(place);
                }
            }
            let Some(clouds) = clouds(settings.points, values) else { return 0.0 };
            let logits = network.run(tape, &clouds, Statistics::Batch);
            tape.cross_entropy_of_logits(&logits, &outcomes, |_| 1.0)
        })
    })?;
    Ok(trainer.parameters)
}

/// Trains the sparse encoder.
///
/// # Errors
/// If a file cannot be written, or the work was stopped.
pub fn train_voxels(
    subjects: &[Subject],
    settings: &Settings,
    (files, resume): (&Files, bool),
    watch: &Watch<'_>,
) -> Result<Parameters<f32>, Error> {
    let (network, parameters) = voxels(settings.seed);
    let mut trainer =
        trainer(parameters, settings.voxels_rate, settings.voxels_steps, settings.seed);
    if resume && files.run.exists() {
        trainer.resume(&files.run)?;
    }
    let mirrored: Vec<SparseGrid> =
        subjects.iter().map(|subject| subject.shape.mirrored(settings.resolution)).collect();
    let length = Length { steps: settings.voxels_steps, save_every: settings.save_every };
    run(&mut trainer, length, files, watch, |trainer| {
        trainer.step(1, |tape, random| {
            let drawn = drawn(subjects, settings.voxels_batch, random);
            let outcomes: Vec<bool> =
                drawn.iter().map(|(subject, ..)| subject.has_tumour).collect();
            let grids = drawn.into_iter().map(|(subject, index, is_mirrored)| {
                if is_mirrored { mirrored[index].clone() } else { subject.shape.voxels.clone() }
            });
            let batch = SparseGrid::batch(&grids.collect::<Vec<_>>()).unwrap_or_default();
            let x = Tensor::ones(Arc::new(batch));
            let logits = network.run(tape, &x, Statistics::Batch);
            tape.cross_entropy_of_logits(&logits, &outcomes, |_| 1.0)
        })
    })?;
    Ok(trainer.parameters)
}

fn clouds(n_points: usize, values: Vec<f32>) -> Option<Tensor<f32>> {
    PointNet::clouds(n_points, Rows::new(3, values)?)
}

/// The logit of the point network for a shape: the mean of the shape and its mirror image.
pub fn points_logit(
    network: &PointNet,
    parameters: &Parameters<f32>,
    shape: &Shape,
    n_points: usize,
) -> f64 {
    let all = || shape.points.iter().cycle().take(n_points);
    let values = all().copied().chain(all().map(|&[x, y, z]| [-x, y, z])).flatten();
    let Some(clouds) = clouds(n_points, values.collect()) else { return 0.0 };
    mean(&network.run(&mut Tape::infer(parameters), &clouds, Statistics::Running))
}

/// The logit of the sparse encoder for a shape: the mean of the shape and its mirror image.
pub fn voxels_logit(
    network: &Encoder,
    parameters: &Parameters<f32>,
    shape: &Shape,
    resolution: usize,
) -> f64 {
    let both = SparseGrid::batch(&[shape.voxels.clone(), shape.mirrored(resolution)]);
    let x = Tensor::ones(Arc::new(both.unwrap_or_default()));
    mean(&network.run(&mut Tape::infer(parameters), &x, Statistics::Running))
}

fn mean(logits: &Tensor<f32>) -> f64 {
    let rows = logits.features();
    let values = rows.values();
    values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len().max(1) as f64
}
