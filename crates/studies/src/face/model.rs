//! The model file: what makes a face of a skull, and how it was made.

use std::path::Path;

use medshape_geometry::phantom::skull::skin;
use medshape_learn::train::safetensors::{Entry, Kind};
use serde::{Deserialize, Serialize};

use super::fields::{Bone, FACE_EVERY, SKULL_EVERY};
use super::network::{Given, Network};
use super::regression::Regression;
use super::settings::Settings;
use crate::Error;
use crate::model_file::{self, Opened, floats};

/// What kind of model a file holds.
const KIND: model_file::Kind = model_file::Kind { task: "face", version: 2 };

/// Names of its tensors: mean and components of skulls, mean of faces and what the components change in it.
const NAMES: [&str; 4] = ["skull.mean", "skull.modes", "face.mean", "face.responses"];

/// Skulls that misfit by so many times the worst phantom are not like what was learned from.
const UNLIKE: f64 = 1.5;

/// What a model file says in words and numbers beside its tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// What it was made with.
    pub settings: Settings,
    /// The phantoms that it has learned from.
    pub subjects: Vec<String>,
    /// How much the regression is held back.
    pub ridge: f64,
    /// The largest misfit of a skull that it did not learn from, in mm.
    pub misfit_mm: f64,
    /// How far faces of other heads were off.
    pub off_mm: Off,
}

/// Mean distance that the fields of faces were off by near their skin, on heads that were not learned from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Off {
    /// By the regression.
    pub regression: f64,
    /// By the network, if there is one.
    pub network: Option<f64>,
}

/// A trained model.
#[derive(Debug, Clone)]
pub struct Model {
    /// The facts.
    pub facts: Facts,
    /// What makes a face of a skull.
    pub regression: Regression,
    /// What corrects that face, if the settings have it.
    pub network: Option<Network>,
}

impl Model {
    /// The field of the face of a skull by the regression; `None` as [`Regression::face`].
    pub fn by_regression(&self, bone: &Bone) -> Option<Vec<f32>> {
        self.regression.face(&bone.skull)
    }

    /// The same, corrected by the network; `None` also if there is none.
    pub fn by_network(&self, bone: &Bone) -> Option<Vec<f32>> {
        let (network, guess) = (self.network.as_ref()?, self.by_regression(bone)?);
        let given = Given { bone: &bone.under_face, guess: &guess, mean: &self.regression.face };
        Some(network.face(given, self.facts.settings.resolution))
    }

    /// Skulls that misfit by more are not like what was learned from.
    pub fn most_misfit_mm(&self) -> f64 {
        UNLIKE * self.facts.misfit_mm
    }

    /// Whether faces of other heads were nearer by the network.
    pub fn prefers_network(&self) -> bool {
        let Off { regression, network } = self.facts.off_mm;
        network.is_some_and(|network| network < regression)
    }

    /// Writes a model file. Components are kept in steps of 1/127 of their largest number.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let Regression { skull, bones, face, responses } = &self.regression;
        let mut entries = vec![
            floats(NAMES[0], vec![skull.len()], skull),
            floats(NAMES[2], vec![face.len()], face),
        ];
        entries.extend(bytes(NAMES[1], bones.modes()));
        entries.extend(bytes(NAMES[3], responses));
        entries.extend(self.network.iter().flat_map(Network::entries));
        KIND.save(path, &self.facts, entries)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let opened = KIND.open::<Facts>(path)?;
        opened.facts.settings.check().map_err(|reason| opened.damaged(&reason))?;
        let regression = regression(&opened).ok_or_else(|| opened.damaged("its tensors"))?;
        let course = &opened.facts.settings.network;
        let network = (course.steps > 0)
            .then(|| Network::new(course).filled(path, &opened.contents))
            .transpose()?;
        Ok(Self { facts: opened.facts, regression, network })
    }
}

fn regression(opened: &Opened<'_, Facts>) -> Option<Regression> {
    let cells = |every: usize| skin::grid(opened.facts.settings.resolution / every).n_voxels();
    let field =
        |name: &str, every: usize| opened.floats(name).filter(|mean| mean.len() == cells(every));
    let (skull, face) = (field(NAMES[0], SKULL_EVERY)?, field(NAMES[2], FACE_EVERY)?);
    Regression::of_parts(skull, rows(opened, NAMES[1])?, face, rows(opened, NAMES[3])?)
}

/// What rows become in a file: what they are read as again.
pub(super) fn rounded(rows: &[Vec<f32>]) -> Vec<Vec<f32>> {
    rows.iter().map(|row| scaled(&steps(row), largest(row))).collect()
}

fn largest(row: &[f32]) -> f32 {
    row.iter().map(|value| value.abs()).fold(0.0, f32::max)
}

fn steps(row: &[f32]) -> Vec<u8> {
    let scale = 127.0 / largest(row).max(f32::MIN_POSITIVE);
    row.iter().map(|value| (128.0 + (value * scale).round()) as u8).collect()
}

fn scaled(steps: &[u8], largest: f32) -> Vec<f32> {
    steps.iter().map(|&step| (f32::from(step) - 128.0) * (largest / 127.0)).collect()
}

/// Rows as steps, and the largest number of each.
fn bytes(name: &str, rows: &[Vec<f32>]) -> [Entry; 2] {
    let scales: Vec<f32> = rows.iter().map(|row| largest(row)).collect();
    let shape = vec![rows.len(), rows.first().map_or(0, Vec::len)];
    let bytes = rows.iter().flat_map(|row| steps(row)).collect();
    [
        Entry { name: name.to_owned(), shape, kind: Kind::U8, bytes },
        floats(&format!("{name}.largest"), vec![scales.len()], &scales),
    ]
}

fn rows(opened: &Opened<'_, Facts>, name: &str) -> Option<Vec<Vec<f32>>> {
    let entry = opened.entry(name)?;
    let scales = opened.floats(&format!("{name}.largest"))?;
    let [n_rows, length] = entry.shape[..] else { return None };
    let is_sound = entry.kind == Kind::U8
        && n_rows == scales.len()
        && length > 0
        && entry.bytes.len() == n_rows.checked_mul(length)?;
    let rows = entry.bytes.chunks_exact(length.max(1)).zip(&scales);
    is_sound.then(|| rows.map(|(steps, &largest)| scaled(steps, largest)).collect())
}
