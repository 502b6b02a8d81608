//! Scores on skulls that nothing was learned from, beside mirroring and a statistical shape model.

use std::fmt::Write as _;
use std::path::Path;

use medshape_geometry::compare::border_dice::border_overlap;
use medshape_geometry::compare::overlap::{Overlap, overlaps};
use medshape_geometry::compare::surface_distance::{SurfaceKind, surface_distances};
use medshape_geometry::voxels::mask::MaskView;
use medshape_learn::SparseGrid;
use medshape_types::LabelMap;
use rayon::prelude::*;

use super::cohort::{FIRST_TEST_SEED, Hole, Whole};
use super::implant::{implant, label_map};
use super::mirror;
use super::network::{Model, build};
use super::settings::Settings;
use super::shape_model::ShapeModel;
use crate::metrics::of_overlap;
use crate::statistics::interval::bca;
use crate::statistics::median;
use crate::statistics::paired::{holm, wilcoxon};
use crate::{Error, Evaluate, Watch};

/// How far from the border of the hole the border Dice looks (Kodym et al., 2021).
const BORDER_MM: f64 = 10.0;

/// The statistical model has a voxel for each of its fields' numbers: at most this resolution.
const FINEST_SHAPE_MODEL: usize = 64;

/// A whole skull and what is left of it around a hole.
#[derive(Debug)]
pub(super) struct Sample {
    seed: u64,
    hole: Hole,
    whole: Whole,
    pub(super) partial: SparseGrid,
}

impl Sample {
    pub(super) fn new(seed: u64, hole: Hole, resolution: usize) -> Option<Self> {
        let whole = Whole::of_seed(seed, resolution);
        let partial = whole.with_hole(hole, seed)?;
        Some(Self { seed, hole, whole, partial })
    }

    /// What is missing.
    fn truth(&self) -> LabelMap {
        label_map(&self.whole.bone.difference(&self.partial), self.whole.grid())
    }
}

/// How well an implant fits.
#[derive(Debug, Clone, Copy)]
struct Scores {
    dice: f64,
    border_dice: f64,
    /// Over both surfaces together, as the challenge has it; infinite if there is no implant.
    hd95_mm: f64,
}

/// The Dice of the implant that a completed skull gives.
pub(super) fn dice_of(sample: &Sample, completed: &SparseGrid) -> f64 {
    let found = implant(completed, &sample.partial, sample.whole.grid());
    overlap(&sample.truth(), &found).dice()
}

fn overlap(truth: &LabelMap, found: &LabelMap) -> Overlap {
    let all = overlaps(truth, found).unwrap_or_default();
    all.iter().find(|(value, _)| *value == 1).map(|(_, overlap)| *overlap).unwrap_or_default()
}

fn scores(sample: &Sample, completed: &SparseGrid) -> Scores {
    let grid = sample.whole.grid();
    let (truth, found) = (sample.truth(), implant(completed, &sample.partial, grid));
    let skull = label_map(&sample.partial, grid);
    let [a, b] = [&truth, &found].map(|map| MaskView::of(map, 1));
    let border = border_overlap(a, b, MaskView::of(&skull, 1), BORDER_MM);
    let distances = surface_distances(a, b, SurfaceKind::Voxels);
    let is_there = found.voxels().iter().any(|label| label == 1);
    Scores {
        dice: of_overlap(&overlap(&truth, &found)),
        border_dice: border.map_or(0.0, |overlap| of_overlap(&overlap)),
        hd95_mm: distances
            .ok()
            .filter(|_| is_there)
            .map_or(f64::INFINITY, |distances| distances.pooled_percentile_mm(95.0)),
    }
}

/// Something that completes skulls.
struct Method<'a> {
    name: &'static str,
    complete: Box<dyn Fn(&SparseGrid) -> SparseGrid + Sync + 'a>,
}

/// Scores a model and what stands beside it; see [`crate::Task::evaluate`].
///
/// # Errors
/// If the settings or the model are not sound, or the report cannot be written.
pub fn evaluate(request: &Evaluate, watch: &Watch<'_>) -> Result<Vec<String>, Error> {
    let model = request.model.as_deref().map(load).transpose()?;
    let mut settings = match (&request.settings, &model) {
        (Some(path), _) => Settings::read(Some(path))?,
        (None, Some(model)) => model.settings.clone(),
        (None, None) => Settings::read(None)?,
    };
    if let Some(model) = &model {
        settings.resolution = model.settings.resolution;
    }
    let shape_model = (settings.resolution <= FINEST_SHAPE_MODEL).then(|| shape_model(&settings));
    let shape_model = shape_model.flatten();
    let mut methods = Vec::new();
    if let Some(model) = &model {
        let complete = |partial: &SparseGrid| model.complete(partial);
        methods.push(Method { name: "network", complete: Box::new(complete) });
    }
    if let Some(shapes) = &shape_model {
        let complete = |partial: &SparseGrid| shapes.complete(partial);
        methods.push(Method { name: "shape model", complete: Box::new(complete) });
    }
    let width = settings.resolution;
    let complete = move |partial: &SparseGrid| mirror::complete(partial, width);
    methods.push(Method { name: "mirror", complete: Box::new(complete) });
    let rows = rows(&methods, &settings, watch)?;
    std::fs::create_dir_all(&request.out).map_err(Error::io(&request.out))?;
    let table = request.out.join("cases.tsv");
    std::fs::write(&table, cases(&rows, &methods)).map_err(Error::io(&table))?;
    let lines = summary(&rows, &methods, &settings);
    let report = request.out.join("summary.tsv");
    std::fs::write(&report, lines.join("\n") + "\n").map_err(Error::io(&report))?;
    Ok(lines)
}

