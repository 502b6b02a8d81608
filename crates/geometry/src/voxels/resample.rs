//! Label maps on other grids, without the staircase.
//!
//! Each label's occupancy is interpolated on its own, and the label with most of it takes the voxel: all
//! labels in one pass, since only those within reach of a voxel can have any of it. Where all voxels
//! within reach have one label, which is nearly everywhere, nothing is calculated.
//!
//! Going to a coarser grid the kernels grow with its voxels, so that no voxel of the finer one is passed
//! over.

mod kernel;

use medshape_types::{Affine, Grid, GridError, LabelIndex, LabelMap, LabelVoxels};
use rayon::prelude::*;

use kernel::{Taps, axis_taps};

/// How occupancies are interpolated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    /// The label of the nearest voxel; of two, of the one with the lower index. Keeps the staircase.
    Nearest,
    /// Linear where the new grid is finer: rounds the steps of voxels by half a voxel. SimpleITK's
    /// linear interpolation of each label, and the largest of them. Where the new grid is coarser, each
    /// old voxel counts by the volume that it shares with the new one.
    Linear,
    /// By cubic B-splines: the smoothest; structures of one or two voxels lose some of their volume.
    Smooth,
}

/// The map at another spacing, covering the same box of the world.
///
/// The outer corner of the first voxel stays where it is, so voxel centres move. There are as many
/// voxels as fit when rounded to the nearest whole number, at least one.
///
/// # Errors
/// The spacing is out of range, or there would be too many voxels.
///
/// ```
/// use medshape_geometry::voxels::resample::{Interpolation, with_spacing};
/// use medshape_types::{Affine, Grid, LabelMap};
///
/// let grid = Grid::new([2, 1, 1], Affine::IDENTITY).unwrap();
/// let map = LabelMap::new(grid, vec![0, 1], vec![0, 1]).unwrap();
/// let fine = with_spacing(&map, [0.5, 1.0, 1.0], Interpolation::Linear).unwrap();
/// assert_eq!(fine.voxels(), [0, 0, 1, 1]);
/// assert_eq!(fine.grid().world_from_voxel().translation(), [-0.25, 0.0, 0.0]);
/// ```
pub fn with_spacing(
    map: &LabelMap,
    spacing_mm: [f64; 3],
    by: Interpolation,
) -> Result<LabelMap, GridError> {
    let old_mm = map.grid().spacing_mm();
    let ratio = [0, 1, 2].map(|axis| spacing_mm[axis] / old_mm[axis]);
    if !ratio.iter().all(|ratio| ratio.is_finite() && *ratio > 0.0) {
        return Err(GridError::Spacing);
    }
    let dims = [0, 1, 2].map(|axis| {
        let dim = (map.grid().dims()[axis] as f64 / ratio[axis]).round();
        // A dim that is too large for an integer becomes the largest one, which no grid takes.
        (dim as usize).max(1)
    });
    let affine = map.grid().world_from_voxel();
    // Centre of the first voxel: half a new voxel from the outer corner.
    let origin_mm = affine.apply(ratio.map(|ratio| 0.5 * ratio - 0.5));
    let mut rows = *affine.rows();
    for (row, origin_mm) in rows.iter_mut().zip(origin_mm) {
        *row = [row[0] * ratio[0], row[1] * ratio[1], row[2] * ratio[2], origin_mm];
    }
    let affine = Affine::from_rows(rows).ok_or(GridError::Spacing)?;
    Ok(onto(map, &Grid::new(dims, affine)?, by))
}

/// The map on another grid, which may lie anywhere, turned or mirrored too.
///
/// Voxels whose centres lie outside of the image are background. Its outermost voxels go on beyond its
/// border as far as kernels look. Grids that are turned take several times as long.
pub fn onto(map: &LabelMap, grid: &Grid, by: Interpolation) -> LabelMap {
    let voxels = match map.voxels() {
        LabelVoxels::Narrow(voxels) => {
            voxels_onto(&Old { voxels, grid: map.grid() }, grid, by).into()
        }
        LabelVoxels::Wide(voxels) => {
            voxels_onto(&Old { voxels, grid: map.grid() }, grid, by).into()
        }
    };
    LabelMap::of_voxels(*grid, voxels, map.values().to_vec())
        .expect("labels of the map, one for each voxel of the grid")
}

/// The voxels of a map, where they are.
struct Old<'a, I> {
    voxels: &'a [I],
    grid: &'a Grid,
}

fn voxels_onto<I: LabelIndex>(old: &Old<'_, I>, grid: &Grid, by: Interpolation) -> Vec<I> {
    let voxel_from_voxel = Relation::between(grid, old.grid);
    let [nx, ny, nz] = grid.dims();
    let mut voxels = vec![I::default(); nx * ny * nz];
    let layers = voxels.par_chunks_exact_mut(nx * ny).enumerate();
    match voxel_from_voxel.along_axes() {
        Some(along) => {
            let taps = [0, 1, 2]
                .map(|axis| axis_taps(along[axis], grid.dims()[axis], old.grid.dims()[axis], by));
            layers.for_each(|(z, layer)| Straight { old, taps: &taps }.fill_layer(z, layer));
        }
        None => layers.for_each(|(z, layer)| {
            for (y, row) in layer.chunks_exact_mut(nx).enumerate() {
                voxel_from_voxel.fill_row(old, [y, z], by, row);
            }
        }),
    }
    voxels
}

