use super::Tree;
use crate::boxes::{Lanes, Node, WIDTH, higher, lower};
use crate::vector::{cross, dot, sub};

/// Where a ray meets a mesh.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The face that it meets.
    pub face: u32,
    /// How far along the ray, in lengths of its direction.
    pub along: f64,
}

impl Tree<'_> {
    /// The first face that a ray meets, from either side; `None` if it meets none.
    ///
    /// A ray in the plane of a face passes it by. One that runs exactly along an edge may pass
    /// between its faces; whether a point is inside is the question of a
    /// [`SignedTree`](super::SignedTree).
    pub fn first_hit(&self, origin_mm: [f32; 3], direction: [f32; 3]) -> Option<Hit> {
        let origin = sub(origin_mm, self.center);
        if !origin.iter().chain(&direction).all(|value| value.is_finite()) {
            return None;
        }
        let inverse = direction.map(|value| 1.0 / value);
        let mut first: Option<Hit> = None;
        let score = |_, node: &Node| entries(node, origin, inverse);
        self.boxes.search(f32::INFINITY, score, |leaf, best| {
            let faces = self.boxes.order()[WIDTH * leaf..].iter().take(WIDTH);
            for &face in faces {
                let along = crossing(
                    self.triangle(face),
                    origin_mm.map(f64::from),
                    direction.map(f64::from),
                );
                if let Some(along) = along.filter(|&along| first.is_none_or(|f| along < f.along)) {
                    first = Some(Hit { face, along });
                }
            }
            // A little more than the distance: boxes are entered in fewer bits.
            first.map_or(best, |hit| hit.along as f32 * 1.0001 + f32::MIN_POSITIVE)
        });
        first
    }
}

/// How far along a ray enters each box; infinite for those that it misses.
fn entries(node: &Node, origin: [f32; 3], inverse: [f32; 3]) -> Lanes {
    let mut entries = [0.0; WIDTH];
    let mut exits = [f32::INFINITY; WIDTH];
    for axis in 0..3 {
        for lane in 0..WIDTH {
            // Zero times infinity, on the edge of a box, is NaN and changes neither.
            let near = (node.min[axis][lane] - origin[axis]) * inverse[axis];
            let far = (node.max[axis][lane] - origin[axis]) * inverse[axis];
            entries[lane] = higher(lower(near, far), entries[lane]);
            exits[lane] = lower(higher(near, far), exits[lane]);
        }
    }
    for lane in 0..WIDTH {
        // Rounding must not lose a box that is only touched.
        let is_hit = entries[lane] <= exits[lane] * 1.000_001 + 1e-6;
        if !is_hit || node.min[0][lane] > node.max[0][lane] {
            entries[lane] = f32::INFINITY;
        }
    }
    entries
}

/// How far along a ray crosses a triangle (Möller and Trumbore, 1997).
fn crossing([a, b, c]: [[f64; 3]; 3], origin: [f64; 3], direction: [f64; 3]) -> Option<f64> {
    let (ab, ac) = (sub(b, a), sub(c, a));
    let across = cross(direction, ac);
    let determinant = dot(ab, across);
    if determinant == 0.0 {
        return None;
    }
    let from_a = sub(origin, a);
    let u = dot(from_a, across) / determinant;
    let turned = cross(from_a, ab);
    let v = dot(direction, turned) / determinant;
    let along = dot(ac, turned) / determinant;
    (u >= 0.0 && v >= 0.0 && u + v <= 1.0 && along >= 0.0).then_some(along)
}
