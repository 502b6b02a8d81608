//! Learns from shapes where they are: networks over the occupied voxels alone, at full resolution,
//! on an ordinary machine.
//!
//! [`sparse`] is the one data structure, a grid of Morton-ordered leaves of 8×8×8 voxels with a bit
//! a voxel; the features of its voxels are rows in the same order.
//! [`operators`] turn rows into rows, forward and backward, and note on a [`Tape`] what they did;
//! [`networks`] are made of them, and [`train`] teaches them.
//! It stands beside `medshape` and knows neither files of images nor the catalog.

#![allow(
    clippy::needless_range_loop,
    reason = "numeric loops index several rows by the same channel"
)]

pub mod networks;
pub mod operators;
pub mod sparse;
pub mod train;

mod kernels;
mod parameters;
mod random;
mod rows;
mod scalar;
mod tape;

pub use parameters::{Parameter, ParameterId, Parameters, Role};
pub use random::Random;
pub use rows::{Rows, Tensor};
pub use scalar::Real;
pub use sparse::SparseGrid;
pub use tape::{Gradients, Tape};
