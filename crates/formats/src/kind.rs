//! What a file is, for whoever does not know yet.

use crate::error::{Error, ErrorKind};
use crate::input::Input;
use crate::limits::Limits;
use crate::names::{Family, family};
use crate::stream::{Raw, Stream};
use crate::{archive, dicom, mesh, volume};

/// What a file holds, as far as its first bytes and its name tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Voxels.
    Volume,
    /// DICOM: a segmentation, contours, or something else.
    Dicom,
    /// Triangles; a PLY may hold points only.
    Mesh,
    /// Points.
    Points,
    /// NumPy arrays: voxels, triangles or points.
    Arrays,
    /// Rows and columns.
    Table,
    /// Files in a file.
    Archive,
}

/// Bytes that are looked at.
const HEAD: usize = 4 << 10;

/// What a file is; `None` if it is nothing that is read.
///
/// # Errors
/// The file cannot be opened, or is empty.
pub fn kind(input: &Input) -> Result<Option<Kind>, Error> {
    let head = head(input).map_err(|kind| input.error(kind))?;
    let promised = family(input.name());
    if dicom::is_dicom(&head) || promised == Some(Family::Dicom) {
        return Ok(Some(Kind::Dicom));
    }
    if head.starts_with(b"PK") {
        return Ok(Some(match promised {
            Some(Family::Arrays) => Kind::Arrays,
            Some(Family::Table) => Kind::Table,
            Some(Family::Mesh) => Kind::Mesh,
            _ => Kind::Archive,
        }));
    }
    if volume::format(input)?.is_some() {
        return Ok(Some(Kind::Volume));
    }
    if archive::is_archive(input)? {
        return Ok(Some(Kind::Archive));
    }
    if mesh::format(&head, &input.lower_name()).is_some() {
        return Ok(Some(Kind::Mesh));
    }
    Ok(match promised {
        Some(Family::Volume | Family::Voxels) => Some(Kind::Volume),
        Some(Family::Mesh) => Some(Kind::Mesh),
        Some(Family::Points) => Some(Kind::Points),
        Some(Family::Arrays) => Some(Kind::Arrays),
        Some(Family::Table) => Some(Kind::Table),
        Some(Family::Archive) => Some(Kind::Archive),
        Some(Family::Dicom) | None => None,
    })
}

/// The first bytes, unpacked if the file is gzip.
fn head(input: &Input) -> Result<Vec<u8>, ErrorKind> {
    let mut stream = Stream::new(Raw::open(input)?, &Limits::DEFAULT)?;
    let mut bytes = vec![0; HEAD];
    let n_bytes = stream.fill(&mut bytes)?;
    bytes.truncate(n_bytes);
    Ok(bytes)
}
