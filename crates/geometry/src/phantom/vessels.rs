//! The great vessels as tubes.

use super::Structure;
use super::curves::{Knot, tube};
use super::implicit::Solid;

/// Arteries and veins of the trunk.
pub(super) fn structures() -> Vec<Structure> {
    vec![
        Structure::new("aorta", tube(&AORTA)),
        Structure::new("brachiocephalic_trunk", tube(&BRACHIOCEPHALIC_TRUNK)),
        Structure::new("common_carotid_artery_right", tube(&CAROTID_RIGHT)),
        Structure::new("common_carotid_artery_left", tube(&CAROTID_LEFT)),
        Structure::new("subclavian_artery_right", tube(&SUBCLAVIAN_RIGHT)),
        Structure::new("subclavian_artery_left", tube(&SUBCLAVIAN_LEFT)),
        Structure::new("iliac_artery_right", tube(&ILIAC_ARTERY)),
        Structure::new("iliac_artery_left", tube(&ILIAC_ARTERY).mirrored()),
        Structure::new("superior_vena_cava", tube(&SUPERIOR_VENA_CAVA)),
        Structure::new("brachiocephalic_vein_right", tube(&BRACHIOCEPHALIC_VEIN_RIGHT)),
        Structure::new("brachiocephalic_vein_left", tube(&BRACHIOCEPHALIC_VEIN_LEFT)),
        Structure::new("inferior_vena_cava", tube(&INFERIOR_VENA_CAVA)),
        Structure::new("portal_vein_and_splenic_vein", tube(&PORTAL_AND_SPLENIC)),
        Structure::new("pulmonary_vein", pulmonary_veins()),
        Structure::new("iliac_vena_right", tube(&ILIAC_VEIN_RIGHT)),
        Structure::new("iliac_vena_left", tube(&ILIAC_VEIN_LEFT)),
    ]
}

const AORTA: [Knot; 15] = [
    [0.0, 8.0, 338.0, 15.0],
    [8.0, 16.0, 362.0, 15.0],
    [12.0, 14.0, 388.0, 14.8],
    [4.0, 6.0, 407.0, 14.2],
    [-9.0, -8.0, 414.0, 13.6],
    [-21.0, -28.0, 408.0, 13.0],
    [-26.0, -42.0, 390.0, 12.6],
    [-26.0, -46.0, 360.0, 12.2],
    [-23.0, -45.0, 320.0, 12.0],
    [-19.0, -40.0, 280.0, 11.6],
    [-12.0, -28.0, 240.0, 11.2],
    [-6.0, -12.0, 205.0, 10.8],
    [-3.0, -1.0, 170.0, 10.2],
    [-2.0, 9.0, 134.0, 9.6],
    [-2.0, 14.0, 70.0, 8.8],
];
const BRACHIOCEPHALIC_TRUNK: [Knot; 3] =
    [[6.0, 5.0, 412.0, 7.0], [14.0, 0.0, 430.0, 6.6], [22.0, -6.0, 447.0, 6.2]];
const CAROTID_RIGHT: [Knot; 4] = [
    [22.0, -6.0, 445.0, 4.6],
    [24.0, -8.0, 475.0, 4.2],
    [27.0, -4.0, 510.0, 4.2],
    [30.0, -6.0, 548.0, 4.4],
];
const CAROTID_LEFT: [Knot; 5] = [
    [-8.0, -4.0, 420.0, 5.0],
    [-16.0, -6.0, 445.0, 4.6],
    [-24.0, -8.0, 475.0, 4.2],
    [-27.0, -4.0, 510.0, 4.2],
    [-30.0, -6.0, 548.0, 4.4],
];
const SUBCLAVIAN_RIGHT: [Knot; 4] = [
    [22.0, -7.0, 447.0, 5.6],
    [40.0, -18.0, 460.0, 5.4],
    [66.0, -16.0, 460.0, 5.2],
    [102.0, -18.0, 441.0, 5.0],
];
const SUBCLAVIAN_LEFT: [Knot; 5] = [
    [-19.0, -22.0, 416.0, 6.0],
    [-26.0, -24.0, 440.0, 5.6],
    [-42.0, -22.0, 460.0, 5.4],
    [-66.0, -16.0, 460.0, 5.2],
    [-102.0, -18.0, 441.0, 5.0],
];
const SUPERIOR_VENA_CAVA: [Knot; 3] =
    [[27.0, 6.0, 335.0, 10.0], [30.0, 8.0, 370.0, 9.6], [31.0, 8.0, 402.0, 9.2]];
