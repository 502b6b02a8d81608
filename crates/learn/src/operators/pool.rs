use std::ops::Range;
use std::sync::Arc;

use crate::rows::Tensor;
use crate::sparse::{Voxel, leaf};
use crate::{Real, SparseGrid, Tape};

/// What stands for several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// The largest number of each channel.
    Max,
    /// The mean of each channel.
    Mean,
}

impl<T: Real> Tape<'_, T> {
    /// One row for each coarser voxel, from the finer ones that there are.
    pub fn pool(&mut self, x: &Tensor<T>, pooling: Pooling) -> Tensor<T> {
        self.pool_rows(x, Arc::new(x.grid.coarsen()), children(&x.grid), pooling)
    }

    /// One row for each volume of the batch, at the voxel 0, 0, 0.
    pub fn pool_all(&mut self, x: &Tensor<T>, pooling: Pooling) -> Tensor<T> {
        let rows = x.grid.batches();
        let numbers = x.grid.voxels().map(|voxel| Voxel { batch: voxel.batch, place: [0; 3] });
        let grid = SparseGrid::from_voxels(numbers).unwrap_or_default();
        self.pool_rows(x, Arc::new(grid), rows, pooling)
    }

    pub(super) fn pool_rows(
        &mut self,
        x: &Tensor<T>,
        grid: Arc<SparseGrid>,
        groups: Vec<Range<usize>>,
        pooling: Pooling,
    ) -> Tensor<T> {
        let x = self.materialise(x);
        let width = x.width();
        let pooled = groups.iter().flat_map(|rows| pool_group(&x, rows.clone(), pooling)).collect();
        let node = self.record(move |gradient, gradients| {
            let mut dx = vec![T::ZERO; x.rows.values().len()];
            for (rows, gradient) in groups.iter().zip(gradient.chunks_exact(width)) {
                for (channel, &gradient) in gradient.iter().enumerate() {
                    spread(&mut dx, &x, rows.clone(), channel, (gradient, pooling));
                }
            }
            gradients.add(x.node, dx);
        });
        Self::tensor(grid, width, pooled, node)
    }
}

/// The rows of each block of 2×2×2 voxels: they follow each other.
fn children(grid: &SparseGrid) -> Vec<Range<usize>> {
    let blocks = grid.masks().iter().flat_map(leaf::block_bytes).filter(|&block| block != 0);
    let mut end = 0;
    let rows = blocks.map(|block| {
        let start = end;
        end += block.count_ones() as usize;
        start..end
    });
    rows.collect()
}

fn pool_group<T: Real>(x: &Tensor<T>, rows: Range<usize>, pooling: Pooling) -> Vec<T> {
    let width = x.width();
    let column =
        |channel: usize| rows.clone().map(move |row| x.rows.values()[row * width + channel]);
    let pooled = (0..width).map(|channel| match pooling {
        Pooling::Max => column(channel).reduce(Real::max).unwrap_or(T::ZERO),
        Pooling::Mean => {
            let sum: f64 = column(channel).map(Real::to_f64).sum();
            T::of(sum / rows.len() as f64)
        }
    });
    pooled.collect()
}

/// Gives a gradient to the first of the largest rows, or to all alike.
fn spread<T: Real>(
    dx: &mut [T],
    x: &Tensor<T>,
    rows: Range<usize>,
    channel: usize,
    (gradient, pooling): (T, Pooling),
) {
    let width = x.width();
    match pooling {
        Pooling::Mean => {
            let share = gradient / T::of(rows.len() as f64);
            rows.for_each(|row| dx[row * width + channel] += share);
        }
        Pooling::Max => {
            let value = |row: usize| x.rows.values()[row * width + channel];
            let largest =
                rows.reduce(|best, row| if value(row) > value(best) { row } else { best });
            if let Some(row) = largest {
                dx[row * width + channel] += gradient;
            }
        }
    }
}
