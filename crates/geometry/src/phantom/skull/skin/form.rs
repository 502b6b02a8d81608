//! The form of a head of the reference body, before it is as thick at its landmarks as was drawn.

use super::tissue::Tissue;
use crate::phantom::curves::tube;
use crate::phantom::head::{Face, vault};
use crate::phantom::implicit::{Solid, behind_plane, ellipsoid, subtract};
use crate::phantom::skull::MIDDLE;
use crate::phantom::skull::field::Field;
use crate::random::Random;

/// The head: scalp, what fills the room between the bones, cheeks, eyes that are shut, nose, mouth, chin
/// and the top of the neck, which ends at a plane.
pub(super) fn head(wall_mm: f64, bones: &Face, tissue: &Tissue, seed: u64) -> Solid {
    // How much fuller soft parts are.
    let full_mm = tissue.nutrition.clamp(-2.5, 2.5);
    let scalp = vault().grown(wall_mm + tissue.scalp_mm);
    let broad = Solid::all(vec![scalp, core(), cheeks(bones, full_mm), jaw(full_mm)], 16.0);
    let face = Solid::all(vec![broad, brows(bones), eyes(), muzzle()], 9.0);
    let lips = lips(tissue.lips);
    let featured = face.and(nose(bones, tissue.nose), 7.0).and(lips, 3.0);
    let whole = featured.without(creases(), 3.0).and(neck(full_mm), 22.0);
    let below = behind_plane([0.0, 60.0, 514.0], [0.0, -0.26, -1.0]);
    uneven(whole.within(below, 4.0), seed)
}

/// What no skull tells: hollows and bumps of half a millimetre.
fn uneven(head: Solid, seed: u64) -> Solid {
    let field = Field::draw(0.5, [25.0, 60.0], 10, &mut Random::new(seed, 0, 27));
    let bounds = *head.bounds();
    Solid::new(bounds, move |p| {
        let distance = head.distance(p);
        if distance.abs() > 8.0 {
            return distance;
        }
        // It fades where it is not asked for, so that the function stays smooth.
        let fade = 1.0 - distance * distance / 64.0;
        distance - fade * field.at(subtract(p, MIDDLE))
    })
}

/// Both sides of a half, melted together.
fn both(half: Solid, blend_mm: f64) -> Solid {
    half.clone().and(half.mirrored(), blend_mm)
}

/// The room behind the face.
fn core() -> Solid {
    let middle = ellipsoid([0.0, 30.0, 606.0], [58.0, 58.0, 64.0]);
    let back = ellipsoid([0.0, -28.0, 625.0], [62.0, 60.0, 44.0]);
    let temples = both(ellipsoid([46.0, 38.0, 640.0], [24.0, 40.0, 36.0]), 4.0);
    // Behind the nose, and between tongue and chin: no room stays empty.
    let root = ellipsoid([0.0, 86.0, 614.0], [15.0, 16.0, 28.0]);
    let mouth = ellipsoid([0.0, 70.0, 566.0], [34.0, 28.0, 30.0]);
    Solid::all(vec![middle, back, temples, root, mouth], 14.0)
}

fn cheeks(bones: &Face, full_mm: f64) -> Solid {
    let apple = ellipsoid([32.0, 68.0, 600.0], [27.0, 24.0, 27.0]).grown(0.8 * full_mm);
    let bone = ellipsoid([44.0, 62.0, 610.0], [19.0, 20.0, 16.0]).grown(0.6 * full_mm);
    let hollow = ellipsoid([40.0, 52.0, 578.0], [22.0, 27.0, 30.0]).grown(1.3 * full_mm);
    let arch = tube(&[
        [50.0, 62.0, 614.0, 13.0],
        [64.0 * bones.arches, 38.0, 612.0, 11.5],
        [67.0 * bones.arches, 14.0, 614.0, 11.0],
        [64.0 * bones.arches, -4.0, 618.0, 12.0],
    ]);
    let masseter =
        tube(&[[60.0, 32.0, 606.0, 12.0], [57.0, 28.0, 582.0, 14.5], [47.0, 30.0, 552.0, 13.5]])
            .grown(0.8 * full_mm);
    let gland = ellipsoid([52.0, 2.0, 588.0], [15.0, 30.0, 34.0]).grown(0.8 * full_mm);
    both(Solid::all(vec![apple, bone, hollow, arch, masseter, gland], 14.0), 10.0)
}

