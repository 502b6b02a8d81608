//! How pairs of points of a surface lie to each other, by their distance: D2 (Osada et al., 2002) with
//! the angles of surflet pairs (Wahl, Hillenbrand and Hirzinger, 2003).

use super::frame::Frame;
use crate::vector::{cross, dot, scaled, sub};

/// One point in so many takes part.
const STEP: usize = 8;
/// Ends of the classes of distance, in units of the mean distance from the centre.
const ENDS: [f64; 12] = [0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.1, 1.35, 1.6, 1.9, 2.3, f64::INFINITY];
/// Pairs that a class is taken to have beside its own, which say nothing.
const N_SILENT: f64 = 50.0;
const N_EVEN: usize = 5;
const N_CHIRAL: usize = 3;

/// Sums over the pairs of one class.
#[derive(Debug, Clone, Copy, Default)]
struct Class {
    n: f64,
    even: [f64; N_EVEN - 1],
    chiral: [f64; N_CHIRAL],
}

/// What a mirror leaves as it is, and what it turns around.
///
/// With the normals n and m and the direction d from the one point to the other, n·m, n·d and m·d
/// are what they are in a mirror; (n × m)·d is how far the surface winds like a screw.
pub(super) fn features(frame: &Frame) -> (Vec<f64>, Vec<f64>) {
    let points: Vec<_> = frame.points.iter().step_by(STEP).collect();
    let mut classes = [Class::default(); ENDS.len()];
    for (place, one) in points.iter().enumerate() {
        for other in &points[..place] {
            let between = sub(other.at_mm, one.at_mm);
            let length = dot(between, between).sqrt();
            if length == 0.0 {
                continue;
            }
            let direction = scaled(between, 1.0 / length);
            let ratio = length / frame.radius_mm;
            let class = &mut classes[ENDS.iter().filter(|end| **end <= ratio).count()];
            let angle = dot(one.normal, other.normal);
            let (here, there) = (dot(one.normal, direction), -dot(other.normal, direction));
            let screw = dot(cross(one.normal, other.normal), direction);
            class.n += 1.0;
            let even = [angle, here * there, here + there, angle * angle];
            let chiral = [screw, screw * angle, screw * here * there];
            class.even.iter_mut().zip(even).for_each(|(sum, value)| *sum += value);
            class.chiral.iter_mut().zip(chiral).for_each(|(sum, value)| *sum += value);
        }
    }
    let total: f64 = classes.iter().map(|class| class.n).sum();
    let mut even: Vec<f64> =
        classes.iter().map(|class| (class.n / total.max(1.0)).sqrt()).collect();
    let mean = |class: &Class, sum: f64| sum / (class.n + N_SILENT);
    even.extend(classes.iter().flat_map(|class| class.even.map(|sum| mean(class, sum))));
    let chiral = classes.iter().flat_map(|class| class.chiral.map(|sum| mean(class, sum)));
    (even, chiral.collect())
}
