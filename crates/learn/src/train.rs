//! From gradients to weights: optimisers, schedules, checkpoints, the log.

mod adam;
mod checkpoint;
mod log;
pub mod safetensors;
mod schedule;
mod trainer;

pub use adam::{Adam, AdamOptions};
pub use checkpoint::{CheckpointError, read, write};
pub use log::{Log, LogLine};
pub use schedule::Schedule;
pub use trainer::Trainer;

#[cfg(test)]
mod tests;
