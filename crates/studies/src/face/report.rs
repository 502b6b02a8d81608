//! The report of an evaluation: HTML for people, JSON for programs, pictures of cases.

use std::fmt::Write;
use std::path::Path;

use medshape_types::{Mesh, Picture};
use serde_json::json;

use super::NO_IDENTIFICATION;
use super::cohort::Subject;
use super::evaluate::Findings;
use super::pictures::side_by_side;
use super::scores::{Region, Scores, Truth};
use super::summary::{Line, Sure};
use crate::report::{self, choose};
use crate::{Error, page};

/// A case as it is shown.
pub(super) struct Shown {
    title: String,
    scores: Scores,
    picture: Picture,
}

impl Shown {
    /// The face that the first method made; `None` if it cannot be drawn.
    pub(super) fn of(
        subject: &Subject,
        truth: &Truth<'_>,
        found: &Mesh,
        scores: &Scores,
    ) -> Option<Self> {
        let picture = side_by_side(&subject.skin, found, &truth.off_mm(found)?)?;
        let title = format!("{}, {}", subject.name, subject.sex.word());
        Some(Self { title, scores: *scores, picture })
    }
}

/// Writes `report.html`, `report.json` and the pictures of cases; what is to be said of it.
pub(super) fn write(folder: &Path, findings: &Findings<'_>) -> Result<Vec<String>, Error> {
    // Those that are off least come first.
    let chosen = choose(findings.shown.iter(), |shown| -shown.scores.mean_mm);
    let shown: Vec<(String, &str, &Shown)> =
        chosen.into_iter().map(|(word, shown)| (format!("{word}.png"), word, shown)).collect();
    let pictures = shown.iter().map(|(name, _, shown)| (name.clone(), &shown.picture));
    let written = report::write(folder, pictures, &json(findings), &html(findings, &shown))?;
    let mut said: Vec<String> = findings.lines.iter().map(sentence).collect();
    said.extend([NO_IDENTIFICATION.to_owned(), written]);
    Ok(said)
}

fn sentence(line: &Line) -> String {
    let Line { method, n, mean_mm, p95_mm, within, dice, .. } = line;
    format!(
        "{method}: off by {} mm on average, 95 % of the surface by less than {:.2} mm, {:.1} % of it within 2.5 \
         mm, Dice {:.3}, {n} heads",
        of(mean_mm, 2),
        p95_mm.mean,
        100.0 * within.mean,
        dice.mean
    )
}

fn of(sure: &Sure, digits: usize) -> String {
    let interval = sure.interval.map(|[low, high]| format!(" ({low:.digits$} to {high:.digits$})"));
    format!("{:.digits$}{}", sure.mean, interval.unwrap_or_default())
}

fn json(findings: &Findings<'_>) -> serde_json::Value {
    json!({
        "task": "face",
        "note": NO_IDENTIFICATION,
        "model": findings.model,
        "settings": findings.settings,
        "regions": Region::ALL,
        "methods": findings.lines,
        "cases": findings.rows,
    })
}

fn html(findings: &Findings<'_>, shown: &[(String, &str, &Shown)]) -> String {
    let n = findings.rows.len();
    let mut body = format!(
        "<p><strong>{NO_IDENTIFICATION}</strong></p><p>{n} phantom heads that nothing was learned from. The \
         front of the head is scored, from the ears on and above the chin: distances of both surfaces to the \
         other, and Dice. Means have a 95 % interval (BCa bootstrap, 10,000 resamples); p is Wilcoxon's, of the \
         mean distance beside the first method's, raised after Holm. The row “truth in cells” is the true \
         face, brought to the model's cells and back: no method can be better.</p><p>How thick tissue is goes \
         with sex and nutrition, and for the rest with nothing that the skull tells, so that something is off \
         for every method.</p>"
    );
    if let Some(facts) = findings.model {
        let _ = write!(
            body,
            "<p>The regression learned from {} phantom heads (ridge {}){}.</p>",
            facts.subjects.len(),
            facts.ridge,
            if facts.off_mm.network.is_some() {
                ", and the network from what it missed"
            } else {
                ""
            }
        );
    }
    let _ = write!(
        body,
        "<h2>Distances</h2>{}<h2>Signed errors by region, mm</h2><p>Mean and standard deviation over heads; \
         positive where the face that was made stands out too far.</p>{}<h2>Cases</h2>",
        distances(&findings.lines),
        regions(&findings.lines)
    );
    for (name, word, shown) in shown {
        let title = page::escaped(&shown.title);
        let _ = write!(
            body,
            "<figure><img src=\"{name}\" alt=\"A true phantom face, the one that was made of its skull, and \
             where that is off: {title}\"><figcaption>{title}, {word}: off by {:.2} mm on average. From left to \
             right the true face, the one that was made, and the true one in colours: blue where the other is \
             too flat by 2.5 mm and dark blue by 5, orange and red where it stands out too \
             far.</figcaption></figure>",
            shown.scores.mean_mm
        );
    }
    page::page("Faces for skulls", &body)
}

fn distances(lines: &[Line]) -> String {
    let heads = [
        "method",
        "heads",
        "mean distance, mm",
        "median of it",
        "95th percentile, mm",
        "within 2.5 mm",
        "Dice",
        "p",
        "rank-biserial",
    ];
    let or_dash = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
    let row = |line: &Line| {
        vec![
            page::escaped(line.method),
            line.n.to_string(),
            of(&line.mean_mm, 2),
            format!("{:.2}", line.median_mm),
            of(&line.p95_mm, 2),
            of(&line.within, 3),
            of(&line.dice, 3),
            or_dash(line.p_holm.map(|p| format!("{p:.1e}"))),
            or_dash(line.rank_biserial.map(|effect| format!("{effect:.2}"))),
        ]
    };
    page::table(&heads, &lines.iter().map(row).collect::<Vec<_>>())
}

fn regions(lines: &[Line]) -> String {
    let mut heads = vec!["method"];
    heads.extend(Region::ALL.map(Region::name));
    let cell = |signed: &Option<[f64; 2]>| {
        signed.map_or("–".to_owned(), |[mean, deviation]| format!("{mean:+.2} ± {deviation:.2}"))
    };
    let row = |line: &Line| {
        let cells = line.signed_mm.iter().map(cell);
        std::iter::once(page::escaped(line.method)).chain(cells).collect()
    };
    page::table(&heads, &lines.iter().map(row).collect::<Vec<Vec<String>>>())
}
