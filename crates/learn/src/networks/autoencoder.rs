//! The dense auto-encoder that completes twelve structures (Li et al., arXiv 2309.04956, 2023), run by
//! this engine on a grid whose leaves are all full.

use std::sync::Arc;

use super::build::Build;
use crate::operators::{Convolution, Stride};
use crate::{Parameters, Real, Tape, Tensor};

/// Strided layers of the encoder, and of the decoder.
const LEVELS: usize = 4;

/// Channels of the answer.
const CLASSES: usize = 12;

/// As TensorFlow pads at the end only.
const DOWN: Stride = Stride { edge: 3, stride: 2, pad: 0 };
const UP: Stride = Stride { edge: 4, stride: 2, pad: 1 };

/// The network. Its numbers are in the [`Parameters`] that it was built with.
#[derive(Debug, Clone)]
pub struct Autoencoder {
    down: Vec<Convolution>,
    middle: Vec<Convolution>,
    up: Vec<[Convolution; 2]>,
    heads: Vec<Convolution>,
}

impl Autoencoder {
    /// The network with new parameters, which depend on the seed alone: 22,167,776 of them.
    pub fn new<T: Real>(seed: u64) -> (Self, Parameters<T>) {
        let build = &mut Build::new(seed);
        let down = [[1, 64], [64, 128], [128, 256], [256, 512]];
        let down = down
            .iter()
            .enumerate()
            .map(|(n, &[i, o])| build.kernel_and_bias(&format!("down.{n}"), [27, i, o], 27))
            .collect();
        let middle = [[512, 512], [512, 256]];
        let middle = middle
            .iter()
            .enumerate()
            .map(|(n, &[i, o])| build.kernel_and_bias(&format!("middle.{n}"), [27, i, o], 27))
            .collect();
        let widths = [[256, 256, 128], [128, 128, 64], [64, 64, 64], [64, 32, 32]];
        let pair = |(n, &[i, m, o]): (usize, &[usize; 3])| {
            let spread = build.kernel(&format!("up.{n}.0"), [64, i, m], 8);
            [spread, build.kernel_and_bias(&format!("up.{n}.1"), [27, m, o], 27)]
        };
        let up = widths.iter().enumerate().map(pair).collect();
        let widths = [32, CLASSES, CLASSES, CLASSES];
        let heads = widths
            .iter()
            .enumerate()
            .map(|(n, &i)| build.kernel_and_bias(&format!("head.{n}"), [27, i, CLASSES], 27))
            .collect();
        (Self { down, middle, up, heads }, std::mem::take(&mut build.parameters))
    }

    /// Twelve logits for each voxel of a box whose sides are multiples of 16; `x` covers it, one
    /// number a voxel.
    pub fn run<T: Real>(&self, tape: &mut Tape<'_, T>, x: &Tensor<T>) -> Tensor<T> {
        let mut grids = vec![x.grid().clone()];
        let mut x = x.clone();
        for &layer in &self.down {
            let coarse = Arc::new(x.grid().coarsen());
            grids.push(coarse.clone());
            let raw = tape.strided(&x, DOWN, coarse, layer);
            x = tape.activate(&raw, 0.0);
        }
        for &layer in &self.middle {
            x = rectified(tape, &x, layer);
        }
        for (&[spread, same], fine) in self.up.iter().zip(grids[..LEVELS].iter().rev()) {
            let raw = tape.spread(&x, UP, fine.clone(), spread);
            x = tape.activate(&raw, 0.0);
            x = rectified(tape, &x, same);
        }
        x = rectified(tape, &x, self.heads[0]);
        for &head in &self.heads[1..] {
            x = tape.convolve(&x, head);
        }
        x
    }
}

fn rectified<T: Real>(tape: &mut Tape<'_, T>, x: &Tensor<T>, layer: Convolution) -> Tensor<T> {
    let raw = tape.convolve(x, layer);
    tape.activate(&raw, 0.0)
}
