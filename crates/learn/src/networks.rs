//! Networks made of [operators](crate::operators).

mod autoencoder;
mod build;
mod completion;
mod super_resolution;
mod unet;

pub use autoencoder::Autoencoder;
pub use completion::{Completed, Completion, Widths};
pub use super_resolution::{Lesson, SuperResolution, Upsampled};
pub use unet::UNet;

#[cfg(test)]
mod tests;
