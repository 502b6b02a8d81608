//! Networks made of [operators](crate::operators).

mod autoencoder;
mod build;
mod completion;
mod unet;

pub use autoencoder::Autoencoder;
pub use completion::{Completed, Completion, Widths};
pub use unet::UNet;

#[cfg(test)]
mod tests;
