//! The voxels that a shape occupies, as sorted leaves of 8×8×8 voxels with one bit a voxel.
//!
//! Leaves are ordered by the Morton code of their position and voxels within a leaf by the Morton
//! code of theirs, so rows of features lie along one Z-order curve at every level, and byte `j` of a
//! leaf's mask is exactly its 2×2×2 block `j`.
//! Therefore coarsening, refining, sets and the rows of a block's children need no index and no hash.
//! (Leaves with masks and prefix counts: Museth, `NanoVDB`, 2021.)

mod border;
mod coarsen;
mod grid;
pub(crate) mod leaf;
mod mask;
pub(crate) mod morton;
pub(crate) mod neighbours;
mod select;
mod sets;
mod trilinear;

pub use grid::{MAX_BATCH, MAX_COORDINATE, SparseGrid, Voxel};
pub use mask::MaskError;
pub(crate) use neighbours::NONE;
pub(crate) use sets::leaves_in;
pub use trilinear::Trilinear;

#[cfg(test)]
mod tests;
