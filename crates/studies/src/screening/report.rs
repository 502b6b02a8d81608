//! The report of an evaluation: HTML for people, JSON for programs.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use super::NO_DIAGNOSIS;
use super::descriptors::NAMES;
use super::evaluate::{Findings, Score, Scored};
use super::model::{Facts, Method};
use super::pictures::{Shown, spread};
use crate::plot::{Line, Square};
use crate::statistics::roc::curve;
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
    let shown = findings.cohorts.iter().flat_map(|cohort| {
        cohort.shown.iter().map(|shown| (picture_name(cohort, shown), &shown.picture))
    });
    let written = report::write(folder, shown, &json(findings), &html(findings))?;
    let mut said = Vec::new();
    for cohort in &findings.cohorts {
        for score in &cohort.scores {
            let brier = score.brier.map_or(String::new(), |brier| format!(", Brier {brier:.3}"));
            said.push(format!(
                "{} {}: AUC {}{brier}",
                cohort.kind.name(),
                score.method,
                in_words(area(score))
            ));
        }
    }
    if let Some(facts) = &findings.model {
        said.extend(left_out(facts));
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
                "sex": subject.measures.sex.word(),
                "age_years": subject.measures.age_years,
                "descriptors": subject.shape.descriptors,
            })
        });
        json!({
            "cohort": cohort.kind.name(),
            "methods": cohort.scores,
            "differences": cohort.differences,
            "subjects": subjects.collect::<Vec<_>>(),
            "shown": cohort.shown.iter().map(|shown| json!({
                "which": shown.word,
                "brain": shown.about,
                "chance": shown.chance,
                "picture": picture_name(cohort, shown),
            })).collect::<Vec<_>>(),
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
            let networks = Method::NETWORKS.into_iter().filter_map(|method| {
                let steps = facts.settings.course(method)?.steps;
                (steps > 0).then(|| format!("{} {steps}", method.name()))
            });
            let _ = write!(
                body,
                "<p>All methods learned from the same {} {} pairs of a healthy brain and one with a tumour \
                 (seed {}; steps of the networks: {}), and were calibrated on others. Of those that see the mask \
                 alone, <em>{}</em> was chosen there.</p>",
                facts.pairs.len(),
                facts.settings.cohort.name(),
                facts.settings.seed,
                networks.collect::<Vec<_>>().join(", "),
                facts.chosen.name()
            );
            if let Some(sentence) = left_out(facts) {
                let _ = write!(body, "<p>{sentence}.</p>");
            }
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

/// Which networks are not among the methods.
fn left_out(facts: &Facts) -> Option<String> {
    let names: Vec<&str> = facts.settings.left_out().map(Method::name).collect();
    (!names.is_empty()).then(|| format!("Left out, as the settings say: {}", names.join(", ")))
}

fn picture_name(cohort: &Scored, shown: &Shown) -> String {
    format!("{}-{}.png", cohort.kind.name(), shown.word)
}

fn of_cohort(body: &mut String, cohort: &Scored) {
    let name = cohort.kind.name();
    let _ = write!(
        body,
        "<h2>Cohort: {name}</h2><p>{} brains, half of them with a tumour. AUC with the 95 % interval of DeLong, who takes the two \
         of a pair for strangers, and with that of a bootstrap over pairs (BCa, 10,000 draws); the gain over the volume alone \
         with the interval over pairs and DeLong's test, raised after Holm. The volume has the direction that favours \
         it.</p>{}",
        cohort.subjects.len(),
        page::table(
            &[
                "method",
                "AUC (DeLong)",
                "over pairs",
                "accuracy",
                "Brier",
                "ECE",
                "gain in AUC (over pairs)",
                "p of the gain",
            ],
            &cohort.scores.iter().map(row).collect::<Vec<_>>()
        )
    );
    let through =
        |score: &Score| Line::through(&score.method, curve(&score.scores, &cohort.outcomes));
    let roc = Square::of_shares("ROC curves", ["false alarms", "found"]);
    let roc = roc.draw(cohort.scores.iter().map(through));
    let _ = write!(body, "<figure>{roc}<figcaption>ROC curves, {name}.</figcaption></figure>");
    // The volume alone is no chance and has no points; its place keeps the colours.
    let marked = |score: &Score| Line::marked(&score.method, score.reliability.clone());
    if cohort.scores.len() > 1 {
        let curves = Square::of_shares("Reliability", ["chance", "came true"]);
        let curves = curves.draw(cohort.scores.iter().map(marked));
        let _ = write!(
            body,
            "<figure>{curves}<figcaption>Reliability in eight bins of equal numbers, {name}.</figcaption></figure>"
        );
    }
    of_brains(body, cohort);
    let rows: Vec<Vec<String>> = cohort
        .differences
        .iter()
        .map(|found| {
            vec![
                found.name.clone(),
                format!("{:.3}", found.medians[0]),
                format!("{:.3}", found.medians[1]),
                format!("{:.2}", found.effect),
                page::p_value(Some(found.p_welch)),
                page::p_value(Some(found.p_mann_whitney)),
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

/// Brains of the method that was chosen.
fn of_brains(body: &mut String, cohort: &Scored) {
    if cohort.shown.is_empty() {
        return;
    }
    body.push_str(
        "<h3>Brains</h3><p>The brain whose group the chosen method was surest of, the one in the middle and the one that it \
         was most wrong about. Three layers through the middle of the tumour, or of the cube: seen from below, from the \
         front, from the side. Grey is tissue, orange tissue of the tumour, which the model does not see as such; pale \
         is what the mask lacks of it.</p>",
    );
    for shown in &cohort.shown {
        let about = page::escaped(&shown.about);
        let _ = write!(
            body,
            "<figure><img src=\"{}\" width=\"{}\" height=\"{}\" alt=\"Three layers of a phantom brain: {about}\">\
             <figcaption>The {} one: {about}. Chance of a mass {:.2}.</figcaption></figure>",
            picture_name(cohort, shown),
            shown.picture.width(),
            shown.picture.height(),
            shown.word,
            shown.chance
        );
    }
}

fn row(score: &Score) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.3}"));
    let ends = |ends: Option<[f64; 2]>| {
        ends.map_or("–".to_owned(), |[low, high]| format!("{low:.3}–{high:.3}"))
    };
    let gain = score.gain.map_or("–".to_owned(), |gain| {
        let [low, high] = score.gain_of_pairs.unwrap_or([f64::NAN; 2]);
        format!("{gain:+.3} <small>{low:+.3} to {high:+.3}</small>")
    });
    vec![
        page::escaped(&score.method),
        in_html(area(score)),
        ends(score.auc_of_pairs),
        number(score.accuracy),
        number(score.brier),
        number(score.calibration_error),
        gain,
        page::p_value(score.p),
    ]
}

/// An area and `DeLong`'s interval as they are shown.
fn area(score: &Score) -> Option<[String; 2]> {
    let found = score.auc?;
    Some([format!("{:.3}", found.auc), format!("{:.3}–{:.3}", found.low, found.high)])
}

fn in_words(area: Option<[String; 2]>) -> String {
    area.map_or("–".to_owned(), |[area, interval]| format!("{area} ({interval})"))
}

fn in_html(area: Option<[String; 2]>) -> String {
    area.map_or("–".to_owned(), |[area, interval]| format!("{area} <small>{interval}</small>"))
}