/// Where the voxels of the new grid lie among those of the old one.
struct Relation {
    rows: [[f64; 4]; 3],
}

impl Relation {
    fn between(new: &Grid, old: &Grid) -> Self {
        let back = old.world_from_voxel().inverse();
        let origin = back.apply(new.world_from_voxel().translation());
        let columns = [0, 1, 2].map(|axis| back.apply_vector(new.world_from_voxel().axis(axis)));
        let row =
            |axis: usize| [columns[0][axis], columns[1][axis], columns[2][axis], origin[axis]];
        Self { rows: [row(0), row(1), row(2)] }
    }

    /// Place of the first voxel and step along each axis, if the axes of both grids are the same.
    fn along_axes(&self) -> Option<[[f64; 2]; 3]> {
        let is_straight = (0..9).map(|cell| (cell / 3, cell % 3)).all(|(row, column)| {
            row == column || self.rows[row][column].abs() < 1e-9 * self.rows[row][row].abs()
        });
        is_straight.then(|| [0, 1, 2].map(|axis| [self.rows[axis][3], self.rows[axis][axis]]))
    }

    fn fill_row<I: LabelIndex>(
        &self,
        old: &Old<'_, I>,
        [y, z]: [usize; 2],
        by: Interpolation,
        row: &mut [I],
    ) {
        let dims = old.grid.dims();
        let steps = self.rows.map(|row| row[..3].iter().map(|part| part.abs()).fold(0.0, f64::max));
        let mut votes = Votes::default();
        for (x, label) in row.iter_mut().enumerate() {
            let [x, y, z] = [x, y, z].map(|at| at as f64);
            let at = self.rows.map(|row| row[0] * x + row[1] * y + row[2] * z + row[3]);
            let taps = [0, 1, 2].map(|axis| Taps::at(at[axis], steps[axis], dims[axis], by));
            *label = match &taps {
                [Some(x), Some(y), Some(z)] => votes.elect(old, [x, y, z]),
                _ => I::default(),
            };
        }
    }
}

/// A grid with the axes of the map's.
struct Straight<'a, I> {
    old: &'a Old<'a, I>,
    /// For each axis and index, what it takes from the map; `None` outside of it.
    taps: &'a [Vec<Option<Taps>>; 3],
}

/// Stands for voxels over each other that differ; no label has this index.
const MIXED: u16 = u16::MAX;

impl<I: LabelIndex> Straight<'_, I> {
    fn fill_layer(&self, z: usize, layer: &mut [I]) {
        let Some(z) = &self.taps[2][z] else { return };
        let mut votes = Votes::default();
        let mut uniform = Vec::new();
        for (row, y) in layer.chunks_exact_mut(self.taps[0].len()).zip(&self.taps[1]) {
            let Some(y) = y else { continue };
            self.uniform(y, z, &mut uniform);
            for (label, x) in row.iter_mut().zip(&self.taps[0]) {
                let Some(x) = x else { continue };
                let first = uniform[x.first];
                let is_one = uniform[x.range()].iter().all(|&other| other == first);
                *label = match is_one && first != MIXED {
                    true => I::cut(first),
                    false => votes.elect(self.old, [x, y, z]),
                };
            }
        }
    }

    /// For each x, the label that all rows within reach have there, or [`MIXED`].
    fn uniform(&self, y: &Taps, z: &Taps, uniform: &mut Vec<u16>) {
        let Old { voxels, grid } = self.old;
        let nx = grid.dims()[0];
        let row = |y: usize, z: usize| &voxels[grid.index([0, y, z])..][..nx];
        uniform.clear();
        uniform.extend(row(y.first, z.first).iter().map(|label| label.index()));
        for z in z.range() {
            for y in y.range() {
                for (one, label) in uniform.iter_mut().zip(row(y, z)) {
                    *one = if *one == label.index() { *one } else { MIXED };
                }
            }
        }
    }
}

/// What each label has of one voxel.
#[derive(Default)]
struct Votes {
    of_labels: Vec<(u16, f32)>,
}

impl Votes {
    /// The label with most; of equals the one that the nearest voxel has, else the lowest.
    fn elect<I: LabelIndex>(&mut self, old: &Old<'_, I>, [x, y, z]: [&Taps; 3]) -> I {
        self.of_labels.clear();
        let nearest = old.voxels[old.grid.index([x.nearest, y.nearest, z.nearest])].index();
        self.of_labels.push((nearest, 0.0));
        for (z, of_z) in z.range().zip(&z.weights) {
            for (y, of_y) in y.range().zip(&y.weights) {
                let start = old.grid.index([x.first, y, z]);
                let row = &old.voxels[start..start + x.weights.len()];
                for (label, of_x) in row.iter().zip(&x.weights) {
                    self.add(label.index(), of_x * (of_y * of_z));
                }
            }
        }
        // Rounding must not decide between equals.
        const EQUAL: f32 = 1e-5;
        let mut best = self.of_labels[0];
        for &(label, weight) in &self.of_labels[1..] {
            let is_lower = best.0 != nearest && label < best.0 && weight > best.1 - EQUAL;
            if weight > best.1 + EQUAL || is_lower {
                best = (label, weight);
            }
        }
        I::cut(best.0)
    }

    fn add(&mut self, label: u16, weight: f32) {
        match self.of_labels.iter_mut().find(|(other, _)| *other == label) {
            Some((_, sum)) => *sum += weight,
            None => self.of_labels.push((label, weight)),
        }
    }
}

#[cfg(test)]
mod tests;
