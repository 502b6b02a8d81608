//! Which point of a mesh is nearest.

use medshape_types::Mesh;

use crate::boxes::{Boxes, Corners, WIDTH, higher, lower};
use crate::vector::{add, dot, scaled, sub};

/// A mesh with a tree over its faces.
pub(crate) struct Near {
    triangles: Vec<[[f64; 3]; 3]>,
    boxes: Boxes,
}

impl Near {
    pub(crate) fn new(mesh: &Mesh) -> Self {
        let boxes: Vec<Corners> = mesh.triangles().map(|triangle| around(&triangle)).collect();
        let boxes = Boxes::new(&boxes);
        // In the order of the leaves, so that a leaf's triangles are together in memory.
        let triangle = |&face: &u32| {
            mesh.faces()[face as usize].map(|v| mesh.positions()[v as usize].map(f64::from))
        };
        Self { triangles: boxes.order().iter().map(triangle).collect(), boxes }
    }

    /// The nearest point, or `None` of a mesh without faces.
    pub(crate) fn nearest(&self, point: [f64; 3]) -> Option<[f64; 3]> {
        let mut best = (f64::INFINITY, None);
        self.boxes.search(
            f32::INFINITY,
            |node| node.squared_distances(point.map(|v| v as f32)),
            |leaf, _| {
                let first = WIDTH * leaf;
                let last = (first + WIDTH).min(self.triangles.len());
                for triangle in &self.triangles[first..last] {
                    let candidate = nearest_of_triangle(point, triangle);
                    let d = sub(candidate, point);
                    if dot(d, d) < best.0 {
                        best = (dot(d, d), Some(candidate));
                    }
                }
                // The boxes are compared in single precision, so a little more is looked at.
                (best.0 * 1.000_01 + 1e-9) as f32
            },
        );
        best.1
    }
}

/// The box around a triangle.
pub(super) fn around(triangle: &[[f32; 3]; 3]) -> Corners {
    let [a, b, c] = triangle;
    let each = |pick: fn(f32, f32) -> f32| [0, 1, 2].map(|axis| pick(pick(a[axis], b[axis]), c[axis]));
    [each(lower), each(higher)]
}

/// The point of a triangle nearest to another (Ericson, 2005, section 5.1.5).
fn nearest_of_triangle(point: [f64; 3], &[a, b, c]: &[[f64; 3]; 3]) -> [f64; 3] {
    let (ab, ac) = (sub(b, a), sub(c, a));
    let from = |corner| (dot(ab, sub(point, corner)), dot(ac, sub(point, corner)));
    let ((d1, d2), (d3, d4), (d5, d6)) = (from(a), from(b), from(c));
    if d1 <= 0.0 && d2 <= 0.0 {
        return a;
    }
    if d3 >= 0.0 && d4 <= d3 {
        return b;
    }
    let in_c = d1 * d4 - d3 * d2;
    if in_c <= 0.0 && d1 >= 0.0 && d3 <= 0.0 {
        return add(a, scaled(ab, d1 / (d1 - d3)));
    }
    if d6 >= 0.0 && d5 <= d6 {
        return c;
    }
    let in_b = d5 * d2 - d1 * d6;
    if in_b <= 0.0 && d2 >= 0.0 && d6 <= 0.0 {
        return add(a, scaled(ac, d2 / (d2 - d6)));
    }
    let in_a = d3 * d6 - d5 * d4;
    if in_a <= 0.0 && d4 - d3 >= 0.0 && d5 - d6 >= 0.0 {
        return add(b, scaled(sub(c, b), (d4 - d3) / ((d4 - d3) + (d5 - d6))));
    }
    let sum = in_a + in_b + in_c;
    if sum <= 0.0 {
        return a;
    }
    add(a, add(scaled(ab, in_b / sum), scaled(ac, in_c / sum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_point_lies_in_a_face_on_an_edge_or_at_a_corner() {
        let corners = vec![[0.0; 3], [4.0, 0.0, 0.0], [0.0, 4.0, 0.0]];
        let near = Near::new(&Mesh::new(corners, vec![[0, 1, 2]]).unwrap());
        let check = |point, expected| assert_eq!(near.nearest(point), Some(expected));
        check([1.0, 1.0, 5.0], [1.0, 1.0, 0.0]);
        check([2.0, -3.0, 1.0], [2.0, 0.0, 0.0]);
        check([4.0, 4.0, 1.0], [2.0, 2.0, 0.0]);
        check([-1.0, 9.0, 1.0], [0.0, 4.0, 0.0]);
        check([9.0, -1.0, 0.0], [4.0, 0.0, 0.0]);
        check([-1.0, -1.0, 0.0], [0.0; 3]);
        check([-1.0, 2.0, 0.0], [0.0, 2.0, 0.0]);
        assert_eq!(Near::new(&Mesh::default()).nearest([0.0; 3]), None);
    }
}
