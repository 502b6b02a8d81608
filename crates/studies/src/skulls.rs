//! Skull completion: the implant that fills a hole in a skull, learned from phantom skulls.
//!
//! ```text
//! seed ── cohort ──> a phantom skull, and the same with a hole
//!      ── network ─> the whole skull from the rest and its mirror image
//!      ── implant ─> what is new, in one piece, as a mesh that can be printed
//! ```
//! Beside the network stand what needs no training ([`mirror`]) and what needs no network
//! ([`shape_model`]).

pub mod cohort;
pub mod evaluate;
pub mod implant;
pub mod mirror;
pub mod network;
pub mod predict;
mod report;
pub mod settings;
pub mod shape_model;
mod summary;
pub mod train;

use crate::{Error, Evaluate, Predict, Task, Train, Watch};

/// The task `skulls`.
#[derive(Debug)]
pub struct Skulls;

impl Task for Skulls {
    fn name(&self) -> &'static str {
        "skulls"
    }

    fn about(&self) -> &'static str {
        "fills holes in skulls: a sparse network, trained on phantom skulls that it makes itself"
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
