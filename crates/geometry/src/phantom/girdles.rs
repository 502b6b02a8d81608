//! Hip bones and thigh bones; collar bones, shoulder blades and upper arms.

use super::Structure;
use super::curves::{plate, tube};
use super::implicit::{Solid, ball, behind_plane, ellipsoid};
use super::person::{Person, Sex};

/// The bones of both girdles.
pub(super) fn structures(person: &Person) -> Vec<Structure> {
    let mut all = Vec::new();
    all.extend(Structure::pair("femur", femur()));
    all.extend(Structure::pair("hip", hip(person.sex)));
    all.extend(Structure::pair("humerus", humerus()));
    all.extend(Structure::pair("scapula", scapula()));
    all.extend(Structure::pair("clavicula", clavicle()));
    all
}

fn femur() -> Solid {
    let head = ball([86.0, -8.0, -90.0], 23.5);
    let neck = tube(&[
        [86.0, -8.0, -90.0, 17.0],
        [108.0, -12.0, -103.0, 14.0],
        [128.0, -16.0, -116.0, 18.0],
    ]);
    let trochanter = ellipsoid([134.0, -20.0, -102.0], [13.0, 17.0, 20.0]);
    let lesser = ellipsoid([112.0, -30.0, -147.0], [9.0, 8.0, 10.0]);
    let shaft = tube(&[
        [129.0, -14.0, -118.0, 19.0],
        [124.0, -10.0, -155.0, 16.5],
        [117.0, -3.0, -220.0, 14.2],
        [108.0, 2.0, -330.0, 14.0],
    ]);
    Solid::all(vec![neck, trochanter, lesser, shaft], 14.0).and(head, 5.0)
}

/// The wing, the socket, and the ring of pubis and sitting bone around a hole.
fn hip(sex: Sex) -> Solid {
    let wing = plate(&[
        &[
            [114.0, 62.0, 0.0, 6.5],
            [128.0, 40.0, 30.0, 6.0],
            [134.0, 5.0, 50.0, 6.5],
            [118.0, -38.0, 54.0, 6.0],
            [80.0, -78.0, 38.0, 7.0],
            [52.0, -98.0, 14.0, 7.5],
        ],
        &[
            [112.0, 56.0, -16.0, 6.0],
            [118.0, 34.0, 6.0, 4.0],
            [117.0, 4.0, 18.0, 3.2],
            [102.0, -32.0, 20.0, 3.6],
            [74.0, -68.0, 12.0, 6.5],
            [54.0, -88.0, -4.0, 8.0],
        ],
        &[
            [104.0, 46.0, -34.0, 7.0],
            [106.0, 28.0, -20.0, 5.5],
            [102.0, 2.0, -12.0, 5.0],
            [90.0, -28.0, -12.0, 6.0],
            [72.0, -58.0, -14.0, 8.0],
            [58.0, -76.0, -22.0, 8.0],
        ],
        &[
            [94.0, 30.0, -58.0, 9.0],
            [94.0, 18.0, -52.0, 9.0],
            [90.0, 0.0, -46.0, 9.0],
            [84.0, -22.0, -42.0, 9.0],
            [76.0, -44.0, -40.0, 8.0],
            [68.0, -58.0, -40.0, 7.0],
        ],
    ]);
    let cup = ball([88.0, -8.0, -88.0], 33.0);
    let pubis_wide = if sex == Sex::Female { 1.0 } else { 0.0 };
    let upper = tube(&[
        [76.0, 14.0, -78.0, 13.0],
        [50.0, 38.0, -88.0, 8.0],
        [24.0, 50.0, -98.0, 8.5],
        [9.0, 49.0, -108.0, 9.0],
    ]);
    let joint = tube(&[[8.0, 48.0, -106.0, 9.0], [9.0, 40.0, -130.0, 8.0]]);
    let lower = tube(&[
        [10.0, 39.0, -132.0, 7.5],
        [26.0 + 5.0 * pubis_wide, 14.0, -152.0, 6.5],
        [46.0 + 6.0 * pubis_wide, -20.0, -170.0, 9.0],
    ]);
    let seat = tube(&[
        [82.0, -30.0, -98.0, 17.0],
        [70.0, -42.0, -128.0, 13.0],
        [56.0 + 4.0 * pubis_wide, -38.0, -162.0, 16.0],
    ]);
    let spine = tube(&[[72.0, -46.0, -100.0, 9.0], [54.0, -58.0, -108.0, 4.5]]);
    let frame = Solid::all(vec![wing, cup, upper, joint, lower, seat, spine], 10.0);
    let socket = ball([86.0, -8.0, -90.0], 26.5);
    let mouth = tube(&[[90.0, -6.0, -94.0, 23.0], [130.0, 4.0, -116.0, 30.0]]);
    let hole = ellipsoid([48.0, 8.0, -128.0], [22.0, 20.0, 17.0]);
    frame.without(socket.and(mouth, 4.0), 4.0).without(hole, 6.0)
}

