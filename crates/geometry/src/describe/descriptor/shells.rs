//! What of the shells around its centre a shape fills, as energies of spherical harmonics, which do not
//! depend on how it is turned (Kazhdan, Funkhouser and Rusinkiewicz, 2003).

use super::frame::Frame;
use crate::vector::{dot, scaled};

/// Outer radii, in units of the mean distance from the centre.
const OUTER: [f64; 6] = [0.4, 0.7, 1.0, 1.3, 1.7, f64::INFINITY];
/// Degrees of the harmonics: 0 to this.
const MAX_DEGREE: usize = 4;
const N_HARMONICS: usize = (MAX_DEGREE + 1) * (MAX_DEGREE + 1);

/// Roots of the energies, by shell and degree: of the solid, then of the surface.
pub(super) fn features(frame: &Frame) -> Vec<f64> {
    let mut solid = [[0.0; N_HARMONICS]; OUTER.len()];
    let mut surface = [[0.0; N_HARMONICS]; OUTER.len()];
    let n = frame.points.len() as f64;
    for point in &frame.points {
        let distance = dot(point.at_mm, point.at_mm).sqrt();
        if distance == 0.0 {
            continue;
        }
        let harmonics = harmonics(scaled(point.at_mm, 1.0 / distance));
        let radius = distance / frame.radius_mm;
        let shell = OUTER.iter().filter(|outer| **outer <= radius).count();
        add(&mut surface[shell], &harmonics, 1.0 / n);
        // The cone under this part of the surface, by solid angle, and how much of it is in a shell.
        let cone = dot(point.at_mm, point.normal) / distance.powi(3) * frame.share_mm2();
        let mut inner = 0.0_f64;
        for (shell, outer) in OUTER.iter().enumerate() {
            if radius <= inner {
                break;
            }
            let filled = (outer.min(radius).powi(3) - inner.powi(3)) / 3.0;
            add(&mut solid[shell], &harmonics, cone * filled);
            inner = *outer;
        }
    }
    let energies = |shell: &[f64; N_HARMONICS]| {
        let of_degree = |degree: usize| {
            let own = &shell[degree * degree..(degree + 1) * (degree + 1)];
            own.iter().map(|value| value * value).sum::<f64>().sqrt()
        };
        (0..=MAX_DEGREE).map(of_degree).collect::<Vec<f64>>()
    };
    solid.iter().chain(&surface).flat_map(energies).collect()
}

fn add(sums: &mut [f64; N_HARMONICS], harmonics: &[f64; N_HARMONICS], weight: f64) {
    sums.iter_mut().zip(harmonics).for_each(|(sum, value)| *sum += weight * value);
}

/// Real spherical harmonics at a direction of length 1, such that the squares of one degree sum up to 1
/// (Schmidt's seminormalisation), by degree l at l² to l² + 2 l.
fn harmonics([x, y, z]: [f64; 3]) -> [f64; N_HARMONICS] {
    let mut values = [0.0; N_HARMONICS];
    let mut previous = [[0.0; MAX_DEGREE + 2]; 2];
    // Powers of (x + i y).
    let (mut real, mut imaginary) = (1.0, 0.0);
    let mut diagonal = 1.0;
    for m in 0..=MAX_DEGREE {
        let [low, high] = &mut previous;
        low[m] = 0.0;
        high[m] = diagonal;
        for l in m..=MAX_DEGREE {
            let legendre = previous[1][m];
            values[l * l + l + m] = legendre * real;
            if m > 0 {
                values[l * l + l - m] = legendre * imaginary;
            }
            let (l, order) = (l as f64, m as f64);
            let next = ((2.0 * l + 1.0) * z * legendre
                - (l * l - order * order).max(0.0).sqrt() * previous[0][m])
                / ((l + 1.0).powi(2) - order * order).sqrt();
            previous[0][m] = legendre;
            previous[1][m] = next;
        }
        (real, imaginary) = (real * x - imaginary * y, real * y + imaginary * x);
        let order = m as f64;
        diagonal *= if m == 0 { 1.0 } else { ((2.0 * order + 1.0) / (2.0 * order + 2.0)).sqrt() };
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_of_each_degree_sum_up_to_1() {
        for direction in [[0.0, 0.0, 1.0], [0.6, 0.8, 0.0], [0.48, -0.6, 0.64]] {
            let values = harmonics(direction);
            for degree in 0..=MAX_DEGREE {
                let own = &values[degree * degree..(degree + 1) * (degree + 1)];
                let sum: f64 = own.iter().map(|value| value * value).sum();
                assert!((sum - 1.0).abs() < 1e-12, "degree {degree}: {sum}");
            }
        }
    }
}