fn jaw(full_mm: f64) -> Solid {
    let body = tube(&[
        [45.0, 34.0, 553.0, 15.0],
        [33.0, 66.0, 551.0, 16.5],
        [18.0, 84.0, 547.0, 17.0],
        [0.0, 91.0, 543.0, 17.0],
    ]);
    let floor = ellipsoid([0.0, 50.0, 548.0], [42.0, 42.0, 22.0]).grown(0.9 * full_mm);
    let chin = ellipsoid([0.0, 93.0, 540.0], [25.0, 21.0, 18.0]);
    both(body, 8.0).and(floor, 12.0).and(chin, 12.0)
}

fn brows(bones: &Face) -> Solid {
    let brow = tube(&[
        [0.0, 89.0, 652.0, 10.5 * bones.brows],
        [28.0, 84.0, 657.0, 12.0 * bones.brows],
        [49.0, 65.0, 649.0, 12.5],
        [53.0, 60.0, 630.0, 12.5],
    ]);
    both(brow, 6.0)
}

/// Lids over the eyeballs, in sockets that are full.
fn eyes() -> Solid {
    let socket = ellipsoid([30.0, 70.0, 633.0], [27.0, 19.5, 21.0]);
    let corner = ellipsoid([13.0, 78.0, 628.0], [13.0, 15.0, 24.0]);
    let lid = ellipsoid([32.0, 79.0, 633.0], [14.5, 13.5, 12.5]);
    both(Solid::all(vec![socket, corner, lid], 6.0), 6.0)
}

/// What stands before the teeth.
fn muzzle() -> Solid {
    ellipsoid([0.0, 75.0, 571.0], [34.0, 33.5, 27.0])
}

fn nose(bones: &Face, [reach, width, round]: [f64; 3]) -> Solid {
    // Wide apertures go with wide noses, but not closely.
    let width = width * (0.5 + 0.5 * bones.aperture);
    let out = |y: f64| 98.0 + (y - 98.0) * reach;
    let bridge = tube(&[
        [0.0, 93.5, 646.0, 8.5],
        [0.0, 96.5, 634.0, 8.2],
        [0.0, 102.0, 622.0, 7.6],
        [0.0, out(112.0), 610.0, 8.4 * round],
        [0.0, out(120.0), 602.5, 9.0 * round],
    ]);
    let wing = ellipsoid([12.5 * width, out(107.0), 599.0], [7.0, 9.5, 8.5]);
    let side = tube(&[
        [6.0 * width, 96.0, 628.0, 7.0],
        [11.0 * width, out(103.0), 606.0, 8.0],
        [14.0 * width, 96.0, 598.0, 8.0],
    ]);
    let column = tube(&[[0.0, out(118.0), 598.0, 5.5], [0.0, 104.0, 590.0, 6.5]]);
    let halves = both(wing.and(side, 6.0), 4.0);
    // Nostrils are shut.
    let within = ellipsoid([0.0, 102.0, 602.0], [11.0 * width, 18.0, 13.0]);
    Solid::all(vec![bridge, halves, column, within], 7.0)
}

fn lips(full: f64) -> Solid {
    let upper = tube(&[
        [-25.0, 95.0, 566.0, 2.2],
        [-11.0, 104.5, 569.0, 4.0 * full],
        [0.0, 107.0, 568.5, 3.8 * full],
        [11.0, 104.5, 569.0, 4.0 * full],
        [25.0, 95.0, 566.0, 2.2],
    ]);
    let lower = tube(&[
        [-23.0, 95.0, 564.0, 2.2],
        [-10.0, 103.5, 560.0, 4.6 * full],
        [0.0, 105.5, 559.0, 5.0 * full],
        [10.0, 103.5, 560.0, 4.6 * full],
        [23.0, 95.0, 564.0, 2.2],
    ]);
    upper.and(lower, 1.5)
}

/// Between the lips, below the lower one, and where lids meet.
fn creases() -> Solid {
    let mouth = tube(&[
        [-26.0, 98.0, 565.0, 1.0],
        [-11.0, 109.0, 564.5, 1.6],
        [0.0, 111.5, 564.2, 1.6],
        [11.0, 109.0, 564.5, 1.6],
        [26.0, 98.0, 565.0, 1.0],
    ]);
    let lids =
        tube(&[[20.0, 90.0, 630.0, 0.6], [32.0, 93.5, 628.5, 0.9], [44.0, 86.0, 630.5, 0.6]]);
    mouth.and(both(lids, 0.5), 0.5)
}

fn neck(full_mm: f64) -> Solid {
    tube(&[[0.0, -22.0, 635.0, 54.0], [0.0, -14.0, 580.0, 56.0], [0.0, -12.0, 500.0, 57.0]])
        .grown(1.2 * full_mm)
}
