//! An octree network in the manner of `O-CNN` (Wang, Liu, Guo, Sun and Tong, 2017): answers for a whole shape from
//! the voxels of its surface, whose signal is the mean normal of the surface in each.
//!
//! Where the original has octrees with tables of neighbours, the grid of Morton-ordered leaves gives the same cells at
//! each level: coarsening is the octree's way up. As there, a level has 2^max(2, 9 − level) channels, a convolution
//! of 3³ over the cells that there are, a norm, a rectifier and the largest of the eight cells below; what is left
//! at level 2, 4³ cells, is read as one dense vector by the first layer of the head. There is no dropout.

use std::sync::Arc;

use super::build::Build;
use super::points::perceptron;
use crate::operators::{Convolution, Norm, Pooling, Statistics, Stride};
use crate::sparse::Voxel;
use crate::{Parameters, Real, SparseGrid, Tape, Tensor};

/// The level that the head reads, and its cells along an edge.
const LAST: usize = 2;
const EDGE: usize = 1 << LAST;

/// Channels between the last level and the answers.
const HEAD: usize = 128;

/// The network. Its numbers are in the [`Parameters`] that it was built with.
#[derive(Debug, Clone)]
pub struct Octree {
    /// From the finest.
    levels: Vec<(Convolution, Norm)>,
    whole: (Convolution, Norm),
    head: Convolution,
}

impl Octree {
    /// The network with new parameters, which depend on the seed alone. It reads `n_in` numbers a voxel of cubes of
    /// 2^`depth` voxels along an edge, from depth 3 on, and answers `n_out` a shape.
    pub fn new<T: Real>(
        n_in: usize,
        n_out: usize,
        depth: usize,
        seed: u64,
    ) -> (Self, Parameters<T>) {
        let build = &mut Build::new(seed);
        let (mut levels, mut before) = (Vec::new(), n_in);
        for level in (LAST + 1..=depth).rev() {
            let (name, width) =
                (format!("octree.{level}"), 1 << 9usize.saturating_sub(level).max(2));
            levels.push((build.kernel(&name, [27, before, width], 27), build.norm(&name, width)));
            before = width;
        }
        let n_cells = EDGE * EDGE * EDGE;
        let whole = build.kernel("octree.whole", [n_cells, before, HEAD], n_cells);
        let whole = (whole, build.norm("octree.whole", HEAD));
        let head = build.kernel_and_bias("octree.head", [1, HEAD, n_out], 1);
        (Self { levels, whole, head }, std::mem::take(&mut build.parameters))
    }

    /// The answers for each shape of a batch, as logits. Voxels outside of the cube are not seen.
    pub fn run<T: Real>(
        &self,
        tape: &mut Tape<'_, T>,
        x: &Tensor<T>,
        statistics: Statistics,
    ) -> Tensor<T> {
        let mut x = x.clone();
        for &(kernel, norm) in &self.levels {
            let raw = tape.convolve(&x, kernel);
            let fine = tape.normalise(&raw, norm, statistics, 0.0);
            x = tape.pool(&fine, Pooling::Max);
        }
        let cells = x.grid().voxels().map(|voxel| Voxel { place: [0; 3], ..voxel });
        let shapes = Arc::new(SparseGrid::from_voxels(cells).unwrap_or_default());
        let cube = Stride { edge: EDGE as u32, stride: EDGE as u32, pad: 0 };
        let raw = tape.strided(&x, cube, shapes, self.whole.0);
        let whole = tape.normalise(&raw, self.whole.1, statistics, 0.0);
        perceptron(tape, whole, &[self.head])
    }
}
