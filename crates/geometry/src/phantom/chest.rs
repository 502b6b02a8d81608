//! Airways and gullet, heart, thyroid, and the lungs that fill what is left of the chest.

use super::Structure;
use super::curves::tube;
use super::fit::Draft;
use super::implicit::{Point, Solid, ball, behind_plane, ellipsoid, frame_along};
use super::person::Person;
use super::spine;
use super::thorax;

/// Trachea with main bronchi, and oesophagus.
pub(super) fn airways() -> Vec<Structure> {
    let windpipe = tube(&[
        [0.0, 8.0, 502.0, 8.8],
        [0.0, 0.0, 470.0, 8.6],
        [0.0, -12.0, 445.0, 8.4],
        [1.0, -25.0, 415.0, 8.4],
        [2.0, -32.0, 394.0, 8.6],
    ]);
    let right =
        tube(&[[3.0, -32.0, 394.0, 7.6], [22.0, -36.0, 376.0, 7.0], [38.0, -38.0, 362.0, 6.0]]);
    let left =
        tube(&[[1.0, -32.0, 394.0, 7.2], [-24.0, -30.0, 372.0, 6.4], [-44.0, -36.0, 360.0, 5.6]]);
    let trachea = windpipe.and(right, 5.0).and(left, 5.0);
    let gullet: Vec<[f64; 4]> = [500.0, 470.0, 440.0, 410.0, 380.0, 345.0, 310.0]
        .map(|z| [if z < 430.0 { -5.0 } else { -2.0 }, spine::front_y(z) + 6.0, z, 6.2])
        .into_iter()
        .chain([[-10.0, -30.0, 280.0, 6.6], [-16.0, -16.0, 258.0, 6.8], [-30.0, -6.0, 242.0, 7.0]])
        .collect();
    vec![Structure::new("trachea", trachea), Structure::new("esophagus", tube(&gullet))]
}

/// Two lobes and the bridge between them.
pub(super) fn thyroid() -> Draft {
    let lobe = tube(&[[18.0, 6.0, 478.0, 7.0], [19.0, 4.0, 495.0, 7.8], [20.0, 0.0, 514.0, 4.4]]);
    let bridge =
        tube(&[[-16.0, 12.0, 482.0, 4.5], [0.0, 18.0, 482.0, 4.0], [16.0, 12.0, 482.0, 4.5]]);
    let thyroid = lobe.clone().and(lobe.mirrored(), 2.0).and(bridge, 4.0);
    Draft { solid: Box::new(move |scale| thyroid.clone().scaled(scale)), within: None, scales: 0.5 }
}

/// Two chambers and two forecourts in one bag, its tip to the left, front and below.
pub(super) fn heart(person: &Person) -> Draft {
    let phase = person.random(2).uniform();
    let axis = [-0.70, 0.46, -0.55];
    let along =
        |centre: Point, radii: Point| ellipsoid(centre, radii).turned(centre, frame_along(axis));
    let left_ventricle = along([-34.0, 24.0, 311.0], [37.0, 37.0, 58.0]);
    let right_ventricle = along([-6.0, 40.0, 310.0], [33.0, 26.0, 52.0]);
    let outflow = ellipsoid([-14.0, 30.0, 352.0], [17.0, 17.0, 22.0]);
    let right_atrium = ellipsoid([28.0, 12.0, 317.0], [25.0, 27.0, 33.0]);
    let left_atrium = ellipsoid([-2.0, -14.0, 338.0], [37.0, 20.0, 25.0]);
    let chambers = vec![left_ventricle, right_ventricle, outflow, right_atrium, left_atrium];
    let heart = Solid::all(chambers, 16.0).uneven(1.5, 60.0, phase);
    Draft {
        solid: Box::new(move |scale| heart.clone().scaled(scale)),
        within: Some(midriff().grown(-9.0).outside()),
        scales: 1.0,
    }
}

/// The ear of the left forecourt.
pub(super) fn appendage() -> Structure {
    let appendage =
        tube(&[[-36.0, -4.0, 346.0, 7.0], [-48.0, 10.0, 348.0, 9.0], [-50.0, 26.0, 342.0, 5.5]]);
    Structure::new("atrial_appendage_left", appendage)
}

