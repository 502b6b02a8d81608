//! Sums over rows, cut into parts of a fixed size and added in order.

use std::ops::Range;

use rayon::prelude::*;

use crate::Real;

/// Rows that one thread sums at once.
pub(crate) const ROWS: usize = 4096;

/// Sums over a range of rows what `add` adds for each part of it; `n` numbers.
pub(crate) fn sum_rows(
    rows: Range<usize>,
    n: usize,
    add: impl Fn(Range<usize>, &mut [f64]) + Sync,
) -> Vec<f64> {
    let parts: Vec<usize> = rows.clone().step_by(ROWS).collect();
    let part = |first: usize| {
        let mut sum = vec![0.0; n];
        add(first..rows.end.min(first + ROWS), &mut sum);
        sum
    };
    let sums: Vec<Vec<f64>> = parts.into_par_iter().map(part).collect();
    let mut total = vec![0.0; n];
    for sum in sums {
        total.iter_mut().zip(sum).for_each(|(total, sum)| *total += sum);
    }
    total
}

/// The sum of each column.
pub(crate) fn column_sums<T: Real>(values: &[T], width: usize) -> Vec<T> {
    let sums = sum_rows(0..values.len() / width, width, |rows, sums| {
        for row in values[rows.start * width..rows.end * width].chunks_exact(width) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value.to_f64());
        }
    });
    sums.into_iter().map(T::of).collect()
}
