//! Rows of pairs of a centre and one of its [`Nearest`]: made, mixed, and brought back to one row a centre.

use super::nearest::Nearest;
use super::pool::Pooling;
use crate::rows::Tensor;
use crate::{Real, Tape};

impl<T: Real> Tape<'_, T> {
    /// The row of each pair's neighbour.
    ///
    /// # Panics
    /// If `x` has not the rows that were chosen from.
    pub fn gather(&mut self, x: &Tensor<T>, nearest: &Nearest) -> Tensor<T> {
        assert_eq!(x.grid.n_rows(), nearest.n_among, "neighbours of other rows");
        let x = self.materialise(x);
        let width = x.width();
        let values = nearest.rows.iter().flat_map(|&row| row_of(x.rows.values(), width, row));
        let values = values.copied().collect();
        let (rows, input, n) = (nearest.rows.clone(), x.node, x.rows.values().len());
        let node = self.record(move |gradient, gradients| {
            let mut dx = vec![T::ZERO; n];
            for (gradient, &row) in gradient.chunks_exact(width).zip(&*rows) {
                let to = &mut dx[row as usize * width..][..width];
                to.iter_mut().zip(gradient).for_each(|(to, &gradient)| *to += gradient);
            }
            gradients.add(input, dx);
        });
        Self::tensor(nearest.pairs.clone(), width, values, node)
    }

    /// For each pair what the centre has of `own`, plus what its neighbour has more of `other` than it.
    ///
    /// A layer over rows and differences to neighbours is linear, so it is applied to each row once, not to each
    /// pair: `own` and `other` are what its two halves give. Centres are the rows that are chosen from.
    ///
    /// # Panics
    /// If widths differ, or the rows are not those of centres and neighbours.
    pub fn edges(&mut self, own: &Tensor<T>, other: &Tensor<T>, nearest: &Nearest) -> Tensor<T> {
        assert_eq!(own.width(), other.width(), "rows to be added are of one width");
        let n_rows = [own.grid.n_rows(), other.grid.n_rows(), nearest.centres.n_rows()];
        assert_eq!(n_rows, [nearest.n_among; 3], "neighbours of other rows");
        let (own, other) = (self.materialise(own), self.materialise(other));
        let (width, k) = (own.width(), nearest.k);
        let mut values = vec![T::ZERO; nearest.rows.len() * width];
        let [a, b] = [&own, &other].map(|x| x.rows.values());
        for (pair, to) in values.chunks_exact_mut(width).enumerate() {
            let centre = (pair / k) as u32;
            let (here, there) = (row_of(b, width, centre), row_of(b, width, nearest.rows[pair]));
            for (channel, &own) in row_of(a, width, centre).iter().enumerate() {
                to[channel] = own + (there[channel] - here[channel]);
            }
        }
        let rows = nearest.rows.clone();
        let (nodes, n) = ([own.node, other.node], own.rows.values().len());
        let node = self.record(move |gradient, gradients| {
            let mut sums = vec![T::ZERO; n];
            for (sum, pairs) in sums.chunks_exact_mut(width).zip(gradient.chunks_exact(k * width)) {
                for pair in pairs.chunks_exact(width) {
                    sum.iter_mut().zip(pair).for_each(|(sum, &gradient)| *sum += gradient);
                }
            }
            let mut of_other: Vec<T> = sums.iter().map(|&sum| -sum).collect();
            for (gradient, &row) in gradient.chunks_exact(width).zip(&*rows) {
                let to = &mut of_other[row as usize * width..][..width];
                to.iter_mut().zip(gradient).for_each(|(to, &gradient)| *to += gradient);
            }
            gradients.add(nodes[0], sums);
            gradients.add(nodes[1], of_other);
        });
        Self::tensor(nearest.pairs.clone(), width, values, node)
    }

    /// One row for each centre, from those of its pairs.
    ///
    /// # Panics
    /// If `x` has not a row for each pair.
    pub fn pool_pairs(&mut self, x: &Tensor<T>, nearest: &Nearest, pooling: Pooling) -> Tensor<T> {
        assert_eq!(x.grid.n_rows(), nearest.rows.len(), "rows of other pairs");
        self.pool_rows(x, nearest.centres.clone(), nearest.groups(), pooling)
    }

    /// The rows of a centre's pairs side by side, nearest first, as one row.
    ///
    /// # Panics
    /// If `x` has not a row for each pair.
    pub fn join_pairs(&mut self, x: &Tensor<T>, nearest: &Nearest) -> Tensor<T> {
        assert_eq!(x.grid.n_rows(), nearest.rows.len(), "rows of other pairs");
        let (width, input) = (x.width() * nearest.k, x.node);
        let values = x.clone().into_features();
        // The numbers lie in the same order; only where a row ends is another place.
        let node = self.record(move |gradient, gradients| gradients.add(input, gradient));
        Self::tensor(nearest.centres.clone(), width, values, node)
    }

    /// The rows of each centre's pairs, mixed by a matrix of its own: pair `i` gets the sum over the pairs `j` of
    /// number `i k + j` of the centre's row of `matrices` times row `j` (X-transformation; Li et al., 2018).
    ///
    /// # Panics
    /// If `x` has not a row for each pair, or `matrices` not a row of k² numbers for each centre.
    pub fn mix_pairs(
        &mut self,
        x: &Tensor<T>,
        matrices: &Tensor<T>,
        nearest: &Nearest,
    ) -> Tensor<T> {
        let (k, width) = (nearest.k, x.width());
        assert_eq!(x.grid.n_rows(), nearest.rows.len(), "rows of other pairs");
        let n_matrices = [matrices.grid.n_rows() * k, matrices.width()];
        assert_eq!(n_matrices, [nearest.rows.len(), k * k], "a matrix of k × k for each centre");
        let (x, matrices) = (self.materialise(x), self.materialise(matrices));
        let mut values = vec![T::ZERO; x.rows.values().len()];
        let of_centres = x.rows.values().chunks_exact(k * width);
        let by = matrices.rows.values().chunks_exact(k * k);
        for ((to, rows), matrix) in values.chunks_exact_mut(k * width).zip(of_centres).zip(by) {
            add_product(to, matrix, rows, width);
        }
        let node = self.record(move |gradient, gradients| {
            let mut dx = vec![T::ZERO; gradient.len()];
            let mut dm = vec![T::ZERO; matrices.rows.values().len()];
            let parts =
                gradient.chunks_exact(k * width).zip(x.rows.values().chunks_exact(k * width));
            let both = dx.chunks_exact_mut(k * width).zip(dm.chunks_exact_mut(k * k));
            let by = matrices.rows.values().chunks_exact(k * k);
            for (((gradient, rows), (dx, dm)), matrix) in parts.zip(both).zip(by) {
                add_product(dx, &transposed(matrix, k), gradient, width);
                for (at, to) in dm.iter_mut().enumerate() {
                    let [left, right] = [(gradient, at / k), (rows, at % k)]
                        .map(|(of, row)| &of[row * width..][..width]);
                    *to = left.iter().zip(right).fold(T::ZERO, |sum, (&a, &b)| sum + a * b);
                }
            }
            gradients.add(x.node, dx);
            gradients.add(matrices.node, dm);
        });
        Self::tensor(nearest.pairs.clone(), width, values, node)
    }
}

fn row_of<T>(values: &[T], width: usize, row: u32) -> &[T] {
    &values[row as usize * width..][..width]
}

/// Adds a square matrix times rows.
fn add_product<T: Real>(to: &mut [T], matrix: &[T], rows: &[T], width: usize) {
    let k = rows.len() / width;
    for (to, factors) in to.chunks_exact_mut(width).zip(matrix.chunks_exact(k)) {
        for (&factor, row) in factors.iter().zip(rows.chunks_exact(width)) {
            to.iter_mut().zip(row).for_each(|(to, &value)| *to += factor * value);
        }
    }
}

fn transposed<T: Real>(matrix: &[T], k: usize) -> Vec<T> {
    (0..k * k).map(|at| matrix[at % k * k + at / k]).collect()
}
