//! One label or mesh of a case becomes a shape: named, measured, inspected, pictured, and written out.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use medshape_catalog::{
    Anatomy, Blobs, Coded, Descriptor, Measures, Note, Quality, Role, Sha256, Shape, ShapeName,
    Side, StoredFile, Structure, name,
};
use medshape_formats::{glb, png};
use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::levels::levels;
use medshape_geometry::mesh::quality::{MeshQuality, inspect};
use medshape_geometry::mesh::{area::area, volume::signed_volume};
use medshape_geometry::picture::{self, Part};
use medshape_geometry::voxels::regions::Region;
use medshape_types::{Grid, Mesh, Picture};

use crate::counted::counted;
use crate::dataset::Mapped;
use crate::find::FoundCase;
use crate::import::Imported;
use crate::{Dataset, Error, export, similar};

/// How far the coarsest level of detail may lie off the mesh.
const MAX_ERROR_MM: f64 = 6.0;
/// Width and height of a thumbnail in pixels.
const THUMBNAIL_SIZE: u32 = 320;
/// Structures with fewer voxels than this are pointed out.
const FEW_VOXELS: u64 = 30;

/// A label or a mesh that becomes a shape.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    /// Place in the label map, or among the meshes.
    pub(crate) index: usize,
    value: i64,
    called: String,
    name: ShapeName,
    structure: String,
    side: Option<Side>,
    finding: Option<String>,
    coded: bool,
    aliases: Vec<String>,
}

/// The mesh of a shape, and all that was measured and found on it.
pub(crate) struct Body<'a> {
    pub(crate) mesh: &'a Mesh,
    /// Coordinates are whole multiples of two to the power of this, in mm.
    pub(crate) step_exponent: i32,
    measures: Measures,
    quality: Quality,
    /// The mesh before anything was changed, if it came from outside.
    original: Option<&'a Mesh>,
}

impl Label {
    /// That of a shape that is there already, to make its files again.
    pub(crate) fn of_shape(shape: &Shape, index: usize) -> Self {
        Self {
            index,
            value: shape.label_value,
            called: shape.label_name.clone(),
            name: shape.name.clone(),
            structure: shape.structure.clone(),
            side: shape.side,
            finding: shape.finding.clone(),
            coded: shape.coded,
            aliases: shape.aliases.clone(),
        }
    }

    /// The name for ever.
    pub(crate) fn name(&self) -> &ShapeName {
        &self.name
    }

    /// The label's number in the stored label map.
    pub(crate) fn value(&self) -> i64 {
        self.value
    }

    /// What the source calls it.
    pub(crate) fn called(&self) -> &str {
        &self.called
    }
}

/// Gives each named label its place in the vocabulary and its name for ever. A label that the
/// vocabulary does not know keeps the source's word, and a note says so, unless it is but a number.
pub(crate) fn code(
    names: &[Option<String>],
    values: &[i64],
    case: &FoundCase,
    dataset: &Dataset,
    mut notes: Vec<Note>,
) -> Result<(Vec<Label>, Vec<Note>), Error> {
    let mut labels = Vec::new();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (index, called) in names.iter().enumerate() {
        let Some(called) = called else { continue };
        let mapped = dataset.code(called);
        let (structure, side, slug) = match mapped {
            Some(Mapped { coded, finding }) => {
                notes.extend(finding.map(|finding| with_finding(called, coded, finding)));
                (Some(coded.structure.id.clone()), coded.side, coded.slug())
            }
            None => {
                if !is_number(called) {
                    notes.push(uncoded(called, dataset));
                }
                let slug = name::part_from(called).unwrap_or_else(|| format!("label-{index}"));
                (None, None, slug)
            }
        };
        let count = seen.entry(slug.clone()).or_default();
        *count += 1;
        let ordinal = NonZeroU32::MIN.saturating_add(*count - 1);
        let name = match &case.part {
            Some(part) => part.clone(),
            None => ShapeName::new(&dataset.source.id, &case.subject, &slug, ordinal).map_err(
                |cause| Error::Export { shape: called.clone(), reason: cause.to_string() },
            )?,
        };
        labels.push(Label {
            index,
            value: values.get(index).copied().unwrap_or_default(),
            called: called.clone(),
            name,
            coded: structure.is_some(),
            structure: structure.unwrap_or(slug),
            side,
            finding: mapped.and_then(|mapped| mapped.finding).map(|finding| finding.id.clone()),
            aliases: aliases(dataset, &case.subject, called),
        });
    }
    Ok((labels, notes))
}

