//! The model file: what makes a face of a skull, and how it was made.

use std::collections::BTreeMap;
use std::path::Path;

use medshape_geometry::phantom::skull::skin;
use medshape_learn::train::safetensors::{Contents, Entry, Kind};
use medshape_learn::train::{read, write};
use serde::{Deserialize, Serialize};

use super::fields::{FACE_EVERY, SKULL_EVERY};
use super::regression::Regression;
use super::settings::Settings;
use crate::Error;

/// What kind of model a file holds.
const KIND: &str = "medshape face 1";

/// Names of its tensors: mean and components of skulls, mean of faces and what the components change in it.
const NAMES: [&str; 4] = ["skull.mean", "skull.modes", "face.mean", "face.responses"];

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
}

/// A trained model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The facts.
    pub facts: Facts,
    /// What makes a face of a skull.
    pub regression: Regression,
}

impl Model {
    /// Writes a model file. Components are kept in steps of 1/127 of their largest number.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let facts = serde_json::to_string(&self.facts).expect("facts are plain");
        let notes: BTreeMap<String, String> =
            [("kind", KIND.to_owned()), ("facts", facts)].map(|(k, v)| (k.to_owned(), v)).into();
        let Regression { skull, bones, face, responses } = &self.regression;
        let mut entries = vec![floats(NAMES[0], skull), floats(NAMES[2], face)];
        entries.extend(bytes(NAMES[1], bones.modes()));
        entries.extend(bytes(NAMES[3], responses));
        Ok(write(path, &Contents { notes, entries })?)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let contents = read(path)?;
        if contents.notes.get("kind").map(String::as_str) != Some(KIND) {
            let reason = "it is no model of the task face; make one by `medshape train face`";
            return Err(Error::file(path, reason));
        }
        let broken = |what: &str| Error::file(path, format!("the model is damaged: {what}"));
        let facts = contents.notes.get("facts").map_or("", String::as_str);
        let facts: Facts =
            serde_json::from_str(facts).map_err(|cause| broken(&cause.to_string()))?;
        facts.settings.check().map_err(|reason| broken(&reason))?;
        let regression = regression(&contents, facts.settings.resolution)
            .ok_or_else(|| broken("its tensors"))?;
        Ok(Self { facts, regression })
    }
}

fn regression(contents: &Contents, resolution: usize) -> Option<Regression> {
    let cells = |every: usize| skin::grid(resolution / every).n_voxels();
    let skull = numbers(contents, NAMES[0]).filter(|mean| mean.len() == cells(SKULL_EVERY))?;
    let face = numbers(contents, NAMES[2]).filter(|mean| mean.len() == cells(FACE_EVERY))?;
    Regression::of_parts(skull, rows(contents, NAMES[1])?, face, rows(contents, NAMES[3])?)
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

fn floats(name: &str, values: &[f32]) -> Entry {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Entry { name: name.to_owned(), shape: vec![values.len()], kind: Kind::F32, bytes }
}

/// Rows as steps, and the largest number of each.
fn bytes(name: &str, rows: &[Vec<f32>]) -> [Entry; 2] {
    let scales: Vec<f32> = rows.iter().map(|row| largest(row)).collect();
    let shape = vec![rows.len(), rows.first().map_or(0, Vec::len)];
    let bytes = rows.iter().flat_map(|row| steps(row)).collect();
    [
        Entry { name: name.to_owned(), shape, kind: Kind::U8, bytes },
        floats(&format!("{name}.largest"), &scales),
    ]
}

fn numbers(contents: &Contents, name: &str) -> Option<Vec<f32>> {
    let entry = contents.entries.iter().find(|entry| entry.name == name)?;
    let (numbers, rest) = entry.bytes.as_chunks::<4>();
    let is_sound = entry.kind == Kind::F32 && rest.is_empty();
    let numbers: Vec<f32> = numbers.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    (is_sound && numbers.iter().all(|value| value.is_finite())).then_some(numbers)
}

fn rows(contents: &Contents, name: &str) -> Option<Vec<Vec<f32>>> {
    let entry = contents.entries.iter().find(|entry| entry.name == name)?;
    let scales = numbers(contents, &format!("{name}.largest"))?;
    let [n_rows, length] = entry.shape[..] else { return None };
    let is_sound = entry.kind == Kind::U8
        && n_rows == scales.len()
        && length > 0
        && entry.bytes.len() == n_rows.checked_mul(length)?;
    let rows = entry.bytes.chunks_exact(length.max(1)).zip(&scales);
    is_sound.then(|| rows.map(|(steps, &largest)| scaled(steps, largest)).collect())
}
