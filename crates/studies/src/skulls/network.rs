//! The sparse completion network over a skull and its mirror image.

use std::sync::Arc;

use medshape_learn::networks::{Completion, Widths};
use medshape_learn::operators::Statistics;
use medshape_learn::sparse::Voxel;
use medshape_learn::{Parameters, Rows, SparseGrid, Tape, Tensor};

use super::cohort::mirrored;
use super::settings::Settings;

/// A logit for voxels that the network never looked at.
const NEVER: f32 = -4.0;

/// Builds the network of some settings, with new weights.
pub fn build(settings: &Settings) -> (Completion, Parameters<f32>) {
    let (network, weights) = Completion::with_channels(2, Widths::SMALL, settings.seed);
    (network.keeping_above(settings.keep_above), weights)
}

/// What the network is given: the voxels of a skull and of its mirror image, and for each which of
/// them has it.
pub fn input(partial: &SparseGrid, width: usize) -> Tensor<f32> {
    let other = mirrored(partial, width);
    let both = Arc::new(partial.union(&other));
    let of = |answers: Vec<bool>| answers.into_iter().map(|is_in| f32::from(u8::from(is_in)));
    let pairs = of(both.is_in(partial)).zip(of(both.is_in(&other)));
    let values = pairs.flat_map(|(own, other)| [own, other]).collect();
    let rows = Rows::new(2, values).unwrap_or_else(|| Rows::filled(2, 0, 0.0));
    Tensor::new(both.clone(), rows).unwrap_or_else(|| Tensor::ones(Arc::default()))
}

/// A trained network.
#[derive(Debug)]
pub struct Model {
    /// How it was made.
    pub settings: Settings,
    pub(super) network: Completion,
    pub(super) weights: Parameters<f32>,
}

impl Model {
    /// Voxels that may be bone and their logits: the mean of those of the skull and of its mirror image.
    pub fn logits(&self, partial: &SparseGrid) -> (Arc<SparseGrid>, Vec<f32>) {
        let width = self.settings.resolution;
        let one = self.run(partial);
        let other = self.run(&mirrored(partial, width));
        let (values, others) = (one.features(), other.features());
        let of_other = |voxel: Voxel| {
            let [x, y, z] = voxel.place;
            let x = (width as u32 - 1).checked_sub(x)?;
            other.grid().row_of(Voxel { place: [x, y, z], ..voxel })
        };
        let pairs = one.grid().voxels().zip(values.values());
        let mean = pairs.map(|(voxel, value)| {
            0.5 * (value + of_other(voxel).map_or(NEVER, |row| others.values()[row]))
        });
        (one.grid().clone(), mean.collect())
    }

    /// The whole skull, as the network has it.
    pub fn complete(&self, partial: &SparseGrid) -> SparseGrid {
        let (grid, logits) = self.logits(partial);
        let threshold = self.settings.threshold as f32;
        grid.select(&logits.iter().map(|&logit| logit > threshold).collect::<Vec<_>>())
    }

    fn run(&self, partial: &SparseGrid) -> Tensor<f32> {
        let input = input(partial, self.settings.resolution);
        let tape = &mut Tape::infer(&self.weights);
        let mut completed = self.network.run(tape, &input, None, Statistics::Volume);
        completed.logits.pop().unwrap_or(input)
    }
}
