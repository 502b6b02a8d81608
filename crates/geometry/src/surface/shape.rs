//! The shared border where its corners are now.

use std::ops::{Add, Mul, Sub};

use super::border::{Border, Quad};
use crate::vector::dot;

/// A border with its corners moved.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'a> {
    pub(crate) border: &'a Border,
    /// From each corner's place in the grid to where it is, in voxels; none if all are in place.
    pub(crate) offsets: &'a [[f32; 3]],
    pub(crate) spacing_mm: [f64; 3],
}

impl Shape<'_> {
    /// Where a corner is, in corner coordinates.
    #[inline]
    pub(crate) fn place(&self, corner: u32) -> [f64; 3] {
        let place = self.border.corners[corner as usize];
        let offset = self.offsets.get(corner as usize).copied().unwrap_or_default();
        [0, 1, 2].map(|axis| f64::from(place[axis]) + f64::from(offset[axis]))
    }

    /// Where a corner is, in mm along the axes of the grid.
    #[inline]
    pub(crate) fn position_mm(&self, corner: u32) -> [f64; 3] {
        let place = self.place(corner);
        [0, 1, 2].map(|axis| place[axis] * self.spacing_mm[axis])
    }

    /// The corners of a quad, in mm.
    pub(crate) fn quad_mm(&self, quad: &Quad) -> [[f64; 3]; 4] {
        quad.corners.map(|corner| self.position_mm(corner))
    }
}

/// The two triangles of a quad, by number of corner: it is cut along its shorter diagonal.
#[inline]
pub(crate) fn halves<T>([a, b, c, d]: [[T; 3]; 4]) -> [[usize; 3]; 2]
where
    T: Copy + PartialOrd + Add<Output = T> + Sub<Output = T> + Mul<Output = T>,
{
    let squared_length = |p: [T; 3], q: [T; 3]| {
        let step = [q[0] - p[0], q[1] - p[1], q[2] - p[2]];
        dot(step, step)
    };
    if squared_length(a, c) <= squared_length(b, d) {
        [[0, 1, 2], [0, 2, 3]]
    } else {
        [[0, 1, 3], [1, 2, 3]]
    }
}
