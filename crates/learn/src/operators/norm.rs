use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::sums::{ROWS, sum_rows};
use crate::parameters::ParameterId;
use crate::rows::{OnLoad, Tensor};
use crate::{Real, Tape};

/// Fewer rows than this have no statistics worth the name, and are not normalised.
pub const MIN_ROWS: usize = 16;

/// Added to variances, as PyTorch does.
const EPSILON: f64 = 1e-5;

/// Share of the new in running statistics, as PyTorch has it.
const MOMENTUM: f64 = 0.1;

/// A normalisation's parameters: one number a channel each.
#[derive(Debug, Clone, Copy)]
pub struct Norm {
    /// What normalised features are multiplied by.
    pub weight: ParameterId,
    /// What is added to them then.
    pub bias: ParameterId,
    /// Mean over the batches seen.
    pub running_mean: ParameterId,
    /// Variance over the batches seen.
    pub running_var: ParameterId,
}

/// Over which rows means and variances are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistics {
    /// Each volume by itself (Ulyanov et al., 2016).
    Volume,
    /// The whole batch; running statistics are kept (Ioffe and Szegedy, 2015).
    Batch,
    /// None: the running statistics.
    Running,
}

/// Mean and one over the standard deviation of the channels of some rows.
pub(super) struct Segment {
    rows: Range<usize>,
    mean: Vec<f64>,
    inverse: Vec<f64>,
    /// Whether mean and deviation depend on the rows.
    is_measured: bool,
}

impl<T: Real> Tape<'_, T> {
    /// Normalises features, and multiplies what is negative then by `slope`: 0 rectifies, 1 leaves
    /// it. Nothing is computed but the statistics: it is done each time that rows are read.
    pub fn normalise(
        &mut self,
        x: &Tensor<T>,
        norm: Norm,
        statistics: Statistics,
        slope: f64,
    ) -> Tensor<T> {
        let x = self.materialise(x);
        let segments = self.segments(&x, norm, statistics);
        let (weight, bias) = (self.weights(norm.weight), self.weights(norm.bias));
        let on_load = Arc::new(on_load(&segments, weight, bias, T::of(slope)));
        let (input, map) = (x.clone(), on_load.clone());
        let node = self.record(move |gradient, gradients| {
            let back = Back { x: &input, on_load: &map, segments: &segments };
            let ([dweight, dbias], dx) = back.run(gradient, weight);
            gradients.add_parameter(norm.weight, dweight);
            gradients.add_parameter(norm.bias, dbias);
            let node = input.node;
            drop(input);
            gradients.add(node, dx);
        });
        Tensor { on_load: Some(on_load), node, ..x }
    }

    /// Multiplies what is negative by `slope` each time that rows are read.
    pub fn activate(&mut self, x: &Tensor<T>, slope: f64) -> Tensor<T> {
        let x = self.materialise(x);
        let all = 0..x.rows.n_rows();
        let (scale, shift) = (vec![T::ONE; x.width()], vec![T::ZERO; x.width()]);
        let slope = T::of(slope);
        let on_load = Arc::new(OnLoad { segments: vec![all], scale, shift, slope });
        let input = x.clone();
        let node = self.record(move |mut gradient, gradients| {
            for (d, &x) in gradient.iter_mut().zip(input.rows.values()) {
                if x < T::ZERO {
                    *d *= slope;
                }
            }
            gradients.add(input.node, gradient);
        });
        Tensor { on_load: Some(on_load), node, ..x }
    }

    /// The same features, stored as they are read.
    pub(crate) fn materialise(&mut self, x: &Tensor<T>) -> Tensor<T> {
        match x.on_load {
            None => x.clone(),
            Some(_) => Tensor { rows: Arc::new(x.features()), on_load: None, ..x.clone() },
        }
    }

    pub(super) fn segments(
        &mut self,
        x: &Tensor<T>,
        norm: Norm,
        statistics: Statistics,
    ) -> Vec<Segment> {
        let all = 0..x.rows.n_rows();
        match statistics {
            Statistics::Volume => {
                x.grid.batches().into_iter().map(|rows| measure(x, rows)).collect()
            }
            Statistics::Running => vec![self.running(norm, all)],
            Statistics::Batch => {
                let segment = measure(x, all);
                self.keep(norm, &segment);
                vec![segment]
            }
        }
    }

    pub(super) fn running(&self, norm: Norm, rows: Range<usize>) -> Segment {
        let numbers = |id| self.weights(id).iter().map(|value| value.to_f64());
        let inverse = numbers(norm.running_var).map(|variance| 1.0 / (variance + EPSILON).sqrt());
        let mean = numbers(norm.running_mean).collect();
        Segment { rows, mean, inverse: inverse.collect(), is_measured: false }
    }

    /// Moves the running statistics towards those of a batch; the variance is that of the population.
    fn keep(&mut self, norm: Norm, segment: &Segment) {
        if !segment.is_measured || !self.is_training() {
            return;
        }
        let n = segment.rows.len() as f64;
        let variance = segment
            .inverse
            .iter()
            .map(|&inverse| (1.0 / (inverse * inverse) - EPSILON) * n / (n - 1.0));
        let variance: Vec<f64> = variance.collect();
        for (id, new) in [(norm.running_mean, &segment.mean), (norm.running_var, &variance)] {
            let mixed = self.weights(id).iter().zip(new);
            let mixed =
                mixed.map(|(old, new)| T::of((1.0 - MOMENTUM) * old.to_f64() + MOMENTUM * new));
            let mixed = mixed.collect();
            self.update(id, mixed);
        }
    }
}

