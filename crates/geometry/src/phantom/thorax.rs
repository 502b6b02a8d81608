//! The chest wall: ribs, sternum, costal cartilages.

use super::Structure;
use super::curves::{Knot, Loft, chain, plate, smooth_curve, tube};
use super::implicit::{Point, Solid};
use super::spine;

/// The middle of the chest wall: height, half width, front, back.
const WALL: [[f64; 4]; 13] = [
    [100.0, 124.0, 76.0, -70.0],
    [140.0, 129.0, 82.0, -80.0],
    [180.0, 134.0, 87.0, -91.0],
    [220.0, 137.0, 89.0, -101.0],
    [260.0, 138.0, 88.0, -109.0],
    [300.0, 135.0, 83.0, -114.0],
    [340.0, 128.0, 75.0, -116.0],
    [370.0, 120.0, 66.0, -115.0],
    [400.0, 109.0, 54.0, -111.0],
    [420.0, 97.0, 43.0, -105.0],
    [440.0, 81.0, 30.0, -96.0],
    [460.0, 60.0, 12.0, -84.0],
    [482.0, 34.0, -14.0, -66.0],
];

/// Of each rib: how far around it goes (0.25 is the side, 0.5 the middle of the front), where its
/// bony end lies in height, and where its cartilage meets the sternum or the cartilage above.
const RIBS: [[f64; 3]; 12] = [
    [0.425, 424.0, 418.0],
    [0.430, 394.0, 396.0],
    [0.425, 364.0, 372.0],
    [0.420, 334.0, 350.0],
    [0.412, 304.0, 329.0],
    [0.402, 274.0, 311.0],
    [0.390, 245.0, 297.0],
    [0.370, 216.0, 0.0],
    [0.348, 188.0, 0.0],
    [0.322, 162.0, 0.0],
    [0.250, 156.0, 0.0],
    [0.165, 166.0, 0.0],
];

/// The middle of the chest wall as a loft.
pub(super) fn wall() -> Loft {
    Loft::new(&WALL)
}

/// Ribs, sternum and cartilages.
pub(super) fn structures() -> Vec<Structure> {
    let mut all = vec![Structure::new("sternum", sternum())];
    for number in 1..=12 {
        let rib = rib(number);
        all.push(Structure::new(format!("rib_left_{number}"), rib.clone().mirrored()));
        all.push(Structure::new(format!("rib_right_{number}"), rib));
    }
    let cartilages: Vec<Solid> = (1..=10).map(cartilage).collect();
    let right = Solid::all(cartilages, 3.0);
    all.push(Structure::new("costal_cartilages", right.clone().and(right.mirrored(), 0.5)));
    all
}

/// A flat band on the chest wall, and a neck from there to the spine.
fn rib(number: usize) -> Solid {
    let [end_turns, end_z, _] = RIBS[number - 1];
    let rest = spine::rib_rest(number);
    let [joint_x, joint_y, joint_z] = spine::rib_joint(number);
    let start_turns = if number == 1 { 0.13 } else { 0.085 };
    let n_steps = 14;
    let mut path: Vec<Knot> = Vec::new();
    for step in 0..=n_steps {
        let share = f64::from(step) / f64::from(n_steps);
        let turns = start_turns + share * (end_turns - start_turns);
        path.push(with_radius(wall_place(number, share, turns, end_z, rest[2]), 6.6));
    }
    let first = path[0];
    let band_path = smooth_curve(&path, 6.0);
    let band = chain(band_path).within(wall().solid().skin(3.5), 3.0);
    let neck = tube(&[
        [joint_x, joint_y, joint_z, 4.6],
        [rest[0], rest[1], rest[2], 4.4],
        [first[0] + 2.0, first[1] + 1.0, first[2], 4.6],
    ]);
    neck.and(band, 5.0)
}

/// A point of the rib: it falls slowly behind, faster at the side, and levels out in front.
fn wall_place(number: usize, share: f64, turns: f64, end_z: f64, start_z: f64) -> Point {
    let fall = share * (0.55 + 0.9 * share - 0.45 * share * share);
    let sag = if number == 1 { 0.0 } else { 4.0 * share * (1.0 - share) };
    wall().wall(start_z - (start_z - end_z) * fall - 2.0 * sag, turns)
}

fn with_radius([x, y, z]: Point, radius: f64) -> Knot {
    [x, y, z, radius]
}

/// From the end of a rib to the sternum, or to the cartilage above.
fn cartilage(number: usize) -> Solid {
    let [end_turns, end_z, sternum_z] = RIBS[number - 1];
    let wall = wall();
    let start = wall.wall(end_z, end_turns);
    let target = if number <= 7 {
        let half_width = if number == 1 { 26.0 } else { 17.0 };
        [half_width, wall.at(sternum_z)[1] - 1.0, sternum_z]
    } else {
        let [turns, z, _] = RIBS[number - 2];
        wall.wall(z + 12.0, turns + 0.018)
    };
    let dip = if number >= 5 { 0.16 * (target[2] - start[2]).max(0.0) } else { 1.0 };
    let middle_turns =
        0.55 * end_turns + 0.45 * if number <= 7 { 0.47 } else { RIBS[number - 2][0] + 0.018 };
    let middle = wall.wall(0.5 * (start[2] + target[2]) - dip, middle_turns);
    tube(&[with_radius(start, 6.0), with_radius(middle, 5.4), with_radius(target, 5.2)])
}

/// Manubrium, body and xiphoid on the front of the wall.
fn sternum() -> Solid {
    let wall = wall();
    let row = |z: f64, half_width: f64, notch: f64, thick: f64| -> Vec<Knot> {
        let y = wall.at(z)[1];
        let knot = |share: f64| {
            let height = z - notch * (1.0 - share.abs());
            [share * half_width, y - 2.5 * share * share, height, thick]
        };
        [-1.0, -0.5, 0.0, 0.5, 1.0].map(knot).to_vec()
    };
    let manubrium =
        [row(434.0, 24.0, 6.0, 4.8), row(420.0, 26.0, 0.0, 4.8), row(396.0, 14.0, 0.0, 4.6)];
    let body = [
        row(393.0, 13.0, 0.0, 4.6),
        row(370.0, 12.0, 0.0, 4.3),
        row(335.0, 14.5, 0.0, 4.3),
        row(305.0, 14.0, 0.0, 4.2),
        row(288.0, 8.0, 0.0, 3.8),
    ];
    let xiphoid = [[0.0, 84.0, 288.0, 4.6], [0.0, 83.5, 270.0, 3.8], [0.0, 82.0, 256.0, 2.8]];
    let slices = |rows: &[Vec<Knot>]| {
        let rows: Vec<&[Knot]> = rows.iter().map(Vec::as_slice).collect();
        plate(&rows)
    };
    slices(&manubrium).and(slices(&body), 2.0).and(tube(&xiphoid), 4.0)
}
