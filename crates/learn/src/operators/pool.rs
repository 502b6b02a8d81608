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
        let mut pooled = vec![T::ZERO; groups.len() * width];
        for (rows, to) in groups.iter().zip(pooled.chunks_exact_mut(width)) {
            pool_group(&x, rows.clone(), pooling, to);
        }
        let node = self.record(move |gradient, gradients| {
            let mut dx = vec![T::ZERO; x.rows.values().len()];
            for (rows, gradient) in groups.iter().zip(gradient.chunks_exact(width)) {
                spread(&mut dx, &x, rows.clone(), (gradient, pooling));
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

fn pool_group<T: Real>(x: &Tensor<T>, rows: Range<usize>, pooling: Pooling, to: &mut [T]) {
    let width = x.width();
    let mut all = x.rows.values()[rows.start * width..rows.end * width].chunks_exact(width);
    match pooling {
        Pooling::Max => {
            all.next().into_iter().for_each(|first| to.copy_from_slice(first));
            all.for_each(|row| to.iter_mut().zip(row).for_each(|(to, &value)| *to = to.max(value)));
        }
        Pooling::Mean => {
            let mut sums = vec![0.0; width];
            all.for_each(|row| {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value.to_f64());
            });
            to.iter_mut().zip(sums).for_each(|(to, sum)| *to = T::of(sum / rows.len() as f64));
        }
    }
}

/// Gives a gradient to the first of the largest rows of each channel, or to all alike.
fn spread<T: Real>(
    dx: &mut [T],
    x: &Tensor<T>,
    rows: Range<usize>,
    (gradient, pooling): (&[T], Pooling),
) {
    let width = x.width();
    match pooling {
        Pooling::Mean => {
            let n = T::of(rows.len() as f64);
            for to in dx[rows.start * width..rows.end * width].chunks_exact_mut(width) {
                to.iter_mut().zip(gradient).for_each(|(to, &gradient)| *to += gradient / n);
            }
        }
        Pooling::Max => {
            let row = |row: usize| &x.rows.values()[row * width..][..width];
            let mut largest = row(rows.start).to_vec();
            let mut winners = vec![rows.start; width];
            for number in rows.skip(1) {
                let best = largest.iter_mut().zip(&mut winners);
                for ((largest, winner), &value) in best.zip(row(number)) {
                    let is_larger = value > *largest;
                    *largest = if is_larger { value } else { *largest };
                    *winner = if is_larger { number } else { *winner };
                }
            }
            for (channel, (&winner, &gradient)) in winners.iter().zip(gradient).enumerate() {
                dx[winner * width + channel] += gradient;
            }
        }
    }
}
