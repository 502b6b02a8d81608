//! A trained model: the network's weights and what they were made of.

use std::path::Path;

use medshape_learn::networks::{self, Upsampled};
use medshape_learn::{Parameters, SparseGrid, Tape};
use serde::{Deserialize, Serialize};

use super::settings::{MOST_DOUBLINGS, Sampling};
use super::shape::{Coarse, unpadded};
use crate::Error;
use crate::model_file::Kind;

/// What kind of model a file holds.
const KIND: Kind = Kind { task: "super-resolution", version: 1 };

/// What a model file says in words and numbers beside its tensors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Channels of the network at the resolutions of the input and below, finest first.
    pub widths: Vec<usize>,
    /// Channels after each doubling.
    pub finer: Vec<usize>,
    /// How coarse voxels were made.
    pub sampling: Sampling,
    /// What was given and asked for: resolutions of skulls, or how many times coarser than a file.
    pub columns: Vec<[usize; 2]>,
    /// The subjects that it has learned from.
    pub subjects: Vec<String>,
    /// Steps of training.
    pub steps: u64,
    /// Seed of the training.
    pub seed: u64,
}

/// A network that makes shapes finer.
#[derive(Debug, Clone)]
pub struct Model {
    /// The network.
    pub network: networks::SuperResolution,
    /// Its weights.
    pub parameters: Parameters<f32>,
    /// The rest.
    pub facts: Facts,
}

impl Model {
    /// What the network says of a shape, moved by a coarse voxel as [`Coarse::padded`] is.
    pub fn upsampled(&self, coarse: &Coarse, n_doublings: usize) -> Upsampled<f32> {
        let padded = coarse.padded();
        let mut tape = Tape::infer(&self.parameters);
        self.network.run(&mut tape, &padded.shape, padded.band.clone(), n_doublings, None)
    }

    /// The shape on a grid of 2 to the power of `n_doublings` times as many voxels along each axis, of which
    /// an image has `dims`.
    pub fn finer(&self, coarse: &Coarse, n_doublings: usize, dims: [usize; 3]) -> SparseGrid {
        unpadded(&self.upsampled(coarse, n_doublings).shape, 1 << n_doublings, dims)
    }

    /// The same by doubling the resolution again and again, each time as if the shape had come like that.
    pub fn finer_by_doublings(
        &self,
        coarse: &Coarse,
        n_doublings: usize,
        dims: [usize; 3],
    ) -> SparseGrid {
        let mut shape = coarse.clone();
        for level in (0..n_doublings).rev() {
            let twice = shape.dims.map(|dim| 2 * dim);
            let dims = if level == 0 { dims } else { twice };
            shape = Coarse::new(self.finer(&shape, 1, dims), twice);
        }
        (*shape.shape).clone()
    }

    /// Writes a model file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        KIND.save(path, &self.facts, self.parameters.entries())
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let opened = KIND.open::<Facts>(path)?;
        let facts = &opened.facts;
        let are_widths = |widths: &[usize], most| {
            (1..=most).contains(&widths.len())
                && widths.iter().all(|width| (1..=512).contains(width))
        };
        if !are_widths(&facts.widths, 5) || !are_widths(&facts.finer, MOST_DOUBLINGS) {
            return Err(opened.damaged("its widths"));
        }
        let (network, mut parameters) =
            networks::SuperResolution::new(&facts.widths, &facts.finer, facts.seed);
        parameters.fill(path, &opened.contents)?;
        Ok(Self { network, parameters, facts: opened.facts })
    }
}
