//! What a file is, in a screen: its facts, what it holds, and what looks wrong with it.

use std::collections::BTreeMap;

use medshape_catalog::{Anatomy, Coded, Faults};
use medshape_formats::kind::Kind;
use medshape_formats::npz::{self, SampleFacts};
use medshape_formats::{Input, MeshFile, PointFile};
use medshape_geometry::mesh::closed::Closed;
use medshape_geometry::mesh::quality::inspect as inspect_mesh;
use medshape_geometry::mesh::weld::weld;
use medshape_geometry::mesh::{area::area, volume::signed_volume};
use medshape_geometry::voxels::neighbours::Neighbours;
use medshape_geometry::voxels::regions::{Region, regions};
use medshape_types::{Bounds, Contours, Grid, LabelMap, Segmentation, Volume};
use serde::Serialize;

use crate::contents::{self, Contents};
use crate::counted::counted;
use crate::import::{self, ImportOptions};
use crate::{Dataset, Error, Reader, doubt};

/// What inspection found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Inspection {
    /// `labels`, `image`, `outlines`, `mesh`, `points`, `samples`, `table` or `archive`.
    pub kind: String,
    /// Facts in the order in which people want them: name and value.
    pub facts: Vec<Fact>,
    /// Of voxels: where they lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<GridFacts>,
    /// One a structure.
    pub labels: Vec<LabelFacts>,
    /// Of a mesh: its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mesh: Option<MeshFacts>,
    /// Of a mesh: what is wrong with it, counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults: Option<Faults>,
    /// What looks wrong or wants a decision, a sentence each.
    pub warnings: Vec<String>,
}

/// A fact with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// Such as `spacing`.
    pub name: String,
    /// Such as `1.5 × 1.5 × 1.5 mm`.
    pub value: String,
}

/// Where voxels lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GridFacts {
    /// Voxels along each axis of the file.
    pub dims: [usize; 3],
    /// From voxel indices to millimetres RAS+.
    pub world_from_voxel: [[f64; 4]; 3],
}

/// The size of a mesh, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeshFacts {
    /// Triangles, after polygons were cut.
    pub n_faces: usize,
    /// Vertices as the file has them.
    pub n_vertices: usize,
    /// Different places that faces have corners at.
    pub n_places: usize,
    /// Area of all triangles.
    pub area_mm2: f64,
    /// Volume inside, negative if the faces look inward; `None` unless it is closed.
    pub volume_mm3: Option<f64>,
}

/// A structure of a label map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelFacts {
    /// Its layer; structures of one layer do not overlap.
    pub layer: usize,
    /// Its number.
    pub value: i64,
    /// What the file, or the dataset, calls it; empty if nobody says.
    pub name: String,
    /// What the vocabulary calls it; empty if it does not know it.
    pub known_as: String,
    /// How many voxels it has.
    pub n_voxels: u64,
    /// Voxel count times voxel volume.
    pub volume_mm3: f64,
    /// Pieces that share no voxel face.
    pub n_pieces: u64,
    /// Whether it reaches the border of the image.
    pub touches_border: bool,
}

/// Inspects a file. Names of labels are those of the file; where it has none, those of `dataset`.
///
/// # Errors
/// The file is broken, or nothing that is read.
pub fn inspect(
    input: &Input,
    dataset: &Dataset,
    options: &ImportOptions,
    reader: &Reader,
) -> Result<Inspection, Error> {
    if reader.kind(input)? == Some(Kind::Archive) {
        return Ok(Inspection { kind: "archive".to_owned(), ..Inspection::default() });
    }
    let mut found = match contents::read(input, reader)? {
        Contents::Labels(segmentation) => labels(&segmentation, dataset),
        Contents::Image(volume) => image(&volume),
        Contents::Outlines(contours) => outlines(&contours),
        Contents::Mesh(file) => mesh(&file, options),
        Contents::Points(file) => points(&file, options),
        Contents::Samples(found) => samples(&found),
        Contents::Table(table) => {
            let mut found = Inspection { kind: "table".to_owned(), ..Inspection::default() };
            found.fact("rows", table.rows.len());
            found.fact("columns", table.columns.join(", "));
            found
        }
    };
    if let Ok(header) = reader.header(input) {
        // What the grid says as well, it says in words that fit all formats.
        let is_new =
            |name: &str| !["orientation", "spacing-mm", "origin-mm", "voxels"].contains(&name);
        let said = header.into_iter().filter(|(name, _)| is_new(name));
        let said = said.map(|(name, value)| Fact { name, value });
        found.facts.splice(0..0, said);
    }
    Ok(found)
}

