//! How far a point lies from planes: their squared distances, added up.

use crate::vector::{dot, scaled};

/// Sum of squared distances to planes, as a function of the offset from some point (Garland and
/// Heckbert, 1997).
///
/// Kept relative to a vertex of the mesh, near which the planes pass, 32-bit floats are enough:
/// what cancels is as short as an edge, not as long as a body.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quadric {
    /// Of the square terms: xx, yy, zz, xy, xz, yz.
    a: [f32; 6],
    b: [f32; 3],
    c: f32,
}

/// Where two vertices go when they become one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Optimum {
    /// From the middle between the two.
    pub(super) offset: [f32; 3],
    /// Sum of weighted squared distances, and a little for the length of the edge.
    pub(super) cost: f32,
    /// Sum of the weights.
    pub(super) weight: f32,
}

/// How strongly a vertex is drawn to the middle of its edge where the planes leave it free.
const PULL: f32 = 3e-4;
/// How much longer edges are dearer where the planes do not say which is.
const LENGTH: f32 = 1e-3;

impl Quadric {
    /// A plane through the point, by its normal, of which the length is the weight.
    #[inline]
    pub(super) fn plane(normal: [f32; 3]) -> Self {
        let [x, y, z] = normal;
        let length = (x * x + y * y + z * z).sqrt();
        let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
        let [sx, sy, sz] = normal.map(|value| value * scale);
        Self { a: [x * sx, y * sy, z * sz, x * sy, x * sz, y * sz], ..Self::default() }
    }

    #[inline]
    pub(super) fn add(&mut self, other: &Self) {
        self.a.iter_mut().zip(other.a).for_each(|(sum, value)| *sum += value);
        self.b.iter_mut().zip(other.b).for_each(|(sum, value)| *sum += value);
        self.c += other.c;
    }

    /// The same planes as seen from a point at `offset`.
    #[inline]
    pub(super) fn seen_from(&self, offset: [f32; 3]) -> Self {
        let turned = self.turned(offset);
        let b = [0, 1, 2].map(|axis| self.b[axis] + turned[axis]);
        let c = self.c + dot(offset, self.b) + dot(offset, b);
        Self { a: self.a, b, c }
    }

    #[inline]
    fn turned(&self, [x, y, z]: [f32; 3]) -> [f32; 3] {
        let [xx, yy, zz, xy, xz, yz] = self.a;
        [xx * x + xy * y + xz * z, xy * x + yy * y + yz * z, xz * x + yz * y + zz * z]
    }

    /// The best place for a vertex that stands for this and another, which lies twice `half` from
    /// here.
    #[inline]
    pub(super) fn optimum(&self, other: &Self, half: [f32; 3]) -> Optimum {
        let sum = self.joined(other, half);
        let weight = sum.weight();
        let offset = scaled(sum.solved(PULL * weight + f32::MIN_POSITIVE), -1.0);
        let least = (sum.c + dot(sum.b, offset)).max(0.0);
        Optimum { offset, cost: least + LENGTH * weight * dot(half, half), weight }
    }

    /// A given place for such a vertex, by its offset from the middle.
    pub(super) fn placed(&self, other: &Self, half: [f32; 3], offset: [f32; 3]) -> Optimum {
        let sum = self.joined(other, half);
        let weight = sum.weight();
        let cost = sum.seen_from(offset).c.max(0.0);
        Optimum { offset, cost: cost + LENGTH * weight * dot(half, half), weight }
    }

    /// Both as seen from the middle between.
    #[inline]
    fn joined(&self, other: &Self, half: [f32; 3]) -> Self {
        let mut sum = self.seen_from(half);
        sum.add(&other.seen_from(scaled(half, -1.0)));
        sum
    }

    /// Of all planes together: normals have length 1.
    #[inline]
    fn weight(&self) -> f32 {
        let [xx, yy, zz, ..] = self.a;
        xx + yy + zz
    }

    /// Solution of (A + pull) x = b, by Cholesky's factors without roots.
    #[inline]
    fn solved(&self, pull: f32) -> [f32; 3] {
        let [xx, yy, zz, xy, xz, yz] = self.a;
        let [bx, by, bz] = self.b;
        let first = 1.0 / (xx + pull);
        let (ly, lz) = (xy * first, xz * first);
        let second = 1.0 / (yy + pull - ly * xy);
        let lower = yz - ly * xz;
        let lyz = lower * second;
        let third = 1.0 / (zz + pull - lz * xz - lyz * lower);
        let y = by - ly * bx;
        let z = (bz - lz * bx - lyz * y) * third;
        let y = y * second - lyz * z;
        [bx * first - ly * y - lz * z, y, z]
    }
}
