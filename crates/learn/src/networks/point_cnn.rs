//! A network in the manner of `PointCNN` (Li, Bu, Sun, Wu, Di and Chen, 2018): convolutions over the nearest points,
//! which a matrix that is learned from their places mixes first, so that their order matters less.
//!
//! It is smaller than the original, and differs: representative points are those spread farthest, where the
//! original draws them by chance for clouds that are classified; the first features are all numbers of a point,
//! its place in the shape among them; the convolution is a plain one, not separable; the matrix is made by two
//! dense layers and begins near the identity; norms and rectifiers stand where it has exponential units before
//! norms; mean and maximum of the last points' features are answered from, where it averages answers of points;
//! there is no dropout.

use super::build::Build;
use super::points::{coordinates, normalised, perceptron};
use crate::operators::{Convolution, Nearest, Norm, Pooling, Statistics, farthest};
use crate::{Parameters, Real, Rows, Tape, Tensor};

/// Neighbours of a point.
const K: usize = 8;

/// The layers: of how many points one stays, every how manieth neighbour is taken, channels that places are
/// lifted to, channels.
const LAYERS: [[usize; 4]; 3] = [[1, 1, 16, 32], [4, 2, 16, 64], [4, 2, 32, 128]];

/// Channels between the pool and the answers.
const HEAD: usize = 64;

/// Weights that make the matrix begin a tenth as large as those of other layers.
const LITTLE: usize = 100;

/// One X-convolution.
#[derive(Debug, Clone)]
struct Layer {
    one_in: usize,
    every: usize,
    lift: [(Convolution, Norm); 2],
    /// From places of neighbours to the matrix that mixes them.
    matrix: ((Convolution, Norm), Convolution),
    convolution: (Convolution, Norm),
}

/// The network. Its numbers are in the [`Parameters`] that it was built with.
///
/// Clouds are those of [`super::PointNet::clouds`]; the first three numbers of a point are its place, and all of them
/// its first features, so that the network knows where in the shape a point is.
#[derive(Debug, Clone)]
pub struct PointCnn {
    layers: Vec<Layer>,
    head: Vec<Convolution>,
}

impl PointCnn {
    /// The network with new parameters, which depend on the seed alone. It reads `n_in` numbers a point, at least
    /// three, and answers `n_out` a cloud.
    pub fn new<T: Real>(n_in: usize, n_out: usize, seed: u64) -> (Self, Parameters<T>) {
        let build = &mut Build::new(seed);
        let (mut layers, mut before) = (Vec::new(), n_in);
        for (number, [one_in, every, lifted, width]) in LAYERS.into_iter().enumerate() {
            let mut normal = |part: &str, shape: [usize; 3]| {
                let name = format!("xconv.{number}.{part}");
                (build.kernel(&name, shape, 1), build.norm(&name, shape[2]))
            };
            let lift = [normal("lift.0", [1, 3, lifted]), normal("lift.1", [1, lifted, lifted])];
            let places = normal("matrix.0", [1, 3 * K, K * K]);
            let convolution = normal("convolution", [1, K * (lifted + before), width]);
            let name = format!("xconv.{number}.matrix.1");
            let last = build.kernel_and_bias(&name, [1, K * K, K * K], LITTLE);
            begin_as_identity(build, last);
            let matrix = (places, last);
            layers.push(Layer { one_in, every, lift, matrix, convolution });
            before = width;
        }
        let shapes = [[1, 2 * before, HEAD], [1, HEAD, n_out]].into_iter().enumerate();
        let head =
            shapes.map(|(n, shape)| build.kernel_and_bias(&format!("xconv.head.{n}"), shape, 1));
        let head = head.collect();
        (Self { layers, head }, std::mem::take(&mut build.parameters))
    }

    /// The answers for each cloud, as logits.
    ///
    /// # Panics
    /// If a point has fewer than three numbers.
    pub fn run<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        clouds: &Tensor<T>,
        statistics: Statistics,
    ) -> Tensor<T> {
        let (mut places, mut features) = (coordinates(clouds), clouds.clone());
        for layer in &self.layers {
            let kept = match layer.one_in {
                1 => places.clone(),
                one_in => tape.prune(&places, farthest(&places, one_in)),
            };
            let made = layer.run(tape, (&kept, &places), &features, statistics);
            (places, features) = (kept, made);
        }
        let [mean, largest] =
            [Pooling::Mean, Pooling::Max].map(|how| tape.pool_all(&features, how));
        let whole = tape.concatenate(&mean, &largest);
        perceptron(tape, whole, &self.head)
    }
}

impl Layer {
    /// Features of the centres, from places and features of the points around each.
    fn run<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        (centres, places): (&Tensor<T>, &Tensor<T>),
        features: &Tensor<T>,
        statistics: Statistics,
    ) -> Tensor<T> {
        let nearest = Nearest::of(centres, places, K * self.every);
        let nearest = nearest.and_then(|nearest| nearest.every(self.every));
        let nearest = nearest.expect("clouds have neighbours");
        let local = local(tape, centres, places, &nearest);
        let how = (statistics, 0.0);
        let x = normalised(tape, local.clone(), &self.lift, how);
        let found = tape.gather(features, &nearest);
        let x = tape.concatenate(&x, &found);
        let (first, last) = self.matrix;
        let side_by_side = tape.join_pairs(&local, &nearest);
        let seen = normalised(tape, side_by_side, &[first], how);
        let matrices = tape.linear(&seen, last);
        let mixed = tape.mix_pairs(&x, &matrices, &nearest);
        let side_by_side = tape.join_pairs(&mixed, &nearest);
        normalised(tape, side_by_side, &[self.convolution], how)
    }
}

/// A matrix that mixes at random says nothing of neighbours to begin with; the identity leaves them as they are.
fn begin_as_identity<T: Real>(build: &mut Build<T>, layer: Convolution) {
    let bias = layer.bias.map(|bias| build.parameters.values_mut(bias));
    let diagonal = bias.into_iter().flat_map(|bias| bias.iter_mut().step_by(K + 1));
    diagonal.for_each(|value| *value = T::ONE);
}

/// Where each neighbour lies from its centre.
fn local<T: Real>(
    tape: &mut Tape<'_, T>,
    centres: &Tensor<T>,
    places: &Tensor<T>,
    nearest: &Nearest,
) -> Tensor<T> {
    let there = tape.gather(places, nearest);
    let here = centres.features();
    let pairs = there.features();
    let centre_of = |pair: usize| &here.values()[pair / nearest.k() * 3..][..3];
    let off = pairs.values().chunks_exact(3).enumerate();
    let off = off.flat_map(|(pair, place)| place.iter().zip(centre_of(pair)).map(|(&a, &b)| a - b));
    let rows = Rows::new(3, off.collect()).expect("three numbers a pair");
    Tensor::new(there.grid().clone(), rows).expect("a row a pair")
}
