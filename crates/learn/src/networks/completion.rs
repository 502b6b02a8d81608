//! A sparse completion network: an encoder over seven resolutions, a decoder that makes voxels and
//! prunes them at each (Li et al., Sci. Rep. 13:20229, 2023, after the completion example of
//! `MinkowskiEngine`).

use std::sync::Arc;

use super::build::Build;
use crate::operators::{Convolution, Norm, Statistics, Stride, UpAndConvolve};
use crate::{Parameters, Real, SparseGrid, Tape, Tensor};

/// Resolutions that the decoder makes voxels at.
const LEVELS: usize = 6;

/// Channels at the seven resolutions, finest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Widths(pub [usize; 7]);

impl Widths {
    /// 434,695 parameters.
    pub const SMALL: Self = Self([8, 8, 16, 16, 32, 32, 64]);
    /// 18,137,201 parameters.
    pub const LARGE: Self = Self([22, 32, 32, 128, 156, 256, 388]);
    /// 16,563 parameters.
    pub const TINY: Self = Self([2, 2, 4, 4, 4, 4, 16]);
}

/// A convolution with its normalisation, rectified.
#[derive(Debug, Clone, Copy)]
struct Layer {
    convolution: Convolution,
    norm: Norm,
}

/// The network. Its numbers are in the [`Parameters`] that it was built with.
#[derive(Debug, Clone)]
pub struct Completion {
    first: Layer,
    encoder: Vec<[Layer; 2]>,
    /// Finest last.
    decoder: Vec<[Layer; 2]>,
    /// One logit a voxel, for each block of the decoder.
    heads: Vec<Convolution>,
    /// Never trained by the loss over the heads, as in the original.
    last: Convolution,
    /// Logit above which a voxel is kept at the coarser resolutions.
    keep_above: f64,
}

/// What the network says of a shape.
#[derive(Debug)]
pub struct Completed<T> {
    /// The voxels that it keeps.
    pub grid: Arc<SparseGrid>,
    /// Sum over the resolutions of the mean binary cross-entropy, if there was a target.
    pub loss: f64,
    /// For each resolution the voxels made and their logits, coarsest first.
    pub logits: Vec<Tensor<T>>,
}

impl Completion {
    /// The network with new parameters, which depend on the seed alone. It is given one number a voxel.
    pub fn new<T: Real>(widths: Widths, seed: u64) -> (Self, Parameters<T>) {
        Self::with_channels(1, widths, seed)
    }

    /// The same network, given so many numbers a voxel.
    pub fn with_channels<T: Real>(
        n_channels: usize,
        widths: Widths,
        seed: u64,
    ) -> (Self, Parameters<T>) {
        let (build, c) = (&mut Build::new(seed), widths.0);
        let first = layer(build, "enc_block_s1", 0, [27, n_channels, c[0]], 27);
        let mut encoder = Vec::new();
        for level in 0..LEVELS {
            let name = format!("enc_block_s{}s{}", 1 << level, 2 << level);
            encoder.push([
                layer(build, &name, 0, [8, c[level], c[level + 1]], 8),
                layer(build, &name, 3, [27, c[level + 1], c[level + 1]], 27),
            ]);
        }
        let (mut decoder, mut heads) = (Vec::new(), Vec::new());
        for level in (0..LEVELS).rev() {
            let name = format!("dec_block_s{}s{}", 2 << level, 1 << level);
            let (taps, taps_in) = if level == LEVELS - 1 { (64, 8) } else { (8, 1) };
            decoder.push([
                layer(build, &name, 0, [taps, c[level + 1], c[level]], taps_in),
                layer(build, &name, 3, [27, c[level], c[level]], 27),
            ]);
            heads.push(build.kernel_and_bias(
                &format!("dec_s{}_cls", 1 << level),
                [1, c[level], 1],
                1,
            ));
        }
        let last = build.kernel_and_bias("final_out.0", [1, c[0], 1], 1);
        let parameters = std::mem::take(&mut build.parameters);
        (Self { first, encoder, decoder, heads, last, keep_above: 0.0 }, parameters)
    }

