//! The report of an evaluation: HTML for people, JSON for programs, pictures of cases.

use std::fmt::Write;
use std::path::Path;

use medshape_types::{Grid, Picture};
use serde_json::json;

use super::evaluate::{Case, Findings, Shown};
use super::structures::{N, NAMES, Set};
use crate::Error;
use crate::page;
use crate::report::{self, cell, choose};
use crate::statistics::{Mean, mean_of_groups, median};

/// Colours of the structures in pictures.
const COLOURS: [[u8; 3]; N] = [
    [120, 170, 220],
    [200, 50, 60],
    [150, 60, 130],
    [220, 150, 70],
    [235, 200, 80],
    [210, 205, 180],
    [180, 175, 150],
    [140, 70, 50],
    [190, 90, 80],
    [230, 60, 90],
    [170, 110, 100],
    [60, 90, 200],
];

/// What the published predictions of the original network reach on the published test maps.
const PUBLISHED: f64 = 0.36;

/// Writes `report.html`, `report.json` and the pictures of cases; what is to be said of it.
pub(crate) fn write(folder: &Path, findings: &Findings) -> Result<Vec<String>, Error> {
    let shown = choose(findings.shown.iter(), |shown| shown.dice);
    let methods = report::methods(findings.cases.iter().map(|case| &case.method));
    let json = json!({
        "task": "completion",
        "model": findings.model,
        "subjects": findings.n_subjects,
        "subsets_per_subject": findings.n_subsets,
        "seconds": findings.seconds,
        "subsets": methods.iter().map(|method| summary(findings, method, false)).collect::<Vec<_>>(),
        "alone": methods.iter().map(|method| summary(findings, method, true)).collect::<Vec<_>>(),
        "cases": findings.cases,
    });
    let pictures = shown.iter().map(|(word, shown)| (format!("{word}.png"), &shown.picture));
    let written = report::write(folder, pictures, &json, &html(findings, &methods, &shown))?;
    let mut said: Vec<String> = methods
        .iter()
        .filter_map(|method| {
            let say = |alone: bool| {
                let what = if alone { "of structures alone" } else { "of structures in subsets" };
                let mean = mean(findings, method, alone, None)?;
                Some(format!("{:.3} ({:.3} to {:.3}) {what}", mean.mean, mean.low, mean.high))
            };
            let both: Vec<String> = [false, true].into_iter().filter_map(say).collect();
            (!both.is_empty()).then(|| format!("{method}: mean Dice {}", both.join(", ")))
        })
        .collect();
    said.push(written);
    Ok(said)
}

/// The mean Dice of a method, of all structures or one, with subjects drawn whole.
fn mean(findings: &Findings, method: &str, alone: bool, structure: Option<&str>) -> Option<Mean> {
    mean_of_groups(&groups(findings, method, alone, structure, |case| Some(case.scores.dice)))
}

