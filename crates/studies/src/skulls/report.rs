//! The report of an evaluation: HTML for people, JSON for programs, pictures of cases.

use std::fmt::Write;
use std::path::Path;

use medshape_learn::SparseGrid;
use medshape_types::Picture;
use serde_json::json;

use super::evaluate::{Findings, Sample};
use super::implant::implant;
use super::settings::Settings;
use super::summary::Line;
use crate::panels::{Panel, beside};
use crate::report::{self, choose};
use crate::{Error, page};

/// Colours of pictures: outside, the skull that is given, right, missed, too much.
const COLOURS: [[u8; 3]; 5] = [[255; 3], [190; 3], [30, 140, 115], [214, 80, 40], [40, 110, 190]];

/// Pictures are made so wide, at least.
const LEAST_WIDTH: usize = 256;

/// A case as it is shown.
pub(super) struct Shown {
    title: String,
    dice: f64,
    picture: Picture,
}

impl Shown {
    /// What each method fills a hole with; `dice` is that of the first.
    pub(super) fn of(sample: &Sample, completed: &[(&'static str, SparseGrid)], dice: f64) -> Self {
        let names: Vec<&str> = completed.iter().map(|(name, _)| *name).collect();
        let title = format!("skull {}, {}: {}", sample.seed, sample.hole.name(), names.join(", "));
        let found: Vec<SparseGrid> = completed
            .iter()
            .map(|(_, whole)| {
                let grid = sample.whole.grid();
                let implant = implant(whole, &sample.partial, grid);
                let mask = medshape_types::Mask::of_label(&implant, 1);
                SparseGrid::from_mask(&mask).unwrap_or_default()
            })
            .collect();
        Self { title, dice, picture: picture(sample, &found) }
    }
}

/// Writes `report.html`, `report.json` and the pictures of cases; what is to be said of it.
pub(super) fn write(folder: &Path, findings: &Findings<'_>) -> Result<Vec<String>, Error> {
    let shown: Vec<(String, &str, &Shown)> = choose(findings.shown.iter(), |shown| shown.dice)
        .into_iter()
        .map(|(word, shown)| (format!("{word}.png"), word, shown))
        .collect();
    let pictures = shown.iter().map(|(name, _, shown)| (name.clone(), &shown.picture));
    let written = report::write(folder, pictures, &json(findings), &html(findings, &shown))?;
    let both = |line: &&Line| ["learned", "held out"].contains(&line.holes.as_str());
    let mut said: Vec<String> = findings.lines.iter().filter(both).map(sentence).collect();
    said.push(written);
    Ok(said)
}

fn sentence(line: &Line) -> String {
    let Line { holes, method, n, dice_median, border_dice_median, hd95_mm_median, .. } = line;
    format!(
        "{holes} holes, {method}: median implant Dice {dice_median:.3} (mean {}), at the border \
         {border_dice_median:.3}, HD95 {hd95_mm_median:.1} mm, {n} skulls",
        mean(line)
    )
}

fn mean(line: &Line) -> String {
    let interval = line.dice_interval.map(|[low, high]| format!(", {low:.3} to {high:.3}"));
    format!("{:.3}{}", line.dice_mean, interval.unwrap_or_default())
}

fn json(findings: &Findings<'_>) -> serde_json::Value {
    json!({
        "task": "skulls",
        "model": findings.model,
        "settings": findings.settings,
        "means": findings.lines,
        "cases": findings.rows,
    })
}

fn html(findings: &Findings<'_>, shown: &[(String, &str, &Shown)]) -> String {
    let Settings { resolution, test_skulls, .. } = findings.settings;
    let mut body = format!(
        "<p>{test_skulls} phantom skulls that nothing was learned from, at {resolution} voxels from left to \
         right, each with a hole of a family that was learned from and with one of a family that was not. \
         The implant is scored, not the skull: Dice, Dice within 10 mm of the border of the hole, and the 95th \
         percentile of the distances between both surfaces. Means have a 95 % interval (BCa bootstrap, 10,000 \
         resamples); p is Wilcoxon's, beside the first method, raised after Holm.</p>\
         <p>Phantoms say how well a method fills holes in skulls like them. They do not say how well an \
         implant fits a person.</p>"
    );
    if let Some(Settings { skulls, variants, steps, seed, .. }) = findings.model {
        let _ = write!(
            body,
            "<p>The network learned from {skulls} phantom skulls in {variants} variants each, in {steps} steps \
             (seed {seed}).</p>"
        );
    }
    let _ = write!(body, "<h2>Implants</h2>{}<h2>Cases</h2>", table(&findings.lines));
    for (name, word, shown) in shown {
        let title = page::escaped(&shown.title);
        let _ = write!(
            body,
            "<figure><img src=\"{name}\" alt=\"A layer of a skull with what fills its hole: {title}\">\
             <figcaption>{title}, {word}: Dice {:.3}. The layer in which most is missing; grey is the skull \
             that is given, green is right, orange is missed, blue is too much.</figcaption></figure>",
            shown.dice
        );
    }
    page::page("Implants for skulls", &body)
}

fn table(lines: &[Line]) -> String {
    let heads = [
        "holes",
        "method",
        "skulls",
        "median Dice",
        "mean Dice",
        "at the border",
        "HD95, mm",
        "p",
        "rank-biserial",
    ];
    let or_dash = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
    let row = |line: &Line| {
        vec![
            line.holes.clone(),
            line.method.to_owned(),
            line.n.to_string(),
            format!("{:.3}", line.dice_median),
            mean(line),
            format!("{:.3}", line.border_dice_median),
            format!("{:.2}", line.hd95_mm_median),
            or_dash(line.p_holm.map(|p| format!("{p:.1e}"))),
            or_dash(line.rank_biserial.map(|effect| format!("{effect:.2}"))),
        ]
    };
    page::table(&heads, &lines.iter().map(row).collect::<Vec<_>>())
}

/// The layer across the third axis in which most is missing, once for each of the fillings.
fn picture(sample: &Sample, found: &[SparseGrid]) -> Picture {
    let truth = sample.whole.bone.difference(&sample.partial);
    let dims = sample.whole.grid().dims();
    let mut counts = vec![0usize; dims[2]];
    truth.voxels().for_each(|voxel| counts[voxel.place[2] as usize] += 1);
    let layer = (0..dims[2]).rev().max_by_key(|&z| counts[z]).unwrap_or(0);
    let scale = LEAST_WIDTH.div_ceil(dims[0]);
    // The patient's right is on the left of the picture, the front above: the last voxel comes first.
    let panel = |filling| {
        let mut colours = colours(sample, &truth, filling, layer);
        colours.reverse();
        Panel { width: dims[0], colours }
    };
    beside(&found.iter().map(panel).collect::<Vec<_>>(), scale)
}

/// Colours of the voxels of a layer.
fn colours(
    sample: &Sample,
    truth: &SparseGrid,
    filling: &SparseGrid,
    layer: usize,
) -> Vec<[u8; 3]> {
    let [width, depth, _] = sample.whole.grid().dims();
    let mut codes = vec![0usize; width * depth];
    for (grid, bit) in [(&sample.partial, 4), (truth, 2), (filling, 1)] {
        for voxel in grid.voxels().filter(|voxel| voxel.place[2] as usize == layer) {
            let [x, y, _] = voxel.place.map(|at| at as usize);
            codes[x + width * y] |= bit;
        }
    }
    codes.iter().map(|code| COLOURS[[0, 4, 3, 2, 1, 1, 1, 1][*code]]).collect()
}
