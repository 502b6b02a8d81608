//! Convolution forward, and the gradient of its weights, over any [`Geometry`].

use std::ops::Range;

use rayon::prelude::*;

use super::geometry::Geometry;
use super::parts;
use super::scratch::{Outputs, Scratch};
use super::winograd::{self, Plan, Room};
use crate::Real;
use crate::kernels::winograd::{N, add_weight_gradient, weights as frequencies};
use crate::kernels::{Aligned, Gather, Kernel, Pairs, Simd, Weights, multiply, outer, padded};
use crate::rows::Source;

/// Convolutions over a kind of numbers. They are compiled here, once, and not again in each crate that
/// uses them.
pub trait Convolve: Sized {
    /// The output rows: each the sum over its taps of an input row times the tap's weights.
    #[doc(hidden)]
    #[allow(
        private_interfaces,
        reason = "the trait is implemented here alone and called here alone"
    )]
    fn apply(geometry: &Geometry, source: Source<'_, Self>, weights: &Weights<Self>) -> Vec<Self>;

    /// The gradient of the weights: for each tap the sum over its pairs of the outer products of input
    /// rows and gradients of output rows.
    #[doc(hidden)]
    #[allow(
        private_interfaces,
        reason = "the trait is implemented here alone and called here alone"
    )]
    fn weight_gradient(
        geometry: &Geometry,
        source: Source<'_, Self>,
        gradient: Source<'_, Self>,
    ) -> Vec<Self>;
}

macro_rules! convolve {
    ($number:ty) => {
        impl Convolve for $number {
            #[allow(private_interfaces, reason = "see the trait")]
            fn apply(
                geometry: &Geometry,
                source: Source<'_, Self>,
                weights: &Weights<Self>,
            ) -> Vec<Self> {
                apply(geometry, source, weights)
            }

            #[allow(private_interfaces, reason = "see the trait")]
            fn weight_gradient(
                geometry: &Geometry,
                source: Source<'_, Self>,
                gradient: Source<'_, Self>,
            ) -> Vec<Self> {
                weight_gradient(geometry, source, gradient)
            }
        }
    };
}

convolve!(f32);
convolve!(f64);

fn apply<T: Real>(geometry: &Geometry, source: Source<'_, T>, weights: &Weights<T>) -> Vec<T> {
    let plan = Plan::of(geometry, [weights.width_in, weights.width_out]);
    apply_by(geometry, source, weights, plan.as_ref())
}

/// Units that the plan takes go by frequencies.
pub(super) fn apply_by<T: Real>(
    geometry: &Geometry,
    source: Source<'_, T>,
    weights: &Weights<T>,
    plan: Option<&Plan<'_>>,
) -> Vec<T> {
    let (units, width) = (geometry.units(), weights.width_out);
    let n_rows = units.last().map_or(0, |&rows| rows as usize);
    let mut out = vec![T::ZERO; n_rows * width];
    let by = plan.map(|plan| (plan, frequencies(weights)));
    let by = by.as_ref().map(|(plan, weights)| (*plan, weights));
    let scratch = || (Scratch::new(source.width, geometry.tile_rows()), Room::new());
    parts::cut(&mut out, width, &units).into_par_iter().for_each_init(
        scratch,
        |scratch, (range, out)| {
            let units = &units;
            let work = Forward { geometry, source, weights, by, units, range, out, scratch };
            T::dispatch(width, work);
        },
    );
    out
}

struct Forward<'a, T> {
    geometry: &'a Geometry,
    source: Source<'a, T>,
    weights: &'a Weights<T>,
    /// The units that go by frequencies, and their weights.
    by: Option<(&'a Plan<'a>, &'a Weights<T>)>,
    units: &'a [u32],
    range: Range<usize>,
    out: &'a mut [T],
    scratch: &'a mut (Scratch<T>, Room<T>),
}

impl<T: Real> Kernel<T> for Forward<'_, T> {
    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        let width = self.weights.width_out;
        let first = self.units[self.range.start];
        for unit in self.range {
            let rows = (self.units[unit] - first) as usize..(self.units[unit + 1] - first) as usize;
            let out = &mut self.out[rows.start * width..rows.end * width];
            let (scratch, room) = &mut *self.scratch;
            if let Some((plan, weights)) = self.by.filter(|(plan, _)| plan.takes(unit)) {
                let given = (&self.source, weights);
                winograd::forward(simd, (plan, unit), given, (scratch, room), out);
                continue;
            }
            self.geometry.load(unit, &self.source, scratch);
            for list in &scratch.lists {
                let Outputs { at, taps, rows } = scratch.outputs(list);
                let (tile, first_tap) = (&scratch.tile, list.first_tap);
                let steps = self.geometry.steps();
                let gather = Gather { tile, at, taps, rows, steps, first_tap };
                multiply(simd, &gather, self.weights, out);
            }
        }
    }
}