const BRACHIOCEPHALIC_VEIN_RIGHT: [Knot; 3] =
    [[31.0, 8.0, 404.0, 8.2], [36.0, 6.0, 425.0, 7.6], [46.0, 4.0, 446.0, 7.0]];
const BRACHIOCEPHALIC_VEIN_LEFT: [Knot; 4] = [
    [30.0, 9.0, 404.0, 7.6],
    [6.0, 26.0, 418.0, 7.2],
    [-22.0, 18.0, 430.0, 7.0],
    [-46.0, 4.0, 446.0, 7.0],
];
const INFERIOR_VENA_CAVA: [Knot; 8] = [
    [17.0, 7.0, 48.0, 10.0],
    [21.0, 12.0, 90.0, 10.6],
    [23.0, 8.0, 134.0, 11.0],
    [25.0, 0.0, 170.0, 11.4],
    [28.0, -6.0, 205.0, 11.8],
    [31.0, -4.0, 245.0, 12.0],
    [30.0, 2.0, 280.0, 12.0],
    [27.0, 6.0, 305.0, 12.0],
];
const PORTAL_AND_SPLENIC: [Knot; 7] = [
    [-92.0, -44.0, 214.0, 4.2],
    [-60.0, -22.0, 204.0, 4.6],
    [-25.0, 12.0, 186.0, 5.0],
    [8.0, 24.0, 178.0, 5.6],
    [28.0, 18.0, 190.0, 6.6],
    [42.0, 12.0, 210.0, 6.8],
    [60.0, 12.0, 224.0, 6.0],
];
const ILIAC_ARTERY: [Knot; 6] = [
    [0.0, 14.0, 71.0, 6.4],
    [15.0, 20.0, 46.0, 6.2],
    [40.0, 2.0, 8.0, 6.0],
    [58.0, 8.0, -32.0, 5.8],
    [70.0, 32.0, -62.0, 5.4],
    [75.0, 42.0, -78.0, 5.2],
];
const ILIAC_VEIN_RIGHT: [Knot; 5] = [
    [17.0, 6.0, 50.0, 7.6],
    [32.0, -14.0, 20.0, 7.2],
    [50.0, -20.0, -14.0, 7.0],
    [52.0, 2.0, -46.0, 6.8],
    [63.0, 30.0, -68.0, 6.6],
];
const ILIAC_VEIN_LEFT: [Knot; 6] = [
    [16.0, 4.0, 48.0, 7.6],
    [-8.0, -6.0, 34.0, 7.4],
    [-34.0, -20.0, 4.0, 7.2],
    [-48.0, -20.0, -20.0, 7.0],
    [-52.0, 2.0, -46.0, 6.8],
    [-63.0, 30.0, -68.0, 6.6],
];

/// Two from each lung, joined behind the left atrium.
fn pulmonary_veins() -> Solid {
    let half = |side: f64| {
        let upper = [
            [0.0, -24.0, 334.0, 8.5],
            [side * 28.0, -24.0, 340.0, 7.0],
            [side * 50.0, -26.0, 350.0, 5.4],
        ];
        let lower = [
            [0.0, -26.0, 332.0, 8.5],
            [side * 28.0, -33.0, 326.0, 7.0],
            [side * 50.0, -44.0, 314.0, 5.4],
        ];
        tube(&upper).and(tube(&lower), 3.0)
    };
    half(1.0).and(half(-1.0), 3.0)
}
