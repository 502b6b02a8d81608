//! Bringing one shape onto another: by pairs of points, by principal axes, by nearest points.
//!
//! Every result is an [`Affine`](medshape_types::Affine) `fixed_from_moving`, and none of them is a
//! reflection: a left kidney is never laid onto a right one by turning it inside out.

pub mod icp;
pub mod pairs;
pub mod principal;
