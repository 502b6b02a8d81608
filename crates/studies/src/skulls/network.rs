//! The sparse completion network over a skull and its mirror image.

use std::path::Path;
use std::sync::Arc;

use medshape_learn::networks::{Completion, Widths};
use medshape_learn::operators::Statistics;
use medshape_learn::sparse::Voxel;
use medshape_learn::{Parameters, Rows, SparseGrid, Tape, Tensor};
use rayon::prelude::*;

use super::cohort::mirrored;
use super::settings::Settings;
use crate::Error;
use crate::model_file::Kind;

/// What kind of model a file holds.
const KIND: Kind = Kind { task: "skulls", version: 1 };

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
    side_by_side(partial, &mirrored(partial, width))
}

fn side_by_side(own: &SparseGrid, other: &SparseGrid) -> Tensor<f32> {
    let both = Arc::new(own.union(other));
    let of = |answers: Vec<bool>| answers.into_iter().map(|is_in| f32::from(u8::from(is_in)));
    let pairs = of(both.is_in(own)).zip(of(both.is_in(other)));
    let values = pairs.flat_map(|(own, other)| [own, other]).collect();
    let rows = Rows::new(2, values).unwrap_or_else(|| Rows::filled(2, 0, 0.0));
    Tensor::new(both.clone(), rows).unwrap_or_else(|| Tensor::ones(Arc::default()))
}

/// How far skulls are moved, in voxels, before the network looks at them: its coarser voxels then lie
/// otherwise.
const SHIFTS: [[u32; 3]; 4] = [[0, 0, 0], [1, 2, 3], [6, 5, 4], [11, 12, 22]];

/// A trained network.
#[derive(Debug)]
pub struct Model {
    /// How it was made.
    pub settings: Settings,
    pub(super) network: Completion,
    pub(super) weights: Parameters<f32>,
}

impl Model {
    /// Writes a model file: the weights, and the settings that it was made with.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        KIND.save(path, &self.settings, self.weights.entries())
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let opened = KIND.open::<Settings>(path)?;
        opened.facts.check().map_err(|reason| opened.damaged(&reason))?;
        let (network, mut weights) = build(&opened.facts);
        weights.fill(path, &opened.contents)?;
        Ok(Self { settings: opened.facts, network, weights })
    }

    /// Voxels that may be bone and their logits: the mean of eight looks, at the skull and at its mirror
    /// image, each moved by four distances.
    pub fn logits(&self, partial: &SparseGrid) -> (SparseGrid, Vec<f32>) {
        let looks: Vec<([u32; 3], bool)> =
            SHIFTS.iter().flat_map(|&shift| [(shift, false), (shift, true)]).collect();
        let other = mirrored(partial, self.settings.resolution);
        let answers: Vec<(SparseGrid, Vec<f32>)> = looks
            .into_par_iter()
            .map(|(shift, is_mirrored)| {
                let skulls = if is_mirrored { [&other, partial] } else { [partial, &other] };
                self.look(skulls, shift, is_mirrored)
            })
            .collect();
        let all = answers.iter().fold(SparseGrid::default(), |all, (grid, _)| all.union(grid));
        let value = |(grid, values): &(SparseGrid, Vec<f32>), voxel| {
            grid.row_of(voxel).map_or(NEVER, |row| values[row])
        };
        let mean = |voxel| {
            answers.iter().map(|answer| value(answer, voxel)).sum::<f32>() / answers.len() as f32
        };
        let logits = all.voxels().map(mean).collect();
        (all, logits)
    }

    /// The whole skull, as the network has it.
    pub fn complete(&self, partial: &SparseGrid) -> SparseGrid {
        let (grid, logits) = self.logits(partial);
        let threshold = self.settings.threshold as f32;
        grid.select(&logits.iter().map(|&logit| logit > threshold).collect::<Vec<_>>())
    }

    /// Logits of one look, where the voxels were before.
    fn look(
        &self,
        [own, other]: [&SparseGrid; 2],
        shift: [u32; 3],
        is_mirrored: bool,
    ) -> (SparseGrid, Vec<f32>) {
        let input = side_by_side(&moved(own, shift), &moved(other, shift));
        let tape = &mut Tape::infer(&self.weights);
        let mut completed = self.network.run(tape, &input, None, Statistics::Volume);
        let Some(logits) = completed.logits.pop() else { return Default::default() };
        let width = self.settings.resolution as u32;
        let back = |voxel: Voxel| {
            let [x, y, z] = [0, 1, 2].map(|axis| voxel.place[axis].checked_sub(shift[axis]));
            let x = if is_mirrored { (width - 1).checked_sub(x?)? } else { x? };
            Some(Voxel { place: [x, y?, z?], ..voxel })
        };
        let features = logits.features();
        let pairs = logits.grid().voxels().map(back).zip(features.values());
        let pairs: Vec<(Voxel, f32)> =
            pairs.filter_map(|(voxel, &value)| Some((voxel?, value))).collect();
        let grid = SparseGrid::from_voxels(pairs.iter().map(|pair| pair.0)).unwrap_or_default();
        let mut values = vec![NEVER; grid.n_rows()];
        for (voxel, value) in pairs {
            if let Some(row) = grid.row_of(voxel) {
                values[row] = value;
            }
        }
        (grid, values)
    }
}

fn moved(bone: &SparseGrid, by: [u32; 3]) -> SparseGrid {
    let to =
        |voxel: Voxel| Voxel { place: [0, 1, 2].map(|axis| voxel.place[axis] + by[axis]), ..voxel };
    SparseGrid::from_voxels(bone.voxels().map(to)).unwrap_or_default()
}
