//! Shapes as numbers: how large, how long, how round, how rough, how even.
//!
//! [`mask`] describes the voxels of every label with the definitions of PyRadiomics (van Griethuysen
//! et al., 2017), [`shape`] describes a mesh. `docs/features.md` has a line for each number.


pub mod mask;



mod bits;
mod cells;
mod diameters;
mod eigen;
mod extent;
mod hull;
mod moments;
mod plane;
