//! Meshes of every format that is read; which one a file is, its bytes say.

use medshape_types::Mesh;

use crate::error::{Error, ErrorKind};
use crate::glb;
use crate::input::Input;
use crate::limits::Limits;
use crate::mesh_file::{MeshFile, MeshPart, Space, Units};

/// The meshes of a file.
///
/// # Errors
/// What is wrong with the file; [`ErrorKind::NotThis`] if it is no mesh file.
pub fn read(input: &Input, limits: &Limits) -> Result<MeshFile, Error> {
    let read = || {
        let bytes = input.whole(limits.bytes)?;
        let mesh = glb::read(&bytes).map_err(Error::into_kind)?;
        ours(mesh, limits)
    };
    read().map_err(|kind: ErrorKind| input.error(kind))
}

/// A mesh in millimetres RAS+ as a file that says so.
fn ours(mesh: Mesh, limits: &Limits) -> Result<MeshFile, ErrorKind> {
    let (positions, faces) = mesh.into_parts();
    let part = MeshPart::new(String::new(), positions, faces, limits)?;
    let file = MeshFile::of(part);
    Ok(MeshFile { units: Some(Units::Millimetres), space: Some(Space::Ras), ..file })
}
