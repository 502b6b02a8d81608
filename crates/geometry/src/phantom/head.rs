//! Skull with jaw and orbits, and the folded brain inside it.

use super::Structure;
use super::curves::{plate, tube};
use super::implicit::{Point, Solid, ball, behind_plane, ellipsoid, wave};
use super::person::Person;

/// How a face differs from that of the reference body; all but the last are factors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Face {
    /// Width over the zygomatic arches.
    pub(super) arches: f64,
    /// Width of the orbits.
    pub(super) orbits: f64,
    /// Width of the nasal aperture.
    pub(super) aperture: f64,
    /// Thickness of the brows.
    pub(super) brows: f64,
    /// Whether the lower jaw is there.
    pub(super) has_jaw: bool,
}

impl Face {
    /// The reference body's.
    pub(super) const REFERENCE: Self =
        Self { arches: 1.0, orbits: 1.0, aperture: 1.0, brows: 1.0, has_jaw: true };
}

/// Thickness of the braincase of the reference body.
const WALL_MM: f64 = 6.2;

/// Skull and brain; the brain's furrows widen with age.
pub(super) fn structures(person: &Person) -> [Structure; 2] {
    let age = f64::from(person.age_years);
    let skull = skull(vault().grown(WALL_MM), &Face::REFERENCE);
    [Structure::new("brain", brain(age)), Structure::new("skull", skull)]
}

/// The inside of the cranial vault.
pub(super) fn vault() -> Solid {
    let crown = ellipsoid([0.0, 4.0, 680.0], [66.0, 82.0, 62.0]);
    let occiput = ellipsoid([0.0, -32.0, 655.0], [56.0, 50.0, 44.0]);
    let temples = ellipsoid([0.0, 12.0, 654.0], [63.0, 48.0, 38.0]);
    let floor = behind_plane([0.0, 60.0, 652.0], [0.0, 0.35, -0.94]);
    let front_floor = floor.and(behind_plane([0.0, 15.0, 640.0], [0.0, 1.0, 0.0]), 16.0);
    let whole = crown.and(occiput, 24.0).and(temples, 20.0);
    whole.within(front_floor, 14.0).within(behind_plane([0.0, 0.0, 612.0], [0.0, 0.0, -1.0]), 22.0)
}

/// The bones around a vault, which `braincase` is the outside of.
pub(super) fn skull(braincase: Solid, face: &Face) -> Solid {
    let bone = Solid::all(vec![braincase, midface(face), base()], 9.0);
    let hollow = vault();
    let foramen = tube(&[[0.0, -31.0, 585.0, 15.0], [0.0, -29.0, 630.0, 16.0]]);
    let cranium = bone.without(hollow, 2.0).without(foramen, 3.0).without(openings(face), 4.0);
    if face.has_jaw { cranium.and(jaw(), 1.0) } else { cranium }
}

/// Cheeks, brows, nose and upper jaw.
fn midface(face: &Face) -> Solid {
    let upper_jaw = ellipsoid([0.0, 66.0, 596.0], [31.0, 28.0, 30.0]);
    let palate = tube(&[
        [-26.0, 48.0, 574.0, 8.0],
        [-20.0, 78.0, 572.0, 7.5],
        [0.0, 91.0, 572.0, 7.0],
        [20.0, 78.0, 572.0, 7.5],
        [26.0, 48.0, 574.0, 8.0],
    ]);
    let nose = tube(&[[0.0, 89.0, 644.0, 6.0], [0.0, 97.0, 630.0, 5.0], [0.0, 104.0, 620.0, 3.6]]);
    let brow = tube(&[
        [0.0, 88.0, 650.0, 7.0 * face.brows],
        [28.0, 84.0, 656.0, 6.5 * face.brows],
        [50.0, 66.0, 648.0, 6.0 * face.brows],
        [54.0, 62.0, 630.0, 6.0],
    ]);
    let cheek =
        tube(&[[20.0, 82.0, 618.0, 6.5], [40.0, 76.0, 612.0, 8.5], [54.0, 62.0, 615.0, 8.0]]);
    let arch = tube(&[
        [54.0, 60.0, 614.0, 6.0],
        [66.0 * face.arches, 38.0, 613.0, 4.2],
        [69.0 * face.arches, 14.0, 615.0, 4.2],
        [64.0 * face.arches, -2.0, 619.0, 6.0],
    ]);
    let behind_eyes = ellipsoid([26.0, 40.0, 632.0], [24.0, 16.0, 24.0]);
    let half = Solid::all(vec![brow, cheek, arch, behind_eyes], 7.0);
    let both = half.clone().and(half.mirrored(), 2.0);
    Solid::all(vec![upper_jaw, palate, nose, both], 8.0)
}

/// Occipital condyles and mastoid processes.
fn base() -> Solid {
    let mastoid = tube(&[[58.0, -18.0, 625.0, 13.0], [55.0, -12.0, 598.0, 7.0]]);
    let condyle = ellipsoid([19.0, -22.0, 606.0], [7.0, 12.0, 6.0]);
    let wing = tube(&[[18.0, 34.0, 614.0, 6.0], [16.0, 38.0, 585.0, 4.5]]);
    let clivus = tube(&[[0.0, -10.0, 608.0, 8.0], [0.0, 22.0, 626.0, 12.0]]);
    let half = Solid::all(vec![mastoid, condyle, wing], 5.0);
    half.clone().and(half.mirrored(), 1.0).and(clivus, 8.0)
}

