//! Turns shapes into shapes or numbers: no files, no clocks, the same result on any number of threads.
//!
//! Voxels in, meshes out: [`voxels`] brings label maps into one orientation and counts what they
//! hold, [`surface`] makes one closed mesh of every label, [`mesh`] measures, inspects and
//! simplifies meshes.
//! The nouns come from `medshape-types`; nothing here knows where they came from or where they go.

pub mod mesh;
pub mod phantom;
pub mod picture;
pub mod surface;
pub mod voxels;

mod boxes;
mod sets;
mod vector;
