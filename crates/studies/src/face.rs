//! A face from a skull: soft tissue over bone, learned from phantom heads.
//!
//! ```text
//! seed ── cohort ────> a phantom skull with its jaw, and its skin
//!      ── fields ────> distances from the bone, distances from the skin
//!      ── regression > principal components of skulls ── ridge ──> those of faces
//!      ── network ───> the same moved by what a sparse network sees of the bone around it
//! ```
//! Beside the regression stand what needs a table alone ([`dummy`]), the mean face, and the face of the
//! training skull that is most alike.

pub mod cohort;
pub mod dummy;
pub mod evaluate;
pub mod fields;
pub mod lessons;
pub mod model;
pub mod network;
pub mod predict;
pub mod regression;
pub mod scores;
pub mod settings;
pub mod train;

mod pictures;
mod report;
mod summary;

use crate::{Error, Evaluate, Predict, Task, Train, Watch};

/// What has to be said wherever a face is made.
pub const NO_IDENTIFICATION: &str = "This is no tool to identify anybody: the model has seen phantoms alone, never a person, and a skull does not tell a face.";

/// The task `face`.
#[derive(Debug)]
pub struct Face;

impl Task for Face {
    fn name(&self) -> &'static str {
        "face"
    }

    fn about(&self) -> &'static str {
        "makes a face for a skull: regression between shape models and a sparse network, beside a soft-tissue dummy, on phantom heads that it makes itself"
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
