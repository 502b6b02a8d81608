//! `DGCNN`: a network over the graph of nearest points, which is made anew in the space of each layer's features
//! (Wang et al., 2019).

use super::build::Build;
use super::points::{coordinates, normalised, perceptron};
use crate::operators::{Convolution, Nearest, Norm, Pooling, Statistics};
use crate::{Parameters, Real, Tape, Tensor};

/// Channels of the edge convolutions.
const EDGES: [usize; 4] = [64, 64, 128, 256];

/// Channels of a point before the pool.
const EMBEDDING: usize = 1024;

/// Channels of the layers that see a whole cloud.
const CLOUD: [usize; 2] = [512, 256];

/// What is negative is multiplied by this.
const SLOPE: f64 = 0.2;

/// A layer over a point and the differences to its neighbours: one linear map of both, as two.
#[derive(Debug, Clone, Copy)]
struct Edge {
    own: Convolution,
    difference: Convolution,
    norm: Norm,
}

/// The network. Its numbers are in the [`Parameters`] that it was built with.
///
/// Clouds are those of [`super::PointNet::clouds`]. The first three numbers of a point are its place, in which the
/// first neighbours are looked for; those of later layers are looked for among all features of the layer before.
///
/// Other than in the original there is no dropout.
#[derive(Debug, Clone)]
pub struct Dgcnn {
    k: usize,
    edges: Vec<Edge>,
    embedding: (Convolution, Norm),
    cloud: Vec<(Convolution, Norm)>,
    last: Convolution,
}

impl Dgcnn {
    /// Neighbours of a point in the original.
    pub const K: usize = 20;

    /// The network with new parameters, which depend on the seed alone. It reads `n_in` numbers a point, at least
    /// three, looks at `k` neighbours, and answers `n_out` a cloud.
    pub fn new<T: Real>(n_in: usize, n_out: usize, k: usize, seed: u64) -> (Self, Parameters<T>) {
        let build = &mut Build::new(seed);
        let (mut edges, mut before) = (Vec::new(), n_in);
        for (layer, width) in EDGES.into_iter().enumerate() {
            let name = format!("edges.{layer}");
            let mut half =
                |what: &str| build.kernel(&format!("{name}.{what}"), [1, before, width], 2);
            let [own, difference] = ["own", "difference"].map(&mut half);
            edges.push(Edge { own, difference, norm: build.norm(&name, width) });
            before = width;
        }
        let shape = [1, EDGES.iter().sum(), EMBEDDING];
        let embedding = (build.kernel("embedding", shape, 1), build.norm("embedding", EMBEDDING));
        let (mut cloud, mut before) = (Vec::new(), 2 * EMBEDDING);
        for (layer, width) in CLOUD.into_iter().enumerate() {
            let (name, shape) = (format!("graph.{layer}"), [1, before, width]);
            // The first has no bias, as in the original.
            let kernel = match layer {
                0 => build.kernel(&name, shape, 1),
                _ => build.kernel_and_bias(&name, shape, 1),
            };
            cloud.push((kernel, build.norm(&name, width)));
            before = width;
        }
        let last = build.kernel_and_bias("graph.2", [1, before, n_out], 1);
        (Self { k, edges, embedding, cloud, last }, std::mem::take(&mut build.parameters))
    }

    /// The answers for each cloud, as logits.
    ///
    /// # Panics
    /// If a point has fewer than three numbers, or the network has no neighbours.
    pub fn run<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        clouds: &Tensor<T>,
        statistics: Statistics,
    ) -> Tensor<T> {
        let (mut x, mut layers) = (clouds.clone(), Vec::new());
        for (number, edge) in self.edges.iter().enumerate() {
            let space = if number == 0 { coordinates(&x) } else { x.clone() };
            let nearest = Nearest::of(&space, &space, self.k).expect("clouds have neighbours");
            let (own, other) = (tape.linear(&x, edge.own), tape.linear(&x, edge.difference));
            let raw = tape.edges(&own, &other, &nearest);
            let edges = tape.normalise(&raw, edge.norm, statistics, SLOPE);
            x = tape.pool_pairs(&edges, &nearest, Pooling::Max);
            layers.push(x.clone());
        }
        let all = layers.iter().skip(1).fold(layers[0].clone(), |all, x| tape.concatenate(&all, x));
        let x = normalised(tape, all, &[self.embedding], (statistics, SLOPE));
        let [largest, mean] = [Pooling::Max, Pooling::Mean].map(|how| tape.pool_all(&x, how));
        let x = tape.concatenate(&largest, &mean);
        let x = normalised(tape, x, &self.cloud, (statistics, SLOPE));
        perceptron(tape, x, &[self.last])
    }
}
