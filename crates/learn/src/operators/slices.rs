//! A layer of a decoder, whose rows in between are made again or in slices, and never kept.

use std::ops::Range;
use std::sync::Arc;

use super::combine::restrict;
use super::convolve::Convolution;
use super::geometry::{Finer, Geometry};
use super::norm::{Back, MIN_ROWS, Norm, Segment, Statistics, on_load};
use super::sums::sum_rows;
use crate::rows::{OnLoad, Tensor};
use crate::sparse::NONE;
use crate::{Real, SparseGrid, Tape};

/// Leaves of a slice: some five megabytes of rows.
const LEAVES: usize = 1024;

/// Two convolutions with a norm between them.
#[derive(Debug, Clone, Copy)]
pub struct UpAndConvolve {
    /// To all eight finer voxels of each.
    pub up: Convolution,
    /// What is done to them, rectified.
    pub norm: Norm,
    /// 3×3×3 then.
    pub same: Convolution,
}

impl<T: Real> Tape<'_, T> {
    /// [`up`](Tape::up), [`normalise`](Tape::normalise) and [`convolve`](Tape::convolve), rectified
    /// between. The rows in between, which are the most of all, are not kept: on the way back they
    /// are made again from the coarser ones. Where nothing is to go back and there is one volume,
    /// they are made slice by slice.
    pub fn up_and_convolve(
        &mut self,
        x: Tensor<T>,
        layers: UpAndConvolve,
        statistics: Statistics,
    ) -> Tensor<T> {
        if !self.is_training() && x.grid.batches().len() <= 1 {
            let x = self.materialise(&x);
            return self.in_slices(&x, layers, statistics, LEAVES);
        }
        let fine = Arc::new(x.grid.refine());
        let [up, same] = [layers.up, layers.same].map(|layer| self.layer(layer));
        let geometry =
            [Geometry::Up(Finer::new(fine.clone())), Geometry::Submanifold(fine.clone())];
        let raw = Self::tensor(fine.clone(), up.shape[2], up.apply(&geometry[0], x.source()), None);
        let segments = self.segments(&raw, layers.norm, statistics);
        let (weight, bias) = (self.weights(layers.norm.weight), self.weights(layers.norm.bias));
        let on_load = Arc::new(on_load(&segments, weight, bias, T::ZERO));
        let read = Tensor { on_load: Some(on_load.clone()), ..raw };
        let values = same.apply(&geometry[1], read.source());
        drop(read);
        let all = fine.clone();
        let node = self.record(move |gradient, gradients| {
            let make =
                || Self::tensor(all.clone(), up.shape[2], up.apply(&geometry[0], x.source()), None);
            let read = Tensor { on_load: Some(on_load.clone()), ..make() };
            same.add_gradients(&geometry[1], read.source(), &gradient, gradients);
            drop(read);
            let gradient = same.input_gradient(&geometry[1], gradient);
            let raw = make();
            let back = Back { x: &raw, on_load: &on_load, segments: &segments };
            let ([dweight, dbias], gradient) = back.run(gradient, weight);
            drop(raw);
            gradients.add_parameter(layers.norm.weight, dweight);
            gradients.add_parameter(layers.norm.bias, dbias);
            up.add_gradients(&geometry[0], x.source(), &gradient, gradients);
            let node = x.node;
            drop(x);
            if node.is_some() {
                gradients.add(node, up.input_gradient(&geometry[0], gradient));
            }
        });
        Self::tensor(fine, same.shape[2], values, node)
    }

    pub(super) fn in_slices(
        &mut self,
        x: &Tensor<T>,
        layers: UpAndConvolve,
        statistics: Statistics,
        n_leaves: usize,
    ) -> Tensor<T> {
        let fine = Arc::new(x.grid.refine());
        let slices: Vec<Range<usize>> = (0..fine.n_leaves())
            .step_by(n_leaves)
            .map(|first| first..fine.n_leaves().min(first + n_leaves))
            .collect();
        let segment = match statistics {
            Statistics::Running => self.running(layers.norm, 0..fine.n_rows()),
            _ => self.measure_slices(x, &fine, layers.up, &slices),
        };
        let (weight, bias) = (self.weights(layers.norm.weight), self.weights(layers.norm.bias));
        let on_load = on_load(&[segment], weight, bias, T::ZERO);
        let width = self.parameters().get(layers.same.kernel).shape[2];
        let mut values = Vec::with_capacity(fine.n_rows() * width);
        for slice in slices {
            let own = part(&fine, slice.clone());
            let around = Arc::new(part(&fine, around(&fine, slice)));
            let raw = self.up_part(x, around.clone(), layers.up);
            let all = 0..around.n_rows();
            let on_load = OnLoad { segments: vec![all], ..on_load.clone() };
            let made =
                self.convolve(&Tensor { on_load: Some(Arc::new(on_load)), ..raw }, layers.same);
            values.extend(restrict(made.rows.values(), width, &around, &own));
        }
        Self::tensor(fine, width, values, None)
    }

    /// The finer rows of some leaves.
    fn up_part(&mut self, x: &Tensor<T>, fine: Arc<SparseGrid>, up: Convolution) -> Tensor<T> {
        let coarse = Arc::new(fine.coarsen());
        let rows = restrict(x.rows.values(), x.width(), &x.grid, &coarse);
        let x = Self::tensor(coarse, x.width(), rows, None);
        self.up_to(&x, fine, up)
    }

    /// Mean and deviation of the finer rows of all slices.
    fn measure_slices(
        &mut self,
        x: &Tensor<T>,
        fine: &SparseGrid,
        up: Convolution,
        slices: &[Range<usize>],
    ) -> Segment {
        let width = self.parameters().get(up.kernel).shape[2];
        let rows = 0..fine.n_rows();
        if rows.len() < MIN_ROWS {
            return Segment::plain(rows, width);
        }
        let (n, mut sums) = (rows.len() as f64, vec![0.0; 2 * width]);
        for slice in slices {
            let raw = self.up_part(x, Arc::new(part(fine, slice.clone())), up);
            let values = raw.rows.values();
            let part = sum_rows(0..raw.rows.n_rows(), 2 * width, |rows, sums| {
                let (plain, squares) = sums.split_at_mut(width);
                for row in values[rows.start * width..rows.end * width].chunks_exact(width) {
                    for (channel, value) in row.iter().enumerate() {
                        let value = value.to_f64();
                        plain[channel] += value;
                        squares[channel] += value * value;
                    }
                }
            });
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        let mean: Vec<f64> = sums[..width].iter().map(|sum| sum / n).collect();
        let variance = |(square, mean): (&f64, &f64)| (square / n - mean * mean).max(0.0);
        let variance = sums[width..].iter().zip(&mean).map(variance).collect();
        Segment::measured(rows, mean, variance)
    }
}

/// The grid of some leaves of another.
fn part(grid: &SparseGrid, leaves: impl IntoIterator<Item = usize>) -> SparseGrid {
    SparseGrid::from_leaves(leaves.into_iter().map(|leaf| (grid.keys()[leaf], grid.masks()[leaf])))
}

/// Leaves and those around them, in order.
fn around(grid: &SparseGrid, leaves: Range<usize>) -> Vec<usize> {
    let neighbours = grid.neighbours()[leaves].iter().flatten();
    let mut all: Vec<usize> =
        neighbours.filter(|leaf| **leaf != NONE).map(|&leaf| leaf as usize).collect();
    all.sort_unstable();
    all.dedup();
    all
}
