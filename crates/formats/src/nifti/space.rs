//! From the fields of a header to world millimetres.

use medshape_types::Affine;

use super::layout::{Fields, Version};
use crate::error::ErrorKind;

/// Which of its ways to say where the voxels lie a header uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Sform,
    Qform,
    /// Spacing alone.
    None,
}

impl Form {
    /// The sform if it has a code, else the qform if it has one.
    pub(super) fn of(fields: &Fields) -> Self {
        match fields.version {
            Version::Analyze => Self::None,
            _ if fields.sform_code > 0 => Self::Sform,
            _ if fields.qform_code > 0 => Self::Qform,
            _ => Self::None,
        }
    }
}

/// From voxel indices to millimetres RAS+.
pub(super) fn world_from_voxel(fields: &Fields, dims: [usize; 3]) -> Result<Affine, ErrorKind> {
    let form = Form::of(fields);
    let rows = rows(fields, form, dims)?;
    Affine::from_rows(rows).ok_or_else(|| flat(form, &rows))
}

/// The same as numbers, with nothing asked of them but that they are finite.
pub(super) fn rows(
    fields: &Fields,
    form: Form,
    dims: [usize; 3],
) -> Result<[[f64; 4]; 3], ErrorKind> {
    let rows = match form {
        Form::Sform => sform(fields)?,
        Form::Qform => qform(fields)?,
        Form::None => spacing_alone(fields, dims)?,
    };
    let mm_from_unit = match fields.version {
        Version::Analyze => 1.0,
        _ => mm_from_unit(fields.xyzt_units),
    };
    Ok(rows.map(|row| row.map(|value| value * mm_from_unit)))
}

fn flat(form: Form, rows: &[[f64; 4]; 3]) -> ErrorKind {
    let form = if form == Form::Sform { "sform" } else { "qform" };
    ErrorKind::field(form, format!("{rows:?}"), "flattens space or leaves its numbers")
}

/// The lowest three bits hold the unit of space. What is no unit of space counts as millimetres.
fn mm_from_unit(xyzt_units: i32) -> f64 {
    match xyzt_units & 7 {
        1 => 1000.0,
        3 => 0.001,
        _ => 1.0,
    }
}

fn sform(fields: &Fields) -> Result<[[f64; 4]; 3], ErrorKind> {
    for (name, row) in ["srow_x", "srow_y", "srow_z"].iter().zip(fields.srow) {
        for (column, value) in row.into_iter().enumerate() {
            check_finite(&format!("{name}[{column}]"), value)?;
        }
    }
    Ok(fields.srow)
}

fn qform(fields: &Fields) -> Result<[[f64; 4]; 3], ErrorKind> {
    for (name, value) in ["quatern_b", "quatern_c", "quatern_d"].iter().zip(fields.quatern) {
        check_finite(name, value)?;
    }
    for (name, value) in ["qoffset_x", "qoffset_y", "qoffset_z"].iter().zip(fields.qoffset) {
        check_finite(name, value)?;
    }
    let [x, y, z] = spacing(fields)?;
    let step = [x, y, z * handedness(fields)?];
    let rotation = rotation(unit_quaternion(fields)?);
    Ok([0, 1, 2].map(|row| {
        let [a, b, c] = rotation[row];
        [a * step[0], b * step[1], c * step[2], fields.qoffset[row]]
    }))
}

/// As nibabel has it: the origin in the middle of the image, x running to the left.
fn spacing_alone(fields: &Fields, dims: [usize; 3]) -> Result<[[f64; 4]; 3], ErrorKind> {
    let [x, y, z] = spacing(fields)?;
    let origin =
        spm_origin(fields, dims).unwrap_or_else(|| dims.map(|dim| (dim as f64 - 1.0) / 2.0));
    let mut rows = [[0.0; 4]; 3];
    for (axis, step) in [-x, y, z].into_iter().enumerate() {
        rows[axis][axis] = step;
        rows[axis][3] = -step * origin[axis];
    }
    Ok(rows)
}

/// The voxel that SPM put at the origin of an Analyze file, if it lies in or about the image.
fn spm_origin(fields: &Fields, dims: [usize; 3]) -> Option<[f64; 3]> {
    let origin = fields.spm_origin.map(i64::from);
    let is_near = (0..3).all(|axis| {
        let dim = dims[axis] as i64;
        (1 - dim..2 * dim).contains(&origin[axis])
    });
    let is_there = fields.version == Version::Analyze && origin != [0; 3];
    (is_there && is_near).then(|| origin.map(|voxel| voxel as f64 - 1.0))
}

/// Spacing along the three axes; an axis that is not there may leave it out.
fn spacing(fields: &Fields) -> Result<[f64; 3], ErrorKind> {
    let mut spacing = [1.0; 3];
    for axis in 1..=3 {
        let value = fields.pixdim[axis];
        let is_there = axis as i64 <= fields.dim[0];
        let is_sound = value.is_finite() && value > 0.0;
        match (is_there, is_sound) {
            (_, true) => spacing[axis - 1] = value,
            (false, false) => {}
            (true, false) => {
                let field = format!("pixdim[{axis}]");
                return Err(ErrorKind::field(field, value, "not a positive voxel spacing"));
            }
        }
    }
    Ok(spacing)
}

/// `qfac`: whether the third axis is turned round. Zero means that it is not.
fn handedness(fields: &Fields) -> Result<f64, ErrorKind> {
    match fields.pixdim[0] {
        qfac @ (1.0 | -1.0) => Ok(qfac),
        0.0 => Ok(1.0),
        other => Err(ErrorKind::field("pixdim[0]", other, "the handedness is 1 or -1")),
    }
}

/// The quaternion (a, b, c, d) of length 1 whose last three the header holds.
fn unit_quaternion(fields: &Fields) -> Result<[f64; 4], ErrorKind> {
    let [b, c, d] = fields.quatern;
    let a_squared = 1.0 - (b * b + c * c + d * d);
    if a_squared.abs() < fields.quaternion_tolerance {
        return Ok([0.0, b, c, d]);
    }
    if a_squared < 0.0 {
        let value = format!("({b}, {c}, {d})");
        return Err(ErrorKind::field("quatern_b, _c, _d", value, "longer than 1"));
    }
    Ok([a_squared.sqrt(), b, c, d])
}

fn rotation([a, b, c, d]: [f64; 4]) -> [[f64; 3]; 3] {
    let s = 2.0 / (a * a + b * b + c * c + d * d);
    [
        [1.0 - s * (c * c + d * d), s * (b * c - a * d), s * (b * d + a * c)],
        [s * (b * c + a * d), 1.0 - s * (b * b + d * d), s * (c * d - a * b)],
        [s * (b * d - a * c), s * (c * d + a * b), 1.0 - s * (b * b + c * c)],
    ]
}

fn check_finite(field: &str, value: f64) -> Result<(), ErrorKind> {
    if value.is_finite() {
        return Ok(());
    }
    Err(ErrorKind::field(field, value, "not a finite number"))
}
