//! Shapes as numbers: how large, how long, how round, how rough, how even.
//!
//! [`mask`] describes the voxels of every label with the definitions of PyRadiomics (van Griethuysen
//! et al., 2017), [`shape`] describes a mesh, [`boundary`] the curves in which surfaces end or meet
//! others, [`symmetry`] how alike the two sides of a shape are; `docs/features.md` has a line for
//! each number. [`descriptor`] makes numbers to compare shapes by; `docs/similar.md` explains it.

pub mod boundary;
pub mod descriptor;
pub mod extent;
pub mod mask;
pub mod shape;
pub mod symmetry;

mod bits;
mod cells;
mod diameters;
mod eigen;
mod hull;
mod moments;
mod plane;
mod roughness;
mod solid;
mod spread;
