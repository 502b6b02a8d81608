//! Point clouds: taken from meshes, and turned back into them.

pub mod farthest;
pub mod nearest;
pub mod normals;
pub mod poisson_disk;
pub mod reconstruct;
pub mod sample;

mod cells;
