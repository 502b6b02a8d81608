//! Networks made of [operators](crate::operators).

mod autoencoder;
mod build;
mod completion;
mod dgcnn;
mod encoder;
mod octree;
mod point_cnn;
mod points;
mod super_resolution;
mod unet;

pub use autoencoder::Autoencoder;
pub use completion::{Completed, Completion, Widths};
pub use dgcnn::Dgcnn;
pub use encoder::Encoder;
pub use octree::Octree;
pub use point_cnn::PointCnn;
pub use points::PointNet;
pub use super_resolution::{Lesson, SuperResolution, Upsampled};
pub use unet::UNet;

#[cfg(test)]
mod tests;