/// Whether a label has no other name than its number.
fn is_number(called: &str) -> bool {
    called.strip_prefix("label-").is_some_and(|number| number.parse::<u64>().is_ok())
}

fn uncoded(called: &str, dataset: &Dataset) -> Note {
    let (kind, why) = if dataset.is_unmapped(called) {
        ("unmapped-label", "is no structure, as the source's description says")
    } else {
        ("uncoded-label", "is not in the vocabulary")
    };
    Note {
        kind: kind.to_owned(),
        text: format!("`{called}` {why}: it keeps the source's word as its name"),
        label: Some(called.to_owned()),
        n_voxels: None,
    }
}

fn with_finding(called: &str, coded: Coded<'_>, finding: &Structure) -> Note {
    let structure = Anatomy::builtin().display(&coded.structure.id, coded.side);
    Note {
        kind: "finding".to_owned(),
        text: format!("`{called}` is {structure} with {}", finding.name),
        label: Some(called.to_owned()),
        n_voxels: None,
    }
}

fn aliases(dataset: &Dataset, subject: &str, called: &str) -> Vec<String> {
    let published = dataset.published.iter().filter(|published| published.is_of(called, dataset));
    published.map(|published| published.file.fill(subject, called)).collect()
}

/// A shape and its files, not yet stored.
pub(crate) struct Finished {
    shape: Shape,
    files: Vec<(Role, Option<f64>, Vec<u8>)>,
    descriptor: Option<Descriptor>,
}

/// Writes out all that is kept of a shape.
pub(crate) fn finish(label: &Label, body: Body<'_>) -> Result<Finished, Error> {
    let Body { mesh, step_exponent, measures, quality, original } = body;
    let colour = export::colour(&label.structure);
    let thumbnail = picture::thumbnail(&Part { mesh, colour }, THUMBNAIL_SIZE);
    let refused = |reason: String| Error::Export { shape: label.name.to_string(), reason };
    let glb = |mesh: &Mesh| {
        let mut bytes = Vec::new();
        let written = glb::write_packed(&mut bytes, mesh, step_exponent, &bare());
        written.map(|()| bytes).map_err(|cause| refused(cause.to_string()))
    };
    let mut files = vec![(Role::Mesh, None, glb(mesh)?)];
    for (role, level) in Role::LEVELS.into_iter().zip(levels(mesh, MAX_ERROR_MM, step_exponent)) {
        files.push((role, Some(level.error_mm), glb(&level.mesh)?));
    }
    files.push((Role::Thumbnail, None, picture_bytes(&thumbnail)?));
    if let Some(original) = original {
        let mut bytes = Vec::new();
        glb::write_plain_packed(&mut bytes, original, &bare())
            .map_err(|cause| refused(cause.to_string()))?;
        files.push((Role::Original, None, bytes));
    }
    let shape = Shape {
        name: label.name.clone(),
        structure: label.structure.clone(),
        coded: label.coded,
        side: label.side,
        finding: label.finding.clone(),
        label_value: label.value,
        label_name: label.called.clone(),
        measures,
        quality,
        files: Vec::new(),
        aliases: label.aliases.clone(),
    };
    Ok(Finished { shape, files, descriptor: similar::of_mesh(mesh) })
}

impl Finished {
    /// The bytes of all its files.
    pub(crate) fn into_bytes(self) -> impl Iterator<Item = Vec<u8>> {
        self.files.into_iter().map(|(_, _, bytes)| bytes)
    }

    /// Puts the files into the store; the shape is not visible before its case is.
    pub(crate) fn store(self, blobs: &Blobs) -> Result<(Shape, Option<Descriptor>), Error> {
        let put = |(role, error_mm, bytes): (Role, Option<f64>, Vec<u8>)| -> Result<_, Error> {
            let (sha256, size): (Sha256, u64) = blobs.put(&bytes)?;
            Ok(StoredFile { role, sha256, size, error_mm })
        };
        let files = self.files.into_iter().map(put).collect::<Result<_, _>>()?;
        Ok((Shape { files, ..self.shape }, self.descriptor))
    }
}

/// A file that is made anew: how far it is off its mesh, of a level of detail, and its bytes.
pub(crate) type Derived = (Option<f64>, Vec<u8>);

