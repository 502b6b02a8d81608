//! Solids as functions: negative inside, positive outside, close to the distance in mm near the
//! surface (Hart, 1996; smooth unions after Quilez).

use std::sync::Arc;

use medshape_types::Bounds;

pub(super) type Point = [f64; 3];

/// A solid: a function of space, and a box outside of which it is positive.
#[derive(Clone)]
pub(super) struct Solid {
    distance: Arc<dyn Fn(Point) -> f64 + Send + Sync>,
    bounds: Bounds,
}

impl std::fmt::Debug for Solid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Solid within {:?}", self.bounds)
    }
}

impl Solid {
    pub(super) fn new(
        bounds: Bounds,
        distance: impl Fn(Point) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self { distance: Arc::new(distance), bounds }
    }

    /// Roughly how far a point is from the surface; negative inside.
    pub(super) fn distance(&self, point: Point) -> f64 {
        (self.distance)(point)
    }

    /// A box around it.
    pub(super) fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Both, melted together over `blend_mm`.
    pub(super) fn and(self, other: Self, blend_mm: f64) -> Self {
        let bounds = padded(joined(self.bounds, other.bounds), 0.25 * blend_mm);
        Self::new(bounds, move |p| other.melted(p, self.melted(p, f64::MAX, blend_mm), blend_mm))
    }

    /// All of them, melted together over `blend_mm`.
    pub(super) fn all(solids: Vec<Self>, blend_mm: f64) -> Self {
        let bounds = solids.iter().map(|solid| solid.bounds).reduce(joined);
        let bounds = bounds.unwrap_or(Bounds { min: [0.0; 3], max: [0.0; 3] });
        Self::new(padded(bounds, 0.25 * blend_mm), move |p| {
            solids.iter().fold(f64::MAX, |nearest, solid| solid.melted(p, nearest, blend_mm))
        })
    }

    /// The smooth minimum of a distance and this solid's, which is not asked where its box is too
    /// far away to matter.
    fn melted(&self, p: Point, nearest: f64, blend_mm: f64) -> f64 {
        let limit = nearest + blend_mm;
        if limit < f64::MAX && box_distance(&self.bounds, p) > limit.max(0.0) {
            return nearest;
        }
        smooth_min(nearest, self.distance(p), blend_mm)
    }

    /// What is left when another is taken out, with an edge rounded over `blend_mm`.
    pub(super) fn without(self, other: Self, blend_mm: f64) -> Self {
        let bounds = self.bounds;
        Self::new(bounds, move |p| -other.melted(p, -self.distance(p), blend_mm))
    }

    /// Everything else.
    pub(super) fn outside(self) -> Self {
        let bounds = Bounds { min: [-1e4; 3], max: [1e4; 3] };
        Self::new(bounds, move |p| -self.distance(p))
    }

    /// Whether its box comes so close to a place.
    pub(super) fn may_reach(&self, place: Point, within_mm: f64) -> bool {
        box_distance(&self.bounds, place) <= within_mm
    }

    /// What is in both, with an edge rounded over `blend_mm`.
    pub(super) fn within(self, other: Self, blend_mm: f64) -> Self {
        let bounds = common(self.bounds, other.bounds);
        Self::new(bounds, move |p| -smooth_min(-self.distance(p), -other.distance(p), blend_mm))
    }

    /// Grown on all sides, or shrunk.
    pub(super) fn grown(self, by_mm: f64) -> Self {
        let bounds = padded(self.bounds, by_mm);
        Self::new(bounds, move |p| self.distance(p) - by_mm)
    }

    /// The skin of a solid, as thick inwards as outwards.
    pub(super) fn skin(self, half_thickness_mm: f64) -> Self {
        let bounds = padded(self.bounds, half_thickness_mm);
        Self::new(bounds, move |p| self.distance(p).abs() - half_thickness_mm)
    }

