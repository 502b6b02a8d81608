//! The colon with its pouches, and the small bowel folded inside its frame.

use super::Structure;
use super::curves::{Knot, chain, smooth_curve, tube};
use super::implicit::{Solid, wave};
use super::person::Person;

/// Colon and small bowel.
pub(super) fn structures(person: &Person) -> [Structure; 2] {
    [Structure::new("colon", colon(person)), Structure::new("small_bowel", small_bowel(person))]
}

const COLON: [Knot; 26] = [
    [74.0, 36.0, -26.0, 20.0],
    [84.0, 32.0, -4.0, 27.0],
    [90.0, 20.0, 34.0, 25.0],
    [94.0, 8.0, 76.0, 24.0],
    [94.0, 10.0, 108.0, 23.0],
    [84.0, 36.0, 126.0, 22.0],
    [58.0, 60.0, 112.0, 21.0],
    [28.0, 70.0, 92.0, 20.5],
    [-8.0, 70.0, 86.0, 20.5],
    [-44.0, 64.0, 102.0, 20.5],
    [-76.0, 44.0, 132.0, 20.0],
    [-98.0, 10.0, 164.0, 20.0],
    [-106.0, -18.0, 172.0, 19.0],
    [-107.0, -24.0, 140.0, 18.0],
    [-104.0, -14.0, 96.0, 17.5],
    [-100.0, 0.0, 50.0, 17.5],
    [-94.0, 18.0, 10.0, 17.0],
    [-76.0, 30.0, -22.0, 17.0],
    [-50.0, 14.0, -38.0, 17.0],
    [-26.0, -4.0, -20.0, 17.0],
    [4.0, -12.0, -10.0, 16.5],
    [22.0, -26.0, -28.0, 16.5],
    [14.0, -42.0, -52.0, 17.0],
    [0.0, -52.0, -78.0, 19.0],
    [0.0, -44.0, -110.0, 19.5],
    [0.0, -26.0, -146.0, 11.0],
];

/// A tube that is pinched every 30 mm, least in the rectum.
fn colon(person: &Person) -> Solid {
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
    chain(path)
}

/// Loops to and fro, row upon row, in two layers, and its end at the caecum.
fn small_bowel(person: &Person) -> Solid {
    let mut random = person.random(6);
    let mut knots = vec![[-34.0, 34.0, 126.0, 11.0]];
    for (layer, y) in [(0, 22.0), (1, 52.0)] {
        let rows = [66.0, 41.0, 16.0, -9.0, -34.0];
        for index in 0..rows.len() {
            // The second layer runs back up.
            let row = if layer == 0 { index } else { rows.len() - 1 - index };
            let z = rows[row];
            let half_width = [54.0, 62.0, 58.0, 50.0, 36.0][row];
            let n_bends = 5;
            for bend in 0..n_bends {
                let share = 2.0 * f64::from(bend) / f64::from(n_bends - 1) - 1.0;
                let across = if (index + layer) % 2 == 0 { share } else { -share };
                let swing = if bend % 2 == 0 { 6.5 } else { -6.5 };
                knots.push([
                    across * half_width + 3.0 * random.normal(),
                    y + 3.0 * random.normal() - 8.0 * across * across,
                    z + swing + 2.0 * random.normal(),
                    12.6 + 0.7 * random.normal(),
                ]);
            }
        }
    }
    // From the last loop down the right side to the colon.
    knots.extend([[62.0, 44.0, 30.0, 11.0], [60.0, 40.0, 5.0, 11.0], [70.0, 34.0, -2.0, 10.0]]);
    tube(&knots)
}