    /// The same network, which keeps voxels of coarser resolutions whose logits are above another number
    /// than 0. What is below 0 there may have voxels above 0 within it; looking at them takes time.
    #[must_use]
    pub fn keeping_above(self, logit: f64) -> Self {
        Self { keep_above: logit, ..self }
    }

    /// Completes shapes. With a target, its voxels are kept at all resolutions and the loss is
    /// noted on the tape.
    pub fn run<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        x: &Tensor<T>,
        target: Option<&SparseGrid>,
        statistics: Statistics,
    ) -> Completed<T> {
        self.complete(tape, x, target.map(|target| Target::new(target, None)), statistics)
    }

    /// Completes shapes to a target, with more weight in the loss on voxels that are not `given`: the
    /// missing part is small, and the rest is easy.
    pub fn run_weighted<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        x: &Tensor<T>,
        target: &SparseGrid,
        (given, missing_weight): (&SparseGrid, f64),
        statistics: Statistics,
    ) -> Completed<T> {
        let target = Target::new(target, Some((given, missing_weight)));
        self.complete(tape, x, Some(target), statistics)
    }

    fn complete<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        x: &Tensor<T>,
        target: Option<Target>,
        statistics: Statistics,
    ) -> Completed<T> {
        let (mut levels, finest) = self.encode(tape, x, statistics);
        let mut completed = Completed { grid: x.grid().clone(), loss: 0.0, logits: Vec::new() };
        let mut shape = levels.pop().unwrap_or_else(|| x.clone());
        for (level, (block, &head)) in (0..LEVELS).rev().zip(self.decoder.iter().zip(&self.heads)) {
            let made = self.make(tape, shape, block, (level == LEVELS - 1, statistics));
            let target = target.as_ref().map(|target| target.at(level));
            let Some(encoded) = levels.pop() else {
                let logits = finest_logits(tape, made, &finest, head);
                let keep = completed.judge(tape, &logits, target, None);
                completed.grid = Arc::new(logits.grid().select(&keep));
                break;
            };
            let sum = tape.add(&made, &encoded);
            drop((made, encoded));
            let logits = tape.linear(&sum, head);
            let keep = completed.judge(tape, &logits, target, Some(T::of(self.keep_above)));
            shape = tape.prune(&sum, keep);
        }
        completed
    }

    /// The chance of each voxel that the last layer of the original gives; no loss of it trains it.
    pub fn last_layer(&self) -> Convolution {
        self.last
    }

    /// Features at the resolutions, finest first but without the finest, which only its part of the
    /// logits is needed of.
    fn encode<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        x: &Tensor<T>,
        statistics: Statistics,
    ) -> (Vec<Tensor<T>>, Tensor<T>) {
        let raw = tape.convolve(x, self.first.convolution);
        let mut finer = tape.normalise(&raw, self.first.norm, statistics, 0.0);
        drop(raw);
        let finest = tape.linear(&finer, Convolution { bias: None, ..self.heads[LEVELS - 1] });
        let mut levels = Vec::new();
        for [down, same] in &self.encoder {
            let raw = tape.down(&finer, down.convolution);
            let coarse = tape.normalise(&raw, down.norm, statistics, 0.0);
            drop(raw);
            let raw = tape.convolve(&coarse, same.convolution);
            finer = tape.normalise(&raw, same.norm, statistics, 0.0);
            levels.push(finer.clone());
        }
        (levels, finest)
    }

    /// Takes the coarser shape along, so that it is let go as soon as it was read.
    fn make<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        shape: Tensor<T>,
        [up, same]: &[Layer; 2],
        (is_first, statistics): (bool, Statistics),
    ) -> Tensor<T> {
        if !is_first {
            let layers =
                UpAndConvolve { up: up.convolution, norm: up.norm, same: same.convolution };
            let raw = tape.up_and_convolve(shape, layers, statistics);
            return tape.normalise(&raw, same.norm, statistics, 0.0);
        }
        let raw = tape.spread_all(&shape, Stride { edge: 4, stride: 2, pad: 0 }, up.convolution);
        drop(shape);
        let fine = tape.normalise(&raw, up.norm, statistics, 0.0);
        drop(raw);
        let raw = tape.convolve(&fine, same.convolution);
        drop(fine);
        tape.normalise(&raw, same.norm, statistics, 0.0)
    }
}

