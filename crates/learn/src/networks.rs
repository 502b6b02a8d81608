//! Networks made of [operators](crate::operators).

mod autoencoder;
mod build;
mod completion;

pub use autoencoder::Autoencoder;
pub use completion::{Completed, Completion, Widths};

#[cfg(test)]
mod tests;
