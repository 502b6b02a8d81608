//! Whatever a file holds, read.

use medshape_formats::kind::Kind;
use medshape_formats::npz::SampleFacts;
use medshape_formats::table::Table;
use medshape_formats::{Input, MeshFile, PointFile};
use medshape_types::{Contours, Segmentation, Volume};

use crate::{Error, Reader};

/// What a file holds.
#[derive(Debug, Clone)]
pub enum Contents {
    /// Structures in voxels.
    Labels(Segmentation),
    /// An image without labels.
    Image(Volume<f32>),
    /// Structures as outlines.
    Outlines(Contours),
    /// Triangles.
    Mesh(MeshFile),
    /// Points.
    Points(PointFile),
    /// Rows and columns.
    Table(Table),
    /// Several shapes, none of which was asked for by its name.
    Samples(Vec<SampleFacts>),
}

/// Reads a file, whatever it is.
///
/// # Errors
/// It is broken, or nothing that is read; an archive is not opened here.
pub fn read(input: &Input, reader: &Reader) -> Result<Contents, Error> {
    match reader.kind(input)? {
        Some(Kind::Volume) => labels_or_image(input, reader),
        Some(Kind::Dicom) => labels_or_outlines(input, reader),
        Some(Kind::Mesh) => mesh_or_points(input, reader),
        Some(Kind::Points) => reader.points(input).map(Contents::Points),
        Some(Kind::Arrays) => arrays(input, reader),
        Some(Kind::Table) => reader.table(input).map(Contents::Table),
        Some(Kind::Archive) => {
            let reason =
                "an archive of files: `medshape ingest` and `medshape privacy scan` open it";
            Err(Error::refused(input.name(), reason))
        }
        None => Err(Error::refused(input.name(), "nothing that medshape reads")),
    }
}

/// Labels; intensities if the voxels say that they are no labels.
fn labels_or_image(input: &Input, reader: &Reader) -> Result<Contents, Error> {
    match reader.segmentation(input) {
        Ok(segmentation) => Ok(Contents::Labels(segmentation)),
        Err(error) if error.code() == "not-labels" => reader.volume(input).map(Contents::Image),
        Err(error) => Err(error),
    }
}

fn labels_or_outlines(input: &Input, reader: &Reader) -> Result<Contents, Error> {
    match reader.segmentation(input) {
        Ok(segmentation) => Ok(Contents::Labels(segmentation)),
        Err(refused) => match reader.contours(input) {
            Ok(contours) => Ok(Contents::Outlines(contours)),
            Err(_) => Err(refused),
        },
    }
}

fn mesh_or_points(input: &Input, reader: &Reader) -> Result<Contents, Error> {
    match reader.mesh(input) {
        Ok(mesh) => Ok(Contents::Mesh(mesh)),
        Err(refused) => match reader.points(input) {
            Ok(points) => Ok(Contents::Points(points)),
            Err(_) => Err(refused),
        },
    }
}

/// What arrays mean: many shapes, or a mesh, else voxels, else points.
fn arrays(input: &Input, reader: &Reader) -> Result<Contents, Error> {
    let samples = reader.samples(input)?;
    if samples.len() > 1 && input.sample().is_none() {
        return Ok(Contents::Samples(samples));
    }
    if let Ok(mesh) = reader.mesh(input) {
        return Ok(Contents::Mesh(mesh));
    }
    match labels_or_image(input, reader) {
        Ok(contents) => Ok(contents),
        Err(refused) => match reader.points(input) {
            Ok(points) => Ok(Contents::Points(points)),
            Err(_) => Err(refused),
        },
    }
}
