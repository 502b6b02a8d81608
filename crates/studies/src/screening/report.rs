//! The report of an evaluation: HTML for people, JSON for programs.

use std::fmt::Write;
use std::path::Path;

use medshape_types::Picture;
use serde_json::json;

use super::NO_DIAGNOSIS;
use super::descriptors::NAMES;
use super::evaluate::{Findings, Score, Scored};
use super::pictures::{Line, spread, square};
use crate::statistics::roc::{Auc, curve};
use crate::{Error, page, report};

/// What phantoms can show and what they cannot.
const LIMITS: &str = "Phantoms can show that the chain works from mask to chance, that what is learned is more than the \
    volume, and how sure the numbers are. They cannot show what any of it is worth for people: a phantom's tumour is a ball \
    that pushes by one rule, its sulci are waves, nobody was operated on, and no scanner or segmentation differs between the \
    groups, which is what tells real collections apart. No number here is to be compared with one on patients.";

/// Descriptors whose spreads are drawn.
const DRAWN: [usize; 6] = [0, 3, 7, 8, 9, 11];

/// Writes `report.html` and `report.json`; what is to be said of it.
pub(super) fn write(folder: &Path, findings: &Findings) -> Result<Vec<String>, Error> {
    let none: [(String, &Picture); 0] = [];
    let written = report::write(folder, none, &json(findings), &html(findings))?;
    let mut said = Vec::new();
    for cohort in &findings.cohorts {
        for score in &cohort.scores {
            let brier = score.brier.map_or(String::new(), |brier| format!(", Brier {brier:.3}"));
            said.push(format!(
                "{} {}: AUC {}{brier}",
                cohort.kind.name(),
                score.method,
                area(score.auc).replace("<small>", "(").replace("</small>", ")")
            ));
        }
    }
    said.push(NO_DIAGNOSIS.to_owned());
    said.push(written);
    Ok(said)
}

fn json(findings: &Findings) -> serde_json::Value {
    let cohorts = findings.cohorts.iter().map(|cohort| {
        let subjects = cohort.subjects.iter().map(|subject| {
            json!({
                "pair": subject.pair,
                "has_tumour": subject.has_tumour,
                "sex": medshape_geometry::phantom::brain::word(subject.measures.sex),
                "age_years": subject.measures.age_years,
                "descriptors": subject.shape.descriptors,
            })
        });
        json!({
            "cohort": cohort.kind.name(),
            "methods": cohort.scores,
            "differences": cohort.differences,
            "subjects": subjects.collect::<Vec<_>>(),
        })
    });
    json!({
        "task": "screening",
        "note": NO_DIAGNOSIS,
        "limits": LIMITS,
        "model": findings.model,
        "descriptors": NAMES,
        "cohorts": cohorts.collect::<Vec<_>>(),
    })
}

fn html(findings: &Findings) -> String {
    let mut body = format!("<p><strong>{NO_DIAGNOSIS}</strong></p><p>{LIMITS}</p>");
    match &findings.model {
        Some(facts) => {
            let _ = write!(
                body,
                "<p>All methods learned from the same {} {} pairs of a healthy brain and one with a tumour \
                 (seed {}; PointNet {} steps, sparse encoder {} steps), and were calibrated on others. Of those that \
                 see the mask alone, <em>{}</em> was chosen there.</p>",
                facts.pairs.len(),
                facts.settings.cohort.name(),
                facts.settings.seed,
                facts.settings.points_steps,
                facts.settings.voxels_steps,
                facts.chosen.name()
            );
        }
        None => body.push_str(
            "<p>No model was given: the volume alone and the descriptors are looked at.</p>",
        ),
    }
    for cohort in &findings.cohorts {
        of_cohort(&mut body, cohort);
    }
    page::page("Screening for brain tumours by shape", &body)
}

fn of_cohort(body: &mut String, cohort: &Scored) {
    let name = cohort.kind.name();
    let _ = write!(
        body,
        "<h2>Cohort: {name}</h2><p>{} brains, half of them with a tumour. AUC with the 95 % interval of DeLong; the gain over the \
         volume alone with DeLong's test, raised after Holm. The volume has the direction that favours it.</p>{}",
        cohort.subjects.len(),
        page::table(
            &["method", "AUC", "accuracy", "Brier", "ECE", "gain in AUC", "p of the gain"],
            &cohort.scores.iter().map(row).collect::<Vec<_>>()
        )
    );
    let lines = cohort.scores.iter().map(|score| Line {
        name: &score.method,
        points: curve(&score.scores, &cohort.outcomes),
        is_marked: false,
    });
    let roc = square("ROC curves", ["false alarms", "found"], &lines.collect::<Vec<_>>());
    let _ = write!(body, "<figure>{roc}<figcaption>ROC curves, {name}.</figcaption></figure>");
    // The volume alone is no chance and has no points; its place keeps the colours.
    let lines = cohort.scores.iter().map(|score| Line {
        name: &score.method,
        points: score.reliability.clone(),
        is_marked: true,
    });
    if cohort.scores.len() > 1 {
        let curves = square("Reliability", ["chance", "came true"], &lines.collect::<Vec<_>>());
        let _ = write!(
            body,
            "<figure>{curves}<figcaption>Reliability in eight bins of equal numbers, {name}.</figcaption></figure>"
        );
    }
    let rows: Vec<Vec<String>> = cohort
        .differences
        .iter()
        .map(|found| {
            vec![
                found.descriptor.clone(),
                format!("{:.3}", found.medians[0]),
                format!("{:.3}", found.medians[1]),
                format!("{:.2}", found.effect),
                p_value(Some(found.p_welch)),
                p_value(Some(found.p_mann_whitney)),
            ]
        })
        .collect();
    let heads = [
        "descriptor",
        "median without",
        "median with",
        "Cohen's d",
        "p (Welch)",
        "p (Mann–Whitney)",
    ];
    let _ = write!(
        body,
        "<h3>Descriptors</h3><p>p-values raised after Holm over the descriptors.</p>{}",
        page::table(&heads, &rows)
    );
    for column in DRAWN {
        let group = |wanted: bool| -> Vec<f64> {
            let of = cohort.subjects.iter().filter(|subject| subject.has_tumour == wanted);
            of.map(|subject| subject.shape.descriptors[column]).collect()
        };
        let _ = write!(
            body,
            "<figure>{}</figure>",
            spread(NAMES[column], [&group(false), &group(true)])
        );
    }
}

fn row(score: &Score) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.3}"));
    vec![
        page::escaped(&score.method),
        area(score.auc),
        number(score.accuracy),
        number(score.brier),
        number(score.calibration_error),
        score.gain.map_or("–".to_owned(), |gain| format!("{gain:+.3}")),
        p_value(score.p),
    ]
}

fn area(auc: Option<Auc>) -> String {
    auc.map_or("–".to_owned(), |Auc { auc, low, high }| {
        format!("{auc:.3} <small>{low:.3}–{high:.3}</small>")
    })
}

fn p_value(p: Option<f64>) -> String {
    match p {
        None => "–".to_owned(),
        Some(p) if p < 0.001 => "&lt; 0.001".to_owned(),
        Some(p) => format!("{p:.3}"),
    }
}
