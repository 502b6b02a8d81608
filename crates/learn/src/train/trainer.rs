use super::adam::{Adam, AdamOptions};
use super::schedule::Schedule;
use crate::{ParameterId, Parameters, Random, Real, Tape};

/// A training as it stands: weights, optimiser, chance, step. All of it goes into a checkpoint, so a
/// run that is resumed gives the same weights, bit for bit, as one that never stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Trainer<T> {
    /// What is learned.
    pub parameters: Parameters<T>,
    /// What chooses samples and augments them.
    pub random: Random,
    /// Rate of learning before the schedule.
    pub rate: f64,
    /// How the rate changes.
    pub schedule: Schedule,
    pub(super) adam: Adam<T>,
}

impl<T: Real> Trainer<T> {
    /// A training that begins.
    pub fn new(
        parameters: Parameters<T>,
        options: AdamOptions,
        rate: f64,
        schedule: Schedule,
        seed: u64,
    ) -> Self {
        let adam = Adam::new(&parameters, options);
        Self { parameters, random: Random::new(seed), rate, schedule, adam }
    }

    /// Steps taken so far.
    pub fn n_steps(&self) -> u64 {
        self.adam.n_steps
    }

    /// One step on several samples, whose gradients are averaged. `run` puts one sample's losses on
    /// the tape and gives their sum; the mean over the samples comes back.
    pub fn step(
        &mut self,
        n_samples: usize,
        mut run: impl FnMut(&mut Tape<'_, T>, &mut Random) -> f64,
    ) -> f64 {
        let mut sums: Vec<Vec<T>> = Vec::new();
        let mut loss = 0.0;
        for _ in 0..n_samples {
            let mut tape = Tape::train(&self.parameters);
            loss += run(&mut tape, &mut self.random) / n_samples as f64;
            let (gradients, statistics) = tape.backward();
            add(&mut sums, gradients.into_parameters());
            self.keep(statistics);
        }
        let share = T::of(1.0 / n_samples as f64);
        sums.iter_mut().flatten().for_each(|sum| *sum *= share);
        let rate = self.rate * self.schedule.factor(self.adam.n_steps);
        self.adam.step(&mut self.parameters, &sums, rate);
        loss
    }

    fn keep(&mut self, statistics: Vec<(ParameterId, Vec<T>)>) {
        for (id, values) in statistics {
            self.parameters.values_mut(id).copy_from_slice(&values);
        }
    }
}

fn add<T: Real>(sums: &mut Vec<Vec<T>>, gradients: Vec<Vec<T>>) {
    if sums.is_empty() {
        *sums = gradients;
        return;
    }
    for (sum, gradient) in sums.iter_mut().zip(gradients) {
        if sum.is_empty() {
            *sum = gradient;
        } else {
            sum.iter_mut().zip(gradient).for_each(|(sum, gradient)| *sum += gradient);
        }
    }
}
