//! What networks are made of: each operator goes forward, and notes on the tape how to go back.

mod apply;
mod combine;
mod convolve;
mod geometry;
mod halo;
mod loss;
mod nearest;
mod norm;
mod pairs;
mod parts;
mod pool;
mod scratch;
mod slices;
mod sums;
mod table;
mod winograd;

#[allow(
    unreachable_pub,
    reason = "a supertrait of `Real`, which is public; nobody else implements it"
)]
pub use apply::Convolve;

pub use convolve::{Convolution, Stride};
pub use nearest::{Nearest, farthest};
pub use norm::{MIN_ROWS, Norm, Statistics};
pub use pool::Pooling;
pub use slices::UpAndConvolve;

#[cfg(test)]
mod tests;