fn weight_gradient<T: Real>(
    geometry: &Geometry,
    source: Source<'_, T>,
    gradient: Source<'_, T>,
) -> Vec<T> {
    let plan = Plan::of(geometry, [source.width, gradient.width]);
    weight_gradient_by(geometry, source, gradient, plan.as_ref())
}

/// Units that the plan takes go by frequencies.
pub(super) fn weight_gradient_by<T: Real>(
    geometry: &Geometry,
    source: Source<'_, T>,
    gradient: Source<'_, T>,
    plan: Option<&Plan<'_>>,
) -> Vec<T> {
    let units = geometry.units();
    let wide = padded(gradient.width);
    let per_tap = source.width * wide;
    let size = geometry.n_taps() * per_tap;
    let sums = parts::sums(units.len() - 1, size * size_of::<T>());
    let sum = |range: Range<usize>| {
        let mut sum = Aligned::zeros(size);
        let mut of_frequencies = Aligned::zeros(plan.map_or(0, |_| N * per_tap));
        let scratch = &mut (Scratch::new(source.width, geometry.tile_rows()), Room::new());
        let units = &units;
        let by = plan.map(|plan| (plan, &mut *of_frequencies));
        let sum_of_taps = &mut *sum;
        let work =
            Backward { geometry, source, gradient, by, units, range, sum: sum_of_taps, scratch };
        T::dispatch(gradient.width, work);
        if plan.is_some() {
            add_weight_gradient(&of_frequencies, per_tap, &mut sum);
        }
        sum
    };
    let sums: Vec<Aligned<T>> = sums.into_par_iter().map(sum).collect();
    let mut total = vec![T::ZERO; size / wide * gradient.width];
    for sum in sums {
        for (total, sum) in total.chunks_exact_mut(gradient.width).zip(sum.chunks_exact(wide)) {
            total.iter_mut().zip(sum).for_each(|(total, &sum)| *total += sum);
        }
    }
    total
}

struct Backward<'a, T> {
    geometry: &'a Geometry,
    source: Source<'a, T>,
    gradient: Source<'a, T>,
    /// The units that go by frequencies, and the sums of these.
    by: Option<(&'a Plan<'a>, &'a mut [T])>,
    units: &'a [u32],
    range: Range<usize>,
    sum: &'a mut [T],
    scratch: &'a mut (Scratch<T>, Room<T>),
}

impl<T: Real> Kernel<T> for Backward<'_, T> {
    #[inline(always)]
    fn run<S: Simd<T>>(mut self, simd: S) {
        let wide = padded(self.gradient.width);
        let per_tap = self.source.width * wide;
        let mut pairs = Vec::new();
        let (scratch, room) = self.scratch;
        for unit in self.range {
            if let Some((plan, sums)) = self.by.as_mut().filter(|(plan, _)| plan.takes(unit)) {
                let given = (&self.source, &self.gradient);
                winograd::backward(simd, (*plan, unit), given, (scratch, room), sums);
                continue;
            }
            self.geometry.load(unit, &self.source, scratch);
            let rows = self.units[unit] as usize..self.units[unit + 1] as usize;
            load_gradient(&self.gradient, rows, wide, scratch);
            for list in &scratch.lists {
                let outputs = scratch.outputs(list);
                let steps = self.geometry.steps();
                let is_full = outputs.are_mostly_full(steps.len(), per_tap);
                for (tap, &step) in steps.iter().enumerate() {
                    // Rows that are not there are zero: where few are missing, one list of pairs
                    // does for all taps.
                    if !is_full || tap == 0 {
                        let taps = if is_full { u64::MAX } else { 1 << tap };
                        outputs.list(taps, [self.source.width, wide], &mut pairs);
                    }
                    let pairs = Pairs {
                        left: &scratch.tile,
                        width_left: self.source.width,
                        right: &scratch.right,
                        width_right: wide,
                        first_left: step as usize * self.source.width,
                        pairs: &pairs,
                    };
                    let sum = &mut self.sum[(list.first_tap + tap) * per_tap..][..per_tap];
                    outer(simd, &pairs, sum);
                }
            }
        }
    }
}

/// Copies a unit's rows of gradient, padded with zeros.
#[inline(always)]
fn load_gradient<T: Real>(
    gradient: &Source<'_, T>,
    rows: Range<usize>,
    wide: usize,
    scratch: &mut Scratch<T>,
) {
    scratch.right.reset(rows.len() * wide);
    for (to, row) in scratch.right.chunks_exact_mut(wide).zip(rows) {
        to[..gradient.width]
            .copy_from_slice(&gradient.values[row * gradient.width..][..gradient.width]);
    }
}