impl Inspection {
    fn fact(&mut self, name: &str, value: impl ToString) {
        self.facts.push(Fact { name: name.to_owned(), value: value.to_string() });
    }

    fn grid(&mut self, grid: &Grid) {
        let world_from_voxel = *grid.world_from_voxel().rows();
        self.grid = Some(GridFacts { dims: grid.dims(), world_from_voxel });
        let [x, y, z] = grid.dims();
        self.fact("voxels", format!("{x} × {y} × {z}"));
        let [dx, dy, dz] = grid.spacing_mm();
        self.fact("spacing", format!("{dx:.4} × {dy:.4} × {dz:.4} mm"));
        self.fact("orientation", grid.orientation());
        let [ox, oy, oz] = grid.world_from_voxel().translation();
        self.fact("first voxel", format!("({ox:.3}, {oy:.3}, {oz:.3}) mm RAS+"));
        self.warnings.extend(odd_grid(grid));
    }
}

fn labels(segmentation: &Segmentation, dataset: &Dataset) -> Inspection {
    let mut found = Inspection { kind: "labels".to_owned(), ..Inspection::default() };
    found.grid(segmentation.grid());
    let n_layers = segmentation.layers().len();
    if n_layers > 1 {
        found.fact("layers", format!("{n_layers}: structures overlap"));
    }
    let names = names(segmentation, dataset);
    for (layer, map) in segmentation.layers().iter().enumerate() {
        let rows = rows(layer, map, &names, dataset);
        found.labels.extend(rows);
        let neighbours = Neighbours::of(map);
        let intensities = doubt::intensities(map, &neighbours);
        found.warnings.extend(intensities.or_else(|| doubt::noise(&neighbours)));
    }
    found.labels.extend(empty(segmentation, dataset));
    found.warnings.extend(odd_labels(&found.labels));
    found
}

type Names = BTreeMap<(usize, i64), String>;

fn names(segmentation: &Segmentation, dataset: &Dataset) -> Names {
    if segmentation.segments().is_empty() {
        let named = dataset.labels.iter().map(|(value, name)| ((0, *value), name.clone()));
        return named.collect();
    }
    let of_file = segmentation.segments().iter();
    of_file.map(|segment| ((segment.layer, segment.value), segment.name.clone())).collect()
}

fn rows(layer: usize, map: &LabelMap, names: &Names, dataset: &Dataset) -> Vec<LabelFacts> {
    let found = regions(map);
    let labels = map.values().iter().zip(&found).skip(1);
    let row = |(&value, region): (&i64, &Region)| {
        let name = names.get(&(layer, value)).cloned().unwrap_or_default();
        LabelFacts {
            layer,
            value,
            known_as: known_as(&name, dataset),
            name,
            n_voxels: region.n_voxels,
            volume_mm3: region.n_voxels as f64 * map.grid().voxel_volume_mm3(),
            n_pieces: region.n_components,
            touches_border: region.touches_border,
        }
    };
    labels.filter(|(_, region)| region.n_voxels > 0).map(row).collect()
}

fn known_as(name: &str, dataset: &Dataset) -> String {
    let display = |coded: Coded<'_>| Anatomy::builtin().display(&coded.structure.id, coded.side);
    dataset.code(name).map_or(String::new(), |mapped| display(mapped.coded))
}

