use std::sync::Arc;

use rayon::prelude::*;

use super::parts;
use crate::rows::{OnLoad, Tensor};
use crate::sparse::{NONE, leaf, leaves_in};
use crate::{Real, SparseGrid, Tape};

impl<T: Real> Tape<'_, T> {
    /// The sum of two tensors, on the voxels of either; where one has none, it counts as zero.
    ///
    /// # Panics
    /// If the widths differ.
    pub fn add(&mut self, a: &Tensor<T>, b: &Tensor<T>) -> Tensor<T> {
        assert_eq!(a.width(), b.width(), "rows to be added are of one width");
        let width = a.width();
        let grid = if a.grid == b.grid { a.grid.clone() } else { Arc::new(a.grid.union(&b.grid)) };
        let mut values = vec![T::ZERO; grid.n_rows() * width];
        add_to(&mut values, &grid, a);
        add_to(&mut values, &grid, b);
        let all = grid.clone();
        let parts = [(a.node, a.grid.clone()), (b.node, b.grid.clone())];
        let node = self.record(move |gradient, gradients| {
            for (node, grid) in parts {
                if node.is_some() {
                    gradients.add(node, restrict(&gradient, width, &all, &grid));
                }
            }
        });
        Self::tensor(grid, width, values, node)
    }

    /// The channels of `a`, then those of `b`, on the same voxels.
    ///
    /// # Panics
    /// If the grids differ.
    pub fn concatenate(&mut self, a: &Tensor<T>, b: &Tensor<T>) -> Tensor<T> {
        assert_eq!(a.grid, b.grid, "rows to be put side by side belong to the same voxels");
        let widths = [a.width(), b.width()];
        let width = widths[0] + widths[1];
        let mut values = vec![T::ZERO; a.grid.n_rows() * width];
        for (row, to) in values.chunks_exact_mut(width).enumerate() {
            let (left, right) = to.split_at_mut(widths[0]);
            a.source().reader(row).read(row, left);
            b.source().reader(row).read(row, right);
        }
        let nodes = [a.node, b.node];
        let node = self.record(move |gradient, gradients| {
            let rows = || gradient.chunks_exact(width);
            gradients.add(nodes[0], rows().flat_map(|row| &row[..widths[0]]).copied().collect());
            gradients.add(nodes[1], rows().flat_map(|row| &row[widths[0]..]).copied().collect());
        });
        Self::tensor(a.grid.clone(), width, values, node)
    }

    /// The rows that are kept, one answer a row.
    pub fn prune(&mut self, x: &Tensor<T>, keep: Vec<bool>) -> Tensor<T> {
        let width = x.width();
        let grid = Arc::new(x.grid.select(&keep));
        let kept = |rows: &[T]| -> Vec<T> {
            let mut values = Vec::with_capacity(grid.n_rows() * width);
            for (row, _) in rows.chunks_exact(width).zip(&keep).filter(|(_, keep)| **keep) {
                values.extend_from_slice(row);
            }
            values
        };
        let rows = kept(x.rows.values());
        let on_load = x.on_load.as_deref().map(|on_load| Arc::new(on_load.kept(&keep)));
        let input = x.node;
        let node = self.record(move |gradient, gradients| {
            let mut rows = gradient.chunks_exact(width);
            let mut dx = vec![T::ZERO; keep.len() * width];
            let places = dx.chunks_exact_mut(width).zip(&keep).filter(|(_, keep)| **keep);
            places.zip(&mut rows).for_each(|((to, _), row)| to.copy_from_slice(row));
            gradients.add(input, dx);
        });
        Tensor { on_load, ..Self::tensor(grid, width, rows, node) }
    }
}

impl<T: Real> OnLoad<T> {
    /// The same for the rows that are kept.
    fn kept(&self, keep: &[bool]) -> Self {
        let mut end = 0;
        let segments = self.segments.iter().map(|segment| {
            let start = end;
            end += keep[segment.clone()].iter().filter(|keep| **keep).count();
            start..end
        });
        Self { segments: segments.collect(), ..self.clone() }
    }
}

/// Adds rows of a part of a grid, as they are read, to rows of all of it.
fn add_to<T: Real>(values: &mut [T], all: &SparseGrid, part: &Tensor<T>) {
    let width = part.width();
    let leaves = leaves_in(all, &part.grid);
    let pieces = parts::cut(values, width, all.offsets());
    pieces.into_par_iter().for_each(|(range, values)| {
        let mut buffer = vec![T::ZERO; width];
        let first = all.offsets()[range.start] as usize;
        for leaf in range.filter(|&leaf| leaves[leaf] != NONE) {
            let there = leaves[leaf] as usize;
            let (mask, own) = (&all.masks()[leaf], &part.grid.masks()[there]);
            let rows = part.grid.offsets()[there] as usize..;
            let reader = part.source().reader(rows.start);
            let base = all.offsets()[leaf] as usize - first;
            for (code, row) in leaf::codes(own).zip(rows) {
                reader.read(row, &mut buffer);
                let to = &mut values[(base + leaf::rank(mask, code) as usize) * width..][..width];
                to.iter_mut().zip(&buffer).for_each(|(to, &value)| *to += value);
            }
        }
    });
}

/// The rows that a part of a grid has of all.
pub(super) fn restrict<T: Real>(
    values: &[T],
    width: usize,
    all: &SparseGrid,
    part: &SparseGrid,
) -> Vec<T> {
    if all == part {
        return values.to_vec();
    }
    let leaves = leaves_in(part, all);
    let mut out = vec![T::ZERO; part.n_rows() * width];
    parts::cut(&mut out, width, part.offsets()).into_par_iter().for_each(|(range, out)| {
        let mut rows = out.chunks_exact_mut(width);
        for leaf in range {
            let there = leaves[leaf] as usize;
            let (own, mask) = (&part.masks()[leaf], &all.masks()[there]);
            let base = all.offsets()[there] as usize;
            for (code, to) in leaf::codes(own).zip(&mut rows) {
                let row = base + leaf::rank(mask, code) as usize;
                to.copy_from_slice(&values[row * width..][..width]);
            }
        }
    });
    out
}
