//! What a file is, for whoever does not know yet.

use crate::error::{Error, ErrorKind};
use crate::input::Input;
use crate::limits::Limits;
use crate::names::{Family, family};
use crate::stream::{Raw, Stream};
use crate::{archive, dicom, mesh, packing, pcd, volume};

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

/// What a file is: its bytes say so where they can, else its name; `None` if it is nothing that is read.
///
/// # Errors
/// The file cannot be opened, is empty, or is packed in a way that is not unpacked here.
pub fn kind(input: &Input) -> Result<Option<Kind>, Error> {
    let head = Head::of(input).map_err(|kind| input.error(kind))?;
    let promised = family(input.name());
    if let Some(kind) = by_content(&head, promised) {
        return Ok(Some(kind));
    }
    if archive::is_archive(input)? {
        return Ok(Some(Kind::Archive));
    }
    packing::refuse(&head.bytes).map_err(|kind| input.error(kind))?;
    Ok(promised.map(by_name))
}

/// What is looked at of a file.
struct Head {
    /// The first bytes, unpacked if the file is gzip.
    bytes: Vec<u8>,
    /// How many there are in all; gzip tells only in its end.
    n_bytes: Option<u64>,
}

impl Head {
    fn of(input: &Input) -> Result<Self, ErrorKind> {
        const MOST: usize = 4 << 10;
        let raw = Raw::open(input)?;
        let n_bytes = raw.len();
        let mut stream = Stream::new(raw, &Limits::DEFAULT)?;
        let mut bytes = vec![0; MOST];
        let n_read = stream.fill(&mut bytes)?;
        bytes.truncate(n_read);
        Ok(Self { bytes, n_bytes: (!stream.is_gzip()).then_some(n_bytes) })
    }
}

fn by_content(head: &Head, promised: Option<Family>) -> Option<Kind> {
    let Head { bytes, n_bytes } = head;
    if dicom::is_dicom(bytes) {
        return Some(Kind::Dicom);
    }
    if bytes.starts_with(b"PK") {
        return Some(of_zip(promised));
    }
    if volume::by_content(bytes).is_some() {
        return Some(Kind::Volume);
    }
    if mesh::by_content(bytes, *n_bytes).is_some() {
        return Some(Kind::Mesh);
    }
    bytes.starts_with(pcd::MAGIC).then_some(Kind::Points)
}

/// Several formats are ZIP archives inside, and only their names tell them apart.
fn of_zip(promised: Option<Family>) -> Kind {
    match promised {
        Some(Family::Arrays) => Kind::Arrays,
        Some(Family::Table) => Kind::Table,
        Some(Family::Mesh) => Kind::Mesh,
        _ => Kind::Archive,
    }
}

fn by_name(promised: Family) -> Kind {
    match promised {
        Family::Volume | Family::Voxels => Kind::Volume,
        Family::Dicom => Kind::Dicom,
        Family::Mesh => Kind::Mesh,
        Family::Points => Kind::Points,
        Family::Arrays => Kind::Arrays,
        Family::Table => Kind::Table,
        Family::Archive => Kind::Archive,
    }
}
