//! The colon with its pouches, and the small bowel folded inside its frame.

use super::Structure;
use super::curves::{Knot, chain, smooth_curve, tube};
use super::implicit::wave;
use super::person::Person;

const COLON: [Knot; 26] = [
    [74.0, 36.0, -26.0, 18.8],
    [84.0, 32.0, -4.0, 25.4],
    [90.0, 20.0, 34.0, 23.5],
    [94.0, 8.0, 76.0, 22.6],
    [94.0, 10.0, 108.0, 21.6],
    [84.0, 36.0, 126.0, 20.7],
    [58.0, 60.0, 112.0, 19.7],
    [28.0, 70.0, 92.0, 19.3],
    [-8.0, 70.0, 86.0, 19.3],
    [-44.0, 64.0, 102.0, 19.3],
    [-76.0, 44.0, 132.0, 18.8],
    [-98.0, 10.0, 164.0, 18.8],
    [-106.0, -18.0, 172.0, 17.9],
    [-107.0, -24.0, 140.0, 16.9],
    [-104.0, -14.0, 96.0, 16.4],
    [-100.0, 0.0, 50.0, 16.4],
    [-94.0, 18.0, 10.0, 16.0],
    [-76.0, 30.0, -22.0, 16.0],
    [-50.0, 14.0, -38.0, 16.0],
    [-26.0, -4.0, -20.0, 16.0],
    [4.0, -12.0, -10.0, 15.5],
    [22.0, -26.0, -28.0, 15.5],
    [14.0, -42.0, -52.0, 16.0],
    [0.0, -52.0, -78.0, 17.9],
    [0.0, -44.0, -110.0, 18.3],
    [0.0, -26.0, -146.0, 10.3],
];

/// A tube that is pinched every 30 mm, least in the rectum.
pub(super) fn colon(person: &Person) -> Structure {
    let mut random = person.random(5);
    let wander = COLON.map(|[x, y, z, r]| {
        let free = if z > -30.0 { 2.5 } else { 0.0 };
        [
            x + free * random.normal(),
            y + 0.6 * free * random.normal(),
            z + free * random.normal(),
            r,
        ]
    });
    let mut path = smooth_curve(&wander, 3.0);
    let mut length_mm = 0.0;
    let mut last = path[0];
    for knot in &mut path {
        let step = [0, 1, 2].map(|k| knot[k] - last[k]);
        last = *knot;
        length_mm += (step[0] * step[0] + step[1] * step[1] + step[2] * step[2]).sqrt();
        let pouched = 1.0 - ((-30.0 - knot[2]) / 40.0).clamp(0.0, 0.9);
        let pouch = wave(length_mm / 60.0).abs();
        knot[3] *= 1.0 + pouched * (0.24 * pouch - 0.19);
    }
    Structure::new("colon", chain(path))
}

/// Bands of upright loops in two layers, back and front, and its end at the caecum.
///
/// Of each band: the height of its middle, its half width, and half the length of its loops.
pub(super) fn small_bowel(person: &Person) -> Structure {
    const BANDS: [[f64; 3]; 3] = [[56.0, 58.0, 20.0], [12.0, 65.0, 17.0], [-31.0, 46.0, 15.0]];
    let mut random = person.random(6);
    let mut knots = vec![[-34.0, 34.0, 126.0, 11.0], [-42.0, 30.0, 104.0, 11.5]];
    for (layer, y) in [(0, 20.0), (1, 50.0)] {
        for index in 0..BANDS.len() {
            // The second layer runs back up.
            let [z, half_width, half_length] = BANDS[if layer == 0 { index } else { 2 - index }];
            let n_limbs = (2.0 * half_width / 13.0) as usize;
            let to_the_right = (index + layer) % 2 == 0;
            for limb in 0..n_limbs {
                let share = 2.0 * limb as f64 / (n_limbs - 1) as f64 - 1.0;
                let across = if to_the_right { share } else { -share };
                let end = if limb % 2 == 0 { half_length } else { -half_length };
                let mut vary = |size: f64| size * random.normal();
                knots.push([
                    across * half_width + 0.3 * end * across + vary(2.5),
                    y - 9.0 * across * across + vary(5.0),
                    z + end - 8.0 * across * across + vary(3.5),
                    12.4 + vary(0.7),
                ]);
            }
        }
    }
    // From the last loop down the right side to the colon.
    knots.extend([[64.0, 46.0, 30.0, 11.0], [62.0, 42.0, 5.0, 11.0], [70.0, 34.0, -2.0, 10.0]]);
    Structure::new("small_bowel", tube(&knots))
}