impl Segment {
    /// Rows that are not normalised.
    pub(super) fn plain(rows: Range<usize>, width: usize) -> Self {
        Self { rows, mean: vec![0.0; width], inverse: vec![1.0; width], is_measured: false }
    }

    /// Rows with their mean and their variance about it.
    pub(super) fn measured(rows: Range<usize>, mean: Vec<f64>, variance: Vec<f64>) -> Self {
        let inverse =
            variance.into_iter().map(|variance| 1.0 / (variance + EPSILON).sqrt()).collect();
        Self { rows, mean, inverse, is_measured: true }
    }
}

fn measure<T: Real>(x: &Tensor<T>, rows: Range<usize>) -> Segment {
    let (width, values) = (x.width(), x.rows.values());
    if rows.len() < MIN_ROWS {
        return Segment::plain(rows, width);
    }
    let n = rows.len() as f64;
    let sums = sum_rows(rows.clone(), width, |rows, sums| {
        for row in values[rows.start * width..rows.end * width].chunks_exact(width) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value.to_f64());
        }
    });
    let mean: Vec<f64> = sums.iter().map(|sum| sum / n).collect();
    let squares = sum_rows(rows.clone(), width, |rows, sums| {
        for row in values[rows.start * width..rows.end * width].chunks_exact(width) {
            for ((sum, value), mean) in sums.iter_mut().zip(row).zip(&mean) {
                let difference = value.to_f64() - mean;
                *sum += difference * difference;
            }
        }
    });
    Segment::measured(rows, mean, squares.into_iter().map(|square| square / n).collect())
}

pub(super) fn on_load<T: Real>(
    segments: &[Segment],
    weight: &[T],
    bias: &[T],
    slope: T,
) -> OnLoad<T> {
    let (mut scale, mut shift) = (Vec::new(), Vec::new());
    for segment in segments {
        for (channel, (weight, bias)) in weight.iter().zip(bias).enumerate() {
            let factor = weight.to_f64() * segment.inverse[channel];
            scale.push(T::of(factor));
            shift.push(T::of(bias.to_f64() - factor * segment.mean[channel]));
        }
    }
    OnLoad {
        segments: segments.iter().map(|segment| segment.rows.clone()).collect(),
        scale,
        shift,
        slope,
    }
}

/// The way back over a normalisation.
pub(super) struct Back<'a, T> {
    pub(super) x: &'a Tensor<T>,
    pub(super) on_load: &'a OnLoad<T>,
    pub(super) segments: &'a [Segment],
}

