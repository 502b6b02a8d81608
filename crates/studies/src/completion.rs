//! Anatomy completion: from a label map in which structures are missing, all structures.
//!
//! ```text
//! label map ── partial ──> what is given ── body ──> 3 mm ── frame, sample ──> cells of the frame
//!           ── register ─> bent onto the average body ── template ────> chances of what is missing
//!           or training subjects bent onto it, which vote ── multi_atlas, fusion ──> the same
//!           ── complete ─> voxels of the label map
//! ```
//!
//! `docs/learning.md` tells how, and what it is worth.

pub mod baselines;
pub mod body;
pub mod cells;
pub mod complete;
pub mod evaluate;
pub mod frame;
pub mod fusion;
pub mod model;
pub mod multi_atlas;
pub mod partial;
pub mod pyramid;
pub mod register;
pub mod sample;
pub mod settings;
pub mod smooth;
pub mod structures;
pub mod subjects;
pub mod template;

mod learn;
mod predict;
mod report;

#[cfg(test)]
mod tests;

use crate::task::Choice;
use crate::{Error, Evaluate, Predict, Task, Train, Watch};

/// The task.
#[derive(Debug)]
pub struct Completion;

impl Task for Completion {
    fn name(&self) -> &'static str {
        "completion"
    }

    fn about(&self) -> &'static str {
        "whole-body label maps in which structures are missing get them back"
    }

    fn settings(&self) -> &'static str {
        settings::DEFAULTS
    }

    fn train(&self, request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
        learn::train(request, watch)
    }

    fn choices(&self) -> &'static [Choice] {
        &[Choice::Structures]
    }

    fn predict(&self, request: &Predict, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
        predict::predict(request, watch)
    }

    fn evaluate(&self, request: &Evaluate, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
        evaluate::evaluate(request, watch)
    }
}
