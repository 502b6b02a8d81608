//! A U-Net over the voxels of a grid that is known: as many answers a voxel as there are classes
//! (Ronneberger et al., 2015; in 3D Çiçek et al., 2016). What encoder and decoder know is added
//! instead of put side by side, so that the finest layers stay narrow.

use super::build::Build;
use crate::operators::{Convolution, Norm, Statistics};
use crate::{Parameters, Real, Tape, Tensor};

/// A convolution with its normalisation, rectified.
#[derive(Debug, Clone, Copy)]
struct Layer {
    convolution: Convolution,
    norm: Norm,
}

/// The network. Its numbers are in the [`Parameters`] that it was built with.
#[derive(Debug, Clone)]
pub struct UNet {
    /// Two layers at each resolution, finest first.
    encoder: Vec<[Layer; 2]>,
    /// To the next coarser resolution.
    down: Vec<Layer>,
    /// From there back, and a layer at the finer one.
    up: Vec<[Layer; 2]>,
    head: Convolution,
}

impl UNet {
    /// The network with new parameters, which depend on the seed alone. It reads `n_in` numbers a
    /// voxel and answers `n_out`; `widths` are its channels at each resolution, finest first.
    pub fn new<T: Real>(
        n_in: usize,
        n_out: usize,
        widths: &[usize],
        seed: u64,
    ) -> (Self, Parameters<T>) {
        let build = &mut Build::new(seed);
        let network = Self::build(build, [n_in, n_out], widths);
        (network, std::mem::take(&mut build.parameters))
    }

    /// The network as a part of another one.
    pub(super) fn build<T: Real>(
        build: &mut Build<T>,
        [n_in, n_out]: [usize; 2],
        widths: &[usize],
    ) -> Self {
        let (mut encoder, mut down, mut up) = (Vec::new(), Vec::new(), Vec::new());
        for (level, &width) in widths.iter().enumerate() {
            let before = if level == 0 { n_in } else { width };
            encoder.push([
                layer(build, &format!("encoder.{level}.0"), [27, before, width]),
                layer(build, &format!("encoder.{level}.1"), [27, width, width]),
            ]);
            let Some(&coarser) = widths.get(level + 1) else { continue };
            down.push(layer(build, &format!("down.{level}"), [8, width, coarser]));
            up.push([
                layer(build, &format!("up.{level}.0"), [8, coarser, width]),
                layer(build, &format!("up.{level}.1"), [27, width, width]),
            ]);
        }
        let finest = widths.first().copied().unwrap_or(n_in);
        let head = build.kernel_and_bias("head", [1, finest, n_out], 1);
        Self { encoder, down, up, head }
    }

    /// The answers for each voxel of the grid of `x`, as logits.
    pub fn run<T: Real>(&self, tape: &mut Tape<'_, T>, x: &Tensor<T>) -> Tensor<T> {
        let mut levels: Vec<Tensor<T>> = Vec::new();
        let mut x = x.clone();
        for (level, layers) in self.encoder.iter().enumerate() {
            x = layers.iter().fold(x, |x, &layer| same(tape, &x, layer));
            let Some(&down) = self.down.get(level) else { break };
            levels.push(x.clone());
            let raw = tape.down(&x, down.convolution);
            x = normalised(tape, &raw, down);
        }
        for ([up, again], skip) in self.up.iter().zip(&levels).rev() {
            let raw = tape.up_to(&x, skip.grid().clone(), up.convolution);
            let made = normalised(tape, &raw, *up);
            let sum = tape.add(&made, skip);
            x = same(tape, &sum, *again);
        }
        tape.linear(&x, self.head)
    }
}

fn same<T: Real>(tape: &mut Tape<'_, T>, x: &Tensor<T>, layer: Layer) -> Tensor<T> {
    let raw = tape.convolve(x, layer.convolution);
    normalised(tape, &raw, layer)
}

fn normalised<T: Real>(tape: &mut Tape<'_, T>, raw: &Tensor<T>, layer: Layer) -> Tensor<T> {
    tape.normalise(raw, layer.norm, Statistics::Volume, 0.0)
}

fn layer<T: Real>(build: &mut Build<T>, name: &str, shape: [usize; 3]) -> Layer {
    // A transposed kernel meets each output with one of its taps.
    let taps_in = if shape[0] == 8 && name.starts_with("up") { 1 } else { shape[0] };
    Layer { convolution: build.kernel(name, shape, taps_in), norm: build.norm(name, shape[2]) }
}