/// Orbits, nasal cavity, and the room between the upper jaw's sides.
fn openings(face: &Face) -> Solid {
    let orbit = tube(&[
        [33.0, 96.0, 632.0, 19.0 * face.orbits],
        [31.0, 74.0, 632.0, 18.0 * face.orbits],
        [22.0, 46.0, 634.0, 8.0],
    ]);
    let nostrils = tube(&[
        [0.0, 110.0, 602.0, 9.0 * face.aperture],
        [0.0, 80.0, 606.0, 12.0 * face.aperture],
        [0.0, 45.0, 606.0, 11.0],
    ]);
    let bridge = tube(&[[0.0, 112.0, 612.0, 6.0], [0.0, 84.0, 618.0, 8.0]]);
    let mouth = ellipsoid([0.0, 58.0, 570.0], [17.0, 26.0, 13.0]);
    let sinus = ball([23.0, 64.0, 600.0], 10.0);
    let half = orbit.and(sinus, 0.5);
    Solid::all(vec![half.clone(), half.mirrored(), nostrils, bridge, mouth], 3.0)
}

/// The lower jaw: a horseshoe and two upright plates.
fn jaw() -> Solid {
    let side = plate(&[
        &[[50.0, 14.0, 612.0, 5.0], [52.0, 26.0, 598.0, 3.2], [51.0, 42.0, 610.0, 3.4]],
        &[[50.0, 12.0, 588.0, 3.8], [51.0, 28.0, 586.0, 3.6], [49.0, 44.0, 586.0, 4.4]],
        &[[48.0, 16.0, 562.0, 4.6], [47.0, 32.0, 558.0, 4.6], [45.0, 48.0, 562.0, 5.4]],
        &[[45.0, 26.0, 546.0, 4.8], [43.0, 40.0, 545.0, 5.6], [40.0, 56.0, 550.0, 6.0]],
    ]);
    let body = plate(&[
        &[
            [42.0, 46.0, 561.0, 5.0],
            [32.0, 68.0, 560.0, 5.0],
            [17.0, 86.0, 559.0, 4.8],
            [0.0, 92.0, 559.0, 4.6],
        ],
        &[
            [42.0, 46.0, 546.0, 6.0],
            [33.0, 68.0, 541.0, 6.0],
            [18.0, 87.0, 537.0, 6.4],
            [0.0, 95.0, 536.0, 7.2],
        ],
    ]);
    let half = side.and(body, 6.0);
    half.clone().and(half.mirrored(), 3.0)
}

fn brain(age_years: f64) -> Solid {
    let inside = vault().grown(-2.2);
    let cerebrum = inside.clone().within(above_tent(), 3.0);
    let depth_mm = 3.8 + 0.03 * (age_years - 20.0);
    let folded = furrowed(cerebrum, depth_mm).without(cleft(), 2.0);
    let cerebellum = ellipsoid([0.0, -48.0, 632.0], [46.0, 28.0, 22.0]).within(inside.clone(), 4.0);
    let stem = tube(&[
        [0.0, -8.0, 655.0, 17.0],
        [0.0, -10.0, 640.0, 14.5],
        [0.0, -22.0, 620.0, 8.5],
        [0.0, -29.0, 606.0, 6.0],
    ]);
    folded.and(leaved(cerebellum), 0.5).and(stem, 3.0)
}

/// What lies above the roof of the cerebellum and above the floor of the temples.
fn above_tent() -> Solid {
    let roof = ellipsoid([0.0, -52.0, 628.0], [62.0, 36.0, 29.0]);
    let all = behind_plane([0.0, 0.0, 0.0], [0.0, 0.0, -1.0]);
    all.without(roof, 3.0)
}

/// The cleft between the halves, down to the bar that joins them.
fn cleft() -> Solid {
    let bar = ellipsoid([0.0, 2.0, 664.0], [40.0, 42.0, 34.0]);
    let sheet = ellipsoid([0.0, 0.0, 680.0], [2.2, 200.0, 200.0]);
    sheet.without(bar, 2.0)
}

/// Winding furrows: where a bent wave runs through zero, the surface is drawn in.
fn furrowed(solid: Solid, depth_mm: f64) -> Solid {
    let bounds = *solid.bounds();
    Solid::new(bounds, move |p| {
        let distance = solid.distance(p);
        if !(-2.0 * depth_mm..=depth_mm).contains(&distance) {
            return distance;
        }
        let furrow = (1.0 - 1.7 * winding(p).abs()).max(0.0);
        distance + depth_mm * furrow * furrow * (3.0 - 2.0 * furrow)
    })
}

/// A wave of about 30 mm whose crests wander, mirrored left and right but for a shift.
fn winding([x, y, z]: Point) -> f64 {
    let side = if x < 0.0 { 0.31 } else { 0.0 };
    let (u, v, w) = (x.abs() / 54.0 + side, y / 58.0, z / 56.0);
    let bend = 0.16 * wave(v + 1.3 * w + 0.2) + 0.14 * wave(1.2 * u - 0.8 * v + side);
    wave(1.9 * v + 0.9 * u + bend) * 0.62 + wave(1.8 * w - 1.1 * u + 0.7 * bend + 0.4) * 0.62
}

/// The fine leaves of the cerebellum.
fn leaved(solid: Solid) -> Solid {
    let bounds = *solid.bounds();
    Solid::new(bounds, move |p| {
        let level = p[2] / 7.0 + 0.0035 * p[0] * p[0] / 7.0;
        solid.distance(p) + 0.9 + 0.9 * wave(level)
    })
}