/// A level of detail or the thumbnail of a shape, made of its canonical mesh; with the level, how far it
/// is off. `None` if the mesh has no such level.
pub(crate) fn derived(shape: &Shape, mesh: &Mesh, role: Role) -> Result<Option<Derived>, Error> {
    if role == Role::Thumbnail {
        let colour = export::colour(&shape.structure);
        let picture = picture::thumbnail(&Part { mesh, colour }, THUMBNAIL_SIZE);
        return Ok(Some((None, picture_bytes(&picture)?)));
    }
    let step_exponent = step_exponent(mesh);
    let mut all = levels(mesh, MAX_ERROR_MM, step_exponent);
    let at = Role::LEVELS.into_iter().position(|level| level == role);
    let Some(at) = at.filter(|&at| at < all.len()) else { return Ok(None) };
    let level = all.swap_remove(at);
    let mut bytes = Vec::new();
    glb::write_packed(&mut bytes, &level.mesh, step_exponent, &bare()).map_err(|cause| {
        Error::Export { shape: shape.name.to_string(), reason: cause.to_string() }
    })?;
    Ok(Some((Some(level.error_mm), bytes)))
}

/// The largest power of two of which all coordinates are whole multiples.
fn step_exponent(mesh: &Mesh) -> i32 {
    let of_number = |number: f32| {
        let bits = number.to_bits();
        let (exponent, fraction) = ((bits >> 23 & 0xff) as i32, bits & 0x7f_ffff);
        let whole = if exponent == 0 { fraction } else { fraction | 0x80_0000 };
        exponent.max(1) - 150 + whole.trailing_zeros() as i32
    };
    let numbers = mesh.positions().iter().flatten().filter(|number| **number != 0.0);
    numbers.map(|number| of_number(*number)).min().unwrap_or(0)
}

/// The stored mesh says nothing but its geometry, so that its hash changes with nothing else; name,
/// colour and licence are put in when it is handed out.
fn bare() -> glb::Look {
    glb::Look { colour: export::UNCODED_COLOUR, ..glb::Look::default() }
}

fn picture_bytes(picture: &Picture) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    png::write(&mut bytes, picture).map_err(Error::io("thumbnail"))?;
    Ok(bytes)
}

impl<'a> Body<'a> {
    /// A mesh that was made of the voxels of a region.
    pub(crate) fn of_voxels(
        mesh: &'a Mesh,
        step_exponent: i32,
        region: &Region,
        grid: &Grid,
    ) -> Self {
        let measures = Measures {
            n_voxels: region.n_voxels,
            voxel_volume_mm3: region.n_voxels as f64 * grid.voxel_volume_mm3(),
            n_components: region.n_components,
            ..measures(mesh)
        };
        let found = inspect(mesh);
        let quality = Quality {
            touches_border: region.touches_border,
            notes: in_words(&found, region),
            ..quality(&found)
        };
        Self { mesh, step_exponent, measures, quality, original: None }
    }

    /// A mesh that came from outside.
    pub(crate) fn of_import(imported: &'a Imported) -> Self {
        let Imported { mesh, original, step_exponent, record, notes, of_file: _ } = imported;
        let found = inspect(mesh);
        let measures = Measures { n_components: found.n_components as u64, ..measures(mesh) };
        let import = Some(record.clone());
        let quality = Quality { notes: notes.clone(), import, ..quality(&found) };
        let step_exponent = *step_exponent;
        Self { mesh, step_exponent, measures, quality, original: Some(original) }
    }
}

/// What can be measured on a mesh alone.
fn measures(mesh: &Mesh) -> Measures {
    let bounds = mesh.bounds();
    Measures {
        n_voxels: 0,
        voxel_volume_mm3: 0.0,
        volume_mm3: Closed::new(mesh).map_or(0.0, signed_volume),
        area_mm2: area(mesh),
        bounds_min_mm: bounds.map_or([0.0; 3], |bounds| bounds.min),
        bounds_max_mm: bounds.map_or([0.0; 3], |bounds| bounds.max),
        n_faces: mesh.faces().len() as u64,
        n_vertices: mesh.positions().len() as u64,
        n_components: 0,
    }
}

fn quality(found: &MeshQuality) -> Quality {
    Quality {
        closed: found.closed,
        manifold: found.manifold,
        oriented: found.oriented,
        touches_border: false,
        notes: Vec::new(),
        import: None,
    }
}

fn in_words(found: &MeshQuality, region: &Region) -> Vec<String> {
    let mut notes = Vec::new();
    if region.touches_border {
        notes.push("reaches the border of the image: it may be cut off there".to_owned());
    }
    if region.n_components > 1 {
        notes.push(format!("is in {}", counted(region.n_components, "piece")));
    }
    if region.n_voxels < FEW_VOXELS {
        notes.push(format!("has only {}", counted(region.n_voxels, "voxel")));
    }
    if found.n_degenerate_faces > 0 {
        let faces = counted(found.n_degenerate_faces as u64, "face");
        notes.push(format!("has {faces} without area"));
    }
    notes
}
