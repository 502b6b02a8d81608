//! The solid organs under the diaphragm, the gallbladder and the stomach.

use super::Structure;
use super::chest;
use super::curves::{plate, tube};
use super::fit::Draft;
use super::implicit::{Point, Solid, ball, behind_plane, ellipsoid, frame_along};
use super::organs::Organ;
use super::person::{Person, Sex};
use crate::random::Random;

/// Glands upon the kidneys.
pub(super) fn adrenals(person: &Person) -> Vec<Structure> {
    let mut random = person.random(8);
    let mut vary = |solid: Solid| varied(solid, person.sex, 0.03, &mut random);
    vec![
        Structure::new("adrenal_gland_right", vary(adrenal_right().moved([-2.0, 2.0, 6.0]))),
        Structure::new("adrenal_gland_left", vary(adrenal_left())),
    ]
}

/// The gallbladder, which nothing is drawn of but a little chance.
pub(super) fn gallbladder(person: &Person) -> Structure {
    Structure::new("gallbladder", varied(bile(), person.sex, 0.08, &mut person.random(9)))
}

/// A little larger or smaller, moved, and uneven, as chance has it.
fn varied(solid: Solid, sex: Sex, deviation: f64, random: &mut Random) -> Solid {
    let size = if sex == Sex::Female { 0.97 } else { 1.0 };
    let size = size * (1.0 + deviation * random.normal().clamp(-2.0, 2.0));
    Chance::draw(random).vary(solid, size)
}

/// The organs whose volumes are drawn, but for the lungs and the heart.
pub(super) fn draft(organ: Organ, person: &Person) -> Option<Draft> {
    let (solid, scales, is_under_the_domes) = match organ {
        Organ::KidneyRight => (kidney([57.0, -50.0, 146.0]), 1.0, false),
        Organ::KidneyLeft => (kidney([59.0, -50.0, 158.0]).mirrored(), 1.0, false),
        Organ::Pancreas => (pancreas(), 0.4, false),
        Organ::Liver => (liver(), 1.0, true),
        Organ::Spleen => (spleen(), 1.0, true),
        Organ::Stomach => (stomach(), 0.7, true),
        Organ::Heart | Organ::Lungs | Organ::Thyroid => return None,
    };
    let chance = Chance::draw(&mut person.random(10 + organ as u64));
    Some(Draft {
        solid: Box::new(move |scale| chance.vary(solid.clone(), scale)),
        within: is_under_the_domes.then(under_the_domes),
        scales,
    })
}

/// Where an organ lies and how uneven it is, as chance has it.
#[derive(Clone, Copy)]
struct Chance {
    shift: Point,
    phase: f64,
}

impl Chance {
    fn draw(random: &mut Random) -> Self {
        Self { shift: [0; 3].map(|_| 1.6 * random.normal()), phase: random.uniform() }
    }

    fn vary(self, solid: Solid, size: f64) -> Solid {
        let solid = solid.scaled(size).moved(self.shift);
        let least = solid.bounds().size().into_iter().fold(f64::MAX, f64::min);
        solid.uneven(0.022 * least, 1.4 * least, self.phase)
    }
}

/// Below the diaphragm and inside the chest wall; downwards there is room.
fn under_the_domes() -> Solid {
    let domes = chest::midriff().grown(-2.5);
    let room = domes.clone().and(domes.moved([0.0, 0.0, -60.0]), 1.0);
    room.within(chest::cavity().grown(-3.0), 8.0)
}

/// A bean of the right side: bent around its hilum, upper pole inwards and back.
fn kidney(centre: Point) -> Solid {
    let [x, y, z] = centre;
    let bean = tube(&[
        [x - 6.0, y - 7.0, z + 31.0, 24.0],
        [x + 3.0, y - 2.0, z + 14.0, 26.0],
        [x + 6.0, y + 2.0, z - 6.0, 26.0],
        [x + 1.0, y + 7.0, z - 30.0, 24.0],
    ]);
    // Kidneys are flatter from front to back than across.
    let flat = ellipsoid([x + 2.0, y, z], [31.0, 24.0, 62.0])
        .turned(centre, frame_along([-0.13, -0.2, 1.0]));
    let hilum = tube(&[[x - 32.0, y + 8.0, z, 15.0], [x - 12.0, y + 4.0, z, 8.0]]);
    bean.within(flat, 6.0).without(hilum, 10.0)
}

/// Thin caps upon the kidneys: a ridge with two limbs.
fn adrenal_right() -> Solid {
    let ridge = plate(&[
        &[[40.0, -38.0, 214.0, 2.6], [35.0, -42.0, 204.0, 2.8], [38.0, -40.0, 192.0, 2.6]],
        &[[44.0, -50.0, 212.0, 2.4], [46.0, -54.0, 202.0, 2.6], [48.0, -54.0, 190.0, 2.4]],
    ]);
    let limb = plate(&[
        &[[36.0, -40.0, 210.0, 2.4], [35.0, -42.0, 196.0, 2.4]],
        &[[34.0, -56.0, 206.0, 2.2], [35.0, -58.0, 194.0, 2.2]],
    ]);
    ridge.and(limb, 3.0)
}

