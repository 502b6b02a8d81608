//! GLB, the binary form of glTF 2.0 (Khronos Group, 2017): the form in which meshes are stored.
//!
//! glTF is in metres with y up.
//! The mesh itself stays in millimetres RAS+, so that its numbers stay exact; a node turns and
//! scales it, (x, y, z) mm to 0.001 · (x, z, −y) m, and `asset.extras` says so.
//!
//! The stored form is compressed with `EXT_meshopt_compression` (Kapoulkine, 2020).
//! Positions lie on a lattice whose step is a power of two, so each coordinate is a whole number
//! of steps: it is stored as mantissa and a constant exponent, without loss.
//!
//! The compressed form is canonical: its bytes depend on the positions and the oriented faces, not
//! on the order in which they were handed over.
//!
//! What is stored is that GLB in gzip (Deutsch, RFC 1952, 1996), which takes another quarter off.
//! A browser is sent the very bytes, with `Content-Encoding: gzip`; whoever cannot take that gets
//! the GLB itself.

mod canonical;
mod container;
mod document;
mod lattice;
mod reader;
mod strip;

use std::borrow::Cow;
use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use medshape_types::Mesh;
use serde_json::{Map, Value};

use crate::error::{Error, ErrorKind};
use crate::gzip;
use document::{Compressed, Parts};

/// What a GLB says besides its mesh.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Look {
    /// Name of node and mesh, for people.
    pub name: String,
    /// Base colour, sRGB.
    pub colour: [u8; 3],
    /// Goes into `asset.copyright`, unless empty.
    pub copyright: String,
    /// Goes into the mesh's `extras`, unless empty.
    pub extras: Map<String, Value>,
}

/// Writes the stored form: what [`write_compressed`] makes, in gzip.
///
/// # Errors
///
/// Those of [`write_compressed`].
pub fn write_packed(
    out: &mut dyn Write,
    mesh: &Mesh,
    step_exponent: i32,
    look: &Look,
) -> Result<(), Error> {
    // No name and no date: the same mesh gives the same bytes.
    let mut packer = GzBuilder::new().mtime(0).write(out, Compression::default());
    write_compressed(&mut packer, mesh, step_exponent, look)?;
    packer.finish().map(|_| ()).map_err(Error::new)
}

/// The GLB itself: unpacked if it is packed, else as it is.
///
/// The bytes need not be trusted: gzip is checked to its last byte, and can at most become 1,032
/// times as long.
///
/// # Errors
///
/// [`ErrorKind::Gzip`] says how the packing is damaged.
pub fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if bytes.starts_with(&gzip::MAGIC) {
        gzip::unpacked(bytes).map(Cow::Owned).map_err(Error::new)
    } else {
        Ok(Cow::Borrowed(bytes))
    }
}

/// Writes a canonical, compressed GLB.
///
/// Every coordinate has to be a whole multiple of 2^`step_exponent` mm, less than 2²³ steps from
/// the origin. Vertices that no face names are left out.
///
/// # Errors
///
/// [`ErrorKind::Mesh`] for a mesh without faces or a coordinate off the lattice;
/// [`ErrorKind::Io`] from `out`.
pub fn write_compressed(
    out: &mut dyn Write,
    mesh: &Mesh,
    step_exponent: i32,
    look: &Look,
) -> Result<(), Error> {
    let (json, positions, indices) = compressed(mesh, step_exponent, look).map_err(Error::new)?;
    container::write(out, &json, &[&positions, &indices]).map_err(Error::new)
}

/// The document, the packed positions and the packed indices.
fn compressed(
    mesh: &Mesh,
    step_exponent: i32,
    look: &Look,
) -> Result<(Value, Vec<u8>, Vec<u8>), ErrorKind> {
    let steps = lattice::steps(mesh.positions(), step_exponent)?;
    let (steps, faces) = canonical::order(&steps, mesh.faces());
    if faces.is_empty() {
        return Err(ErrorKind::Mesh("a mesh without faces".to_owned()));
    }
    let packed = lattice::packed(&steps, step_exponent);
    let refused = |error: meshopt::Error| ErrorKind::Mesh(error.to_string());
    let positions =
        meshopt::encode_vertex_buffer_level(&packed, COMPRESSION_LEVEL, Some(VERTEX_CODEC))
            .map_err(refused)?;
    let indices =
        meshopt::encode_index_buffer(faces.as_flattened(), steps.len()).map_err(refused)?;
    let parts = Parts {
        bounds: lattice::bounds(&steps, step_exponent),
        n_vertices: steps.len(),
        n_indices: 3 * faces.len(),
        compressed: Some(Compressed { positions: positions.len(), indices: indices.len() }),
    };
    Ok((document::json(&parts, look), positions, indices))
}

// The extension allows version 0 only.
const VERTEX_CODEC: i32 = 0;
// Without meaning in version 0.
const COMPRESSION_LEVEL: i32 = 2;

/// Writes a GLB, which may be packed, with another look and not packed. The compressed mesh is
/// copied as it is.
///
/// # Errors
///
/// [`ErrorKind::Glb`] or [`ErrorKind::Gzip`] if the bytes are no GLB; [`ErrorKind::Io`] from `out`.
pub fn dress(out: &mut dyn Write, bytes: &[u8], look: &Look) -> Result<(), Error> {
    let refused = |reason: String| Error::new(ErrorKind::Glb(reason));
    let bytes = unpack(bytes)?;
    let (mut json, binary) = container::split(&bytes).map_err(refused)?;
    let document = json.as_object_mut().ok_or_else(|| refused("JSON without keys".to_owned()))?;
    document::dress(document, look);
    container::write(out, &json, &[binary]).map_err(Error::new)
}

/// Writes a mesh for other programs: uncompressed, in the order of the mesh.
///
/// # Errors
///
/// Those of `out`, and a mesh without faces.
pub fn write_plain(out: &mut dyn Write, mesh: &Mesh, look: &Look) -> io::Result<()> {
    let parts = document::plain_parts(mesh)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a mesh without faces"))?;
    let positions: Vec<u8> =
        mesh.positions().iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    let indices: Vec<u8> =
        mesh.faces().iter().flatten().flat_map(|vertex| vertex.to_le_bytes()).collect();
    container::write(out, &document::json(&parts, look), &[&positions, &indices])
}

/// Writes what [`write_plain`] makes, in gzip: how a mesh that is on no lattice is kept.
///
/// # Errors
///
/// Those of [`write_plain`].
pub fn write_plain_packed(out: &mut dyn Write, mesh: &Mesh, look: &Look) -> io::Result<()> {
    let mut packer = GzBuilder::new().mtime(0).write(out, Compression::default());
    write_plain(&mut packer, mesh, look)?;
    packer.finish().map(|_| ())
}

/// The mesh of a GLB that this module wrote, packed or not, in world millimetres RAS+.
///
/// The bytes need not be trusted: nothing outside of them is touched, and memory stays within a
/// fixed multiple of their number.
///
/// # Errors
///
/// [`ErrorKind::Glb`] says what is not as this module writes it, [`ErrorKind::Gzip`] how the packing
/// is damaged.
pub fn read(bytes: &[u8]) -> Result<Mesh, Error> {
    reader::mesh(&unpack(bytes)?).map_err(|reason| Error::new(ErrorKind::Glb(reason)))
}
