//! How alike two shapes are.

pub mod hausdorff;
pub mod meshes;
pub mod points;
