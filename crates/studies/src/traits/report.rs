//! The report of an evaluation: HTML for people, JSON for programs. Nobody in it has a name.

use std::fmt::Write;
use std::path::Path;

use medshape_types::Picture;
use serde_json::json;

use super::evaluate::{Findings, Score};
use crate::plot::{Line, Square};
use crate::statistics::roc::curve;
use crate::{Error, page, report};

/// What such numbers can say and what they cannot.
const LIMITS: &str = "With so few people, intervals are wide and a difference that is not found may be there. People \
    who were imaged in a hospital are not the population: who is old there is also ill in another way. A structure that \
    the image cuts off is measured as far as it is seen. Organs say nothing of who somebody is beyond these numbers, \
    and nothing here is for decisions about people.";

/// Writes `report.html` and `report.json`; what is to be said of it.
pub(super) fn write(folder: &Path, findings: &Findings) -> Result<Vec<String>, Error> {
    let none: [(String, &Picture); 0] = [];
    let written = report::write(folder, none, &json(findings), &html(findings))?;
    let mut said: Vec<String> = findings.scores.iter().map(sentence).collect();
    said.push(written);
    Ok(said)
}

fn sentence(score: &Score) -> String {
    let area = score.auc.map_or("–".to_owned(), |auc| {
        format!("{:.3} ({:.3} to {:.3})", auc.auc, auc.low, auc.high)
    });
    format!(
        "{}: sex AUC {area}, Brier {:.3}; age {:.1} years off on the mean, R² {:.2}",
        score.method, score.brier, score.age_error_years, score.age_r2
    )
}

fn json(findings: &Findings) -> serde_json::Value {
    let ages: Vec<f64> = findings.people.iter().map(|person| person.age_years).collect();
    json!({
        "task": "traits",
        "limits": LIMITS,
        "how": findings.how,
        "settings": findings.settings,
        "people": findings.people.len(),
        "men": findings.people.iter().filter(|person| person.is_male).count(),
        "mean_age_years": ages.iter().sum::<f64>() / ages.len().max(1) as f64,
        "labels": findings.labels,
        "methods": findings.scores,
        "differences": findings.differences,
    })
}

fn html(findings: &Findings) -> String {
    let n_male = findings.people.iter().filter(|person| person.is_male).count();
    let n_female = findings.people.len() - n_male;
    let mut body = format!(
        "<p>{n_female} women and {n_male} men, {} structures of each. {}</p><p>{LIMITS}</p>",
        findings.labels.len(),
        findings.how
    );
    let heads =
        ["method", "AUC", "accuracy", "Brier", "error of the age, years", "R²", "p of the error"];
    let rows: Vec<Vec<String>> = findings.scores.iter().map(row).collect();
    let _ = write!(
        body,
        "<h2>Sex and age</h2><p>AUC with the 95 % interval of DeLong, errors of the age with that of the BCa \
         bootstrap; p is Wilcoxon's, beside the first method, raised after Holm.</p>{}<figure>{}<figcaption>ROC \
         curves of the sex.</figcaption></figure><figure>{}<figcaption>Chances to be male in four bins, and shares of \
         men in them.</figcaption></figure><figure>{}<figcaption>Ages that were told, beside the ages of these \
         people.</figcaption></figure>",
        page::table(&heads, &rows),
        roc(findings),
        reliability(findings),
        ages(findings)
    );
    let heads = ["", "median of women", "of men", "Cohen's d", "p (Welch)", "p (Mann–Whitney)"];
    let rows = findings.differences.iter().map(|found| {
        vec![
            page::escaped(&found.name),
            format!("{:.1}", found.medians[0]),
            format!("{:.1}", found.medians[1]),
            format!("{:+.2}", found.effect),
            page::p_value(Some(found.p_welch)),
            page::p_value(Some(found.p_mann_whitney)),
        ]
    });
    let _ = write!(
        body,
        "<h2>Women and men</h2><p>Volumes in ml; width, depth and height as standard deviations of voxels in mm; the \
         area of voxels' faces in cm². d is positive where men have more; p is raised after Holm over the table.</p>{}",
        page::table(&heads, &rows.collect::<Vec<_>>())
    );
    page::page("Sex and age by organs", &body)
}

fn row(score: &Score) -> Vec<String> {
    let interval = |interval: Option<[f64; 2]>, digits: usize| {
        interval.map_or(String::new(), |[low, high]| {
            format!(" <small>{low:.digits$}–{high:.digits$}</small>")
        })
    };
    let area = score.auc.map_or("–".to_owned(), |auc| {
        format!("{:.3}{}", auc.auc, interval(Some([auc.low, auc.high]), 3))
    });
    vec![
        page::escaped(&score.method),
        area,
        format!("{:.3}", score.accuracy),
        format!("{:.3}", score.brier),
        format!("{:.1}{}", score.age_error_years, interval(score.age_error_interval, 1)),
        format!("{:.2}", score.age_r2),
        page::p_value(score.age_p),
    ]
}

fn roc(findings: &Findings) -> String {
    let are_male: Vec<bool> = findings.people.iter().map(|person| person.is_male).collect();
    let lines = findings
        .scores
        .iter()
        .map(|score| Line::through(&score.method, curve(&score.said.chances, &are_male)));
    Square::of_shares("ROC curves", ["women taken for men", "men found"]).draw(lines)
}

fn reliability(findings: &Findings) -> String {
    let lines =
        findings.scores.iter().map(|score| Line::marked(&score.method, score.reliability.clone()));
    Square::of_shares("Reliability", ["chance to be male", "share of men"]).draw(lines)
}

fn ages(findings: &Findings) -> String {
    let of = |score: &Score| -> Vec<[f64; 2]> {
        let pairs = findings.people.iter().zip(&score.said.ages_years);
        pairs.map(|(person, said)| [person.age_years, *said]).collect()
    };
    let lines: Vec<Line> =
        findings.scores.iter().map(|score| Line::points(&score.method, of(score))).collect();
    let square =
        Square { title: "Ages", across: "age, years", up: "told, years", from: 20.0, to: 100.0 };
    square.draw(lines)
}
