//! Shapes in the formats that people's tools read, made on request from the canonical mesh.

use std::io;
use std::str::FromStr;

use medshape_catalog::{Anatomy, Catalog, Role, Sha256, Shape, ShapePage, Side, StoredFile};
use medshape_formats::{glb, obj, ply, stl};
use medshape_types::Mesh;

use crate::{Error, PROGRAM_VERSION};

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

/// Writes a shape. The same [`tag`] means the same bytes.
///
/// # Errors
/// The store is damaged, or `out` cannot be written.
pub fn write(
    catalog: &Catalog,
    page: &ShapePage,
    format: Format,
    out: &mut dyn io::Write,
) -> Result<(), Error> {
    let shape = &page.shape;
    let bytes = catalog.blobs().read(mesh_file(shape)?)?;
    if format == Format::Glb {
        let dressed = glb::dress(out, &bytes, &look(page));
        return dressed.map_err(|cause| damaged(shape, cause.to_string()));
    }
    let mesh = decode(shape, &bytes)?;
    drop(bytes);
    write_mesh(&mesh, format, out).map_err(Error::io("output"))
}

/// A hash of all that decides the bytes of a shape in a format: content, format, what is said
/// beside the mesh, and the program.
///
/// # Errors
/// The store is damaged.
pub fn tag(page: &ShapePage, format: Format) -> Result<Sha256, Error> {
    let content = mesh_file(&page.shape)?.sha256;
    let extension = format.extension();
    let text = format!("{content}\n{extension}\n{PROGRAM_VERSION}\n{:?}\n", look(page));
    Ok(Sha256::of(text.as_bytes()))
}

/// What a handed-out GLB says besides its mesh: name, structure, codes, licence, whom to cite.
fn look(page: &ShapePage) -> glb::Look {
    let ShapePage { shape, source, .. } = page;
    let mut extras = serde_json::Map::new();
    extras.insert("shape".to_owned(), shape.name.to_string().into());
    extras.insert("structure".to_owned(), shape.structure.clone().into());
    let known = Anatomy::builtin().structure(&shape.structure);
    if let Some(code) = known.and_then(|structure| structure.snomed.as_deref()) {
        extras.insert("snomed".to_owned(), code.into());
    }
    glb::Look {
        name: shape.name.file_stem(),
        colour: colour(&shape.structure),
        copyright: format!("{}. {} Licence: {}", source.title, source.citation, source.licence),
        extras,
    }
}

/// What a structure that the vocabulary does not know looks like.
pub(crate) const UNCODED_COLOUR: [u8; 3] = [196, 176, 154];

/// The colour that the vocabulary gives a structure.
pub fn colour(structure: &str) -> [u8; 3] {
    let known = Anatomy::builtin().structure(structure);
    known.map_or(UNCODED_COLOUR, |structure| structure.colour)
}

/// The canonical mesh of a shape.
///
/// # Errors
/// The store is damaged.
pub fn mesh(catalog: &Catalog, shape: &Shape) -> Result<Mesh, Error> {
    decode(shape, &catalog.blobs().read(mesh_file(shape)?)?)
}

/// Writes a stored mesh as the GLB that is packed in it.
///
/// # Errors
/// The store is damaged, or `out` cannot be written.
pub fn write_unpacked(
    catalog: &Catalog,
    file: &StoredFile,
    out: &mut dyn io::Write,
) -> Result<(), Error> {
    let packed = catalog.blobs().read(file)?;
    let broken = |cause: medshape_formats::Error| Error::Export {
        shape: file.sha256.to_string(),
        reason: cause.to_string(),
    };
    out.write_all(&glb::unpack(&packed).map_err(broken)?).map_err(Error::io("output"))
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
