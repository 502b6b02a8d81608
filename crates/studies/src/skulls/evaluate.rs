//! Scores on skulls that nothing was learned from, beside mirroring and a statistical shape model.

use std::fmt::Write as _;

use medshape_geometry::compare::border_dice::border_overlap;
use medshape_geometry::compare::overlap::{Overlap, overlaps};
use medshape_geometry::compare::surface_distance::{SurfaceKind, surface_distances};
use medshape_geometry::voxels::mask::MaskView;
use medshape_learn::SparseGrid;
use medshape_types::LabelMap;
use rayon::prelude::*;
use serde::Serialize;

use super::cohort::Hole;
use super::implant::implant;
use super::mirror;
use super::network::Model;
use super::report::{self, Shown};
use super::settings::Settings;
use super::shape_model::ShapeModel;
use super::summary::{Line, summary};
use crate::heads::{FIRST_TEST_SEED, Whole, label_map};
use crate::metrics::of_overlap;
use crate::{Error, Evaluate, Watch};

/// How far from the border of the hole the border Dice looks (Kodym et al., 2021).
const BORDER_MM: f64 = 10.0;

/// The statistical model holds a number for each voxel of each skull, 1.5 GB at 128: at most this resolution.
const FINEST_SHAPE_MODEL: usize = 128;

/// A whole skull and what is left of it around a hole.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) seed: u64,
    pub(super) hole: Hole,
    pub(super) whole: Whole,
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
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Scores {
    pub(super) dice: f64,
    pub(super) border_dice: f64,
    /// Over both surfaces together, as the challenge has it; infinite if there is no implant.
    pub(super) hd95_mm: f64,
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
    let model = request.model.as_deref().map(Model::load).transpose()?;
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
    let (rows, shown) = rows(&methods, &settings, watch)?;
    std::fs::create_dir_all(&request.out).map_err(Error::io(&request.out))?;
    let table = request.out.join("cases.tsv");
    std::fs::write(&table, cases(&rows)).map_err(Error::io(&table))?;
    let names: Vec<&'static str> = methods.iter().map(|method| method.name).collect();
    let lines = summary(&rows, &names, &settings);
    let model = model.as_ref().map(|model| &model.settings);
    report::write(&request.out, &Findings { settings: &settings, model, rows, lines, shown })
}

/// Everything that a report is made of.
pub(super) struct Findings<'a> {
    /// What was scored on.
    pub(super) settings: &'a Settings,
    /// How the model was made, if there was one.
    pub(super) model: Option<&'a Settings>,
    pub(super) rows: Vec<Row>,
    pub(super) lines: Vec<Line>,
    pub(super) shown: Vec<Shown>,
}

fn shape_model(settings: &Settings) -> Option<ShapeModel> {
    let skulls: Vec<Whole> = (0..settings.skulls)
        .into_par_iter()
        .map(|seed| Whole::of_seed(seed, settings.resolution))
        .collect();
    ShapeModel::new(&skulls)
}

/// A skull with a hole, and how well each method fills it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) seed: u64,
    pub(super) hole: Hole,
    pub(super) missing_ml: f64,
    /// By method.
    pub(super) scores: Vec<(&'static str, Scores)>,
}

/// Each test skull with a hole of a family that was learned from, and with one that was not.
fn rows(
    methods: &[Method<'_>],
    settings: &Settings,
    watch: &Watch<'_>,
) -> Result<(Vec<Row>, Vec<Shown>), Error> {
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
    let (mut rows, mut shown) = (Vec::new(), Vec::new());
    for (number, (seed, hole)) in cases.iter().enumerate() {
        watch.unless_stopped(&format!("{number} of {} skulls were scored", cases.len()))?;
        if let Some(sample) = Sample::new(*seed, *hole, settings.resolution) {
            let missing = sample.whole.bone.n_rows() - sample.partial.n_rows();
            let missing_ml = missing as f64 * sample.whole.grid().voxel_volume_mm3() / 1000.0;
            let completed: Vec<(&'static str, SparseGrid)> = methods
                .iter()
                .map(|method| (method.name, (method.complete)(&sample.partial)))
                .collect();
            let scores: Vec<(&'static str, Scores)> =
                completed.iter().map(|(name, whole)| (*name, scores(&sample, whole))).collect();
            shown.push(Shown::of(&sample, &completed, scores[0].1.dice));
            rows.push(Row { seed: sample.seed, hole: sample.hole, missing_ml, scores });
        }
        watch.tell(number as u64 + 1, cases.len() as u64, None);
    }
    Ok((rows, shown))
}

fn cases(rows: &[Row]) -> String {
    let mut table = "seed\thole\tmissing_ml\tmethod\tdice\tborder_dice_10mm\thd95_mm\n".to_owned();
    for row in rows {
        for (name, Scores { dice, border_dice, hd95_mm }) in &row.scores {
            let (seed, hole, ml) = (row.seed, row.hole.name(), row.missing_ml);
            let _ = writeln!(
                table,
                "{seed}\t{hole}\t{ml:.2}\t{name}\t{dice:.4}\t{border_dice:.4}\t{hd95_mm:.3}"
            );
        }
    }
    table
}