/// The head and the upper half of the shaft, arm hanging.
fn humerus() -> Solid {
    let head = ball([172.0, -48.0, 412.0], 23.0);
    let tubercles = ellipsoid([188.0, -42.0, 406.0], [14.0, 18.0, 22.0]);
    let shaft = tube(&[
        [182.0, -46.0, 400.0, 19.0],
        [190.0, -45.0, 365.0, 13.5],
        [196.0, -45.0, 300.0, 11.0],
        [202.0, -46.0, 180.0, 11.5],
    ]);
    let end = behind_plane([0.0, 0.0, 215.0], [0.0, 0.0, -1.0]);
    Solid::all(vec![head, tubercles, shaft], 10.0).within(end, 2.0)
}

/// A thin three-cornered plate, its spine with the acromion, and the coracoid.
fn scapula() -> Solid {
    let blade = plate(&[
        &[[86.0, -106.0, 446.0, 4.0], [112.0, -98.0, 442.0, 2.6], [134.0, -78.0, 438.0, 3.4]],
        &[[80.0, -116.0, 414.0, 3.0], [112.0, -106.0, 412.0, 1.9], [142.0, -68.0, 416.0, 6.5]],
        &[[82.0, -124.0, 374.0, 2.8], [108.0, -114.0, 376.0, 1.9], [138.0, -76.0, 394.0, 5.5]],
        &[[90.0, -129.0, 338.0, 2.8], [106.0, -119.0, 344.0, 2.2], [122.0, -98.0, 360.0, 4.6]],
        &[[98.0, -130.0, 306.0, 4.2], [104.0, -125.0, 306.0, 4.2], [110.0, -119.0, 310.0, 4.4]],
    ]);
    let glenoid = ellipsoid([147.0, -60.0, 412.0], [7.0, 13.0, 18.0]);
    let spine = plate(&[
        &[[82.0, -116.0, 424.0, 3.0], [112.0, -108.0, 430.0, 2.6], [140.0, -84.0, 436.0, 3.0]],
        &[[82.0, -122.0, 428.0, 3.0], [118.0, -126.0, 438.0, 3.8], [152.0, -106.0, 448.0, 4.4]],
    ]);
    let acromion = tube(&[
        [150.0, -106.0, 447.0, 5.0],
        [174.0, -84.0, 451.0, 6.5],
        [180.0, -56.0, 447.0, 6.0],
    ]);
    let coracoid =
        tube(&[[140.0, -62.0, 432.0, 6.5], [144.0, -38.0, 438.0, 5.5], [154.0, -22.0, 428.0, 4.8]]);
    Solid::all(vec![blade, glenoid, spine, acromion, coracoid], 6.0)
}

fn clavicle() -> Solid {
    tube(&[
        [24.0, 28.0, 441.0, 9.5],
        [46.0, 36.0, 446.0, 7.0],
        [78.0, 26.0, 452.0, 6.0],
        [116.0, -8.0, 456.0, 5.8],
        [146.0, -40.0, 456.0, 6.4],
        [168.0, -50.0, 455.0, 6.2],
    ])
}
