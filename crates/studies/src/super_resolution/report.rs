//! The report of an evaluation: HTML for people, JSON for programs, pictures of cases.

use std::fmt::Write;
use std::path::Path;

use medshape_learn::SparseGrid;
use medshape_types::Picture;
use serde_json::json;

use super::evaluate::{Case, Findings, NETWORK, Shown};
use super::interpolate::Interpolation;
use super::settings::Sampling;
use crate::panels::{Panel, beside};
use crate::report::{self, cell, choose};
use crate::statistics::{Mean, mean_of_groups};
use crate::{Error, page};

/// Dice of the published network and of the interpolation beside it, on other skulls (Li et al., 2023).
const PUBLISHED: [(&str, [f64; 2]); 4] = [
    ("64→128", [0.875, 0.836]),
    ("64→256", [0.878, 0.836]),
    ("64→512", [0.664, 0.640]),
    ("128→256", [0.937, 0.915]),
];

/// Colours of pictures: outside, right, missed, too much.
const COLOURS: [[u8; 3]; 4] = [[255; 3], [185; 3], [214, 80, 40], [40, 110, 190]];

/// Writes `report.html`, `report.json` and the pictures of cases; what is to be said of it.
pub(super) fn write(folder: &Path, findings: &Findings) -> Result<Vec<String>, Error> {
    let shown: Vec<(String, &str, &Shown)> = findings
        .columns
        .iter()
        .enumerate()
        .flat_map(|(number, column)| {
            let of_column =
                choose(findings.shown.iter().filter(|shown| shown.column == *column), |shown| {
                    shown.dice
                });
            of_column
                .into_iter()
                .map(move |(word, shown)| (format!("{word}-{number}.png"), word, shown))
        })
        .collect();
    let pictures = shown.iter().map(|(name, _, shown)| (name.clone(), &shown.picture));
    let written = report::write(folder, pictures, &json(findings), &html(findings, &shown))?;
    let mut said: Vec<String> = Vec::new();
    for column in &findings.columns {
        for method in methods(findings) {
            if let Some(mean) = dice(findings, column, &method, None) {
                let Mean { mean, low, high, .. } = mean;
                said.push(format!(
                    "{column} {method}: mean Dice {mean:.3} ({low:.3} to {high:.3})"
                ));
            }
        }
    }
    said.push(written);
    Ok(said)
}

fn methods(findings: &Findings) -> Vec<String> {
    report::methods(findings.cases.iter().map(|case| &case.method))
}

/// Values of the cases of a column, method and structure, grouped by subject.
fn groups(
    findings: &Findings,
    column: &str,
    structure: Option<&str>,
    value: impl Fn(&Case) -> Option<f64>,
) -> Vec<Vec<f64>> {
    let is_of = |case: &&Case| {
        case.column == column && structure.is_none_or(|structure| case.structure == structure)
    };
    let of_subject = |subject: &String| {
        let cases = findings.cases.iter().filter(is_of).filter(|case| case.subject == *subject);
        cases.filter_map(&value).collect()
    };
    findings.subjects.iter().map(of_subject).collect()
}

fn mean_of(
    findings: &Findings,
    (column, method, structure): (&str, &str, Option<&str>),
    value: fn(&Case) -> f64,
) -> Option<Mean> {
    mean_of_groups(&groups(findings, column, structure, |case| {
        (case.method == method).then(|| value(case))
    }))
}

fn dice(findings: &Findings, column: &str, method: &str, structure: Option<&str>) -> Option<Mean> {
    mean_of(findings, (column, method, structure), |case| case.scores.dice)
}

/// By how much the Dice of a method is above that of another, case by case.
fn gain(findings: &Findings, column: &str, [method, other]: [&str; 2]) -> Option<Mean> {
    let dice_of = |case: &Case, name: &str| {
        let same = |found: &&Case| {
            found.method == name
                && found.column == case.column
                && found.subject == case.subject
                && found.structure == case.structure
        };
        findings.cases.iter().find(same).map(|found| found.scores.dice)
    };
    mean_of_groups(&groups(findings, column, None, |case| {
        let is_first = case.method == method;
        is_first.then(|| Some(case.scores.dice - dice_of(case, other)?)).flatten()
    }))
}

fn structures(findings: &Findings) -> Vec<String> {
    let mut names: Vec<String> = findings.cases.iter().map(|case| case.structure.clone()).collect();
    names.sort_by_key(|name| (name.parse::<i64>().unwrap_or(i64::MAX), name.clone()));
    names.dedup();
    names
}

fn json(findings: &Findings) -> serde_json::Value {
    let methods = methods(findings);
    let of_method = |column: &String, method: &String| {
        let linear = Interpolation::Linear.name();
        let by_structure: serde_json::Map<String, serde_json::Value> = structures(findings)
            .iter()
            .filter_map(|name| {
                Some((name.clone(), json!(dice(findings, column, method, Some(name))?)))
            })
            .collect();
        Some(json!({
            "column": column,
            "method": method,
            "dice": dice(findings, column, method, None)?,
            "reconstruction_error": mean_of(findings, (column, method, None), |case| case.scores.error),
            "gain_over_linear": gain(findings, column, [method, linear]),
            "dice_by_structure": by_structure,
        }))
    };
    let means = findings
        .columns
        .iter()
        .flat_map(|column| methods.iter().filter_map(move |method| of_method(column, method)));
    json!({
        "task": "super-resolution",
        "model": findings.model,
        "sampling": findings.sampling,
        "subjects": findings.subjects,
        "seconds": findings.seconds,
        "means": means.collect::<Vec<_>>(),
        "cases": findings.cases,
    })
}

