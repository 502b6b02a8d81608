//! What a model is worth beside interpolation, on subjects that it has not learned from.

use std::time::Instant;

use medshape_learn::SparseGrid;
use serde::Serialize;

use super::interpolate::{Interpolation, interpolated};
use super::model::{Facts, Model};
use super::report;
use super::settings::{Sampling, Settings};
use super::shape::unpadded;
use super::subjects::{Cohort, Column, Sample, split};
use crate::split::Part;
use crate::{Error, Evaluate, Watch};

/// The model's name in tables.
pub(super) const NETWORK: &str = "network";

/// The model applied once for each doubling.
pub(super) const BY_DOUBLINGS: &str = "network, by doublings";

/// A shape made finer in one way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Case {
    /// The subject.
    pub subject: String,
    /// What it is of the subject.
    pub structure: String,
    /// From where to where.
    pub column: String,
    /// How it was made finer.
    pub method: String,
    /// How well.
    #[serde(flatten)]
    pub scores: Scores,
}

/// How well a finer shape fits the true one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scores {
    /// 2 |A ∩ B| / (|A| + |B|); 1 where both are empty.
    pub dice: f64,
    /// Voxels that differ, as a share of those of the true shape; infinite if it has none.
    pub error: f64,
}

impl Scores {
    /// Scores of voxels.
    pub fn of(truth: &SparseGrid, found: &SparseGrid) -> Self {
        let both = truth.intersection(found).n_rows() as f64;
        let [n_truth, n_found] = [truth, found].map(|shape| shape.n_rows() as f64);
        let n_off = n_truth + n_found - 2.0 * both;
        let dice = if n_truth + n_found == 0.0 { 1.0 } else { 2.0 * both / (n_truth + n_found) };
        Self { dice, error: if n_off == 0.0 { 0.0 } else { n_off / n_truth } }
    }
}

/// A case and what is to be seen of it.
pub(super) struct Shown {
    pub(super) column: String,
    pub(super) title: String,
    pub(super) dice: f64,
    pub(super) picture: medshape_types::Picture,
}

/// Everything that a report is made of.
pub(super) struct Findings {
    pub(super) columns: Vec<String>,
    pub(super) cases: Vec<Case>,
    pub(super) shown: Vec<Shown>,
    pub(super) subjects: Vec<String>,
    pub(super) are_skulls: bool,
    pub(super) sampling: Sampling,
    pub(super) seconds: f64,
    pub(super) model: Option<Facts>,
}

/// Scores a model and interpolations, and writes the report; see [`crate::Task::evaluate`].
///
/// # Errors
/// If model, data or settings are not sound, or the report cannot be written.
pub fn evaluate(request: &Evaluate, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let begin = Instant::now();
    let settings = Settings::read(request.settings.as_deref())?;
    let folder = request.data.as_deref();
    let model = request.model.as_deref().map(Model::load).transpose()?;
    if let (Some(model), Some(path)) = (&model, &request.model) {
        let learned = model.facts.subjects.iter().map(String::as_str);
        split(folder.is_some())?
            .check_unseen(learned)
            .map_err(|reason| Error::file(path, reason))?;
    }
    std::fs::create_dir_all(&request.out).map_err(Error::io(&request.out))?;
    let mut cohort = Cohort::of(folder, Part::Test, &settings, watch)?;
    let columns = cohort.columns(&settings);
    let mut findings = Findings {
        columns: columns.iter().map(|&column| name(column, folder.is_none())).collect(),
        cases: Vec::new(),
        shown: Vec::new(),
        subjects: cohort.subjects(),
        are_skulls: folder.is_none(),
        sampling: if folder.is_some() { Sampling::Majority } else { settings.sampling },
        seconds: 0.0,
        model: model.as_ref().map(|model| model.facts.clone()),
    };
    let total = (columns.len() * cohort.n_samples()) as u64;
    for index in 0..cohort.n_samples() {
        for (number, &column) in columns.iter().enumerate() {
            watch.unless_stopped("no report was written")?;
            let sample = cohort.sample(index, column);
            score(&sample, (column, number), model.as_ref(), &mut findings);
            watch.tell((index * columns.len() + number + 1) as u64, total, None);
        }
    }
    findings.seconds = begin.elapsed().as_secs_f64();
    report::write(&request.out, &findings)
}

/// How a column is called.
fn name(Column { from, to, .. }: Column, are_skulls: bool) -> String {
    match (are_skulls, to) {
        (true, _) => format!("{from}→{to}"),
        (false, 1) => format!("{from}× coarser → 1"),
        (false, _) => format!("{from}× coarser → {to}×"),
    }
}

fn score(
    sample: &Sample,
    (column, number): (Column, usize),
    model: Option<&Model>,
    findings: &mut Findings,
) {
    let n = column.n_doublings;
    let truth = &sample.truths[n - 1];
    let is_even = sample.coarse.dims.map(|dim| dim << n) == sample.dims;
    let fits = |shape: SparseGrid| if is_even { shape } else { unpadded(&shape, 0, sample.dims) };
    let mut found: Vec<(&str, SparseGrid)> = Interpolation::ALL
        .into_iter()
        .map(|by| (by.name(), fits(interpolated(&sample.coarse, n, by))))
        .collect();
    if let Some(model) = model.filter(|model| model.network.n_doublings() >= n) {
        found.push((NETWORK, model.finer(&sample.coarse, n, sample.dims)));
        if n > 1 {
            found.push((BY_DOUBLINGS, model.finer_by_doublings(&sample.coarse, n, sample.dims)));
        }
    }
    let column = findings.columns[number].clone();
    for (method, shape) in &found {
        findings.cases.push(Case {
            subject: sample.subject.clone(),
            structure: sample.structure.clone(),
            column: column.clone(),
            method: (*method).to_owned(),
            scores: Scores::of(truth, shape),
        });
    }
    let shown_by = if model.is_some() { NETWORK } else { Interpolation::Linear.name() };
    let of = |name: &str| found.iter().find(|(method, _)| *method == name).map(|(_, shape)| shape);
    let (Some(linear), Some(shape)) = (of(Interpolation::Linear.name()), of(shown_by)) else {
        return;
    };
    findings.shown.push(Shown {
        column,
        title: format!("{}, {}", sample.subject, sample.structure),
        dice: Scores::of(truth, shape).dice,
        picture: report::picture(sample.dims, truth, [linear, shape]),
    });
}
