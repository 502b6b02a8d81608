//! Learning tasks: from subjects to a model, from a model to predictions, and what these are worth.
//!
//! `medshape-learn` is the engine, which eats samples; here samples are made of files, splits are
//! kept apart, predictions are scored beside baselines, and reports are written.
//!
//! - [`Task`] is what each task can do, [`task::TASKS`] the list of them.
//! - [`split`]: which subject is for what, refused where one is for two things.
//! - [`skulls`]: holes in skulls are filled. [`super_resolution`]: coarse shapes get finer.
//!   [`screening`]: brains with a mass are told from others. [`traits`]: sex and age are told by organs.
//!   [`face`]: skulls get a face.
//! - [`conformity`]: whether phantoms are as the population that they are drawn from.
//! - [`heads`]: phantom skulls as several tasks have them.
//! - [`metrics`]: how well a predicted structure fits the true one; [`statistics`]: over subjects.

pub mod completion;
pub mod conformity;
pub mod curve;
pub mod face;
pub mod files;
pub mod heads;
pub mod metrics;
pub mod page;
pub mod plot;
pub mod regression;
pub mod screening;
pub mod skulls;
pub mod split;
pub mod statistics;
pub mod super_resolution;
pub mod tables;
pub mod task;
pub mod training;
pub mod traits;

mod error;
mod model_file;
mod panels;
mod report;

pub use error::Error;
pub use task::{Evaluate, Predict, Progress, Task, Train, Watch};
