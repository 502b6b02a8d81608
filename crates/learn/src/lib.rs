//! Learns from shapes where they are: networks over the occupied voxels alone, at full resolution,
//! on an ordinary machine.
//!
//! [`sparse`] is the one data structure, a grid of Morton-ordered leaves of 8×8×8 voxels with a bit
//! a voxel; the features of its voxels are rows in the same order.
//! It stands beside `medshape` and knows neither files of images nor the catalog.

pub mod sparse;

pub use sparse::SparseGrid;
