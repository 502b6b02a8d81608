//! Sets of points.

pub mod nearest;
