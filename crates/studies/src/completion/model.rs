//! A trained model: the frame, what lies where on the average, and the network's weights.

use std::collections::BTreeMap;
use std::path::Path;

use medshape_learn::networks::UNet;
use medshape_learn::train::safetensors::{Contents, Entry, Kind};
use medshape_learn::train::{read, write};
use medshape_learn::{Parameters, Tape};
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::complete::Observed;
use super::frame::{Alignment, CLASSES, DIMS, Frame, FrameFacts};
use super::sample::{self, N_IN, Sample};
use super::structures::N;
use crate::Error;

/// What kind of model a file holds.
const KIND: &str = "medshape completion 1";

/// What a model file says in words and numbers beside its tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Channels of the network.
    pub widths: Vec<usize>,
    /// The frame.
    pub frame: FrameFacts,
    /// The subjects that it has learned from.
    pub subjects: Vec<String>,
    /// Steps of training.
    pub steps: u64,
    /// Seed of the training.
    pub seed: u64,
}

/// What is where on the average, and how it is completed.
#[derive(Debug, Clone)]
pub struct Model {
    /// The frame.
    pub frame: Frame,
    /// The share of each structure in each cell on the average, row after row.
    pub expected: Vec<f32>,
    /// The network.
    pub network: UNet,
    /// Its weights.
    pub parameters: Parameters<f32>,
    /// The rest.
    pub facts: Facts,
}

/// Shares of structures in cells on the average over bodies, in steps of 1/255, as they are stored.
pub fn expected(frame: &Frame, bodies: &[Body]) -> Vec<f32> {
    let mut sums = vec![0.0f32; frame.cells.len() * N];
    for body in bodies {
        let Some(fit) = Alignment::fit(&frame.marks, &body.marks(), &[true; N]) else { continue };
        let cells = sample::cells(frame, body, &fit, None);
        for (sum, cell) in sums.chunks_exact_mut(N).zip(&cells) {
            sum.iter_mut().zip(&cell.shares[1..]).for_each(|(sum, share)| *sum += share);
        }
    }
    let n = bodies.len().max(1) as f32;
    sums.iter().map(|sum| f32::from(byte(sum / n)) / 255.0).collect()
}

fn byte(share: f32) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

impl Model {
    /// The chance of each class in each cell, row after row: of the background and the missing
    /// structures, in what is not given. Network and bent average err in different ways, so that their
    /// mean is better than either.
    pub fn chances(&self, observed: &Observed) -> Vec<f32> {
        let mut chances = self.chances_of_network(&observed.sample);
        let bent = observed.bent(&self.frame, &self.expected);
        chances.iter_mut().zip(bent).for_each(|(chance, bent)| *chance = 0.5 * (*chance + bent));
        chances
    }

    /// The same by the network alone.
    pub fn chances_of_network(&self, sample: &Sample) -> Vec<f32> {
        let mut tape = Tape::infer(&self.parameters);
        let x = sample.input(&self.frame, &self.expected);
        let logits = self.network.run(&mut tape, &x).features();
        let mut chances = logits.values().to_vec();
        for row in chances.chunks_exact_mut(CLASSES) {
            softmax(row, &sample.missing);
        }
        chances
    }

    /// Writes a model file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let facts = serde_json::to_string(&self.facts).expect("facts are plain");
        let notes: BTreeMap<String, String> =
            [("kind", KIND.to_owned()), ("facts", facts)].map(|(k, v)| (k.to_owned(), v)).into();
        let mut entries = self.parameters.entries();
        let mut active = vec![0u8; DIMS.iter().product()];
        self.frame.cells.iter().for_each(|&cell| active[super::frame::index(cell)] = 1);
        let bits =
            active.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit));
        let expected = self.expected.iter().map(|&share| byte(share));
        entries.push(bytes("frame.cells", bits.collect()));
        entries.push(bytes("frame.expected", expected.collect()));
        Ok(write(path, &Contents { notes, entries })?)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let contents = read(path)?;
        if contents.notes.get("kind").map(String::as_str) != Some(KIND) {
            let reason =
                "it is no model of the task completion; make one by `medshape train completion`";
            return Err(Error::file(path, reason));
        }
        let broken = |what: &str| Error::file(path, format!("the model is damaged: {what}"));
        let facts = contents.notes.get("facts").map_or("", String::as_str);
        let facts: Facts =
            serde_json::from_str(facts).map_err(|cause| broken(&cause.to_string()))?;
        let is_sound = (1..=5).contains(&facts.widths.len())
            && facts.widths.iter().all(|width| (1..=512).contains(width));
        if !is_sound {
            return Err(broken("its widths"));
        }
        let find = |name: &str| contents.entries.iter().find(|entry| entry.name == name);
        let bits = find("frame.cells")
            .filter(|entry| entry.bytes.len() * 8 == DIMS.iter().product::<usize>());
        let bits = bits.ok_or_else(|| broken("the cells of its frame"))?;
        let active: Vec<bool> = bits
            .bytes
            .iter()
            .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1))
            .collect();
        let marks = facts.frame.marks().ok_or_else(|| broken("the marks of its frame"))?;
        let frame = Frame::new(marks, &active).ok_or_else(|| broken("its frame"))?;
        let n = frame.cells.len() * N;
        let expected = find("frame.expected").filter(|entry| entry.bytes.len() == n);
        let expected = expected.ok_or_else(|| broken("what it expects"))?;
        let expected = expected.bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect();
        let (network, mut parameters) = UNet::new(N_IN, CLASSES, &facts.widths, facts.seed);
        parameters.fill(path, &contents)?;
        Ok(Self { frame, expected, network, parameters, facts })
    }
}

fn bytes(name: &str, bytes: Vec<u8>) -> Entry {
    Entry { name: name.to_owned(), shape: vec![bytes.len()], kind: Kind::U8, bytes }
}

/// Turns logits into chances, of the background and the missing structures alone.
fn softmax(row: &mut [f32], missing: &[bool; N]) {
    let is_asked = |class: usize| class == 0 || missing[class - 1];
    let largest = (0..CLASSES).filter(|&c| is_asked(c)).map(|c| row[c]).fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for (class, chance) in row.iter_mut().enumerate().take(CLASSES) {
        *chance = if is_asked(class) { (*chance - largest).exp() } else { 0.0 };
        sum += *chance;
    }
    row.iter_mut().for_each(|chance| *chance /= sum);
}
