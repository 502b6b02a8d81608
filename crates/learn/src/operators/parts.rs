//! Shares of work that do not depend on the number of threads, so that results do not either.

use std::ops::Range;

/// Units of work that one thread does in a row.
const UNITS: usize = 8;

/// Parts into which sums over all units are cut.
const SUMS: usize = 16;

/// Bytes that the parts of a sum may take together.
const SUM_BYTES: usize = 64 << 20;

/// Cuts rows into pieces of a few units each. `units` are the first rows of the units.
pub(crate) fn cut<'a, T>(
    mut rows: &'a mut [T],
    width: usize,
    units: &[u32],
) -> Vec<(Range<usize>, &'a mut [T])> {
    let n_units = units.len() - 1;
    let mut pieces = Vec::with_capacity(n_units.div_ceil(UNITS));
    for first in (0..n_units).step_by(UNITS) {
        let end = n_units.min(first + UNITS);
        let n_rows = (units[end] - units[first]) as usize;
        let (piece, rest) = rows.split_at_mut(n_rows * width);
        pieces.push((first..end, piece));
        rows = rest;
    }
    pieces
}

/// Ranges of units whose sums are made apart and added in order; each sum takes so many bytes.
pub(crate) fn sums(n_units: usize, bytes: usize) -> Vec<Range<usize>> {
    let parts = (SUM_BYTES / bytes.max(1)).clamp(2, SUMS).min(n_units.div_ceil(4)).max(1);
    let size = n_units.div_ceil(parts).max(1);
    (0..n_units).step_by(size).map(|first| first..n_units.min(first + size)).collect()
}