impl<T: Real> Back<'_, T> {
    /// Gradients of weight and bias; and of the input, in the place of that of the output.
    pub(super) fn run(&self, mut gradient: Vec<T>, weight: &[T]) -> ([Vec<T>; 2], Vec<T>) {
        let width = weight.len();
        let (mut dweight, mut dbias) = (vec![0.0; width], vec![0.0; width]);
        for segment in self.segments {
            let rows = segment.rows.start * width..segment.rows.end * width;
            let gradient = &mut gradient[rows.clone()];
            let x = &self.x.rows.values()[rows];
            let (scale, shift) = self.on_load.of_row(segment.rows.start);
            bend(gradient, x, [scale, shift], self.on_load.slope);
            let sums = sums_back(gradient, x, segment);
            for channel in 0..width {
                dbias[channel] += sums[channel];
                dweight[channel] += sums[width + channel];
            }
            input_gradient(gradient, x, segment, weight, &sums);
        }
        ([dweight, dbias].map(|sums| sums.into_iter().map(T::of).collect()), gradient)
    }
}

/// Takes the slope where the output was negative.
fn bend<T: Real>(gradient: &mut [T], x: &[T], [scale, shift]: [&[T]; 2], slope: T) {
    let size = ROWS * scale.len();
    gradient.par_chunks_mut(size).zip(x.par_chunks(size)).for_each(|(gradient, x)| {
        for (gradient, x) in gradient.chunks_exact_mut(scale.len()).zip(x.chunks_exact(scale.len()))
        {
            for channel in 0..scale.len() {
                let is_negative = scale[channel] * x[channel] + shift[channel] < T::ZERO;
                let bent = gradient[channel] * slope;
                gradient[channel] = if is_negative { bent } else { gradient[channel] };
            }
        }
    });
}

/// For each channel the sum of the gradients, then of the gradients times the normalised inputs.
fn sums_back<T: Real>(gradient: &[T], x: &[T], segment: &Segment) -> Vec<f64> {
    let width = segment.mean.len();
    sum_rows(0..segment.rows.len(), 2 * width, |rows, sums| {
        let rows = rows.start * width..rows.end * width;
        let (plain, times) = sums.split_at_mut(width);
        for (gradient, x) in
            gradient[rows.clone()].chunks_exact(width).zip(x[rows].chunks_exact(width))
        {
            for channel in 0..width {
                let gradient = gradient[channel].to_f64();
                plain[channel] += gradient;
                let h = (x[channel].to_f64() - segment.mean[channel]) * segment.inverse[channel];
                times[channel] += gradient * h;
            }
        }
    })
}

fn input_gradient<T: Real>(
    gradient: &mut [T],
    x: &[T],
    segment: &Segment,
    weight: &[T],
    sums: &[f64],
) {
    let width = weight.len();
    let n = segment.rows.len() as f64;
    let share = if segment.is_measured { 1.0 / n } else { 0.0 };
    // dx = a (dz - (sum dz + h sum dz h) / n) is linear in dz and x: three numbers a channel.
    let factor = |channel: usize| weight[channel].to_f64() * segment.inverse[channel];
    let of_x = |channel: usize| {
        -factor(channel) * segment.inverse[channel] * sums[width + channel] * share
    };
    let rest = |channel: usize| {
        -factor(channel) * sums[channel] * share - of_x(channel) * segment.mean[channel]
    };
    let numbers =
        |number: &dyn Fn(usize) -> f64| (0..width).map(|c| T::of(number(c))).collect::<Vec<T>>();
    let (factor, of_x, rest) = (numbers(&factor), numbers(&of_x), numbers(&rest));
    let size = ROWS * width;
    gradient.par_chunks_mut(size).zip(x.par_chunks(size)).for_each(|(gradient, x)| {
        for (gradient, x) in gradient.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
            for channel in 0..width {
                gradient[channel] = factor[channel] * gradient[channel]
                    + of_x[channel] * x[channel]
                    + rest[channel];
            }
        }
    });
}
