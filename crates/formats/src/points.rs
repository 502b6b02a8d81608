//! Points of every format that is read.

use crate::error::{Error, ErrorKind};
use crate::input::Input;
use crate::limits::Limits;
use crate::point_file::PointFile;
use crate::{npz, pcd, ply, xyz};

/// The points of a file, which may be in gzip.
///
/// # Errors
/// What is wrong with the file; [`ErrorKind::NotThis`] if it is no file of points.
pub fn read(input: &Input, limits: &Limits) -> Result<PointFile, Error> {
    let read = || {
        let bytes = input.whole(limits.bytes)?;
        of_bytes(&bytes, input, limits)
    };
    read().map_err(|kind: ErrorKind| input.error(kind))
}

fn of_bytes(bytes: &[u8], input: &Input, limits: &Limits) -> Result<PointFile, ErrorKind> {
    const ZIP: &[u8] = b"PK\x03\x04";
    let lower_name = input.lower_name();
    let name = lower_name.trim_end_matches(".gz");
    if bytes.starts_with(b"ply") {
        ply::read_points(bytes, limits)
    } else if bytes.starts_with(pcd::MAGIC) || name.ends_with(".pcd") {
        pcd::read(bytes, limits)
    } else if bytes.starts_with(ZIP) && name.ends_with(".npz") {
        let arrays = npz::read(bytes, limits)?;
        arrays.points_of(input.sample())?.ok_or_else(|| arrays.nothing())
    } else if [".xyz", ".txt", ".csv", ".pts", ".asc"].iter().any(|end| name.ends_with(end)) {
        xyz::read(bytes, limits)
    } else {
        Err(ErrorKind::NotThis("not points of a format that is read".to_owned()))
    }
}
