//! The voxels of one plane, row by row: between every second pair of crossings of an outline.

use super::ContourError;
use super::frame::Frame;

/// How many crossings of rows are still allowed: time and memory follow them.
pub(super) struct Rows {
    pub(super) most: usize,
    pub(super) n_left: usize,
}

/// The voxels whose centres an odd number of these outlines surround: row, first column, and the column
/// after the last.
///
/// A centre on an outline belongs to the side where columns and rows rise, so that outlines that touch
/// share no voxel.
pub(super) fn spans<'a>(
    outlines: impl Iterator<Item = &'a Vec<[f64; 3]>>,
    frame: &Frame,
    rows: &mut Rows,
) -> Result<Vec<[usize; 3]>, ContourError> {
    // A row and a column in one number, each at most MAX_DIM: to sort them sorts both.
    let mut crossings: Vec<u32> = Vec::new();
    for outline in outlines {
        let points = outline.iter().map(|&point| frame.place(point));
        let mut last = outline.last().map_or([0.0; 2], |&point| frame.place(point));
        for point in points {
            cross(last, point, frame, rows, &mut crossings)?;
            last = point;
        }
    }
    crossings.sort_unstable();
    let spans = crossings.chunks_exact(2).map(|pair| {
        let column = |crossing: u32| (crossing & 0xffff) as usize;
        [(pair[0] >> 16) as usize, column(pair[0]), column(pair[1])]
    });
    Ok(spans.filter(|[_, begin, end]| begin < end).collect())
}

/// Where an edge crosses the centres of rows: the first column to its right.
fn cross(
    from: [f64; 2],
    to: [f64; 2],
    frame: &Frame,
    rows: &mut Rows,
    crossings: &mut Vec<u32>,
) -> Result<(), ContourError> {
    // The same edge of two outlines crosses at the same places, whichever way it runs.
    let (low, high) = if from[1] <= to[1] { (from, to) } else { (to, from) };
    let [n_columns, n_rows, _] = frame.grid.dims();
    let row = |place: f64| (place.ceil().max(0.0) as usize).min(n_rows);
    let (begin, end) = (row(low[1]), row(high[1]));
    rows.n_left = rows.n_left.checked_sub(end - begin).ok_or(ContourError::TooLong(rows.most))?;
    let slope = (high[0] - low[0]) / (high[1] - low[1]);
    for row in begin..end {
        let place = low[0] + slope * (row as f64 - low[1]);
        let column = (place.ceil().max(0.0) as usize).min(n_columns);
        crossings.push((row as u32) << 16 | column as u32);
    }
    Ok(())
}
