//! Sex and age of people, told from the size and shape of their organs.
//!
//! ```text
//! label map ── organs ──> volume, spread, area of each structure
//!    table ── subjects ─> sex and age of those whose label map is there
//!           ── ladder ──> size of the body; volumes; volumes and shapes: regressions with a ridge
//! ```
//! Few people are known, so that everything is scored by cross-validation, with all choices made inside of it.

pub mod evaluate;
pub mod ladder;
pub mod model;
pub mod organs;
pub mod predict;
pub mod settings;
pub mod subjects;

mod report;
mod train;

use crate::{Error, Evaluate, Predict, Task, Train, Watch};

/// The task `traits`.
#[derive(Debug)]
pub struct Traits;

impl Task for Traits {
    fn name(&self) -> &'static str {
        "traits"
    }

    fn about(&self) -> &'static str {
        "tells sex and age from the size and shape of organs in label maps, with regressions beside each other"
    }

    fn settings(&self) -> &'static str {
        settings::DEFAULTS
    }

    fn train(&self, request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
        train::train(request, watch)
    }

    fn predict(&self, request: &Predict, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
        predict::predict(request, watch)
    }

    fn evaluate(&self, request: &Evaluate, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
        evaluate::evaluate(request, watch)
    }
}

#[cfg(test)]
mod tests;
