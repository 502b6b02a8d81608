//! What the network learns from: how far off regressions are on heads that they have not learned from.

use medshape_learn::Random;
use medshape_learn::train::{AdamOptions, Schedule, Trainer};

use super::network::{Given, Look, Network, Pose};
use super::regression::{Choice, Pairs, fit};
use super::settings::Settings;
use crate::training::{Files, Length, run};
use crate::{Error, Watch};

/// Steps in which the rate rises.
const WARM_UP: u64 = 50;

/// The face of each head by a regression that has learned from the heads of other groups alone, with the
/// components and the ridge that were chosen (stacking; Wolpert, 1992). `None` if a group leaves too few.
pub fn unseen_faces(
    pairs: Pairs<'_>,
    choice: &Choice,
    settings: &Settings,
) -> Option<Vec<Vec<f32>>> {
    let n_groups = settings.network.groups.min(pairs.faces.len());
    let mut faces = vec![Vec::new(); pairs.faces.len()];
    for group in 0..n_groups {
        let of = |fields: &[Vec<f32>], is_in: bool| -> Vec<Vec<f32>> {
            let dealt = fields.iter().enumerate();
            let chosen = dealt.filter(|(head, _)| (head % n_groups == group) == is_in);
            chosen.map(|(_, field)| field.clone()).collect()
        };
        let [learned, left] =
            [false, true].map(|is_in| (of(pairs.skulls, is_in), of(pairs.faces, is_in)));
        let [learned, left] = [&learned, &left].map(|(skulls, faces)| Pairs { skulls, faces });
        let modes: [&[usize]; 2] = [&[choice.n_modes], &[settings.face_modes]];
        let (regression, _) = fit(learned, left, modes, &[choice.ridge])?;
        for (number, face) in regression.faces(left.skulls).into_iter().enumerate() {
            faces[group + number * n_groups] = face?;
        }
    }
    Some(faces)
}

/// A head to learn from.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// What the network is given.
    pub given: Given<'a>,
    /// What it is to find.
    pub face: &'a [f32],
}

impl Lesson<'_> {
    /// The head in a pose by chance, and how far its skin is from the face of the regression at each cell.
    fn drawn(&self, resolution: usize, random: &mut Random) -> (Look, Vec<f32>) {
        let pose = Pose::numbered(random.below(Pose::N));
        let look = Look::new(self.given, resolution, pose);
        let off = look.cells.iter().map(|&cell| self.face[cell] - self.given.guess[cell]);
        let off = off.collect();
        (look, off)
    }
}

/// Teaches a network, step by step with a log and saves.
///
/// # Errors
/// If a file cannot be written, an older run cannot be gone on with, or the work was stopped.
pub fn teach(
    mut network: Network,
    lessons: &[Lesson<'_>],
    settings: &Settings,
    (files, resume): (&Files, bool),
    watch: &Watch<'_>,
) -> Result<Network, Error> {
    let course = &settings.network;
    let schedule = Schedule::Cosine { warm_up: WARM_UP, n_steps: course.steps };
    let options = AdamOptions::default();
    let weights = network.weights.clone();
    let mut trainer = Trainer::new(weights, options, course.rate, schedule, course.seed);
    if resume {
        trainer.resume(&files.run)?;
    }
    let length = Length { steps: course.steps, save_every: course.save_every };
    run(&mut trainer, length, files, watch, |trainer| {
        trainer.step(1, |tape, random| {
            let drawn = (0..settings.network.batch).map(|_| {
                let lesson = &lessons[random.below(lessons.len())];
                lesson.drawn(settings.resolution, random)
            });
            let (looks, off): (Vec<Look>, Vec<Vec<f32>>) = drawn.unzip();
            let Some(found) = network.run(tape, &looks.iter().collect::<Vec<_>>()) else {
                return 0.0;
            };
            tape.squared_loss(&found, &off.concat())
        })
    })?;
    network.weights = trainer.parameters;
    Ok(network)
}
