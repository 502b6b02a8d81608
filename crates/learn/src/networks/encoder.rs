//! The encoder of the sparse completion network with a global pool: answers for a whole shape (as in Li et
//! al., Sci. Rep. 13:20229, 2023, seven resolutions; the head is ours).

use super::build::Build;
use super::completion::Widths;
use super::points::perceptron;
use crate::operators::{Convolution, Norm, Pooling, Statistics};
use crate::{Parameters, Real, Tape, Tensor};

/// Channels between the pool and the answers.
const HEAD: usize = 128;

/// The network. Its numbers are in the [`Parameters`] that it was built with.
#[derive(Debug, Clone)]
pub struct Encoder {
    first: (Convolution, Norm),
    /// To the next coarser resolution, and a layer there.
    levels: Vec<[(Convolution, Norm); 2]>,
    head: Vec<Convolution>,
}

impl Encoder {
    /// The network with new parameters, which depend on the seed alone. It reads `n_in` numbers a voxel and
    /// answers `n_out` a shape.
    pub fn new<T: Real>(
        n_in: usize,
        n_out: usize,
        widths: Widths,
        seed: u64,
    ) -> (Self, Parameters<T>) {
        let (build, widths) = (&mut Build::new(seed), widths.0);
        let mut layer = |name: &str, shape: [usize; 3]| {
            let kernel = build.kernel(name, shape, shape[0]);
            (kernel, build.norm(name, shape[2]))
        };
        let first = layer("enc_block_s1.0", [27, n_in, widths[0]]);
        let pairs = widths.windows(2).enumerate();
        let levels = pairs.map(|(level, pair)| {
            let name = format!("enc_block_s{}s{}", 1 << level, 2 << level);
            [
                layer(&format!("{name}.0"), [8, pair[0], pair[1]]),
                layer(&format!("{name}.3"), [27, pair[1], pair[1]]),
            ]
        });
        let levels = levels.collect();
        let pooled = 2 * widths[widths.len() - 1];
        let head = [[pooled, HEAD], [HEAD, n_out]]
            .into_iter()
            .enumerate()
            .map(|(n, [i, o])| build.kernel_and_bias(&format!("shape.{n}"), [1, i, o], 1));
        let head = head.collect();
        (Self { first, levels, head }, std::mem::take(&mut build.parameters))
    }

    /// The answers for each shape of a batch, as logits.
    pub fn run<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        x: &Tensor<T>,
        statistics: Statistics,
    ) -> Tensor<T> {
        let raw = tape.convolve(x, self.first.0);
        let mut x = tape.normalise(&raw, self.first.1, statistics, 0.0);
        for [down, same] in &self.levels {
            let raw = tape.down(&x, down.0);
            let coarse = tape.normalise(&raw, down.1, statistics, 0.0);
            let raw = tape.convolve(&coarse, same.0);
            x = tape.normalise(&raw, same.1, statistics, 0.0);
        }
        let [mean, largest] = [Pooling::Mean, Pooling::Max].map(|how| tape.pool_all(&x, how));
        let whole = tape.concatenate(&mean, &largest);
        perceptron(tape, whole, &self.head)
    }
}
