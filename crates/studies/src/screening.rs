//! Screening for brain tumours by shape: whether a brain has a mass in it, told from its mask alone,
//! learned from phantom brains.
//!
//! ```text
//! pair ── cohort ──> a healthy phantom brain, and one with a tumour
//!      ── shape ───> voxels, surface, points, descriptors, all that is seen of it
//!      ── ladder ──> volume, sex and age; descriptors; five networks: calibrated chances
//! ```
//! Each rung is scored on the same subjects, beside what the volume alone tells.

pub mod cohort;
pub mod descriptors;
pub mod evaluate;
pub mod model;
pub mod networks;
pub mod predict;
pub mod settings;
pub mod shape;
pub mod surface;
pub mod train;

mod pictures;
mod report;

use crate::{Error, Evaluate, Predict, Task, Train, Watch};

/// What has to be said wherever a chance is shown.
pub const NO_DIAGNOSIS: &str = "This is no diagnosis and no medical device: the model has seen phantom brains alone, never a patient.";

/// The task `screening`.
#[derive(Debug)]
pub struct Screening;

impl Task for Screening {
    fn name(&self) -> &'static str {
        "screening"
    }

    fn about(&self) -> &'static str {
        "tells brains with a mass from others by shape: seven methods beside each other, on phantom brains that it makes itself"
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
