//! The inner loops: rows times weights, and the gradient of the weights, in registers.
//!
//! This is the only module that may be unsafe: for vector instructions, and for the innermost reads,
//! whose bounds checks would take as long as the arithmetic.

#![allow(
    unsafe_code,
    reason = "vector instructions and the innermost reads; see each SAFETY comment"
)]

mod aligned;
mod multiply;
#[cfg(target_arch = "aarch64")]
mod neon;
mod outer;
mod piece;
mod portable;
mod simd;
mod weights;
pub(crate) mod winograd;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use aligned::Aligned;
pub(crate) use multiply::{Gather, multiply};
pub(crate) use outer::{Pairs, outer};
#[allow(
    unreachable_pub,
    reason = "a supertrait of `Real`, which is public; nobody else implements it"
)]
pub use simd::Dispatch;
pub(crate) use simd::{Kernel, Simd};
pub(crate) use weights::{Weights, padded};

#[cfg(test)]
mod tests;
