//! Where the grid of outlines lies.

use medshape_types::{Affine, Contours, Grid, GridError, MAX_DIM};

use super::planes::Slices;
use super::{ContourError, RasterOptions};
use crate::vector::{add, cross, dot, scaled, sub, unit};

/// A grid along the planes of outlines.
pub(super) struct Frame {
    pub(super) grid: Grid,
    pub(super) spacing: [f64; 3],
    /// Where the first slice is, along the normal.
    pub(super) first_mm: f64,
    axes: [[f64; 3]; 2],
    /// Where the first voxel is, along both axes.
    origin: [f64; 2],
}

/// The direction that outlines are drawn across, towards its largest component; `None` if no outline
/// encloses an area.
pub(super) fn normal(contours: &Contours) -> Option<[f64; 3]> {
    // Directions that differ by less are the same: files round.
    const ANGLE: f64 = 1e-4;
    let outlines = contours.structures.iter().flat_map(|structure| &structure.outlines);
    let areas = outlines.map(|outline| area(outline));
    let sum = areas.fold([0.0; 3], |sum, area| {
        // Either way round is the same plane.
        if dot(sum, area) < 0.0 { sub(sum, area) } else { add(sum, area) }
    });
    let normal = unit(sum);
    let largest = (0..3).max_by(|&a, &b| normal[a].abs().total_cmp(&normal[b].abs()))?;
    if normal[largest] == 0.0 {
        return None;
    }
    let normal = scaled(normal, normal[largest].signum());
    let mut axis = [0.0; 3];
    axis[largest] = 1.0;
    let aside = sub(normal, axis);
    Some(if dot(aside, aside).sqrt() <= ANGLE { axis } else { normal })
}

impl Frame {
    pub(super) fn around(
        contours: &Contours,
        normal: [f64; 3],
        slices: &Slices,
        options: &RasterOptions,
    ) -> Result<Self, ContourError> {
        let axes = axes(normal);
        let step = options.in_plane_mm;
        let [min, max] = extent(contours, axes);
        let spacing = [step, step, slices.spacing];
        // Voxels fill the box of the outlines from its corner on, with one more on each side.
        let n_along = |axis: usize| ((max[axis] - min[axis]) / step).ceil().max(1.0) + 2.0;
        let dims = [n_along(0), n_along(1), slices.n_slices];
        if dims.iter().any(|&dim| dim > MAX_DIM as f64) {
            return Err(ContourError::Grid(GridError::Dim));
        }
        if dims.iter().product::<f64>() > options.voxels as f64 {
            return Err(ContourError::TooManyVoxels(options.voxels));
        }
        let origin = min.map(|min| min - 0.5 * step);
        let in_plane = add(scaled(axes[0], origin[0]), scaled(axes[1], origin[1]));
        let first = add(in_plane, scaled(normal, slices.first_mm));
        let columns =
            [scaled(axes[0], step), scaled(axes[1], step), scaled(normal, slices.spacing)];
        let rows =
            [0, 1, 2].map(|row| [columns[0][row], columns[1][row], columns[2][row], first[row]]);
        let affine = Affine::from_rows(rows).ok_or(ContourError::Grid(GridError::Spacing))?;
        let grid = Grid::new(dims.map(|dim| dim as usize), affine).map_err(ContourError::Grid)?;
        Ok(Self { grid, spacing, first_mm: slices.first_mm, axes, origin })
    }

    /// Column and row of a point, not whole, counted from the centre of the first voxel.
    pub(super) fn place(&self, point: [f64; 3]) -> [f64; 2] {
        [0, 1].map(|axis| (dot(self.axes[axis], point) - self.origin[axis]) / self.spacing[axis])
    }
}

/// Two axes at right angles to the normal and each other; those of the world if the normal is one.
fn axes(normal: [f64; 3]) -> [[f64; 3]; 2] {
    let along = if normal[0].abs() < 0.9 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    let first = unit(sub(along, scaled(normal, dot(normal, along))));
    [first, cross(normal, first)]
}

/// The lowest and the highest place along both axes.
fn extent(contours: &Contours, axes: [[f64; 3]; 2]) -> [[f64; 2]; 2] {
    let [mut min, mut max] = [[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]];
    for &point in contours.structures.iter().flat_map(|each| each.outlines.as_slice()).flatten() {
        for axis in 0..2 {
            let place = dot(axes[axis], point);
            (min[axis], max[axis]) = (min[axis].min(place), max[axis].max(place));
        }
    }
    [min, max]
}

/// The area that an outline encloses, as a vector across it (Newell's sum).
fn area(outline: &[[f64; 3]]) -> [f64; 3] {
    let Some(&origin) = outline.first() else { return [0.0; 3] };
    let next = outline.iter().cycle().skip(1);
    let doubled = outline.iter().zip(next).fold([0.0; 3], |sum, (&one, &other)| {
        add(sum, cross(sub(one, origin), sub(other, origin)))
    });
    scaled(doubled, 0.5)
}
