//! Boxes turned along the surface.

use rayon::prelude::*;

use crate::boxes::{Boxes, Lanes, WIDTH, higher};
use crate::vector::{add, cross, dot, doubled_area, scaled, sub, unit};

/// The turned boxes of up to eight children of a node; those of no child are turned inside out.
#[derive(Debug, Clone)]
pub(super) struct Snug {
    center: [Lanes; 3],
    axes: [[Lanes; 3]; 3],
    half: [Lanes; 3],
}

// Rounding shall not make a box smaller than what is in it.
const SLACK: f64 = 1.0 + 1e-6;

impl Snug {
    /// The boxes of all nodes of a level, given the corners of each face.
    pub(super) fn level(
        boxes: &Boxes,
        level: usize,
        corners: impl Fn(u32) -> [[f32; 3]; 3] + Sync,
    ) -> Vec<Self> {
        let child = WIDTH.pow(level as u32 + 1);
        (0..boxes.n_nodes(level))
            .into_par_iter()
            .map(|node| {
                let first = node * child * WIDTH;
                let end = (first + child * WIDTH).min(boxes.order().len());
                Self::of(boxes.order()[first..end].chunks(child), &corners)
            })
            .collect()
    }

    fn of<'a>(
        children: impl Iterator<Item = &'a [u32]>,
        corners: &impl Fn(u32) -> [[f32; 3]; 3],
    ) -> Self {
        let mut snug = Self {
            center: [[0.0; WIDTH]; 3],
            axes: [[[0.0; WIDTH]; 3]; 3],
            half: [[-f32::INFINITY; WIDTH]; 3],
        };
        for (lane, faces) in children.enumerate() {
            let triangles = || faces.iter().map(|&f| corners(f).map(|p| p.map(f64::from)));
            let axes = axes(triangles());
            let (center, half) = extent(axes, triangles());
            for axis in 0..3 {
                snug.center[axis][lane] = center[axis] as f32;
                snug.half[axis][lane] = (half[axis] * SLACK) as f32;
                for (row, value) in snug.axes[axis].iter_mut().zip(axes[axis]) {
                    row[lane] = value as f32;
                }
            }
        }
        snug
    }

    /// Squared distance from a point to each box.
    #[inline]
    pub(super) fn squared_distances(&self, point: [f32; 3]) -> Lanes {
        let mut sums = [0.0; WIDTH];
        for lane in 0..WIDTH {
            let away = [0, 1, 2].map(|axis| point[axis] - self.center[axis][lane]);
            for axis in 0..3 {
                let [x, y, z] = &self.axes[axis];
                let along = x[lane] * away[0] + y[lane] * away[1] + z[lane] * away[2];
                let outside = higher(along.abs() - self.half[axis][lane], 0.0);
                sums[lane] += outside * outside;
            }
        }
        sums
    }
}

/// The mean normal of faces, the direction along the surface in which they reach farthest from their
/// first corner, and the direction across both.
fn axes(triangles: impl Iterator<Item = [[f64; 3]; 3]> + Clone) -> [[f64; 3]; 3] {
    let sum = triangles.clone().map(doubled_area).fold([0.0; 3], add);
    let normal = match unit(sum) {
        [0.0, 0.0, 0.0] => [0.0, 0.0, 1.0],
        normal => normal,
    };
    let mut points = triangles.flatten();
    let first = points.next().unwrap_or_default();
    let mut longest = [0.0; 3];
    for point in points {
        let away = sub(point, first);
        let along = sub(away, scaled(normal, dot(away, normal)));
        if dot(along, along) > dot(longest, longest) {
            longest = along;
        }
    }
    let tangent = match unit(longest) {
        [0.0, 0.0, 0.0] => any_across(normal),
        tangent => tangent,
    };
    [normal, tangent, cross(normal, tangent)]
}

fn any_across(normal: [f64; 3]) -> [f64; 3] {
    let across = if normal[0].abs() < 0.6 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    unit(cross(normal, across))
}

/// Middle and half sizes of the box along these axes.
fn extent(
    axes: [[f64; 3]; 3],
    triangles: impl Iterator<Item = [[f64; 3]; 3]>,
) -> ([f64; 3], [f64; 3]) {
    let mut low = [f64::INFINITY; 3];
    let mut high = [-f64::INFINITY; 3];
    for point in triangles.flatten() {
        for axis in 0..3 {
            let along = dot(axes[axis], point);
            low[axis] = low[axis].min(along);
            high[axis] = high[axis].max(along);
        }
    }
    let mut center = [0.0; 3];
    for axis in 0..3 {
        center = add(center, scaled(axes[axis], 0.5 * (low[axis] + high[axis])));
    }
    (center, [0, 1, 2].map(|axis| 0.5 * (high[axis] - low[axis])))
}
