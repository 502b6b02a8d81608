//! The table of a release: a row for each shape.

use std::io::Write;

use medshape_catalog::release::HeldShape;
use medshape_catalog::{Anatomy, Catalog, Role, Sex, Side, Source, StoredFile, Structure, Subject};
use medshape_formats::parquet::{Cell, Kind, TableWriter};

use super::gather::Gathered;
use super::{LeftOut, MANIFEST};
use crate::{Error, PROGRAM_VERSION, export};

/// Rows that stand together in the file, and in memory.
const GROUP: usize = 16_384;

/// A column: its name, what it holds, what that means, and how it is had.
pub(super) struct ColumnOf {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) meaning: &'static str,
    cell: Getter,
}

type Getter = for<'r> fn(&'r Row<'_>) -> Cell<'r>;

const fn column(name: &'static str, kind: Kind, cell: Getter, meaning: &'static str) -> ColumnOf {
    ColumnOf { name, kind, meaning, cell }
}

use Kind::{Flag, Integer, Number, Text};

/// The columns, in the order of the file. Files stand in columns of the shape's row, and not in a
/// table of their own: a shape has at most one of each role, so that a row says all of a shape.
pub(super) const COLUMNS: [ColumnOf; 61] = [
    column(
        "name",
        Text,
        |row| text(&row.name),
        "Name of the shape, source/subject/structure, which never changes",
    ),
    column("source", Text, |row| text(&row.source.id), "Id of the dataset that it comes from"),
    column(
        "subject",
        Text,
        |row| text(row.shape.name.subject()),
        "Id of the person within the dataset",
    ),
    column(
        "structure",
        Text,
        |row| text(&row.shape.structure),
        "Id of the structure in the vocabulary, its side aside",
    ),
    column("label", Text, |row| text(&row.label), "What it is, in English"),
    column(
        "coded",
        Flag,
        |row| Cell::Flag(row.shape.coded),
        "Whether the vocabulary knows the structure",
    ),
    column(
        "side",
        Text,
        |row| perhaps(row.shape.side.map(Side::word)),
        "left or right of the person, for paired structures",
    ),
    column(
        "finding",
        Text,
        |row| perhaps(row.shape.finding.as_deref()),
        "Id of what is not healthy about it, such as a tumour",
    ),
    column("label_name", Text, |row| text(&row.shape.label_name), "What the dataset calls it"),
    column(
        "snomed",
        Text,
        |row| row.code(|structure| &structure.snomed),
        "SNOMED CT code of the structure",
    ),
    column(
        "uberon",
        Text,
        |row| row.code(|structure| &structure.uberon),
        "UBERON number of the structure",
    ),
    column(
        "fma",
        Text,
        |row| row.code(|structure| &structure.fma),
        "Number of the structure in the Foundational Model of Anatomy",
    ),
    column(
        "sex",
        Text,
        |row| perhaps(row.shape.sex.map(Sex::word)),
        "female or male, as the dataset says",
    ),
    column(
        "age_years",
        Integer,
        |row| age(row.shape.age_years),
        "Whole years; 90 stands for 90 and more",
    ),
    column("pathology", Text, |row| perhaps(row.shape.pathology.as_deref()), "As the dataset says"),
    column(
        "volume_mm3",
        Number,
        |row| Cell::Number(row.shape.measures.volume_mm3),
        "Volume inside the mesh",
    ),
    column("area_mm2", Number, |row| Cell::Number(row.shape.measures.area_mm2), "Area of the mesh"),
    column(
        "voxel_volume_mm3",
        Number,
        |row| Cell::Number(row.shape.measures.voxel_volume_mm3),
        "Number of voxels times the volume of one",
    ),
    column(
        "n_voxels",
        Integer,
        |row| count(row.shape.measures.n_voxels),
        "Voxels in the label map",
    ),
    column("n_faces", Integer, |row| count(row.shape.measures.n_faces), "Faces of the mesh"),
    column(
        "n_vertices",
        Integer,
        |row| count(row.shape.measures.n_vertices),
        "Vertices of the mesh",
    ),
    column(
        "n_components",
        Integer,
        |row| count(row.shape.measures.n_components),
        "Pieces that do not touch",
    ),
    column(
        "min_x_mm",
        Number,
        |row| Cell::Number(row.shape.measures.bounds_min_mm[0]),
        "Corner of the box around it, RAS+, to the right",
    ),
    column(
        "min_y_mm",
        Number,
        |row| Cell::Number(row.shape.measures.bounds_min_mm[1]),
        "Corner of the box, to the front",
    ),
    column(
        "min_z_mm",
        Number,
        |row| Cell::Number(row.shape.measures.bounds_min_mm[2]),
        "Corner of the box, to the head",
    ),
    column(
        "max_x_mm",
        Number,
        |row| Cell::Number(row.shape.measures.bounds_max_mm[0]),
        "Opposite corner, to the right",
    ),
    column(
        "max_y_mm",
        Number,
        |row| Cell::Number(row.shape.measures.bounds_max_mm[1]),
        "Opposite corner, to the front",
    ),
    column(
        "max_z_mm",
        Number,
        |row| Cell::Number(row.shape.measures.bounds_max_mm[2]),
        "Opposite corner, to the head",
    ),
    column(
        "closed",
        Flag,
        |row| Cell::Flag(row.shape.quality.closed),
        "Every edge has a face on both sides",
    ),
    column(
        "manifold",
        Flag,
        |row| Cell::Flag(row.shape.quality.manifold),
        "No edge has more than two faces, no vertex joins two sheets",
    ),
    column(
        "oriented",
        Flag,
        |row| Cell::Flag(row.shape.quality.oriented),
        "Faces wind alike and outward",
    ),
    column(
        "touches_border",
        Flag,
        |row| Cell::Flag(row.shape.quality.touches_border),
        "It reaches the border of the image, and may be cut",
    ),
    column(
        "imported",
        Flag,
        |row| Cell::Flag(row.shape.quality.import.is_some()),
        "It came as a mesh of another program",
    ),
    column(
        "quality_notes",
        Text,
        |row| perhaps(row.notes.as_deref()),
        "Further findings, a line each",
    ),
    column(
        "licence",
        Text,
        |row| text(&row.source.licence.id),
        "SPDX identifier of the dataset's licence, or LicenseRef-...",
    ),
    column(
        "attribution",
        Flag,
        |row| Cell::Flag(row.source.licence.terms.attribution),
        "The licence asks to say who made it",
    ),
    column(
        "share_alike",
        Flag,
        |row| Cell::Flag(row.source.licence.terms.share_alike),
        "What is made of it must stay under the same licence",
    ),
    column(
        "non_commercial",
        Flag,
        |row| Cell::Flag(row.source.licence.terms.non_commercial),
        "Not for business",
    ),
    column(
        "no_derivatives",
        Flag,
        |row| Cell::Flag(row.source.licence.terms.no_derivatives),
        "What is made of it must not be passed on",
    ),
    column("citation", Text, |row| text(&row.source.citation), "How to cite the dataset"),
    column(
        "privacy_class",
        Text,
        |row| text(row.shape.privacy_class(row.source).word()),
        "P0 nobody's, P1 an organ, P2 a face can be guessed from it",
    ),
    column(
        "mesh_sha256",
        Text,
        |row| row.hash(Role::Mesh),
        "SHA-256 of the mesh: says which version of the shape this is",
    ),
    column("mesh_size", Integer, |row| row.size(Role::Mesh), "Bytes of the mesh, a compressed GLB"),
    column(
        "level1_sha256",
        Text,
        |row| row.hash(Role::Level1),
        "SHA-256 of the mesh with a quarter of the faces",
    ),
    column("level1_size", Integer, |row| row.size(Role::Level1), "Its bytes"),
    column(
        "level1_error_mm",
        Number,
        |row| row.error_mm(Role::Level1),
        "How far it lies off the mesh at most",
    ),
    column(
        "level2_sha256",
        Text,
        |row| row.hash(Role::Level2),
        "SHA-256 of the mesh with a sixteenth of the faces",
    ),
    column("level2_size", Integer, |row| row.size(Role::Level2), "Its bytes"),
    column(
        "level2_error_mm",
        Number,
        |row| row.error_mm(Role::Level2),
        "How far it lies off the mesh at most",
    ),
    column(
        "level3_sha256",
        Text,
        |row| row.hash(Role::Level3),
        "SHA-256 of the mesh with a 64th of the faces",
    ),
    column("level3_size", Integer, |row| row.size(Role::Level3), "Its bytes"),
    column(
        "level3_error_mm",
        Number,
        |row| row.error_mm(Role::Level3),
        "How far it lies off the mesh at most",
    ),
    column(
        "level4_sha256",
        Text,
        |row| row.hash(Role::Level4),
        "SHA-256 of the mesh with a 256th of the faces",
    ),
    column("level4_size", Integer, |row| row.size(Role::Level4), "Its bytes"),
    column(
        "level4_error_mm",
        Number,
        |row| row.error_mm(Role::Level4),
        "How far it lies off the mesh at most",
    ),
    column(
        "thumbnail_sha256",
        Text,
        |row| row.hash(Role::Thumbnail),
        "SHA-256 of a small picture, PNG",
    ),
    column("thumbnail_size", Integer, |row| row.size(Role::Thumbnail), "Its bytes"),
    column(
        "original_sha256",
        Text,
        |row| row.hash(Role::Original),
        "SHA-256 of the mesh before anything was changed",
    ),
    column("original_size", Integer, |row| row.size(Role::Original), "Its bytes"),
    column(
        "label_map_sha256",
        Text,
        |row| row.hash(Role::LabelMap),
        "SHA-256 of the label map, where all shapes of it are in the release",
    ),
    column("label_map_size", Integer, |row| row.size(Role::LabelMap), "Its bytes"),
];