/// Structures that the file names and that have no voxel.
fn empty(segmentation: &Segmentation, dataset: &Dataset) -> Vec<LabelFacts> {
    let has_voxels = |layer: usize, value: i64| {
        let map = &segmentation.layers()[layer];
        map.values().contains(&value)
    };
    let named = segmentation.segments().iter();
    let empty = named.filter(|segment| !has_voxels(segment.layer, segment.value));
    let row = |segment: &medshape_types::Segment| LabelFacts {
        layer: segment.layer,
        value: segment.value,
        known_as: known_as(&segment.name, dataset),
        name: segment.name.clone(),
        n_voxels: 0,
        volume_mm3: 0.0,
        n_pieces: 0,
        touches_border: false,
    };
    empty.map(row).collect()
}

fn odd_labels(labels: &[LabelFacts]) -> Vec<String> {
    let mut warnings = Vec::new();
    let n_negative = labels.iter().filter(|label| label.value < 0).count();
    if n_negative > 0 {
        let labels = counted(n_negative as u64, "negative label");
        warnings.push(format!("{labels}: something was subtracted there"));
    }
    let n_nameless = labels.iter().filter(|label| label.name.is_empty()).count();
    if n_nameless > 0 {
        let labels = counted(n_nameless as u64, "label");
        warnings.push(format!("{labels} without a name: `--dataset` says what they mean"));
    }
    let n_empty = labels.iter().filter(|label| label.n_voxels == 0).count();
    if n_empty > 0 {
        let structures = counted(n_empty as u64, "structure");
        warnings.push(format!("{structures} with a name and no voxel"));
    }
    if labels.is_empty() {
        warnings.push("every voxel is background".to_owned());
    }
    warnings
}

fn odd_grid(grid: &Grid) -> Vec<String> {
    const MOST_ANISOTROPIC: f64 = 10.0;
    let spacing = grid.spacing_mm();
    let [low, high] = [
        spacing.iter().copied().fold(f64::MAX, f64::min),
        spacing.iter().copied().fold(0.0, f64::max),
    ];
    let mut warnings = Vec::new();
    if high / low > MOST_ANISOTROPIC {
        warnings.push(format!("voxels are {:.0} times as long as wide", high / low));
    }
    let sheared = 1.0 - grid.voxel_volume_mm3() / spacing.iter().product::<f64>();
    if sheared > 1e-3 {
        warnings.push("the axes are not at right angles".to_owned());
    }
    warnings
}

fn image(volume: &Volume<f32>) -> Inspection {
    let mut found = Inspection { kind: "image".to_owned(), ..Inspection::default() };
    found.grid(volume.grid());
    let finite = volume.voxels().iter().copied().filter(|value| value.is_finite());
    let (low, high) =
        finite.fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(value), high.max(value)));
    found.fact("values", format!("{low} to {high}"));
    let n_not_finite = volume.voxels().iter().filter(|value| !value.is_finite()).count();
    if n_not_finite > 0 {
        let voxels = counted(n_not_finite as u64, "voxel");
        found.warnings.push(format!("{voxels} of NaN or infinity"));
    }
    let what = "intensities, not labels: `ingest --threshold VALUE` surfaces them";
    found.warnings.push(what.to_owned());
    found
}

fn outlines(contours: &Contours) -> Inspection {
    let mut found = Inspection { kind: "outlines".to_owned(), ..Inspection::default() };
    found.fact("structures", contours.structures.len());
    for structure in &contours.structures {
        let n_points: usize = structure.outlines.iter().map(Vec::len).sum();
        let n_outlines = structure.outlines.len();
        let outlines = counted(n_outlines as u64, "outline");
        let value = format!("{outlines}, {}", counted(n_points as u64, "point"));
        found.fact(&format!("{} {}", structure.number, structure.name), value);
        if n_outlines == 0 {
            found.warnings.push(format!("`{}` has no outline", structure.name));
        }
    }
    found
}

