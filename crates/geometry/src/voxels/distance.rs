//! How far each voxel is from the nearest voxel of another kind: exact Euclidean distance transforms.
//!
//! Distances are between voxel centres, in millimetres along the axes of the grid, so two
//! neighbours on both sides of a border are one spacing away from each other's label.
//!
//! One axis after the other (Saito and Toriwaki, 1994): after x each voxel knows the nearest other
//! label in its row, after y in its layer, after z anywhere. Along x that is a walk through the runs;
//! along y and z each voxel takes the minimum of the parabolas over its column. For many columns at
//! a time, and no farther than a bound that a sweep has found before, that is faster than the lower
//! envelope of parabolas (Felzenszwalb and Huttenlocher, 2012), which takes over where distances are
//! long, so that the time stays linear in the number of voxels.
//!
//! All labels at once: a parabola that reaches over into another label is never the least, for the
//! border between is nearer. So columns need not be cut at borders; the borders join in as distances.

mod column;

use medshape_types::{Grid, LabelIndex, LabelMap, LabelVoxels, Volume};
use rayon::prelude::*;

use super::mask::MaskView;
use super::runs::run_length;
use column::{LANES, Tile};

/// Whether the world beyond the image counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageBorder {
    /// There is nothing beyond: only voxels of the image are other labels.
    Open,
    /// Around the image lies a layer of voxels of another label.
    Closed,
}

/// The distance in mm from the centre of each voxel to the nearest centre of a voxel of another
/// label; 0 for the background. Infinite where there is no other label.
///
/// This is what the Python package `edt` calculates; its `black_border` is [`ImageBorder::Closed`].
/// Takes 4 bytes a voxel for the result, and beside that some 100 kB a thread.
///
/// ```
/// use medshape_geometry::voxels::distance::{ImageBorder, to_other_labels};
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let grid = Grid::new([5, 1, 1], Affine::from_spacing([2.0, 1.0, 1.0], [0.0; 3]).unwrap()).unwrap();
/// let map = LabelMap::new(grid, vec![0, 1, 1, 1, 2], vec![0, 1, 2]).unwrap();
/// let distances_mm = to_other_labels(&map, ImageBorder::Open);
/// assert_eq!(distances_mm.voxels(), [0.0, 2.0, 4.0, 2.0, 2.0]);
/// ```
pub fn to_other_labels(map: &LabelMap, border: ImageBorder) -> Volume<f32> {
    let transform = Transform::on(map.grid(), border);
    let distances_mm = match map.voxels() {
        LabelVoxels::Narrow(voxels) => transform.distances_mm(voxels, |label| label),
        LabelVoxels::Wide(voxels) => transform.distances_mm(voxels, |label| label),
    };
    volume(map.grid(), distances_mm)
}

/// The distance in mm from the centre of each voxel to the nearest centre of a voxel inside the mask;
/// 0 inside. Infinite everywhere if nothing is inside.
///
/// SciPy's `distance_transform_edt(~mask, sampling=spacing_mm)`.
pub fn to_mask(mask: MaskView<'_>) -> Volume<f32> {
    let transform = Transform::on(mask.grid(), ImageBorder::Open);
    let inside = mask.label();
    let is_outside = |label: u16| u16::from(label != inside);
    let distances_mm = match mask.map().voxels() {
        LabelVoxels::Narrow(voxels) => transform.distances_mm(voxels, is_outside),
        LabelVoxels::Wide(voxels) => transform.distances_mm(voxels, is_outside),
    };
    volume(mask.grid(), distances_mm)
}

/// The signed distance of a mask in mm: negative inside.
///
/// Inside it is minus the distance to the nearest centre outside, outside the distance to the nearest
/// centre inside: never 0, and of two neighbours across a border one has plus and the other minus a
/// spacing or less. Linear interpolation between the centres is 0 on the faces of the voxels.
pub fn signed(mask: MaskView<'_>) -> Volume<f32> {
    let distances_mm = match mask.map().voxels() {
        LabelVoxels::Narrow(voxels) => signed_mm(voxels, mask),
        LabelVoxels::Wide(voxels) => signed_mm(voxels, mask),
    };
    volume(mask.grid(), distances_mm)
}

fn signed_mm<I: LabelIndex>(voxels: &[I], mask: MaskView<'_>) -> Vec<f32> {
    let transform = Transform::on(mask.grid(), ImageBorder::Open);
    let inside = mask.label();
    let mut distances_mm = transform.distances_mm(voxels, |label| 1 + u16::from(label == inside));
    distances_mm.par_chunks_mut(1 << 16).zip(voxels.par_chunks(1 << 16)).for_each(
        |(distances_mm, voxels)| {
            for (distance_mm, voxel) in distances_mm.iter_mut().zip(voxels) {
                let is_inside = voxel.index() == inside;
                *distance_mm = if is_inside { -*distance_mm } else { *distance_mm };
            }
        },
    );
    distances_mm
}

fn volume(grid: &Grid, distances_mm: Vec<f32>) -> Volume<f32> {
    Volume::new(*grid, distances_mm).expect("the transform gives each voxel a distance")
}

