//! Bodies as they might have been: a little larger, turned, bent.

use medshape_learn::Random;

use super::frame::SIZE_MM;

/// Distance between the points that are moved by chance.
const KNOT_MM: f64 = 48.0;

/// How much bodies are changed, as standard deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strength {
    /// Of the size along each axis.
    pub scale: f64,
    /// Of the place, in millimetres.
    pub shift_mm: f64,
    /// Of the angle about each axis, in radians.
    pub turn: f64,
    /// Of how far a point is moved beyond all that, in millimetres, before neighbours are averaged.
    pub bend_mm: f64,
}

/// A change of the whole frame: an affine one about its middle and a smooth bend. A bend whose slope
/// stays below one folds nothing, so that neighbours stay neighbours.
#[derive(Debug, Clone)]
pub struct Warp {
    linear: [[f64; 3]; 3],
    shift_mm: [f64; 3],
    knots: [usize; 3],
    /// Displacements at the knots, in millimetres.
    bend_mm: Vec<[f64; 3]>,
}

impl Warp {
    /// One drawn by chance.
    pub fn random(strength: &Strength, random: &mut Random) -> Self {
        let turn = [0; 3].map(|_| strength.turn * random.normal());
        let scale = [0; 3].map(|_| 1.0 + strength.scale * random.normal().clamp(-2.5, 2.5));
        // Small turns: the antisymmetric part alone is a rotation up to its square.
        let [a, b, c] = turn;
        let linear = [[scale[0], -c, b], [c, scale[1], -a], [-b, a, scale[2]]];
        let shift_mm = [0; 3].map(|_| strength.shift_mm * random.normal());
        let knots = SIZE_MM.map(|mm| (mm / KNOT_MM) as usize + 2);
        let n = knots.iter().product();
        let drawn: Vec<[f64; 3]> = (0..n)
            .map(|_| [0; 3].map(|_| strength.bend_mm * random.normal().clamp(-2.5, 2.5)))
            .collect();
        Self { linear, shift_mm, knots, bend_mm: smoothed(&drawn, knots) }
    }

    /// Where a place of the frame comes from.
    pub fn apply(&self, place_mm: [f64; 3]) -> [f64; 3] {
        let middle = SIZE_MM.map(|mm| mm / 2.0);
        let from = [0, 1, 2].map(|axis| place_mm[axis] - middle[axis]);
        let bend = self.bend(place_mm);
        [0, 1, 2].map(|axis| {
            let row = self.linear[axis];
            let moved = row[0] * from[0] + row[1] * from[1] + row[2] * from[2];
            middle[axis] + moved + self.shift_mm[axis] + bend[axis]
        })
    }

    fn bend(&self, place_mm: [f64; 3]) -> [f64; 3] {
        let (mut first, mut share) = ([0; 3], [0.0; 3]);
        for axis in 0..3 {
            let at = (place_mm[axis] / KNOT_MM).clamp(0.0, (self.knots[axis] - 1) as f64 - 1e-9);
            first[axis] = at as usize;
            share[axis] = at - first[axis] as f64;
        }
        let mut sum = [0.0; 3];
        for corner in 0..8usize {
            let mut weight = 1.0;
            let mut knot = [0; 3];
            for axis in 0..3 {
                let up = corner >> axis & 1;
                weight *= if up == 1 { share[axis] } else { 1.0 - share[axis] };
                knot[axis] = first[axis] + up;
            }
            let bend = self.bend_mm[knot[0] + self.knots[0] * (knot[1] + self.knots[1] * knot[2])];
            (0..3).for_each(|axis| sum[axis] += weight * bend[axis]);
        }
        sum
    }
}

/// Means with the neighbours along each axis, of weights 1, 2, 1.
fn smoothed(values: &[[f64; 3]], dims: [usize; 3]) -> Vec<[f64; 3]> {
    let mut values = values.to_vec();
    let strides = [1, dims[0], dims[0] * dims[1]];
    for axis in 0..3 {
        let before = values.clone();
        for (at, value) in values.iter_mut().enumerate() {
            let along = at / strides[axis] % dims[axis];
            let low = if along > 0 { at - strides[axis] } else { at };
            let high = if along + 1 < dims[axis] { at + strides[axis] } else { at };
            let mean =
                |c: usize| 0.25 * before[low][c] + 0.5 * before[at][c] + 0.25 * before[high][c];
            *value = [0, 1, 2].map(mean);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRENGTH: Strength = Strength { scale: 0.05, shift_mm: 5.0, turn: 0.05, bend_mm: 14.0 };

    #[test]
    fn no_strength_changes_nothing() {
        let none = Strength { scale: 0.0, shift_mm: 0.0, turn: 0.0, bend_mm: 0.0 };
        let warp = Warp::random(&none, &mut Random::new(3));
        assert_eq!(warp.apply([11.0, 70.0, 300.0]), [11.0, 70.0, 300.0]);
    }

    #[test]
    fn no_warp_folds_the_body() {
        for seed in 0..20 {
            let warp = Warp::random(&STRENGTH, &mut Random::new(seed));
            for at in 0..200usize {
                let place = [(at * 37) % 340, (at * 53) % 270, (at * 71) % 700].map(|c| c as f64);
                let here = warp.apply(place);
                let columns = [0, 1, 2].map(|axis| {
                    let mut there = place;
                    there[axis] += 1.0;
                    let there = warp.apply(there);
                    [0, 1, 2].map(|c| there[c] - here[c])
                });
                let [a, b, c] = columns;
                let volume = a[0] * (b[1] * c[2] - b[2] * c[1])
                    - a[1] * (b[0] * c[2] - b[2] * c[0])
                    + a[2] * (b[0] * c[1] - b[1] * c[0]);
                assert!(volume > 0.2, "seed {seed}, {place:?}: {volume}");
            }
        }
    }
}
