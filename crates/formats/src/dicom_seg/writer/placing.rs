//! A grid in the words of DICOM.

use medshape_types::Grid;

use crate::dicom::tags;
use crate::dicom::writer::Elements;
use crate::error::ErrorKind;

/// Where frames lie, in millimetres LPS.
pub(super) struct Placing<'a> {
    grid: &'a Grid,
    spacing: [f64; 3],
    /// Unit vectors along rows and along columns.
    axes: [[f64; 3]; 2],
}

impl<'a> Placing<'a> {
    pub(super) fn of(grid: &'a Grid) -> Result<Self, ErrorKind> {
        // Far below what readers take for the same direction.
        const ANGLE: f64 = 1e-4;
        let spacing = grid.spacing_mm();
        let [x, y, z] = [0, 1, 2]
            .map(|axis| lps(grid.world_from_voxel().axis(axis)).map(|value| value / spacing[axis]));
        let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        if [dot(x, y), dot(y, z), dot(z, x)].iter().any(|cosine| cosine.abs() > ANGLE) {
            let what = "a grid whose axes are not at right angles: resample it first";
            return Err(ErrorKind::unsupported("DICOM SEG", what));
        }
        Ok(Self { grid, spacing, axes: [x, y] })
    }

    /// What holds for all frames.
    pub(super) fn shared_groups(&self) -> Elements {
        let [x, y, z] = self.spacing;
        let mut orientation = Elements::default();
        orientation.decimals(tags::IMAGE_ORIENTATION, self.axes.as_flattened());
        let mut measures = Elements::default();
        measures.decimals(tags::SLICE_THICKNESS, &[z]);
        measures.decimals(tags::SLICE_SPACING, &[z]);
        measures.decimals(tags::PIXEL_SPACING, &[y, x]);
        let mut groups = Elements::default();
        groups.sequence(tags::PLANE_ORIENTATION, &[orientation]);
        groups.sequence(tags::PIXEL_MEASURES, &[measures]);
        groups
    }

    /// The centre of the first voxel of a slice.
    pub(super) fn position(&self, slice: usize) -> [f64; 3] {
        lps(self.grid.world_from_voxel().apply([0.0, 0.0, slice as f64]))
    }
}

fn lps([x, y, z]: [f64; 3]) -> [f64; 3] {
    // Without a negative zero.
    [0.0 - x, 0.0 - y, z + 0.0]
}