fn html(findings: &Findings, shown: &[(String, &str, &Shown)]) -> String {
    let mut body = String::new();
    let what = match (findings.are_skulls, findings.sampling) {
        (true, Sampling::Centre) => "phantom skulls; a coarse voxel has what is at its centre",
        (true, Sampling::Majority) => {
            "phantom skulls; a coarse voxel has what most of the finer voxels within it have"
        }
        (false, _) => {
            "subjects with label maps, each structure by itself; a coarse voxel has what most of the finer voxels within it have"
        }
    };
    let _ = write!(
        body,
        "<p>{} {what}. Mean Dice with 95 % intervals of a bootstrap over subjects; the reconstruction error \
         is the number of voxels that differ over that of the true shape.</p>",
        findings.subjects.len()
    );
    if let Some(model) = &findings.model {
        let _ = write!(
            body,
            "<p>The network learned from {} subjects in {} steps (seed {}).</p>",
            model.subjects.len(),
            model.steps,
            model.seed
        );
    }
    let _ = write!(body, "<h2>Dice</h2>{}", dice_table(findings, None));
    let _ = write!(body, "<h2>Reconstruction error</h2>{}", error_table(findings));
    let _ = write!(body, "<h2>Gain over linear interpolation</h2>{}", gain_table(findings));
    let structures = structures(findings);
    if structures.len() > 1 {
        for name in structures {
            let title = page::escaped(&name);
            let _ = write!(body, "<h2>Label {title}</h2>{}", dice_table(findings, Some(&name)));
        }
    }
    let _ = write!(body, "<h2>Cases</h2>");
    for (name, word, shown) in shown {
        let title = format!("{}, {}", page::escaped(&shown.column), page::escaped(&shown.title));
        let _ = write!(
            body,
            "<figure><img src=\"{name}\" alt=\"A layer of two finer shapes beside each other: {title}\">\
             <figcaption>{title}, {word}: Dice {:.3}. One layer, left by linear interpolation, right by what \
             the report is about; grey is right, orange is missed, blue is too much.</figcaption></figure>",
            shown.dice
        );
    }
    page::page("Super-resolution", &body)
}

fn by_columns(findings: &Findings, of: impl Fn(&str, &str) -> String) -> String {
    let columns = findings.columns.iter().map(String::as_str);
    let heads: Vec<&str> = std::iter::once("method").chain(columns).collect();
    let row = |method: &String| {
        let cells = findings.columns.iter().map(|column| of(column, method));
        std::iter::once(method.clone()).chain(cells).collect()
    };
    page::table(&heads, &methods(findings).iter().map(row).collect::<Vec<_>>())
}

fn dice_table(findings: &Findings, structure: Option<&str>) -> String {
    by_columns(findings, |column, method| cell(dice(findings, column, method, structure)))
}

fn error_table(findings: &Findings) -> String {
    by_columns(findings, |column, method| {
        cell(mean_of(findings, (column, method, None), |case| case.scores.error))
    })
}

fn gain_table(findings: &Findings) -> String {
    let linear = Interpolation::Linear.name();
    let own = |column: &String| {
        let published = PUBLISHED.iter().find(|(name, _)| findings.are_skulls && name == column);
        let published = published.map_or("–".to_owned(), |(_, [network, plain])| {
            format!("{:.3} <small>{network:.3} beside {plain:.3}</small>", network - plain)
        });
        vec![column.clone(), published, cell(gain(findings, column, [NETWORK, linear]))]
    };
    let heads =
        ["column", "published network over its interpolation, other skulls", "network over linear"];
    page::table(&heads, &findings.columns.iter().map(own).collect::<Vec<_>>())
}

/// The layer across the third axis in which the true shape has most voxels, of two finer shapes side by side.
pub(super) fn picture(dims: [usize; 3], truth: &SparseGrid, found: [&SparseGrid; 2]) -> Picture {
    let mut counts = vec![0usize; dims[2]];
    truth.voxels().for_each(|voxel| counts[voxel.place[2] as usize] += 1);
    let layer = (0..dims[2]).rev().max_by_key(|&z| counts[z]).unwrap_or(0);
    let panel = |shape: &SparseGrid| {
        let mut codes = vec![0usize; dims[0] * dims[1]];
        for (grid, bit) in [(truth, 2), (shape, 1)] {
            for voxel in grid.voxels().filter(|voxel| voxel.place[2] as usize == layer) {
                let [x, y, _] = voxel.place.map(|at| at as usize);
                codes[x + dims[0] * y] |= bit;
            }
        }
        // The patient's right is on the left of the picture, the front above: the last voxel comes first.
        let colours = codes.iter().rev().map(|code| COLOURS[[0, 3, 2, 1][*code]]);
        Panel { width: dims[0], colours: colours.collect() }
    };
    beside(&found.map(panel), 1)
}
