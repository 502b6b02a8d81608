//! Pictures of a report: spreads of two groups, as text that any browser draws; layers of brains.

use std::fmt::Write;

use medshape_geometry::phantom::brain::Brain;
use medshape_types::Picture;

use super::cohort::{Kind, Subject, brain_of, pair_number, seed_of, voxels};
use crate::panels::{Panel, beside};
use crate::report::choose;

/// Colours of the two groups.
const GROUPS: [&str; 2] = ["#15a", "#b03060"];

/// Voxels along an edge of the brains that are shown.
const SHOWN: usize = 128;

/// Colours of layers: outside, tissue, a tumour's tissue, what a tumour lacks in the mask.
const LAYERS: [[u8; 3]; 4] = [[255; 3], [176; 3], [214, 80, 40], [250, 224, 212]];

/// Voxels of a tumour's layers are drawn so wide.
const SCALE: usize = 2;

/// The spread of one number in two groups, without and with a tumour: a mark for each subject.
pub(super) fn spread(name: &str, groups: [&[f64]; 2]) -> String {
    let all = || groups.iter().copied().flatten().copied();
    let (low, high) = (all().fold(f64::MAX, f64::min), all().fold(f64::MIN, f64::max));
    let range = if high > low { high - low } else { 1.0 };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 74\" width=\"640\" \
         style=\"max-width:100%;height:auto\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\" \
         fill=\"currentColor\"><title>{name} without and with a tumour</title>\
         <text x=\"0\" y=\"12\">{name}</text><text x=\"130\" y=\"72\">{low:.3}</text>\
         <text x=\"630\" y=\"72\" text-anchor=\"end\">{high:.3}</text>"
    );
    for (number, (word, values)) in ["without", "with"].into_iter().zip(groups).enumerate() {
        let y = 28.0 + 20.0 * number as f64;
        let _ = write!(out, "<text x=\"122\" y=\"{y}\" dy=\"5\" text-anchor=\"end\">{word}</text>");
        let colour = GROUPS[number];
        for value in values {
            let x = 130.0 + 500.0 * (value - low) / range;
            let _ = write!(
                out,
                "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"2\" height=\"14\" fill=\"{colour}\" \
                 fill-opacity=\"0.35\"/>",
                y - 7.0
            );
        }
    }
    out + "</svg>"
}

/// A brain as it is shown.
pub(super) struct Shown {
    /// Which of all it is.
    pub(super) word: &'static str,
    /// Who it is.
    pub(super) about: String,
    /// The chance of a mass that it was given.
    pub(super) chance: f64,
    /// Three layers.
    pub(super) picture: Picture,
}

impl Shown {
    /// Of a cohort the brain whose group was most sure, that in the middle and that which was least sure, by
    /// chances of a mass.
    pub(super) fn of(kind: Kind, subjects: &[Subject], chances: &[f64]) -> Vec<Self> {
        let right = subjects.iter().zip(chances).map(|(subject, &chance)| {
            (subject, chance, if subject.has_tumour { chance } else { 1.0 - chance })
        });
        let right: Vec<(&Subject, f64, f64)> = right.collect();
        let chosen = choose(right.iter(), |(.., right)| *right);
        let shown = chosen.into_iter().map(|(word, &(subject, chance, _))| {
            let brain = brain_of(kind, pair_number(&subject.pair), subject.has_tumour);
            let tumour = brain.tumour().map(|tumour| {
                let cut = if tumour.is_cut { ", in part missing from the mask" } else { "" };
                format!(
                    "a tumour of {:.0} ml, {:.0} % of which push{cut}",
                    tumour.volume_ml,
                    100.0 * tumour.push
                )
            });
            let about = format!(
                "{}, {} of {:.0} years, {}",
                subject.pair,
                if subject.measures.sex == medshape_geometry::phantom::Sex::Male {
                    "a man"
                } else {
                    "a woman"
                },
                subject.measures.age_years,
                tumour.unwrap_or_else(|| "no tumour".to_owned())
            );
            let picture = layers(&brain, seed_of(subject));
            Self { word, about, chance, picture }
        });
        shown.collect()
    }
}

/// Layers across the three axes through the middle of the tumour, or of the cube where there is none: from below, from
/// the front and from the right of the patient.
fn layers(brain: &Brain, seed: u64) -> Picture {
    let map = voxels(brain, SHOWN, seed);
    let grid = *map.grid();
    let tumour = brain.tumour();
    let middle_mm = tumour.map_or([0.0; 3], |tumour| tumour.middle_mm);
    let through = grid
        .world_from_voxel()
        .inverse()
        .apply(middle_mm)
        .map(|at| (at.round().max(0.0) as usize).min(SHOWN - 1));
    let tissue: Vec<bool> = map.voxels().iter().map(|label| label == 1).collect();
    let colour = |voxel: [usize; 3]| {
        let place = grid.world_from_voxel().apply(voxel.map(|at| at as f64));
        let is_tumour = tumour.is_some_and(|tumour| {
            let off =
                (0..3).map(|axis| (place[axis] - tumour.middle_mm[axis]).powi(2)).sum::<f64>();
            off.sqrt() < tumour.radius_mm()
        });
        match (tissue[grid.index(voxel)], is_tumour) {
            (true, false) => LAYERS[1],
            (true, true) => LAYERS[2],
            (false, true) if tumour.is_some_and(|tumour| tumour.is_cut) => LAYERS[3],
            (false, _) => LAYERS[0],
        }
    };
    // The patient's right is on the left of the picture, above is the front or the top.
    let last = SHOWN - 1;
    let panel = |voxel: &dyn Fn(usize, usize) -> [usize; 3]| {
        let pixels = (0..SHOWN * SHOWN).map(|at| colour(voxel(at % SHOWN, at / SHOWN)));
        Panel { width: SHOWN, colours: pixels.collect() }
    };
    let [x, y, z] = through;
    let panels = [
        panel(&|column, row| [last - column, last - row, z]),
        panel(&|column, row| [last - column, y, last - row]),
        panel(&|column, row| [x, last - column, last - row]),
    ];
    beside(&panels, SCALE)
}