fn adrenal_left() -> Solid {
    let ridge = plate(&[
        &[[-30.0, -28.0, 206.0, 2.8], [-34.0, -30.0, 196.0, 3.0], [-38.0, -30.0, 184.0, 2.8]],
        &[[-44.0, -46.0, 210.0, 2.4], [-46.0, -48.0, 198.0, 2.6], [-46.0, -48.0, 186.0, 2.4]],
    ]);
    let limb = plate(&[
        &[[-30.0, -30.0, 206.0, 2.4], [-34.0, -32.0, 192.0, 2.4]],
        &[[-33.0, -50.0, 206.0, 2.2], [-36.0, -52.0, 194.0, 2.2]],
    ]);
    ridge.and(limb, 3.0)
}

fn bile() -> Solid {
    tube(&[
        [44.0, 26.0, 182.0, 4.5],
        [52.0, 36.0, 172.0, 10.0],
        [60.0, 50.0, 158.0, 14.0],
        [63.0, 57.0, 150.0, 13.0],
    ])
}

/// Head in the loop of the duodenum, tail at the spleen.
fn pancreas() -> Solid {
    let gland = tube(&[
        [36.0, 20.0, 132.0, 11.0],
        [36.0, 23.0, 152.0, 15.5],
        [22.0, 30.0, 168.0, 11.0],
        [2.0, 36.0, 178.0, 10.5],
        [-26.0, 24.0, 186.0, 11.5],
        [-56.0, -8.0, 197.0, 10.8],
        [-82.0, -34.0, 206.0, 8.5],
    ]);
    gland.uneven(1.6, 15.0, 0.3)
}

/// The loop around the head of the pancreas.
pub(super) fn duodenum() -> Structure {
    let loop_around = tube(&[
        [22.0, 42.0, 166.0, 12.0],
        [40.0, 34.0, 176.0, 12.5],
        [56.0, 18.0, 164.0, 12.5],
        [58.0, 10.0, 135.0, 12.5],
        [52.0, 12.0, 106.0, 12.5],
        [28.0, 30.0, 92.0, 12.0],
        [0.0, 38.0, 94.0, 11.0],
        [-24.0, 34.0, 108.0, 11.5],
        [-34.0, 32.0, 130.0, 11.5],
    ]);
    Structure::new("duodenum", loop_around)
}

/// A wedge: high and thick on the right, thin to the left, hollowed from below.
fn liver() -> Solid {
    let right = ellipsoid([74.0, -4.0, 200.0], [76.0, 88.0, 98.0]);
    let middle = ellipsoid([18.0, 32.0, 236.0], [78.0, 62.0, 54.0]);
    let left = ellipsoid([-36.0, 44.0, 246.0], [72.0, 44.0, 34.0]);
    let caudate = ellipsoid([18.0, -12.0, 226.0], [18.0, 20.0, 28.0]);
    let whole = Solid::all(vec![right, middle, left, caudate], 36.0);
    let beneath = behind_plane([58.0, 40.0, 150.0], [-0.47, -0.42, -0.78]);
    let hollow = ellipsoid([-36.0, -26.0, 156.0], [88.0, 78.0, 72.0]);
    let kidney_bed = ellipsoid([52.0, -54.0, 146.0], [38.0, 34.0, 60.0]);
    let notch =
        tube(&[[8.0, 92.0, 200.0, 3.0], [12.0, 60.0, 192.0, 6.0], [14.0, 30.0, 196.0, 4.0]]);
    let wedge = whole.within(beneath, 26.0).without(hollow, 18.0).without(kidney_bed, 10.0);
    wedge.without(notch, 8.0)
}

/// A curved cushion along the tenth rib, hollow towards stomach and kidney.
fn spleen() -> Solid {
    let centre = [-102.0, -52.0, 214.0];
    let cushion =
        ellipsoid(centre, [35.0, 48.0, 66.0]).turned(centre, frame_along([0.25, -0.5, 0.83]));
    let stomach_bed = ball([-58.0, -8.0, 226.0], 41.0);
    let kidney_bed = ellipsoid([-62.0, -52.0, 165.0], [32.0, 32.0, 56.0]);
    cushion.without(stomach_bed, 12.0).without(kidney_bed, 10.0)
}

/// A J: dome on the left, body down and forwards, gate to the right.
fn stomach() -> Solid {
    let bag = tube(&[
        [-58.0, -22.0, 246.0, 28.0],
        [-66.0, -8.0, 222.0, 33.0],
        [-66.0, 14.0, 190.0, 30.0],
        [-54.0, 36.0, 160.0, 25.0],
        [-30.0, 50.0, 142.0, 21.0],
        [-4.0, 52.0, 144.0, 17.0],
        [14.0, 46.0, 158.0, 12.5],
    ]);
    let cardia = tube(&[[-28.0, -8.0, 242.0, 9.0], [-44.0, -12.0, 232.0, 14.0]]);
    bag.and(cardia, 12.0)
}
