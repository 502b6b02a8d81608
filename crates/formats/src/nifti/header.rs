//! What a header means, once nothing in it contradicts anything else.

use medshape_types::{Grid, MAX_DIM};

use super::codes;
use super::layout::Fields;
use super::space;
use crate::error::ErrorKind;
use crate::voxels::{Datatype, Encoding};

/// A header that can be relied on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub(super) grid: Grid,
    pub(super) encoding: Encoding,
    /// Where the voxels begin in their file.
    pub(super) vox_offset: u64,
}

// Extensions longer than this are not stepped over.
const MAX_VOX_OFFSET: f64 = (256 << 20) as f64;

impl Header {
    pub(super) fn new(fields: &Fields) -> Result<Self, ErrorKind> {
        let datatype = datatype(fields)?;
        let dims = dims(fields)?;
        let encoding = Encoding { datatype, order: fields.order, scale: scale(fields)? };
        let vox_offset = vox_offset(fields)?;
        let grid = Grid::new(dims, space::world_from_voxel(fields, dims)?)?;
        Ok(Self { grid, encoding, vox_offset })
    }
}

fn datatype(fields: &Fields) -> Result<Datatype, ErrorKind> {
    let datatype = codes::datatype(fields.datatype)?;
    let n_bits = 8 * datatype.size();
    if usize::try_from(fields.bitpix) != Ok(n_bits) {
        let reason = format!("`datatype` {} has {n_bits} bits a voxel", fields.datatype);
        return Err(ErrorKind::field("bitpix", fields.bitpix, reason));
    }
    Ok(datatype)
}

/// Voxels along the three axes of space; axes that are not there have one.
fn dims(fields: &Fields) -> Result<[usize; 3], ErrorKind> {
    let n_axes = match fields.dim[0] {
        n_axes @ 1..=7 => n_axes as usize,
        other => return Err(ErrorKind::field("dim[0]", other, "not a number from 1 to 7")),
    };
    let mut dims = [1; 3];
    for axis in 1..=n_axes {
        let dim = fields.dim[axis];
        let field = || format!("dim[{axis}]");
        match axis {
            _ if dim < 1 => return Err(ErrorKind::field(field(), dim, "not a positive number")),
            1..=3 if dim > MAX_DIM as i64 => {
                return Err(ErrorKind::limit("voxels along one axis", MAX_DIM as u64));
            }
            1..=3 => dims[axis - 1] = dim as usize,
            4 if dim > 1 => return Err(ErrorKind::TimeSeries { n_volumes: dim as u64 }),
            _ if dim > 1 => {
                return Err(ErrorKind::field(field(), dim, "more than one value a voxel"));
            }
            _ => {}
        }
    }
    Ok(dims)
}

/// Slope and intercept. As in nibabel, a slope that is zero or not finite means none.
fn scale(fields: &Fields) -> Result<Option<[f64; 2]>, ErrorKind> {
    let [slope, intercept] = [fields.scl_slope, fields.scl_inter];
    if slope == 0.0 || !slope.is_finite() {
        return Ok(None);
    }
    if !intercept.is_finite() {
        return Err(ErrorKind::field("scl_inter", intercept, "not a finite number"));
    }
    Ok(([slope, intercept] != [1.0, 0.0]).then_some([slope, intercept]))
}

/// Where the voxels begin. Zero, which some programs leave, means right behind the header.
fn vox_offset(fields: &Fields) -> Result<u64, ErrorKind> {
    let offset = fields.vox_offset;
    let refused = |reason: String| Err(ErrorKind::field("vox_offset", offset, reason));
    if offset == 0.0 {
        return Ok(fields.min_vox_offset);
    }
    if !offset.is_finite() || offset.fract() != 0.0 {
        return refused("not a whole number".to_owned());
    }
    if offset < 0.0 {
        return refused("negative".to_owned());
    }
    if offset < fields.min_vox_offset as f64 {
        return refused(format!("inside the header, which has {} bytes", fields.min_vox_offset));
    }
    if offset > MAX_VOX_OFFSET {
        return refused("further than 256 MiB into the file".to_owned());
    }
    Ok(offset as u64)
}
