//! Eight triangles at once.

use crate::boxes::{Lanes, WIDTH, higher, lower};
use crate::vector::sub;

type Vectors = [Lanes; 3];

/// Up to eight triangles: a corner of each and the two sides that leave it.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) a: Vectors,
    pub(super) ab: Vectors,
    pub(super) ac: Vectors,
}

// Below this squared sine of the angle at the first corner a triangle is a needle: the direction
// of its normal drowns in rounding, and its sides are as near as its middle.
const NEEDLE: f32 = 1e-8;

impl Leaf {
    /// A leaf of these faces, the last of them repeated to fill it.
    pub(super) fn new(faces: &[u32], corners: impl Fn(u32) -> [[f32; 3]; 3]) -> Self {
        let mut leaf = Self { a: [[0.0; WIDTH]; 3], ab: [[0.0; WIDTH]; 3], ac: [[0.0; WIDTH]; 3] };
        for lane in 0..WIDTH {
            let [a, b, c] = corners(faces[lane.min(faces.len() - 1)]);
            let (ab, ac) = (sub(b, a), sub(c, a));
            for axis in 0..3 {
                leaf.a[axis][lane] = a[axis];
                leaf.ab[axis][lane] = ab[axis];
                leaf.ac[axis][lane] = ac[axis];
            }
        }
        leaf
    }

    /// The lane of the triangle nearest to a point, and its squared distance.
    #[inline]
    pub(super) fn nearest(&self, point: [f32; 3]) -> (usize, f32) {
        let squared = self.squared_distances(point);
        let mut best = 0;
        for lane in 1..WIDTH {
            if squared[lane] < squared[best] {
                best = lane;
            }
        }
        (best, squared[best])
    }

    /// Squared distance of each triangle: that of its plane where the point lies above the
    /// triangle, or else that of its nearest side. Without branches, so that lanes stay together.
    #[inline]
    fn squared_distances(&self, point: [f32; 3]) -> Lanes {
        let mut squared = [0.0; WIDTH];
        for lane in 0..WIDTH {
            let at = |vectors: &Vectors| [vectors[0][lane], vectors[1][lane], vectors[2][lane]];
            let (ab, ac) = (at(&self.ab), at(&self.ac));
            let ap = sub(point, at(&self.a));
            let (ab_ab, ac_ac) = (dot(ab, ab), dot(ac, ac));
            let (ap_ab, ap_ac) = (dot(ap, ab), dot(ap, ac));
            let (bp, bc) = (sub(ap, ab), sub(ac, ab));
            let sides = lower(
                lower(to_segment(ap, ab, ap_ab, ab_ab), to_segment(ap, ac, ap_ac, ac_ac)),
                to_segment(bp, bc, dot(bp, bc), dot(bc, bc)),
            );
            let normal = cross(ab, ac);
            let area = dot(normal, normal);
            let height = dot(ap, normal);
            let plane = height * height / higher(area, f32::MIN_POSITIVE);
            let beside_ab = dot(cross(ab, ap), normal);
            let beside_ac = dot(cross(ap, ac), normal);
            let beside_bc = area - beside_ab - beside_ac;
            let least = lower(lower(beside_ab, beside_ac), beside_bc);
            let above = least >= 0.0 && area > NEEDLE * ab_ab * ac_ac;
            squared[lane] = if above { plane } else { sides };
        }
        squared
    }
}

#[inline]
fn dot(u: [f32; 3], v: [f32; 3]) -> f32 {
    u[0] * v[0] + u[1] * v[1] + u[2] * v[2]
}

#[inline]
fn cross(u: [f32; 3], v: [f32; 3]) -> [f32; 3] {
    crate::vector::cross(u, v)
}

/// Squared distance to the segment that leaves the origin along `along`.
#[inline]
fn to_segment(point: [f32; 3], along: [f32; 3], projection: f32, squared_length: f32) -> f32 {
    let share = projection / higher(squared_length, f32::MIN_POSITIVE);
    let share = lower(higher(share, 0.0), 1.0);
    let away = [0, 1, 2].map(|axis| point[axis] - share * along[axis]);
    dot(away, away)
}
