//! `PointNet` without the networks that turn its points and features (Qi, Su, Mo and Guibas, 2017): each
//! point by itself through one perceptron, the largest of each channel over the points, a perceptron for
//! the whole.

use std::sync::Arc;

use super::build::Build;
use crate::operators::{Convolution, Norm, Pooling, Statistics};
use crate::{Parameters, Real, Rows, SparseGrid, Tape, Tensor};

/// Channels of the layers that see points one by one.
const POINTS: [usize; 5] = [64, 64, 64, 128, 1024];

/// Channels of the layers that see a whole cloud.
const CLOUD: [usize; 2] = [512, 256];

/// The network. Its numbers are in the [`Parameters`] that it was built with.
#[derive(Debug, Clone)]
pub struct PointNet {
    points: Vec<(Convolution, Norm)>,
    cloud: Vec<Convolution>,
}

impl PointNet {
    /// The network with new parameters, which depend on the seed alone. It reads `n_in` numbers a point and
    /// answers `n_out` a cloud.
    pub fn new<T: Real>(n_in: usize, n_out: usize, seed: u64) -> (Self, Parameters<T>) {
        let build = &mut Build::new(seed);
        let mut before = n_in;
        let mut points = Vec::new();
        for (layer, width) in POINTS.into_iter().enumerate() {
            let name = format!("points.{layer}");
            let kernel = build.kernel(&name, [1, before, width], 1);
            points.push((kernel, build.norm(&name, width)));
            before = width;
        }
        let mut cloud = Vec::new();
        for (layer, width) in CLOUD.into_iter().chain([n_out]).enumerate() {
            cloud.push(build.kernel_and_bias(&format!("cloud.{layer}"), [1, before, width], 1));
            before = width;
        }
        (Self { points, cloud }, std::mem::take(&mut build.parameters))
    }

    /// Clouds of `n_points` points each as rows, one cloud after another. `None` if the last one is not full,
    /// or there are more clouds or points than a batch holds.
    pub fn clouds<T: Real>(n_points: usize, rows: Rows<T>) -> Option<Tensor<T>> {
        if n_points == 0 || !rows.n_rows().is_multiple_of(n_points) {
            return None;
        }
        // Points have no order, so any place does for any of them.
        let one = SparseGrid::first(n_points)?;
        let grid = SparseGrid::batch(&vec![one; rows.n_rows() / n_points])?;
        Tensor::new(Arc::new(grid), rows)
    }

    /// The answers for each cloud, as logits.
    pub fn run<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        clouds: &Tensor<T>,
        statistics: Statistics,
    ) -> Tensor<T> {
        let x = normalised(tape, clouds.clone(), &self.points, (statistics, 0.0));
        let whole = tape.pool_all(&x, Pooling::Max);
        perceptron(tape, whole, &self.cloud)
    }
}

/// Layers with norms; what is negative is multiplied by a slope.
pub(super) fn normalised<T: Real>(
    tape: &mut Tape<'_, T>,
    x: Tensor<T>,
    layers: &[(Convolution, Norm)],
    (statistics, slope): (Statistics, f64),
) -> Tensor<T> {
    layers.iter().fold(x, |x, &(kernel, norm)| {
        let raw = tape.linear(&x, kernel);
        tape.normalise(&raw, norm, statistics, slope)
    })
}

/// Layers of which all but the last are rectified.
pub(super) fn perceptron<T: Real>(
    tape: &mut Tape<'_, T>,
    x: Tensor<T>,
    layers: &[Convolution],
) -> Tensor<T> {
    let mut x = x;
    for (number, &layer) in layers.iter().enumerate() {
        let raw = tape.linear(&x, layer);
        let is_last = number + 1 == layers.len();
        x = if is_last { raw } else { tape.activate(&raw, 0.0) };
    }
    x
}

/// The first three numbers of each point: its place.
///
/// # Panics
/// If points have fewer.
pub(super) fn coordinates<T: Real>(clouds: &Tensor<T>) -> Tensor<T> {
    let rows = clouds.features();
    let values = rows.values().chunks_exact(rows.width()).flat_map(|row| &row[..3]);
    let places = Rows::new(3, values.copied().collect()).expect("three numbers a point");
    Tensor::new(clouds.grid().clone(), places).expect("a row a point")
}