/// Writes the rows of all shapes of the release, by the bytes of their names.
pub(super) fn write(
    catalog: &Catalog,
    gathered: &Gathered,
    out: &mut (dyn Write + Send),
) -> Result<(), Error> {
    let path = catalog.dir().join(MANIFEST);
    let columns = COLUMNS.each_ref().map(|column| (column.name, column.kind));
    let program = format!("medshape version {PROGRAM_VERSION}");
    let mut table = TableWriter::new(out, &columns, &program, GROUP).map_err(Error::io(&path))?;
    catalog.each_held::<Error>(&mut |shape, source| {
        if LeftOut::of(&shape, source).is_some() {
            return Ok(());
        }
        let row = Row::of(&shape, source, gathered);
        let cells = COLUMNS.each_ref().map(|column| (column.cell)(&row));
        table.add(&cells).map_err(Error::io(&path))
    })?;
    table.finish().map_err(Error::io(&path))
}

/// A shape, its source, and texts that are made for its row.
struct Row<'a> {
    shape: &'a HeldShape,
    source: &'a Source,
    structure: Option<&'static Structure>,
    name: String,
    label: String,
    notes: Option<String>,
    files: Vec<(String, &'a StoredFile)>,
}

impl<'a> Row<'a> {
    fn of(shape: &'a HeldShape, source: &'a Source, gathered: &Gathered) -> Self {
        let files = shape.files.iter().chain(gathered.label_map(shape));
        let notes = &shape.quality.notes;
        Self {
            shape,
            source,
            structure: Anatomy::builtin().structure(&shape.structure).filter(|_| shape.coded),
            name: shape.name.to_string(),
            label: export::title(shape.coded, &shape.structure, shape.side, &shape.label_name),
            notes: (!notes.is_empty()).then(|| notes.join("\n")),
            files: files.map(|file| (file.sha256.to_string(), file)).collect(),
        }
    }

