//! How alike two files are: meshes with meshes, label maps with label maps.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use medshape_formats::{glb, nifti};
use medshape_geometry::compare::meshes::{self, MeshComparison, MeshOptions};
use medshape_types::Mesh;

use crate::Error;

/// Files larger than this are no meshes of ours.
const MOST_BYTES: u64 = 4 << 30;

/// What comparing two files found.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// Two meshes.
    Meshes(Box<MeshComparison>),
}

/// Compares two GLB meshes of ours.
///
/// # Errors
/// A file cannot be read, the files are not of one kind, or a mesh has no area.
pub fn compare(first: &Path, second: &Path, options: &MeshOptions) -> Result<Comparison, Error> {
    let meshes = [mesh(first)?, mesh(second)?];
    for (mesh, path) in meshes.iter().zip([first, second]) {
        if mesh.faces().is_empty() {
            return Err(Error::refused(path, "a mesh without faces cannot be compared"));
        }
    }
    let found = meshes::compare(&meshes[0], &meshes[1], options);
    let found = found.ok_or_else(|| Error::refused(first, "a mesh has no area"))?;
    Ok(Comparison::Meshes(Box::new(found)))
}

fn mesh(path: &Path) -> Result<Mesh, Error> {
    if nifti::is_name(path) {
        let reason = "is a label map, which is not compared with meshes";
        return Err(Error::refused(path, reason));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(Error::io(path))?;
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(Error::io(path))?;
    glb::read(&bytes).map_err(|cause| Error::refused(path, cause.to_string()))
}
