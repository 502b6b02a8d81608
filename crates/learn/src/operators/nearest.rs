//! Rows as points of a space of as many dimensions as they have numbers: which lie nearest to which, and which
//! are spread farthest. Neither has a gradient: both choose, and choices jump.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use crate::rows::Tensor;
use crate::{Real, SparseGrid};

/// For each row of one tensor, the centres, a fixed number of rows of another one that lie nearest to it.
#[derive(Debug, Clone)]
pub struct Nearest {
    pub(super) k: usize,
    /// For each pair of a centre and one of its nearest, pairs of a centre together, the row of the latter.
    pub(super) rows: Arc<[u32]>,
    /// A voxel for each pair.
    pub(super) pairs: Arc<SparseGrid>,
    /// Those of the centres.
    pub(super) centres: Arc<SparseGrid>,
    /// How many rows there are to be chosen from.
    pub(super) n_among: usize,
}

impl Nearest {
    /// The `k` rows of `among` nearest to each row of `centres` within its volume of the batch: the nearest
    /// first, of rows at one distance the first of them first. A centre that is among them is its own nearest.
    /// Where a volume has fewer than `k` rows, the last of them is repeated.
    ///
    /// All distances are computed: O(centres × rows × width) in each volume, on all threads.
    /// `None` if `k` is 0, or widths or volumes of the two differ, or there are too many pairs.
    pub fn of<T: Real>(centres: &Tensor<T>, among: &Tensor<T>, k: usize) -> Option<Self> {
        let width = among.width();
        let [of_centres, of_among] = [centres, among].map(|x| x.grid.batches());
        if k == 0 || centres.width() != width || of_centres.len() != of_among.len() {
            return None;
        }
        let (from, to) = (centres.features(), among.features());
        let mut rows = vec![0u32; from.n_rows() * k];
        for (own, others) in of_centres.iter().zip(&of_among) {
            let centres = &from.values()[own.start * width..own.end * width];
            let columns = columns(&to.values()[others.start * width..others.end * width], width);
            let found = &mut rows[own.start * k..own.end * k];
            search(centres, &columns, others.clone(), (k, found));
        }
        let n_pairs = of_centres.iter().map(|rows| SparseGrid::first(k * rows.len()));
        let pairs = SparseGrid::batch(&n_pairs.collect::<Option<Vec<_>>>()?)?;
        let centres = centres.grid.clone();
        Some(Self { k, rows: rows.into(), pairs: Arc::new(pairs), centres, n_among: to.n_rows() })
    }

    /// Every `step`-th of them, from the nearest on: as many rows reach further (dilation; Li et al., 2018).
    /// `None` if none is left or there are too many.
    pub fn every(&self, step: usize) -> Option<Self> {
        let k = self.k.checked_div(step).filter(|&k| k > 0)?;
        let rows: Vec<u32> = self
            .rows
            .chunks_exact(self.k)
            .flat_map(|rows| rows.iter().step_by(step).take(k))
            .copied()
            .collect();
        let n_pairs =
            self.centres.batches().into_iter().map(|rows| SparseGrid::first(k * rows.len()));
        let pairs = SparseGrid::batch(&n_pairs.collect::<Option<Vec<_>>>()?)?;
        Some(Self { k, rows: rows.into(), pairs: Arc::new(pairs), ..self.clone() })
    }

    /// How many each centre has.
    pub fn k(&self) -> usize {
        self.k
    }

    /// The rows, those of a centre together.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The rows of each centre's pairs.
    pub(super) fn groups(&self) -> Vec<Range<usize>> {
        (0..self.rows.len()).step_by(self.k).map(|first| first..first + self.k).collect()
    }
}

/// Rows as columns, so that distances to many rows are computed side by side.
fn columns<T: Real>(rows: &[T], width: usize) -> Vec<T> {
    (0..width).flat_map(|channel| rows.iter().skip(channel).step_by(width)).copied().collect()
}

/// Fills in the nearest of each centre.
fn search<T: Real>(
    centres: &[T],
    columns: &[T],
    among: Range<usize>,
    (k, found): (usize, &mut [u32]),
) {
    let n = among.len();
    let width = columns.len() / n.max(1);
    let room = || (vec![T::ZERO; n], Vec::with_capacity(n));
    let centres = centres.par_chunks_exact(width.max(1));
    found.par_chunks_exact_mut(k).zip(centres).for_each_init(room, |(far, order), (to, centre)| {
        squares(centre, columns, far);
        order.clear();
        order.extend(0..n as u32);
        let by_distance = |a: &u32, b: &u32| {
            let [left, right] = [a, b].map(|&row| far[row as usize].to_f64());
            left.total_cmp(&right).then(a.cmp(b))
        };
        if k < n {
            order.select_nth_unstable_by(k, by_distance);
            order.truncate(k);
        }
        order.sort_unstable_by(by_distance);
        for (rank, to) in to.iter_mut().enumerate() {
            *to = among.start as u32 + order[rank.min(order.len() - 1)];
        }
    });
}

/// The squared distances of a centre to all rows.
fn squares<T: Real>(centre: &[T], columns: &[T], far: &mut [T]) {
    far.fill(T::ZERO);
    for (&at, column) in centre.iter().zip(columns.chunks_exact(far.len())) {
        for (far, &other) in far.iter_mut().zip(column) {
            let off = other - at;
            *far += off * off;
        }
    }
}

/// Of each volume of the batch one in `one_in` rows, rounded up, spread as far as may be: first the one farthest
/// from the middle, then always the one that is farthest from all before it, the first of several (farthest
/// point sampling; Eldar et al., 1997). An answer for each row, as [`crate::Tape::prune`] takes them.
pub fn farthest<T: Real>(x: &Tensor<T>, one_in: usize) -> Vec<bool> {
    let (rows, width) = (x.features(), x.width());
    let volumes = x.grid.batches();
    let kept = volumes.into_par_iter().map(|volume| {
        let n = volume.len().div_ceil(one_in.max(1));
        let columns = columns(&rows.values()[volume.start * width..volume.end * width], width);
        spread(&columns, volume.len(), n)
    });
    kept.collect::<Vec<_>>().concat()
}

fn spread<T: Real>(columns: &[T], n_rows: usize, n: usize) -> Vec<bool> {
    let middle = columns.chunks_exact(n_rows).map(|column| {
        T::of(column.iter().map(|value| value.to_f64()).sum::<f64>() / n_rows as f64)
    });
    let middle: Vec<T> = middle.collect();
    let (mut keep, mut nearest) = (vec![false; n_rows], vec![T::ZERO; n_rows]);
    squares(&middle, columns, &mut nearest);
    let mut far = vec![T::ZERO; n_rows];
    for number in 0..n {
        // Of equal ones the first; rows that are kept are no candidates, even where all lie in one place.
        let candidates = (0..n_rows).filter(|&row| !keep[row]);
        let better =
            |best: usize, row: usize| if nearest[row] > nearest[best] { row } else { best };
        let Some(row) = candidates.reduce(better) else { break };
        keep[row] = true;
        let place: Vec<T> = columns.iter().skip(row).step_by(n_rows).copied().collect();
        squares(&place, columns, &mut far);
        for (nearest, &far) in nearest.iter_mut().zip(&far) {
            *nearest = if number == 0 || far < *nearest { far } else { *nearest };
        }
    }
    keep
}
