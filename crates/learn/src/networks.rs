//! Networks made of [operators](crate::operators).

mod autoencoder;
mod build;
mod completion;

pub use autoencoder::Autoencoder;
pub use completion::{Completion, Completed, Widths};

#[cfg(test)]
mod tests;