    fn code(&self, of: fn(&Structure) -> &Option<String>) -> Cell<'_> {
        perhaps(self.structure.and_then(|structure| of(structure).as_deref()))
    }

    fn hash(&self, role: Role) -> Cell<'_> {
        perhaps(self.file(role).map(|(hash, _)| hash.as_str()))
    }

    fn size(&self, role: Role) -> Cell<'_> {
        self.file(role).map_or(Cell::Missing, |(_, file)| count(file.size))
    }

    fn error_mm(&self, role: Role) -> Cell<'_> {
        self.file(role).and_then(|(_, file)| file.error_mm).map_or(Cell::Missing, Cell::Number)
    }

    fn file(&self, role: Role) -> Option<&(String, &'a StoredFile)> {
        self.files.iter().find(|(_, file)| file.role == role)
    }
}

fn text(text: &str) -> Cell<'_> {
    Cell::Text(text)
}

fn perhaps(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Missing, Cell::Text)
}

fn count(n: u64) -> Cell<'static> {
    i64::try_from(n).map_or(Cell::Missing, Cell::Integer)
}

fn age(years: Option<u32>) -> Cell<'static> {
    years.map_or(Cell::Missing, |years| Cell::Integer(i64::from(years.min(Subject::OLDEST_YEARS))))
}
