//! Turns shapes into shapes or numbers: no files, no clocks, the same result on any number of threads.
//!
//! Voxels in, meshes out: [`voxels`] does what is done on grids, [`surface`] makes one closed mesh of
//! every label, [`mesh`] measures, inspects, repairs, simplifies and queries meshes and turns them
//! back into voxels, [`points`] takes points from them and makes meshes of points, [`describe`] turns
//! shapes into numbers, [`compare`] says how alike two are.
//! The nouns come from `medshape-types`; nothing here knows where they came from or where they go.

pub mod align;
pub mod compare;
pub mod describe;
pub mod mesh;
pub mod phantom;
pub mod picture;
pub mod points;
pub mod population;
pub mod surface;
pub mod voxels;

mod boxes;
pub mod numbers;
mod random;
mod sets;
mod vector;
