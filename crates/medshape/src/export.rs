//! Shapes in the formats that people's tools read, made on request from the canonical mesh.

use std::io;
use std::str::FromStr;

use medshape_catalog::{Anatomy, Catalog, Role, Shape, Side, StoredFile};
use medshape_formats::{glb, obj, ply, stl};
use medshape_types::Mesh;

use crate::Error;

/// A format that shapes can be had in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Binary STL.
    Stl,
    /// Binary PLY.
    Ply,
    /// OBJ text.
    Obj,
    /// The canonical GLB as it is stored: compressed, metres, Y up.
    Glb,
}

impl Format {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Glb, Self::Stl, Self::Ply, Self::Obj];

    /// What files of this format end with, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Stl => "stl",
            Self::Ply => "ply",
            Self::Obj => "obj",
            Self::Glb => "glb",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Stl => "model/stl",
            Self::Ply => "application/octet-stream",
            Self::Obj => "model/obj",
            Self::Glb => "model/gltf-binary",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let named = Self::ALL.into_iter().find(|format| format.extension() == lower);
        named.ok_or_else(|| {
            let known = Self::ALL.map(Self::extension).join(", ");
            format!("`{text}` is no format that shapes can be had in; there are {known}")
        })
    }
}

/// Writes a shape. The bytes depend on nothing but its canonical mesh and the format.
///
/// # Errors
/// The store is damaged, or `out` cannot be written.
pub fn write(
    catalog: &Catalog,
    shape: &Shape,
    format: Format,
    out: &mut dyn io::Write,
) -> Result<(), Error> {
    let bytes = catalog.blobs().read(mesh_file(shape)?)?;
    if format == Format::Glb {
        return out.write_all(&bytes).map_err(Error::io("output"));
    }
    let mesh = decode(shape, &bytes)?;
    drop(bytes);
    write_mesh(&mesh, format, out).map_err(Error::io("output"))
}

/// The canonical mesh of a shape.
///
/// # Errors
/// The store is damaged.
pub fn mesh(catalog: &Catalog, shape: &Shape) -> Result<Mesh, Error> {
    decode(shape, &catalog.blobs().read(mesh_file(shape)?)?)
}

/// The stored file that holds a shape's canonical mesh.
///
/// # Errors
/// The shape has none, which only a damaged store can say.
pub fn mesh_file(shape: &Shape) -> Result<&StoredFile, Error> {
    shape
        .files
        .iter()
        .find(|file| file.role == Role::Mesh)
        .ok_or_else(|| damaged(shape, "the store lists no mesh for it".to_owned()))
}

/// What people call a shape, such as `left kidney`; what the source calls it if it is not coded.
pub fn title(coded: bool, structure: &str, side: Option<Side>, label_name: &str) -> String {
    if coded { Anatomy::builtin().display(structure, side) } else { label_name.to_owned() }
}

fn write_mesh(mesh: &Mesh, format: Format, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        Format::Stl => stl::write(out, mesh),
        Format::Ply => ply::write(out, mesh),
        Format::Obj => obj::write(out, mesh),
        Format::Glb => glb::write_plain(out, mesh, &glb::Look::default()),
    }
}

fn decode(shape: &Shape, bytes: &[u8]) -> Result<Mesh, Error> {
    glb::read(bytes).map_err(|cause| damaged(shape, cause.to_string()))
}

fn damaged(shape: &Shape, reason: String) -> Error {
    Error::Export { shape: shape.name.to_string(), reason }
}