/// The grid that distances are wanted on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transform {
    pub(crate) dims: [usize; 3],
    pub(crate) spacing_mm: [f32; 3],
    pub(crate) border: ImageBorder,
}

impl Transform {
    pub(crate) fn on(grid: &Grid, border: ImageBorder) -> Self {
        let spacing_mm = grid.spacing_mm().map(|spacing_mm| spacing_mm as f32);
        Self { dims: grid.dims(), spacing_mm, border }
    }

    /// Distances to the nearest voxel for which `label_of` says something else; 0 where it says 0.
    ///
    /// Labels lie below 2^24, as they are compared as floats.
    pub(crate) fn distances_mm<I: LabelIndex>(
        &self,
        voxels: &[I],
        label_of: impl Fn(u16) -> u16 + Sync,
    ) -> Vec<f32> {
        let [nx, ny, _] = self.dims;
        // Zeroed pages that are never written need no memory bandwidth: background stays untouched.
        let mut squares = vec![0.0; voxels.len()];
        squares.par_chunks_exact_mut(nx * ny).zip(voxels.par_chunks_exact(nx * ny)).for_each(
            |(squares, voxels)| {
                for (squares, voxels) in squares.chunks_exact_mut(nx).zip(voxels.chunks_exact(nx)) {
                    self.along_x(squares, voxels, &label_of);
                }
                let mut rows: Vec<&mut [f32]> = squares.chunks_exact_mut(nx).collect();
                self.along(1, &mut rows, |y| &voxels[y * nx..(y + 1) * nx], &label_of);
            },
        );
        self.across_layers(&mut squares, |rows, y| {
            let row_of = |z: usize| &voxels[(z * ny + y) * nx..(z * ny + y + 1) * nx];
            self.along(2, rows, row_of, &label_of);
        });
        squares
    }

    /// Hands out the rows of each y, from the lowest layer to the highest.
    fn across_layers(&self, squares: &mut [f32], work: impl Fn(&mut [&mut [f32]], usize) + Sync) {
        let [nx, ny, nz] = self.dims;
        let mut columns: Vec<Vec<&mut [f32]>> = (0..ny).map(|_| Vec::with_capacity(nz)).collect();
        for layer in squares.chunks_exact_mut(nx * ny) {
            for (column, row) in columns.iter_mut().zip(layer.chunks_exact_mut(nx)) {
                column.push(row);
            }
        }
        columns.par_iter_mut().enumerate().for_each(|(y, rows)| work(rows, y));
    }

    /// Squared distances along a row.
    fn along_x<I: LabelIndex>(
        &self,
        squares: &mut [f32],
        voxels: &[I],
        label_of: &impl Fn(u16) -> u16,
    ) {
        let (n, w) = (voxels.len(), self.spacing_mm[0]);
        let mut start = 0;
        while start < n {
            let label = label_of(voxels[start].index());
            let mut end = start;
            // Several labels may count as one here.
            while end < n && label_of(voxels[end].index()) == label {
                end += run_length(&voxels[end..]);
            }
            if label != 0 {
                let is_closed = self.border == ImageBorder::Closed;
                let left = start > 0 || is_closed;
                let right = end < n || is_closed;
                fill_run(&mut squares[start..end], [left, right], w);
            }
            start = end;
        }
    }

    /// Squared distances along y or z, from those within the rows; after z distances instead.
    fn along<'a, I: LabelIndex>(
        &self,
        axis: usize,
        rows: &mut [&mut [f32]],
        labels: impl Fn(usize) -> &'a [I],
        label_of: &impl Fn(u16) -> u16,
    ) {
        let is_last = axis == 2;
        let mut tile = Tile::new(rows.len(), self.spacing_mm[axis], self.border);
        for first in (0..self.dims[0]).step_by(LANES) {
            let lanes = first..(first + LANES).min(self.dims[0]);
            let Some(active) = tile.load(rows, lanes.clone()) else { continue };
            for (row, _) in rows.iter().enumerate().take(active.end).skip(active.start) {
                tile.load_labels(row, &labels(row)[lanes.clone()], label_of);
            }
            tile.transform(active.clone());
            for row in active {
                tile.store(row, &mut rows[row][lanes.clone()], is_last);
            }
        }
    }
}

/// Squared distances to the ends of a run that are borders.
fn fill_run(squares: &mut [f32], [left, right]: [bool; 2], w: f32) {
    let n = squares.len();
    let square = |steps: usize| (steps as f32 * w) * (steps as f32 * w);
    match [left, right] {
        [false, false] => squares.fill(f32::INFINITY),
        [true, false] => (1..).zip(squares).for_each(|(steps, s)| *s = square(steps)),
        [false, true] => {
            (1..).zip(squares.iter_mut().rev()).for_each(|(steps, s)| *s = square(steps))
        }
        [true, true] => {
            let (low, high) = squares.split_at_mut(n.div_ceil(2));
            (1..).zip(low).for_each(|(steps, s)| *s = square(steps));
            (1..).zip(high.iter_mut().rev()).for_each(|(steps, s)| *s = square(steps));
        }
    }
}

#[cfg(test)]
mod tests;