fn mesh(file: &MeshFile, options: &ImportOptions) -> Inspection {
    let mut found = Inspection { kind: "mesh".to_owned(), ..Inspection::default() };
    let understood = import::understood(file, options);
    let (mesh, n_not_finite_faces) = file.to_mesh(understood.units, understood.space);
    let exact = weld(&mesh);
    let import::Rounded { mesh: welded, note } = import::rounded(&exact);
    let facts = MeshFacts {
        n_faces: file.n_faces(),
        n_vertices: file.n_vertices(),
        n_places: exact.positions().len() - inspect_mesh(&exact).n_unused_vertices,
        area_mm2: area(&welded),
        volume_mm3: Closed::new(&welded).map(signed_volume),
    };
    found.mesh = Some(facts);
    found.fact("parts", file.parts.len());
    found.fact("triangles", facts.n_faces);
    let vertices = format!("{}, {} at different places", facts.n_vertices, facts.n_places);
    found.fact("vertices", vertices);
    found.fact("unit", said(file.units.map(|units| units.word()), understood.units.word()));
    let taken = import::space_word(understood.space);
    found.fact("space", said(file.space.map(import::space_word), taken));
    found.extent(mesh.bounds());
    found.fact("area", format!("{:.6} mm²", facts.area_mm2));
    if let Some(volume_mm3) = facts.volume_mm3 {
        found.fact("closed", "yes");
        found.fact("volume", format!("{volume_mm3:.6} mm³"));
        if volume_mm3 < 0.0 {
            found.warnings.push("inside out: its faces look inward".to_owned());
        }
    } else {
        found.fact("closed", "no");
    }
    let faults =
        Faults { n_not_finite_faces: n_not_finite_faces as u64, ..import::faults(&welded) };
    found.fact("pieces", faults.n_components);
    found.warnings.extend(file.notes.iter().cloned());
    found.warnings.extend(note);
    found.warnings.extend(import::doubt(&welded, file, options));
    found.warnings.extend(import::faults_in_words(&faults));
    found.faults = Some(faults);
    found
}

fn points(file: &PointFile, options: &ImportOptions) -> Inspection {
    let mut found = Inspection { kind: "points".to_owned(), ..Inspection::default() };
    let units = import::units(options, file.units);
    let (cloud, n_left_out) = file.to_cloud(units, import::space(options, file.space));
    found.fact("points", file.positions.len());
    found.fact("normals", if file.normals.is_empty() { "no" } else { "yes" });
    found.fact("unit", said(file.units.map(|units| units.word()), units.word()));
    found.extent(Bounds::around(cloud.positions().iter().map(|p| p.map(f64::from))));
    if n_left_out > 0 {
        let points = counted(n_left_out as u64, "point");
        found.warnings.push(format!("{points} with a coordinate that is no finite number"));
    }
    found.warnings.extend(file.notes.iter().cloned());
    found
}

fn samples(samples: &[SampleFacts]) -> Inspection {
    let mut found = Inspection { kind: "samples".to_owned(), ..Inspection::default() };
    found.fact("samples", samples.len());
    found.fact("names", npz::names_in_words(samples));
    let count = |is: fn(&SampleFacts) -> bool| samples.iter().filter(|sample| is(sample)).count();
    let [n_meshes, n_points, n_masks] = [
        count(|sample| sample.has_mesh),
        count(|sample| sample.has_points),
        count(|sample| sample.has_mask),
    ];
    found.fact("hold", format!("meshes {n_meshes}, points {n_points}, voxels {n_masks}"));
    let mut n_of_label = BTreeMap::new();
    for label in samples.iter().filter_map(|sample| sample.label) {
        *n_of_label.entry(label).or_insert(0_usize) += 1;
    }
    if !n_of_label.is_empty() {
        let words: Vec<_> = n_of_label.iter().map(|(label, n)| format!("{label}: {n}")).collect();
        found.fact("labels", words.join(", "));
    }
    found.warnings.push("many shapes in one file: `--sample NAME` looks at one".to_owned());
    found
}

impl Inspection {
    fn extent(&mut self, bounds: Option<Bounds>) {
        let Some(bounds) = bounds else { return };
        let [x, y, z] = bounds.size();
        self.fact("extent", format!("{x:.4} × {y:.4} × {z:.4} mm"));
    }
}

/// What a file says, or what it was taken for.
fn said(by_file: Option<&str>, taken: &str) -> String {
    match by_file {
        Some(word) if word == taken => word.to_owned(),
        Some(word) => format!("{word}, taken for {taken}"),
        None => format!("not said, taken for {taken}"),
    }
}
