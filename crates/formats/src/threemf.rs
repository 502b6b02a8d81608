//! 3MF (3MF Consortium, Core Specification 1.3, 2021): a ZIP archive with a model in XML, for printers.

mod assembly;
mod model;
mod package;
mod writer;

use crate::cells;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::mesh_file::MeshFile;
use package::Package;
pub use writer::write;

const FORMAT: &str = "3MF";

/// The triangles of what a 3MF file says is to be built, a part for each mesh where its item puts it,
/// in the unit of the file. 3MF does not say which way its axes lie in a body.
///
/// Objects may stand in other models of the same archive (production extension). Colours and
/// materials are not looked at.
///
/// # Errors
/// [`ErrorKind::Malformed`], [`ErrorKind::Unsupported`] for extensions that the file requires,
/// [`ErrorKind::NotThis`] for a file without triangles, and [`ErrorKind::Limit`]; those of the archive.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<MeshFile, ErrorKind> {
    let package = Package::open(bytes, limits)?;
    let mut file = MeshFile { units: Some(package.root().units), ..MeshFile::default() };
    assembly::add_parts(&package, &mut file, limits)?;
    cells::finish(file, 0)
}

fn malformed(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::malformed(FORMAT, reason)
}
