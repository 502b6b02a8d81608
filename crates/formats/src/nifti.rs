//! NIfTI, the volume file of neuroimaging and of most segmentation programs (Cox et al., 2004).
//!
//! Versions 1 and 2, one file, plain or gzip (told apart by content, not by name), both byte
//! orders, every real number type.
//! Files are streamed: memory holds the decoded voxels and one buffer, never the raw bytes.
//!
//! Space comes from the sform if it has a code, else from the qform if it has one, else from the
//! voxel spacing with the origin in the middle of the image and x running to the left, which is
//! what nibabel does.
//! Metres and micrometres become millimetres; an unknown unit is taken for millimetres.

mod bytes;
mod datatype;
mod header;
mod intensities;
mod labels;
mod layout;
mod space;
mod voxels;
mod writer;

use std::path::Path;

use medshape_types::{Grid, LabelMap, Volume};

use crate::error::{Error, ErrorKind};
use bytes::Bytes;
use header::Header;

pub use writer::write_label_map;

/// Whether a file of this name should be NIfTI: `.nii` or `.nii.gz` in any case.
pub fn is_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.ends_with(".nii") || name.ends_with(".nii.gz")
}

/// Where the voxels of a file lie, from its header alone.
///
/// # Errors
///
/// What is wrong with the header, or with the size of the file; a damaged body goes unnoticed.
pub fn read_grid(path: &Path) -> Result<Grid, Error> {
    open(path).map(|(_, header)| header.grid).map_err(|kind| Error::at(path, kind))
}

/// The labels of a file; voxels in the order of the file, world millimetres RAS+.
///
/// Floating-point files are label maps if every voxel is a whole number.
/// Negative labels are kept in [`LabelMap::values`].
///
/// # Errors
///
/// [`ErrorKind::NotALabelMap`] if the file is sound but holds something else; other kinds if it
/// is not sound.
pub fn read_label_map(path: &Path) -> Result<LabelMap, Error> {
    let read = || {
        let (bytes, header) = open(path)?;
        labels::read(bytes, &header)
    };
    read().map_err(|kind| Error::at(path, kind))
}

/// The intensities of a file, `scl_slope` and `scl_inter` applied.
///
/// Voxels that are NaN or infinite stay so.
///
/// # Errors
///
/// What is wrong with the header or the body; colours and complex numbers are no intensities.
pub fn read_volume(path: &Path) -> Result<Volume<f32>, Error> {
    let read = || {
        let (bytes, header) = open(path)?;
        intensities::read(bytes, &header)
    };
    read().map_err(|kind| Error::at(path, kind))
}

/// Opens a file and stands at its first voxel.
fn open(path: &Path) -> Result<(Bytes, Header), ErrorKind> {
    let mut bytes = Bytes::open(path)?;
    let header = Header::read(&mut bytes)?;
    Ok((bytes, header))
}
