//! Shapes in the formats that people's tools read, made on request from the canonical mesh.

use std::io;

use medshape_catalog::{
    Anatomy, Catalog, Image, Quality, Role, Sha256, Shape, ShapePage, Side, StoredFile,
};
use medshape_formats::{Input, Limits, glb, volume};
use medshape_types::{Code, Grid, Meaning, Mesh, Segment};

use crate::content::{self, WriteOptions};
use crate::format::{Format, Holds};
use crate::{Error, PROGRAM_VERSION};

/// Whether a shape can be had in a format: what has no inside cannot be made into voxels.
pub fn is_offered(shape: &Shape, format: Format) -> bool {
    match format.holds() {
        Holds::Mesh | Holds::Points => true,
        Holds::Labels | Holds::Mask | Holds::Field => {
            shape.quality.closed && shape.quality.oriented
        }
    }
}

/// Writes a shape. The same [`tag`] means the same bytes.
///
/// Voxels lie on the grid of the image that the shape was made from, unless another spacing is asked
/// for or there was no image.
///
/// # Errors
/// The store is damaged, the shape has no such form, or `out` cannot be written.
pub fn write(
    catalog: &Catalog,
    page: &ShapePage,
    format: Format,
    options: &WriteOptions,
    out: &mut dyn io::Write,
) -> Result<(), Error> {
    let shape = &page.shape;
    let bytes = catalog.blobs().read(mesh_file(shape)?)?;
    if format == Format::Glb {
        let dressed = glb::dress(out, &bytes, &look(page));
        return dressed.map_err(|cause| damaged(shape, cause.to_string()));
    }
    let refused = |reason: String| Error::Export { shape: shape.name.to_string(), reason };
    let mesh = decode(shape, &bytes)?;
    drop(bytes);
    match (&page.case.image, options.spacing_mm) {
        (Some(image), None) if format.holds() >= Holds::Labels => {
            let whole = grid(catalog, image)?;
            let is_cropped = options.crop || format.holds() == Holds::Field;
            let box_of = || content::cropped(&whole, &mesh);
            let grid = if is_cropped { box_of().unwrap_or(whole) } else { whole };
            content::write_mesh_on(out, &mesh, &segment(page), format, &grid).map_err(refused)
        }
        _ => content::write_mesh(out, &mesh, &look(page), &segment(page), format, options)
            .map_err(refused),
    }
}

/// A hash of all that decides the bytes of a shape in a format: content, format and its options, what
/// is said beside the mesh, and the program.
///
/// # Errors
/// The store is damaged.
pub fn tag(page: &ShapePage, format: Format, options: &WriteOptions) -> Result<Sha256, Error> {
    let content = mesh_file(&page.shape)?.sha256;
    let extension = format.extension();
    let look = look(page);
    let text = format!("{content}\n{extension}\n{PROGRAM_VERSION}\n{look:?}\n{options:?}\n");
    Ok(Sha256::of(text.as_bytes()))
}

/// A shape in the version whose mesh's hash begins with these digits, the one that the collection has now
/// or an earlier one; `None` if it had none such. Of an earlier one only the mesh is known, so that it
/// cannot be had as voxels.
///
/// # Errors
/// The store cannot be read.
pub fn version(
    catalog: &Catalog,
    page: ShapePage,
    digits: &str,
) -> Result<Option<ShapePage>, Error> {
    let Some((mesh, is_current)) = catalog.version(&page.shape.name, digits)? else {
        return Ok(None);
    };
    if is_current {
        return Ok(Some(page));
    }
    let quality = Quality { closed: false, ..page.shape.quality };
    let shape = Shape { files: vec![mesh], quality, ..page.shape };
    Ok(Some(ShapePage { shape, ..page }))
}

/// What a shape is, for formats that have a place for names and codes.
fn segment(page: &ShapePage) -> Segment {
    let shape = &page.shape;
    Segment {
        layer: 0,
        value: 1,
        name: title(shape.coded, &shape.structure, shape.side, &shape.label_name),
        colour: Some(colour(&shape.structure)),
        meaning: meaning(&shape.structure, shape.side),
    }
}

/// A structure of the vocabulary in the codes of DICOM; `None` if it has no code.
pub(crate) fn meaning(structure: &str, side: Option<Side>) -> Option<Meaning> {
    let code = |value: &str, meaning: &str| Code {
        scheme: "SCT".to_owned(),
        value: value.to_owned(),
        meaning: meaning.to_owned(),
    };
    let known = Anatomy::builtin().structure(structure)?;
    Some(Meaning {
        category: code("123037004", "Anatomical Structure"),
        kind: code(known.snomed.as_deref()?, &known.name),
        modifier: side.map(|side| match side {
            Side::Left => code("7771000", "Left"),
            Side::Right => code("24028007", "Right"),
        }),
        ..Meaning::default()
    })
}

/// The grid of the stored label map.
fn grid(catalog: &Catalog, image: &Image) -> Result<Grid, Error> {
    let path = catalog.blobs().path(&image.label_map.sha256);
    Ok(volume::read_grid(&Input::on_disk(path), &Limits::DEFAULT)?)
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
        copyright: format!("{}. {} Licence: {}", source.title, source.citation, source.licence.id),
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

pub(crate) fn decode(shape: &Shape, bytes: &[u8]) -> Result<Mesh, Error> {
    glb::read(bytes).map_err(|cause| damaged(shape, cause.to_string()))
}

fn damaged(shape: &Shape, reason: String) -> Error {
    Error::Export { shape: shape.name.to_string(), reason }
}
