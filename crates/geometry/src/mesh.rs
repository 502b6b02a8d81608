//! Triangles: measured, inspected, welded, simplified.

pub mod area;
pub mod closed;
pub mod components;
pub mod curvature;
pub mod deviation;
pub mod distance_field;
pub mod intersections;
pub mod levels;
pub mod loops;
pub mod normals;
pub mod quality;
pub mod remesh;
pub mod repair;
pub mod simplify;
pub mod tree;
pub mod volume;
pub mod voxelise;
pub mod weld;

pub(crate) mod edges;
mod exact;
mod rings;
