//! Super-resolution: the shape that a coarse label map was made of, on a grid 2, 4 or 8 times as fine.
//!
//! ```text
//! phantom skull, or a structure of a body ── subjects ──> the same shape at several resolutions
//! coarse shape ── shape ──> its surface ── model ──> which finer voxels it has
//!              ── interpolate ──> what needs no learning: nearest, linear, distances
//! ```
//! `docs/super-resolution.md` tells how, and what it is worth.

pub mod evaluate;
pub mod interpolate;
pub mod lesson;
pub mod model;
pub mod predict;
pub mod settings;
pub mod shape;
pub mod subjects;
pub mod train;

mod report;

#[cfg(test)]
mod tests;

use crate::task::Choice;
use crate::{Error, Evaluate, Predict, Task, Train, Watch};

/// The task.
#[derive(Debug)]
pub struct SuperResolution;

impl Task for SuperResolution {
    fn name(&self) -> &'static str {
        "super-resolution"
    }

    fn about(&self) -> &'static str {
        "label maps get 2, 4 or 8 times as many voxels along each axis, and surfaces without steps"
    }

    fn settings(&self) -> &'static str {
        settings::DEFAULTS
    }

    fn train(&self, request: &Train, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
        train::train(request, watch)
    }

    fn choices(&self) -> &'static [Choice] {
        &[Choice::Factor]
    }

    fn predict(&self, request: &Predict, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
        predict::predict(request, watch)
    }

    fn evaluate(&self, request: &Evaluate, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
        evaluate::evaluate(request, watch)
    }
}