    /// The other side of the body.
    pub(super) fn mirrored(self) -> Self {
        let Bounds { min, max } = self.bounds;
        let bounds = Bounds { min: [-max[0], min[1], min[2]], max: [-min[0], max[1], max[2]] };
        Self::new(bounds, move |[x, y, z]| self.distance([-x, y, z]))
    }

    /// Scaled about the middle of its box.
    pub(super) fn scaled(self, factor: f64) -> Self {
        let centre = self.bounds.center();
        let place =
            |p: Point, k: f64| [0, 1, 2].map(|axis| centre[axis] + k * (p[axis] - centre[axis]));
        let bounds =
            Bounds { min: place(self.bounds.min, factor), max: place(self.bounds.max, factor) };
        Self::new(bounds, move |p| {
            let inside = [0, 1, 2].map(|axis| centre[axis] + (p[axis] - centre[axis]) / factor);
            factor * self.distance(inside)
        })
    }

    /// Moved.
    pub(super) fn moved(self, by: Point) -> Self {
        let bounds = Bounds { min: add(self.bounds.min, by), max: add(self.bounds.max, by) };
        Self::new(bounds, move |p| self.distance(subtract(p, by)))
    }

    /// Turned about a point: `axes` are the images of x, y and z, orthonormal.
    pub(super) fn turned(self, centre: Point, axes: [Point; 3]) -> Self {
        let half = self.bounds.size().map(|size| 0.5 * size);
        let middle = subtract(self.bounds.center(), centre);
        let image =
            |v: Point| [0, 1, 2].map(|k| axes[0][k] * v[0] + axes[1][k] * v[1] + axes[2][k] * v[2]);
        let reach = [0, 1, 2].map(|k| (0..3).map(|axis| axes[axis][k].abs() * half[axis]).sum());
        let middle = add(centre, image(middle));
        let bounds = Bounds { min: subtract(middle, reach), max: add(middle, reach) };
        Self::new(bounds, move |p| {
            let offset = subtract(p, centre);
            self.distance(add(centre, axes.map(|axis| dot(axis, offset))))
        })
    }

    /// With gentle hills and hollows of a wavelength, placed by `phase`.
    pub(super) fn uneven(self, height_mm: f64, wavelength_mm: f64, phase: f64) -> Self {
        let bounds = padded(self.bounds, height_mm);
        Self::new(bounds, move |p| {
            let distance = self.distance(p);
            // Far away only the sign matters, and the hills cost time.
            if distance > 4.0 * height_mm {
                return distance - height_mm;
            }
            let [x, y, z] = p.map(|value| value / wavelength_mm);
            let hills = wave(x + 0.4 * y + phase) * wave(y - 0.5 * z + 1.7 * phase)
                + wave(z + 0.45 * x + 2.3 * phase);
            distance + 0.5 * height_mm * hills
        })
    }
}

/// An ellipsoid along the axes.
pub(super) fn ellipsoid(centre: Point, radii: Point) -> Solid {
    let bounds = Bounds { min: subtract(centre, radii), max: add(centre, radii) };
    Solid::new(bounds, move |p| {
        let [x, y, z] = subtract(p, centre);
        let scaled = [x / radii[0], y / radii[1], z / radii[2]];
        let steep = [scaled[0] / radii[0], scaled[1] / radii[1], scaled[2] / radii[2]];
        let level = dot(scaled, scaled).sqrt();
        let slope = dot(steep, steep).sqrt();
        // To first order the distance: the level over its gradient.
        if slope > 1e-9 {
            level * (level - 1.0) / slope
        } else {
            -radii[0].min(radii[1]).min(radii[2])
        }
    })
}

/// A ball.
pub(super) fn ball(centre: Point, radius: f64) -> Solid {
    ellipsoid(centre, [radius; 3])
}

/// Everything on the side of a plane that its normal points away from.
pub(super) fn behind_plane(point: Point, normal: Point) -> Solid {
    let normal = unit(normal);
    let bounds = Bounds { min: [-1e4; 3], max: [1e4; 3] };
    Solid::new(bounds, move |p| dot(subtract(p, point), normal))
}

