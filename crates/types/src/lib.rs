//! The nouns of medshape: what a shape is made of, and nothing that is done to it.
//!
//! World space is millimetres, RAS+: x grows to the patient's right, y to the front, z to the head.
//! Every other crate turns one of these nouns into another; this one depends on nothing.
//!
//! - [`Affine`] and [`Grid`]: where voxels lie in the world.
//! - [`Volume`]: values on a grid. [`LabelMap`]: one structure number a voxel, in [`LabelVoxels`].
//!   [`Mask`]: where one structure is. [`Segmentation`]: label maps in layers, with names and codes;
//!   [`Layers`] puts structures into them.
//!   [`Contours`]: structures as outlines.
//! - [`Mesh`]: triangles in world space. [`PointCloud`]: points, perhaps with normals.
//!   [`Bounds`]: an axis-aligned box around them.
//! - [`Picture`]: pixels, such as a thumbnail.

mod affine;
mod bounds;
mod contours;
mod grid;
mod label_map;
mod label_voxels;
mod layers;
mod mask;
mod mesh;
mod picture;
mod point_cloud;
mod segmentation;
mod volume;

pub use affine::Affine;
pub use bounds::Bounds;
pub use contours::{ContouredStructure, Contours};
pub use grid::{Grid, GridError, MAX_ANISOTROPY, MAX_DIM, MAX_VOXELS};
pub use label_map::{LabelMap, LabelMapError, MAX_LABELS};
pub use label_voxels::{LabelIndex, LabelVoxels};
pub use layers::{Layers, LayersError};
pub use mask::Mask;
pub use mesh::{Mesh, MeshError};
pub use picture::Picture;
pub use point_cloud::{PointCloud, PointCloudError};
pub use segmentation::{Code, Meaning, Segment, Segmentation, SegmentationError};
pub use volume::Volume;
