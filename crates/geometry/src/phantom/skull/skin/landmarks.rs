//! Landmarks at which soft tissue is measured: where they are on the reference body, and on a skull.

use super::tissue::Tissue;
use crate::phantom::implicit::{Point, add, subtract, unit};
use crate::phantom::person::Sex;
use crate::phantom::population::law;
use crate::phantom::skull::Skull;

/// A landmark of the midline, or a pair of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// What anthropologists call it.
    pub name: &'static str,
    /// Its row in the table of populations.
    pub(super) law: &'static str,
    /// A place in the bone of the reference body, on its right side if there are two.
    inside: Point,
    /// Where it looks.
    outward: Point,
    /// Correlation of its thickness with how well nourished somebody is.
    pub(super) of_nutrition: f64,
    /// What it has in common with its group beside that, as a correlation.
    pub(super) of_group: f64,
    /// Its group.
    pub(super) group: usize,
    /// Whether there are two.
    pub is_paired: bool,
}

impl Site {
    /// How thick the tissue of a population is here, on average.
    pub fn mean_mm(&self, sex: Sex) -> f64 {
        law(self.law, sex).expect("the table has the site for both sexes").mean
    }
}

/// Number of sites.
pub const N_SITES: usize = 19;

/// Groups whose thickness goes together: scalp, nose, lips, chin, cheeks.
pub(super) const N_GROUPS: usize = 5;

/// Correlations of a site with nutrition and with its group, and the group.
type Ties = (f64, f64, usize);

// Scalps are alike all over. The lips correlate by 0.2² + 0.85² = 0.76, pogonion and gnathion by
// 0.35² + 0.81² = 0.78 (Lebanese adults, n = 222, FSI 2018).
const SCALP: Ties = (0.3, 0.8, 0);
const NOSE: Ties = (0.25, 0.4, 1);
const LIPS: Ties = (0.2, 0.849, 2);
const CHIN: Ties = (0.35, 0.811, 3);
const CHEEK: Ties = (0.7, 0.4, 4);

/// All sites; millimetres of the reference body.
pub const SITES: [Site; N_SITES] = [
    site("vertex", "tissue_vertex", [0.0, 0.0, 735.0], [0.0, 0.0, 1.0], SCALP, false),
    site("metopion", "tissue_metopion", [0.0, 78.0, 698.0], [0.0, 0.9, 0.43], SCALP, false),
    site(
        "opisthocranion",
        "tissue_opisthocranion",
        [0.0, -82.0, 662.0],
        [0.0, -1.0, 0.1],
        SCALP,
        false,
    ),
    site("euryon", "tissue_euryon", [66.0, -8.0, 690.0], [1.0, 0.0, 0.2], SCALP, true),
    site("glabella", "tissue_glabella", [0.0, 90.0, 653.0], [0.0, 1.0, 0.1], NOSE, false),
    site("nasion", "tissue_nasion", [0.0, 90.0, 641.0], [0.0, 1.0, 0.0], NOSE, false),
    site("rhinion", "tissue_rhinion", [0.0, 99.0, 626.0], [0.0, 0.85, 0.53], NOSE, false),
    site("subnasale", "tissue_subnasale", [0.0, 84.0, 588.0], [0.0, 1.0, 0.0], LIPS, false),
    site(
        "labrale superius",
        "tissue_labrale_superius",
        [0.0, 92.0, 573.0],
        [0.0, 1.0, 0.0],
        LIPS,
        false,
    ),
    site(
        "labrale inferius",
        "tissue_labrale_inferius",
        [0.0, 92.0, 558.0],
        [0.0, 1.0, 0.0],
        LIPS,
        false,
    ),
    site(
        "mentolabial sulcus",
        "tissue_mentolabial_sulcus",
        [0.0, 92.0, 548.0],
        [0.0, 1.0, 0.0],
        CHIN,
        false,
    ),
    site("pogonion", "tissue_pogonion", [0.0, 95.0, 537.0], [0.0, 1.0, 0.0], CHIN, false),
    site("gnathion", "tissue_gnathion", [0.0, 95.0, 536.0], [0.0, 0.6, -0.8], CHIN, false),
    site("supraorbital", "tissue_supraorbital", [28.0, 84.0, 656.0], [0.1, 1.0, 0.25], NOSE, true),
    site("infraorbital", "tissue_infraorbital", [38.0, 74.0, 607.0], [0.25, 1.0, 0.0], CHEEK, true),
    site("malar", "tissue_malar", [48.0, 68.0, 612.0], [0.75, 0.66, 0.0], CHEEK, true),
    site("zygion", "tissue_zygion", [66.0, 26.0, 614.0], [1.0, 0.1, 0.0], CHEEK, true),
    site("mid ramus", "tissue_mid_ramus", [51.0, 30.0, 584.0], [1.0, 0.0, 0.0], CHEEK, true),
    site("gonion", "tissue_gonion", [45.0, 27.0, 549.0], [1.0, -0.2, -0.3], CHEEK, true),
];

const fn site(
    name: &'static str,
    law: &'static str,
    inside: Point,
    outward: Point,
    (of_nutrition, of_group, group): Ties,
    is_paired: bool,
) -> Site {
    Site { name, law, inside, outward, of_nutrition, of_group, group, is_paired }
}

/// A landmark of a skull.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landmark {
    /// Number of its site in [`SITES`].
    pub site: usize,
    /// Whether it is the left one of a pair.
    pub is_left: bool,
    /// Where it is on the bone, in the skull's frame.
    pub bone_mm: [f64; 3],
    /// Where it looks; of length 1.
    pub outward: [f64; 3],
    /// How far the skin is from the bone in that direction.
    pub thickness_mm: f64,
}

impl Landmark {
    /// Where the skin is.
    pub fn skin_mm(&self) -> [f64; 3] {
        add(self.bone_mm, self.outward.map(|part| part * self.thickness_mm))
    }
}

/// All landmarks of a skull with a jaw: where rays from inside the bone leave it.
pub(super) fn of(skull: &Skull, tissue: &Tissue) -> Vec<Landmark> {
    let mut found = Vec::with_capacity(2 * N_SITES);
    for (number, site) in SITES.iter().enumerate() {
        for side in 0..=usize::from(site.is_paired) {
            let sign = if side == 1 { -1.0 } else { 1.0 };
            let [inside, outward] = [site.inside, site.outward].map(|[x, y, z]| [sign * x, y, z]);
            let outward = unit(outward);
            let leaves = last_crossing(inside, outward, skull);
            let bone = add(inside, outward.map(|part| part * leaves));
            let bone_mm = skull.frame.world_from_reference(bone);
            let beyond_mm = skull.frame.world_from_reference(add(bone, outward));
            found.push(Landmark {
                site: number,
                is_left: side == 1,
                bone_mm,
                outward: unit(subtract(beyond_mm, bone_mm)),
                thickness_mm: tissue.thickness_mm[number][side],
            });
        }
    }
    found
}

/// How far along a ray of the reference body the bone ends: its outermost surface within 30 mm.
fn last_crossing(from: Point, along: Point, skull: &Skull) -> f64 {
    const FARTHEST_MM: f64 = 30.0;
    let start = add(from, along.map(|part| part * FARTHEST_MM));
    let back = along.map(|part| -part);
    let found = super::crossing(start, back, 2.0 * FARTHEST_MM, |p| -skull.bone.distance(p));
    FARTHEST_MM - found.unwrap_or(FARTHEST_MM)
}
