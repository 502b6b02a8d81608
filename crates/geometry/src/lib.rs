//! Turns shapes into shapes or numbers: no files, no clocks, the same result on any number of threads.
//!
//! Voxels in, meshes out: [`voxels`] does what is done on grids, [`surface`] makes one closed mesh of
//! every label, [`mesh`] measures, inspects and simplifies meshes, [`compare`] says how alike two
//! shapes are.
//! The nouns come from `medshape-types`; nothing here knows where they came from or where they go.

pub mod compare;
pub mod mesh;
pub mod phantom;
pub mod picture;
pub mod surface;
pub mod voxels;

mod sets;
