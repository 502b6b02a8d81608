//! Triangles: measured, inspected, welded, simplified.

pub mod area;
pub mod closed;
pub mod components;
pub mod curvature;
pub mod intersections;
pub mod loops;
pub mod normals;
pub mod quality;
pub mod simplify;
pub mod volume;
pub mod weld;

mod edges;
mod exact;
pub(crate) mod near;
mod rings;
