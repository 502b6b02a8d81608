//! A trained model: the frame, what lies where on the average, and the training subjects themselves if it
//! is to keep them.

use std::path::Path;

use medshape_learn::train::safetensors::{Entry, Kind};
use serde::{Deserialize, Serialize};

use super::body::{Body, Extent};
use super::complete::Observed;
use super::frame::{COARSE, Frame, FrameFacts};
use super::multi_atlas;
use super::structures::N;
use super::template::{Template, byte};
use crate::{Error, model_file};

/// What kind of model a file holds.
const KIND: model_file::Kind = model_file::Kind { task: "completion", version: 2 };

/// What a model file says in words and numbers beside its tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The frame.
    pub frame: FrameFacts,
    /// The subjects that it has learned from.
    pub subjects: Vec<String>,
    /// How often structures were taken away of each.
    pub draws: usize,
    /// Seed of the training.
    pub seed: u64,
}

/// The same as a file has it.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(flatten)]
    facts: Facts,
    /// Where the subjects lie that it keeps, in the order of their names; none if it keeps none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    atlases: Vec<Extent>,
}

/// What is where, and how it is completed.
#[derive(Debug, Clone)]
pub struct Model {
    /// The frame.
    pub frame: Frame,
    /// The average body in it.
    pub template: Template,
    /// The training subjects, if it keeps them: then they are asked in the place of the average.
    pub atlases: Vec<Body>,
    /// The rest.
    pub facts: Facts,
}

impl Model {
    /// The chance of each class in each fine cell, row after row: of the background and the missing
    /// structures, in what is not given. `step` is called before each subject that the model keeps, and
    /// may end the work.
    ///
    /// # Errors
    /// Those of `step`.
    pub fn chances(
        &self,
        observed: &Observed,
        step: &mut multi_atlas::Step<'_>,
    ) -> Result<Vec<f32>, Error> {
        match self.atlases.is_empty() {
            true => Ok(self.template.chances(&self.frame, observed)),
            false => multi_atlas::chances(&self.frame, &self.atlases, observed, step),
        }
    }

    /// Writes a model file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut entries = Vec::new();
        let mut active = vec![0u8; COARSE.n_cells()];
        self.frame.cells.places.iter().for_each(|&cell| active[COARSE.index(cell)] = 1);
        let bits =
            active.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit));
        let shares = |rows: &[[f32; N]]| rows.iter().flatten().map(|&share| byte(share)).collect();
        entries.push(bytes("frame.cells", bits.collect()));
        entries.push(bytes("template.shape", shares(&self.template.shape)));
        entries.push(bytes("template.expected", shares(&self.template.expected)));
        let atlases = self.atlases.iter().enumerate();
        entries.extend(atlases.map(|(number, body)| bytes(&atlas(number), body.codes().to_vec())));
        let atlases = self.atlases.iter().map(Body::extent).collect();
        KIND.save(path, &Stored { facts: self.facts.clone(), atlases }, entries)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let opened = KIND.open::<Stored>(path)?;
        let bits = opened.bytes("frame.cells", COARSE.n_cells() / 8);
        let bits = bits.ok_or_else(|| opened.damaged("the cells of its frame"))?;
        let active: Vec<bool> =
            bits.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1)).collect();
        let marks = opened.facts.facts.frame.marks();
        let marks = marks.ok_or_else(|| opened.damaged("the marks of its frame"))?;
        let frame = Frame::new(marks, &active);
        let shares = |name: &str, n_cells: usize| {
            let bytes = opened.bytes(name, n_cells * N);
            let bytes = bytes.ok_or_else(|| opened.damaged("what it expects"))?;
            let row = |row: &[u8]| std::array::from_fn(|place| f32::from(row[place]) / 255.0);
            Ok::<_, Error>(bytes.chunks_exact(N).map(row).collect())
        };
        let template = Template {
            shape: shares("template.shape", frame.cells.n())?,
            expected: shares("template.expected", frame.fine.n())?,
        };
        let body = |(number, &extent): (usize, &Extent)| {
            let codes = opened.entry(&atlas(number)).map(|entry| entry.bytes.clone());
            let body = codes.and_then(|codes| Body::from_parts(extent, codes));
            body.ok_or_else(|| opened.damaged("a subject that it keeps"))
        };
        let extents = opened.facts.atlases.iter().enumerate();
        let atlases = extents.map(body).collect::<Result<_, _>>()?;
        Ok(Self { frame, template, atlases, facts: opened.facts.facts })
    }
}

fn atlas(number: usize) -> String {
    format!("atlas.{number}")
}

fn bytes(name: &str, bytes: Vec<u8>) -> Entry {
    Entry { name: name.to_owned(), shape: vec![bytes.len()], kind: Kind::U8, bytes }
}