/// Everything under the two domes of the diaphragm.
pub(super) fn midriff() -> Solid {
    let right = ellipsoid([64.0, -2.0, 150.0], [74.0, 98.0, 136.0]);
    let left = ellipsoid([-64.0, -4.0, 145.0], [72.0, 94.0, 126.0]);
    let centre = ellipsoid([0.0, 18.0, 160.0], [76.0, 70.0, 114.0]);
    Solid::all(vec![right, left, centre], 22.0)
}

/// The inside of the chest wall.
pub(super) fn cavity() -> Solid {
    thorax::wall().solid().grown(-6.0)
}

/// A side of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// A lung: half of the chest but for what lies between the lungs.
pub(super) fn lung(side: Side) -> Draft {
    let apex = behind_plane([0.0, 0.0, 468.0], [0.0, 0.35, 1.0]);
    let chest = cavity().within(apex, 12.0).without(midriff(), 6.0).without(between(), 10.0);
    let rim = behind_plane([0.0, -10.0, 226.0], [0.0, 0.32, -1.0]);
    let outwards = if side == Side::Right { -1.0 } else { 1.0 };
    let half = behind_plane([0.0; 3], [outwards, 0.0, 0.0]);
    let lung = chest.within(rim, 10.0).within(half, 1.0);
    Draft { solid: Box::new(move |_| lung.clone()), within: None, scales: 0.0 }
}

/// The lobes of a lung, cut along its fissures, where they touch.
pub(super) fn lobes(side: Side, lung: Solid) -> Vec<Structure> {
    let oblique = oblique(side);
    let above = lung.clone().without(oblique.clone(), 1.0);
    let below = lung.within(oblique, 1.0);
    if side == Side::Left {
        return vec![
            Structure::new("lung_lower_lobe_left", below),
            Structure::new("lung_upper_lobe_left", above),
        ];
    }
    let horizontal = behind_plane([60.0, 30.0, 346.0], [0.0, -0.12, 1.0]);
    let middle = above.clone().within(horizontal.clone(), 1.0);
    let upper = above.without(horizontal, 1.0);
    vec![
        Structure::new("lung_lower_lobe_right", below),
        Structure::new("lung_middle_lobe_right", middle),
        Structure::new("lung_upper_lobe_right", upper),
    ]
}

/// What lies below the oblique fissure, which runs from the back, high, to the front, low.
fn oblique(side: Side) -> Solid {
    match side {
        Side::Right => behind_plane([60.0, 0.0, 312.0], [0.1, 0.62, 0.78]),
        Side::Left => behind_plane([-60.0, 0.0, 318.0], [-0.1, 0.66, 0.75]),
    }
}

/// The room between the lungs: around heart, vessels, airways and spine.
fn between() -> Solid {
    let around_heart = ellipsoid([-16.0, 22.0, 318.0], [62.0, 52.0, 52.0]);
    let apex = ball([-58.0, 42.0, 292.0], 34.0);
    let front = ellipsoid([0.0, 62.0, 350.0], [10.0, 36.0, 110.0]);
    let beneath = ellipsoid([-30.0, 58.0, 262.0], [40.0, 48.0, 34.0]);
    let great_vessels = ellipsoid([2.0, -2.0, 400.0], [40.0, 36.0, 62.0]);
    let back = tube(&[
        [0.0, -44.0, 470.0, 22.0],
        [0.0, -68.0, 385.0, 26.0],
        [-4.0, -64.0, 300.0, 29.0],
        [-2.0, -46.0, 235.0, 32.0],
        [0.0, -30.0, 170.0, 34.0],
    ]);
    let behind = tube(&[
        [0.0, -72.0, 482.0, 24.0],
        [0.0, -104.0, 400.0, 31.0],
        [0.0, -108.0, 310.0, 33.0],
        [0.0, -92.0, 230.0, 34.0],
        [0.0, -76.0, 150.0, 32.0],
    ]);
    Solid::all(vec![around_heart, apex, front, beneath, great_vessels, back, behind], 12.0)
}