/// The model of a file and of the settings beside it.
///
/// # Errors
/// If either cannot be read.
pub(super) fn load(path: &Path) -> Result<Model, Error> {
    let settings = Settings::of_model(path)?;
    let (network, mut weights) = build(&settings);
    weights.load(path)?;
    Ok(Model { settings, network, weights })
}

fn shape_model(settings: &Settings) -> Option<ShapeModel> {
    let skulls: Vec<Whole> = (0..settings.skulls)
        .into_par_iter()
        .map(|seed| Whole::of_seed(seed, settings.resolution))
        .collect();
    ShapeModel::new(&skulls)
}

struct Row {
    seed: u64,
    hole: Hole,
    missing_ml: f64,
    /// One for each method.
    scores: Vec<Scores>,
}

/// Each test skull with a hole of a family that was learned from, and with one that was not.
fn rows(methods: &[Method<'_>], settings: &Settings, watch: &Watch<'_>) -> Result<Vec<Row>, Error> {
    let held_out: Vec<Hole> =
        Hole::ALL.into_iter().filter(|hole| !settings.recipes.contains(hole)).collect();
    let pick =
        |holes: &[Hole], number: u64| holes.get(number as usize % holes.len().max(1)).copied();
    let cases: Vec<(u64, Hole)> = (0..settings.test_skulls)
        .flat_map(|number| {
            let holes = [pick(&settings.recipes, number), pick(&held_out, number)];
            holes.into_iter().flatten().map(move |hole| (FIRST_TEST_SEED + number, hole))
        })
        .collect();
    let mut rows = Vec::new();
    for (number, (seed, hole)) in cases.iter().enumerate() {
        if watch.is_stopped() {
            return Err(Error::Stopped(format!("{number} of {} skulls were scored", cases.len())));
        }
        if let Some(sample) = Sample::new(*seed, *hole, settings.resolution) {
            let missing = sample.whole.bone.n_rows() - sample.partial.n_rows();
            let missing_ml = missing as f64 * sample.whole.grid().voxel_volume_mm3() / 1000.0;
            let score = |method: &Method<'_>| scores(&sample, &(method.complete)(&sample.partial));
            let scores = methods.iter().map(score).collect();
            rows.push(Row { seed: sample.seed, hole: sample.hole, missing_ml, scores });
        }
        watch.tell(number as u64 + 1, cases.len() as u64, None);
    }
    Ok(rows)
}

fn cases(rows: &[Row], methods: &[Method<'_>]) -> String {
    let mut table = "seed\thole\tmissing_ml\tmethod\tdice\tborder_dice_10mm\thd95_mm\n".to_owned();
    for row in rows {
        for (method, scores) in methods.iter().zip(&row.scores) {
            let Scores { dice, border_dice, hd95_mm } = scores;
            let (seed, hole, ml, name) = (row.seed, row.hole.name(), row.missing_ml, method.name);
            let _ = writeln!(
                table,
                "{seed}\t{hole}\t{ml:.2}\t{name}\t{dice:.4}\t{border_dice:.4}\t{hd95_mm:.3}"
            );
        }
    }
    table
}

/// A line for each family of holes and method: medians, the mean Dice with its interval, and the chance
/// that the first method is no better, all such chances raised together.
fn summary(rows: &[Row], methods: &[Method<'_>], settings: &Settings) -> Vec<String> {
    let mut lines = vec![
        "holes\tmethod\tn\tdice_median\tdice_mean\tdice_low\tdice_high\tborder_dice_median\thd95_mm_median\tp_holm\trank_biserial".to_owned(),
    ];
    let mut groups: Vec<(String, Vec<&Row>)> = vec![
        (
            "learned".into(),
            rows.iter().filter(|row| settings.recipes.contains(&row.hole)).collect(),
        ),
        (
            "held out".into(),
            rows.iter().filter(|row| !settings.recipes.contains(&row.hole)).collect(),
        ),
    ];
    for hole in Hole::ALL {
        groups.push((hole.name().into(), rows.iter().filter(|row| row.hole == hole).collect()));
    }
    groups.retain(|(_, rows)| !rows.is_empty());
    let dice = |rows: &[&Row], method: usize| -> Vec<f64> {
        rows.iter().map(|row| row.scores[method].dice).collect()
    };
    let tests: Vec<_> = groups
        .iter()
        .flat_map(|(_, rows)| (1..methods.len()).map(|other| (dice(rows, 0), dice(rows, other))))
        .map(|(first, other)| wilcoxon(&first, &other))
        .collect();
    let raised =
        holm(&tests.iter().map(|test| test.map_or(1.0, |test| test.p)).collect::<Vec<_>>());
    let mut tests = tests.iter().zip(raised);
    for (name, rows) in &groups {
        for (index, method) in methods.iter().enumerate() {
            let found = dice(rows, index);
            let of = |part: &dyn Fn(&Scores) -> f64| {
                let values: Vec<f64> = rows.iter().map(|row| part(&row.scores[index])).collect();
                median(&values).unwrap_or(f64::NAN)
            };
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let [low, high] = bca(&found, mean, 10_000).unwrap_or([f64::NAN; 2]);
            let beside = match (index > 0).then(|| tests.next()).flatten() {
                Some((Some(test), p)) => format!("{p:.2e}\t{:.3}", test.effect),
                _ => "\t".to_owned(),
            };
            lines.push(format!(
                "{name}\t{}\t{}\t{:.3}\t{:.3}\t{low:.3}\t{high:.3}\t{:.3}\t{:.2}\t{beside}",
                method.name,
                found.len(),
                of(&|scores| scores.dice),
                mean(&found),
                of(&|scores| scores.border_dice),
                of(&|scores| scores.hd95_mm),
            ));
        }
    }
    lines
}