/// The frame that has its third axis along a direction and its second as much to the front as can be.
pub(super) fn frame_along(direction: Point) -> [Point; 3] {
    let third = unit(direction);
    let first = unit(cross([0.0, 1.0, 0.0], third));
    [first, cross(third, first), third]
}

/// A smooth wave of period 1 and height 1 that is within 0.2 % of the sine; only the four
/// operations, so that every machine agrees on it.
pub(super) fn wave(turns: f64) -> f64 {
    let turn = turns - turns.round();
    let arch = 8.0 * turn * (1.0 - 2.0 * turn.abs());
    arch * (0.775 + 0.225 * arch.abs())
}

/// 0 below `low`, 1 above `high`, smooth between.
pub(super) fn smooth_step(low: f64, high: f64, value: f64) -> f64 {
    let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

/// The smaller of two, less up to a quarter of `blend` where they are close.
pub(super) fn smooth_min(a: f64, b: f64, blend: f64) -> f64 {
    let overlap = blend - (a - b).abs();
    let least = a.min(b);
    if overlap > 0.0 { least - overlap * overlap / (4.0 * blend) } else { least }
}

pub(super) fn add(a: Point, b: Point) -> Point {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(super) fn subtract(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn cross(a: Point, b: Point) -> Point {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

pub(super) fn unit(vector: Point) -> Point {
    let length = dot(vector, vector).sqrt();
    vector.map(|value| value / length)
}

/// Distance from a box, 0 inside.
fn box_distance(bounds: &Bounds, p: Point) -> f64 {
    let outside = [0, 1, 2].map(|k| (bounds.min[k] - p[k]).max(p[k] - bounds.max[k]).max(0.0));
    dot(outside, outside).sqrt()
}

fn padded(bounds: Bounds, by: f64) -> Bounds {
    Bounds { min: bounds.min.map(|value| value - by), max: bounds.max.map(|value| value + by) }
}

fn joined(a: Bounds, b: Bounds) -> Bounds {
    Bounds {
        min: [0, 1, 2].map(|axis| a.min[axis].min(b.min[axis])),
        max: [0, 1, 2].map(|axis| a.max[axis].max(b.max[axis])),
    }
}

pub(super) fn common(a: Bounds, b: Bounds) -> Bounds {
    Bounds {
        min: [0, 1, 2].map(|axis| a.min[axis].max(b.min[axis])),
        max: [0, 1, 2].map(|axis| a.max[axis].min(b.max[axis])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ball_knows_its_distance() {
        let solid = ball([1.0, 2.0, 3.0], 5.0);
        assert!((solid.distance([11.0, 2.0, 3.0]) - 5.0).abs() < 1e-12);
        assert!((solid.distance([1.0, 4.0, 3.0]) + 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_wave_is_nearly_a_sine() {
        for step in -300..300 {
            let turns = f64::from(step) / 100.0;
            assert!((wave(turns) - (std::f64::consts::TAU * turns).sin()).abs() < 2e-3);
        }
    }

    #[test]
    fn turning_takes_the_box_along() {
        let axes = [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]];
        let solid = ellipsoid([10.0, 0.0, 0.0], [5.0, 1.0, 1.0]).turned([0.0; 3], axes);
        assert!(solid.distance([0.0, 14.5, 0.0]) < 0.0);
        assert!(solid.distance([0.0, 15.5, 0.0]) > 0.0);
        assert_eq!(solid.bounds().max, [1.0, 15.0, 1.0]);
    }

    #[test]
    fn blending_never_removes() {
        let (a, b) = (ball([0.0; 3], 10.0), ball([12.0, 0.0, 0.0], 4.0));
        let both = a.clone().and(b.clone(), 8.0);
        for x in -12..20 {
            let point = [f64::from(x), 3.0, 1.0];
            assert!(both.distance(point) <= a.distance(point).min(b.distance(point)));
        }
    }
}
