//! Triangles: measured, inspected, welded, simplified.

pub mod area;
pub mod closed;
pub mod deviation;
pub mod distance_field;
pub mod levels;
pub mod quality;
pub mod simplify;
pub mod tree;
pub mod volume;
pub mod voxelise;
pub mod weld;

mod edges;