fn groups(
    findings: &Findings,
    method: &str,
    alone: bool,
    structure: Option<&str>,
    value: impl Fn(&Case) -> Option<f64>,
) -> Vec<Vec<f64>> {
    let mut groups: Vec<(&str, Vec<f64>)> = Vec::new();
    let of_kind = findings.cases.iter().filter(|case| {
        case.method == method
            && case.alone == alone
            && structure.is_none_or(|structure| case.structure == structure)
    });
    for case in of_kind {
        let at = groups.iter().position(|(subject, _)| *subject == case.subject);
        let at = at.unwrap_or_else(|| {
            groups.push((&case.subject, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.extend(value(case));
    }
    groups.into_iter().map(|(_, values)| values).collect()
}

fn summary(findings: &Findings, method: &str, alone: bool) -> serde_json::Value {
    let by_structure: serde_json::Map<String, serde_json::Value> = NAMES
        .iter()
        .filter_map(|name| {
            Some(((*name).to_owned(), json!(mean(findings, method, alone, Some(name))?)))
        })
        .collect();
    json!({
        "method": method,
        "dice": mean(findings, method, alone, None),
        "dice_by_structure": by_structure,
    })
}

fn html(findings: &Findings, methods: &[String], shown: &[(&str, &Shown)]) -> String {
    let mut body = String::new();
    let _ = write!(
        body,
        "<p>{} subjects that no method has learned from, {} subsets of one to seven structures taken \
         away by chance for each, and each structure alone. Mean Dice with 95 % intervals of a \
         bootstrap over subjects. The published predictions of the original network reach {PUBLISHED} \
         on its published test maps.</p>",
        findings.n_subjects, findings.n_subsets
    );
    if let Some(model) = &findings.model {
        let _ = write!(
            body,
            "<p>The model learned from {} subjects, each with structures taken away {} times (seed {}).</p>",
            model.subjects.len(),
            model.draws,
            model.seed
        );
    }
    for (title, alone) in [("Subsets taken away", false), ("Each structure alone", true)] {
        let _ = write!(body, "<h2>{title}</h2>{}", table(findings, methods, alone));
    }
    let _ = write!(body, "<h2>Distances</h2>{}", distances(findings));
    let _ = write!(body, "<h2>Cases</h2>");
    for (word, shown) in shown {
        let _ = write!(
            body,
            "<figure><img src=\"{word}.png\" alt=\"Truth and prediction side by side: {}\">\
             <figcaption>{word}: Dice {:.3}. {}. Left what was taken away, right what was given \
             back; what was given is grey.</figcaption></figure>",
            page::escaped(&shown.title),
            shown.dice,
            page::escaped(&shown.title)
        );
    }
    page::page("Anatomy completion", &body)
}

fn table(findings: &Findings, methods: &[String], alone: bool) -> String {
    let heads = methods.iter().map(String::as_str);
    let row = |name: &str, structure: Option<&str>| {
        let cells = methods.iter().map(|method| cell(mean(findings, method, alone, structure)));
        std::iter::once(name.to_owned()).chain(cells).collect::<Vec<String>>()
    };
    let mut rows: Vec<Vec<String>> = NAMES.iter().map(|name| row(name, Some(name))).collect();
    rows.push(row("all", None));
    let heads: Vec<&str> = std::iter::once("structure").chain(heads).collect();
    page::table_with_sum(&heads, &rows)
}

/// Medians of the distances of the cases that have any.
fn distances(findings: &Findings) -> String {
    let of = |name: &str, value: fn(&Case) -> Option<f64>| -> String {
        let cases = findings.cases.iter().filter(|case| case.structure == name);
        let values: Vec<f64> = cases.filter_map(value).collect();
        median(&values).map_or("–".to_owned(), |median| format!("{median:.1}"))
    };
    let row = |name: &&str| {
        vec![
            (*name).to_owned(),
            of(name, |case| case.scores.hd95_mm),
            of(name, |case| case.scores.assd_mm),
            of(name, |case| case.scores.surface_dice.map(|share| 100.0 * share)),
        ]
    };
    let rows: Vec<Vec<String>> = NAMES.iter().map(row).collect();
    let heads =
        ["structure", "HD95 mm, median", "ASSD mm, median", "surface within 2 mm, %, median"];
    page::table(&heads, &rows)
}

/// Truth and prediction from the front, side by side: what was given in grey, what was missing in
/// colours, the nearest to the eye.
pub(crate) fn picture(grid: &Grid, truth: &[u8], added: &[u8], missing: &Set) -> Picture {
    const STEP: usize = 2;
    let dims = grid.dims();
    let (width, height) = (dims[0].div_ceil(STEP), dims[2].div_ceil(STEP));
    let mut rgba = vec![255u8; 4 * 2 * width * height];
    let is_missing =
        |code: u8| (1..=N).contains(&usize::from(code)) && missing[usize::from(code) - 1];
    for row in 0..height {
        for column in 0..width {
            // The patient's right is on the left of the picture.
            let (x, z) = (
                dims[0] - 1 - (column * STEP).min(dims[0] - 1),
                dims[2] - 1 - (row * STEP).min(dims[2] - 1),
            );
            let line = (0..dims[1]).map(|y| x + dims[0] * (y + dims[1] * z));
            let n_given =
                line.clone().filter(|&at| truth[at] > 0 && !is_missing(truth[at])).count();
            let grey = 245 - (n_given * 120 / dims[1].max(1)) as u8;
            for (side, codes) in [truth, added].into_iter().enumerate() {
                let front = line.clone().enumerate().rfind(|&(_, at)| is_missing(codes[at]));
                let colour = front.map_or([grey; 3], |(y, at)| {
                    let light = 0.55 + 0.45 * y as f32 / dims[1] as f32;
                    COLOURS[usize::from(codes[at]) - 1].map(|c| (f32::from(c) * light) as u8)
                });
                let at = 4 * (row * 2 * width + side * width + column);
                rgba[at..at + 3].copy_from_slice(&colour);
            }
        }
    }
    Picture::new(2 * width as u32, height as u32, rgba).expect("four bytes a pixel")
}
