//! What a header means, once nothing in it contradicts anything else.

use medshape_types::{Affine, Grid, MAX_DIM};

use super::FORMAT;
use super::fields::Fields;
use crate::error::ErrorKind;
use crate::mesh_file::Units;
use crate::voxels::{ByteOrder, Encoding};

/// A header that can be relied on.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) grid: Grid,
    pub(super) encoding: Encoding,
    pub(super) is_binary: bool,
    pub(super) is_compressed: bool,
    /// Where the voxels begin in their file; `None` if they are its last bytes.
    pub(super) n_skipped: Option<u64>,
}

impl Header {
    pub(super) fn new(fields: &Fields) -> Result<Self, ErrorKind> {
        if fields.n_channels != 1 {
            let what = format!("{} values a voxel: colours or vectors", fields.n_channels);
            return Err(ErrorKind::unsupported(FORMAT, what));
        }
        let datatype = fields.datatype.ok_or_else(|| {
            ErrorKind::unsupported(FORMAT, "an `ElementType` that is no single number")
        })?;
        // Numbers in words become bytes here.
        let order = if fields.is_binary { fields.order } else { ByteOrder::Little };
        let encoding = Encoding { datatype, order, scale: None };
        let grid = Grid::new(dims(&fields.dims)?, world_from_voxel(fields)?)?;
        if fields.is_compressed && fields.n_skipped.is_none() {
            let reason = "compressed voxels can not be counted from the end";
            return Err(ErrorKind::field("HeaderSize", -1, reason));
        }
        Ok(Self {
            grid,
            encoding,
            is_binary: fields.is_binary,
            is_compressed: fields.is_compressed && fields.is_binary,
            n_skipped: fields.n_skipped,
        })
    }

    /// Whether the voxels lie in their file as they are.
    pub(super) fn is_plain(&self) -> bool {
        self.is_binary && !self.is_compressed
    }
}

fn dims(stored: &[u64]) -> Result<[usize; 3], ErrorKind> {
    if let Some(&n_volumes) = stored.get(3).filter(|dim| **dim > 1) {
        return Err(ErrorKind::TimeSeries { n_volumes });
    }
    // Larger ones are refused by the grid.
    let dim = |axis: usize| stored.get(axis).map_or(1, |&dim| dim.min(MAX_DIM as u64 + 1) as usize);
    Ok([0, 1, 2].map(dim))
}

/// From LPS, in the file's unit, to millimetres RAS+.
fn world_from_voxel(fields: &Fields) -> Result<Affine, ErrorKind> {
    if let Some(spacing) = fields.spacing.iter().find(|value| !(value.is_finite() && **value > 0.0))
    {
        return Err(ErrorKind::field("ElementSpacing", spacing, "not a positive voxel spacing"));
    }
    let mm = fields.unit.map_or(1.0, Units::mm);
    let column = |axis: usize| match fields.directions.get(axis) {
        Some(direction) => {
            let spacing = fields.spacing[axis];
            [0, 1, 2].map(|row| direction.get(row).map_or(0.0, |value| value * spacing))
        }
        // A single slice.
        None => [0.0, 0.0, 1.0],
    };
    let columns = [0, 1, 2].map(column);
    let rows = [0, 1, 2].map(|row| {
        let sign = if row < 2 { -mm } else { mm };
        let origin = fields.origin.get(row).copied().unwrap_or(0.0);
        [columns[0][row], columns[1][row], columns[2][row], origin].map(|value| value * sign + 0.0)
    });
    Affine::from_rows(rows).ok_or_else(|| {
        ErrorKind::malformed(FORMAT, "`TransformMatrix` flattens space or leaves its numbers")
    })
}
