//! How a shape is spread along its principal axes, up to the fifth order.
//!
//! The axes have no direction, so a moment that is odd in an axis has no sign of its own. What is odd
//! in all three has one, and so have products that are odd in each: a turn leaves them as they are,
//! for it turns two axes around or none, and a mirror changes their sign. They tell a left shape
//! from a right one.

use super::frame::Frame;
use super::signed_root;
use crate::vector::dot;

/// Exponents of the moments that are even in each axis.
const EVEN: [[i32; 3]; 6] = [[4, 0, 0], [0, 4, 0], [0, 0, 4], [2, 2, 0], [2, 0, 2], [0, 2, 2]];
/// Odd in the first, the second, the third axis alone.
const ODD: [[[i32; 3]; 3]; 3] = [
    [[3, 0, 0], [1, 2, 0], [1, 0, 2]],
    [[0, 3, 0], [2, 1, 0], [0, 1, 2]],
    [[0, 0, 3], [2, 0, 1], [0, 2, 1]],
];
/// Odd in all but the first, the second, the third axis.
const ODD_IN_TWO: [[[i32; 3]; 3]; 3] = [
    [[0, 3, 1], [0, 1, 3], [2, 1, 1]],
    [[3, 0, 1], [1, 0, 3], [1, 2, 1]],
    [[3, 1, 0], [1, 3, 0], [1, 1, 2]],
];
const ODD_IN_ALL: [[i32; 3]; 4] = [[1, 1, 1], [3, 1, 1], [1, 3, 1], [1, 1, 3]];

/// Moments of the surface and of the solid inside it, in units of the solid's spread along each axis.
struct Moments {
    /// Points of the surface in these units, and the cone that each stands for.
    places: Vec<([f64; 3], f64)>,
    n: f64,
    /// Sum of the cones.
    cones: f64,
}

impl Moments {
    fn of(frame: &Frame) -> Self {
        let place = |point: &super::frame::Point| {
            let at = [0, 1, 2].map(|axis| point.at_mm[axis] / frame.sd_mm[axis]);
            (at, dot(point.at_mm, point.normal))
        };
        let places: Vec<_> = frame.points.iter().map(place).collect();
        let cones = 3.0 * frame.volume_mm3() / frame.share_mm2();
        Self { n: places.len() as f64, places, cones }
    }

    /// Mean over the surface.
    fn surface(&self, exponents: [i32; 3]) -> f64 {
        self.places.iter().map(|(at, _)| power(*at, exponents)).sum::<f64>() / self.n
    }

    /// Mean over the solid: a cone holds 3 / (3 + order) of what its base would.
    fn solid(&self, exponents: [i32; 3]) -> f64 {
        let order: i32 = exponents.iter().sum();
        let sum: f64 = self.places.iter().map(|(at, cone)| power(*at, exponents) * cone).sum();
        sum / self.cones * 3.0 / f64::from(3 + order)
    }
}

fn power(at: [f64; 3], exponents: [i32; 3]) -> f64 {
    at.into_iter().zip(exponents).map(|(value, exponent)| value.powi(exponent)).product()
}

/// What a mirror leaves as it is, and what it turns around.
pub(super) fn features(frame: &Frame) -> (Vec<f64>, Vec<f64>) {
    let moments = Moments::of(frame);
    let odd = ODD.map(|exponents| exponents.map(|e| moments.solid(e)));
    let odd_surface = ODD.map(|exponents| exponents.map(|e| moments.surface(e)));
    let offset = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map(|e| moments.surface(e));
    let odd_in_two = ODD_IN_TWO.map(|exponents| exponents.map(|e| moments.solid(e)));
    let mut even = proportions(frame);
    even.extend(EVEN.map(|e| moments.solid(e).max(1e-6).ln()));
    even.extend([[2, 0, 0], [0, 2, 0], [0, 0, 2]].map(|e| moments.surface(e).max(1e-6).ln()));
    for group in [&odd, &odd_surface, &odd_in_two] {
        even.extend(group.iter().flatten().map(|value| signed_root(value.abs())));
    }
    even.extend(offset.map(f64::abs));
    let mut chiral: Vec<f64> = Vec::new();
    chiral.extend(ODD_IN_ALL.map(|e| signed_root(moments.solid(e))));
    chiral.extend(ODD_IN_ALL.map(|e| signed_root(moments.surface(e))));
    let skew = odd.map(|values| values.iter().sum::<f64>());
    for axis in 0..3 {
        for other in odd_in_two[axis] {
            chiral.push(signed_root(skew[axis] * other));
            chiral.push(signed_root(offset[axis] * other));
        }
    }
    let [first, second, third] = odd;
    let in_each = first.into_iter().zip(second).zip(third);
    chiral.extend(in_each.map(|((one, other), last)| (one * other * last).cbrt()));
    chiral.push(skew.iter().product::<f64>().cbrt());
    chiral.push(offset.iter().product::<f64>().cbrt());
    (even, chiral)
}

/// How long, flat, round and filled it is.
fn proportions(frame: &Frame) -> Vec<f64> {
    let [major, minor, least] = frame.sd_mm;
    let (area, volume) = (frame.area_mm2, frame.volume_mm3());
    let spread = (major * minor * least).cbrt();
    let ball = (36.0 * std::f64::consts::PI * volume * volume).cbrt();
    vec![
        (minor / major).ln(),
        (least / minor).ln(),
        (ball / area).ln(),
        (volume / spread.powi(3)).ln(),
        (area / frame.radius_mm.powi(2)).ln(),
        (frame.radius_mm / spread).ln(),
    ]
}
