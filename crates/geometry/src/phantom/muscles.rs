//! The muscles of the back, the buttocks and the hip.

use super::Structure;
use super::curves::{Knot, plate, tube};
use super::implicit::Solid;
use super::spine;

/// Paired muscles; bones and organs have precedence over them.
pub(super) fn structures() -> Vec<Structure> {
    let mut all = Vec::new();
    all.extend(Structure::pair("autochthon", autochthon()));
    all.extend(Structure::pair("iliopsoas", iliopsoas()));
    all.extend(Structure::pair("gluteus_minimus", gluteus_minimus()));
    all.extend(Structure::pair("gluteus_medius", gluteus_medius()));
    all.extend(Structure::pair("gluteus_maximus", gluteus_maximus()));
    all
}

/// Columns beside the spinous processes, from the sacrum to the neck.
fn autochthon() -> Solid {
    let mut inner: Vec<Knot> = vec![[12.0, -90.0, -40.0, 8.0], [18.0, -86.0, -5.0, 14.0]];
    let mut outer: Vec<Knot> = vec![[18.0, -92.0, -30.0, 7.0], [34.0, -86.0, 8.0, 14.0]];
    for index in (1..24).rev().step_by(2) {
        let [y, z] = spine::behind_arch(index);
        let lumbar = index > 18;
        let neck = index < 7;
        let (width, depth) = if lumbar {
            (17.0, 17.0)
        } else if neck {
            (11.0, 10.0)
        } else {
            (13.0, 12.0)
        };
        inner.push([width + 1.5, y - 3.0, z, depth]);
        let spread = if lumbar {
            40.0
        } else if neck {
            22.0
        } else {
            36.0
        };
        outer.push([spread, y - 2.0, z, if neck { 9.0 } else { 0.8 * depth }]);
    }
    let both = tube(&inner).and(tube(&outer), 12.0);
    both.within(super::implicit::behind_plane([0.8, 0.0, 0.0], [-1.0, 0.0, 0.0]), 1.0)
}

/// Psoas beside the lumbar spine and iliacus in the wing, to the lesser trochanter.
fn iliopsoas() -> Solid {
    let psoas = tube(&[
        [25.0, -34.0, 180.0, 7.0],
        [34.0, -28.0, 130.0, 14.0],
        [42.0, -20.0, 80.0, 18.0],
        [54.0, -14.0, 30.0, 20.0],
        [72.0, 8.0, -20.0, 18.0],
        [88.0, 26.0, -66.0, 16.0],
        [98.0, 16.0, -110.0, 14.0],
        [110.0, -20.0, -146.0, 9.0],
    ]);
    let iliacus = plate(&[
        &[[112.0, 34.0, 24.0, 6.0], [112.0, 0.0, 36.0, 6.0], [92.0, -40.0, 36.0, 6.0]],
        &[[102.0, 34.0, -16.0, 9.0], [96.0, 6.0, -6.0, 9.0], [78.0, -30.0, 0.0, 8.0]],
        &[[92.0, 32.0, -56.0, 10.0], [88.0, 22.0, -50.0, 10.0], [80.0, 10.0, -44.0, 9.0]],
    ]);
    psoas.and(iliacus, 10.0)
}

fn gluteus_minimus() -> Solid {
    plate(&[
        &[[126.0, 36.0, -8.0, 6.0], [126.0, 6.0, 2.0, 7.0], [108.0, -30.0, 0.0, 6.0]],
        &[[124.0, 30.0, -45.0, 9.0], [122.0, 6.0, -42.0, 10.0], [108.0, -26.0, -40.0, 8.0]],
        &[[142.0, 4.0, -92.0, 5.0], [142.0, -2.0, -90.0, 5.0], [138.0, -12.0, -86.0, 5.0]],
    ])
}

fn gluteus_medius() -> Solid {
    plate(&[
        &[[134.0, 46.0, 14.0, 7.0], [144.0, 6.0, 44.0, 7.0], [124.0, -46.0, 48.0, 7.0]],
        &[[140.0, 36.0, -25.0, 13.0], [142.0, 2.0, -15.0, 15.0], [118.0, -52.0, -5.0, 13.0]],
        &[[150.0, 0.0, -92.0, 8.0], [150.0, -10.0, -92.0, 8.0], [140.0, -34.0, -88.0, 8.0]],
    ])
}

fn gluteus_maximus() -> Solid {
    plate(&[
        &[[56.0, -108.0, 22.0, 9.0], [96.0, -96.0, 22.0, 11.0], [128.0, -64.0, 0.0, 9.0]],
        &[[36.0, -106.0, -40.0, 16.0], [84.0, -108.0, -45.0, 22.0], [140.0, -66.0, -60.0, 14.0]],
        &[[26.0, -96.0, -96.0, 14.0], [74.0, -100.0, -110.0, 22.0], [146.0, -52.0, -120.0, 13.0]],
        &[[56.0, -84.0, -150.0, 14.0], [96.0, -72.0, -160.0, 16.0], [136.0, -36.0, -180.0, 8.0]],
    ])
}
