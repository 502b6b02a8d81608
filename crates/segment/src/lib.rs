//! Segments images with networks that were trained elsewhere.
//!
//! A network comes as ONNX, with the `plans.json` and `dataset.json` of nnU-Net beside it, which say how
//! images are prepared for it and what its answers are called. [`segment()`] tells the story; the other
//! modules are its parts, in the order in which they take part:
//!
//! - [`plans`]: what the files beside the model say.
//! - [`runtime`]: onnxruntime, a library that is looked for when it is needed; [`model`]: a network in it.
//! - [`mod@array`]: numbers with axes in the order of nnU-Net.
//! - [`image`]: channels read, cropped to what is not zero, normalised, brought to the spacing of the plans.
//! - [`sliding`]: the network over overlapping tiles, which [`tiles`] lays.
//! - [`labelling`]: its answers brought back to the voxels of the image.
//! - [`memory`]: what all that takes, before it is taken.
//!
//! This is the only crate that knows of a library in another language.

pub mod array;
pub mod image;
pub mod labelling;
pub mod memory;
pub mod model;
pub mod plans;
pub mod runtime;
pub mod sliding;
pub mod tiles;

mod error;
mod segment;

pub use error::Error;
pub use segment::{Report, Request, Watch, segment};