/// Nothing reads the sum of decoder and encoder at the finest resolution but its logits, which are the
/// sum of those of its parts: one number a voxel is stored instead of a row.
fn finest_logits<T: Real>(
    tape: &mut Tape<'_, T>,
    made: Tensor<T>,
    finest: &Tensor<T>,
    head: Convolution,
) -> Tensor<T> {
    let part = tape.linear(&made, Convolution { bias: None, ..head });
    drop(made);
    let logits = tape.add(&part, finest);
    drop(part);
    tape.shift(logits, head.bias)
}

impl<T: Real> Completed<T> {
    /// Adds to the loss what the logits of a resolution are off, and says which voxels to keep: at the
    /// finest those with logits above 0, at coarser ones those above a number and those of the target.
    fn judge(
        &mut self,
        tape: &mut Tape<'_, T>,
        logits: &Tensor<T>,
        target: Option<LevelTarget<'_>>,
        keep_above: Option<T>,
    ) -> Vec<bool> {
        let least = keep_above.unwrap_or(T::ZERO);
        let mut keep: Vec<bool> = logits.rows.values().iter().map(|&logit| logit > least).collect();
        if let Some(target) = target {
            let answers = logits.grid().is_in(target.grid);
            let given = target.given.map(|(given, weight)| (logits.grid().is_in(given), weight));
            self.loss += tape.cross_entropy_of_logits(logits, &answers, |row| match &given {
                Some((given, weight)) if !given[row] => *weight,
                _ => 1.0,
            });
            if keep_above.is_some() {
                keep.iter_mut().zip(&answers).for_each(|(keep, answer)| *keep |= answer);
            }
        }
        self.logits.push(logits.clone());
        keep
    }
}

/// What to complete to, at all resolutions of the decoder.
struct Target {
    grids: Vec<SparseGrid>,
    /// What was given, and the weight of all other voxels in the loss.
    given: Option<(Vec<SparseGrid>, f64)>,
}

#[derive(Clone, Copy)]
struct LevelTarget<'a> {
    grid: &'a SparseGrid,
    given: Option<(&'a SparseGrid, f64)>,
}

impl Target {
    fn new(target: &SparseGrid, given: Option<(&SparseGrid, f64)>) -> Self {
        let given = given.map(|(given, weight)| (pyramid(given), weight));
        Self { grids: pyramid(target), given }
    }

    fn at(&self, level: usize) -> LevelTarget<'_> {
        let given = self.given.as_ref().map(|(grids, weight)| (&grids[level], *weight));
        LevelTarget { grid: &self.grids[level], given }
    }
}

fn layer<T: Real>(
    build: &mut Build<T>,
    block: &str,
    index: usize,
    shape: [usize; 3],
    taps_in: usize,
) -> Layer {
    Layer {
        convolution: build.kernel(&format!("{block}.{index}"), shape, taps_in),
        norm: build.norm(&format!("{block}.{}", index + 1), shape[2]),
    }
}

/// The target at the resolutions of the decoder, finest first.
fn pyramid(target: &SparseGrid) -> Vec<SparseGrid> {
    let mut levels = vec![target.clone()];
    while levels.len() < LEVELS {
        levels.push(levels[levels.len() - 1].coarsen());
    }
    levels
}
