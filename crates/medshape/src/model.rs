//! What one structure looks like over a population: its mean, its modes, and a picture of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use medshape_catalog::{Catalog, Hit, Measures, Page, Query, ShapeName, Side, Source};
use medshape_formats::{glb, png};
use medshape_geometry::align::icp::Fixed;
use medshape_geometry::align::pairs::Freedom;
use medshape_geometry::mesh::simplify;
use medshape_geometry::picture::{self, Part};
use medshape_geometry::population::correspondence::{CorrespondenceOptions, Fitted, fitted};
use medshape_geometry::population::model::ShapeModel;
use medshape_geometry::population::pieces::main_pieces;
use medshape_geometry::population::procrustes::superimposed;
use medshape_geometry::population::typical::most_typical;
use medshape_types::Mesh;
use rayon::prelude::*;
use serde::Serialize;

use crate::download::write_whole;
use crate::papers;
use crate::{Error, PROGRAM_VERSION, export};

/// Name of the description in the folder.
pub const DESCRIPTION: &str = "model.json";
/// Name of the picture of the modes in the folder.
pub const PICTURE: &str = "modes.png";

/// How far from the mean the modes are shown, in standard deviations.
const SHOWN_SD: f64 = 2.0;
/// Fewer shapes than this have a mean, but no ways to differ worth the name.
const FEWEST: usize = 3;
/// Width and height of one shape in the picture.
const TILE: u32 = 320;
/// Pieces that hold a smaller share of what the largest holds are crumbs of the segmentation.
const LEAST_PIECE: f64 = 0.05;
/// A shape that the template meets no better than this, as a share of its own size, is left out.
const WORST_FIT: f64 = 0.05;

/// Vertices of the template lie on a lattice of a 256th of a millimetre.
const STEP_EXPONENT: i32 = -8;

/// What model is made, and where it goes.
#[derive(Debug, Clone)]
pub struct ModelOptions {
    /// Folder to write to; made if it is not there.
    pub folder: PathBuf,
    /// Faces of the mean shape, about.
    pub n_faces: usize,
    /// Modes that get files and a row of the picture.
    pub n_modes: usize,
    /// Whether shapes are brought to one size, so that only their form differs.
    pub without_size: bool,
}

/// What came of it; also written as [`DESCRIPTION`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelReport {
    /// Id of the structure.
    pub structure: String,
    /// Which side of the person.
    pub side: Option<Side>,
    /// Whether size was taken out.
    pub without_size: bool,
    /// Faces of the mean shape.
    pub n_faces: usize,
    /// The shapes that the model is made of.
    pub members: Vec<Member>,
    /// Shapes that were found and not used, and why.
    pub left_out: Vec<LeftOut>,
    /// The modes, from the one that explains most; all of them.
    pub modes: Vec<ModeReport>,
    /// Modes that are needed to explain 90 % of the variance.
    pub n_modes_for_90_percent: usize,
    /// Where the members come from. The model may be used as far as all of these allow.
    pub sources: Vec<SourceReport>,
    /// Version of the program.
    pub program_version: String,
}

/// A shape in a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Member {
    /// Its name.
    pub name: ShapeName,
    /// Root of the mean squared distance of its vertices from the template as it lies on it.
    pub fit_rms_mm: f64,
    /// Where it lies along the first modes, in standard deviations.
    pub coefficients_sd: Vec<f64>,
}

/// A shape that is not in a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub name: ShapeName,
    /// Why.
    pub reason: String,
}

/// A mode in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModeReport {
    /// Share of the variance.
    pub explained: f64,
    /// The same with all modes before it.
    pub cumulative: f64,
    /// How far vertices move for one standard deviation: root of the mean square.
    pub rms_mm: f64,
}

/// A source of a model's members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceReport {
    /// Its id.
    pub id: String,
    /// SPDX identifier.
    pub licence: String,
    /// How to cite it.
    pub citation: String,
    /// How many members come from it.
    pub n_members: usize,
}

/// Makes the model of the shapes that `query` finds, which have to be of one structure, and writes
/// it to a folder: `mean.glb`, each mode two standard deviations to either side
/// (`mode-1-minus.glb`, `mode-1-plus.glb` …), a picture and a description. All meshes have the same
/// vertices in the same order.
///
/// Shapes that the border of the image cuts off are left out, and the report says so.
///
/// # Errors
/// The query finds several structures or too few shapes, the store is damaged, or the folder cannot
/// be written.
pub fn model(
    catalog: &Catalog,
    query: &Query,
    options: &ModelOptions,
    stop: &AtomicBool,
    watch: &(dyn Fn(u64, u64) + Sync),
) -> Result<ModelReport, Error> {
    let hits = catalog.search(query, Page { offset: 0, limit: u64::MAX })?.hits;
    let (structure, side) = kind(&hits, &options.folder)?;
    let (whole, mut left_out) = whole_only(hits);
    let meshes = meshes(catalog, &whole)?;
    let template = template(&meshes, options.n_faces)
        .ok_or_else(|| too_few(whole.len(), &left_out, &options.folder))?;
    let fits = fits(&template, &meshes, options, stop, watch)?;
    let (members, shapes) = well_fitted(whole, fits, &mut left_out);
    let refused = || too_few(shapes.len(), &left_out, &options.folder);
    if shapes.len() < FEWEST {
        return Err(refused());
    }
    let laid = superimposed(&shapes, freedom(options)).ok_or_else(refused)?;
    let model = ShapeModel::new(template.faces(), &laid.shapes).ok_or_else(refused)?;
    let sources = sources(catalog, &members)?;
    let report = ModelReport {
        structure: structure.clone(),
        side,
        without_size: options.without_size,
        n_faces: template.faces().len(),
        members: in_numbers(members, &laid.shapes, &model, options.n_modes),
        left_out,
        modes: modes(&model),
        n_modes_for_90_percent: model.n_modes_for(0.9),
        sources: sources
            .values()
            .map(|(source, n_members)| source_report(source, *n_members))
            .collect(),
        program_version: PROGRAM_VERSION.to_owned(),
    };
    write(&model, &report, sources.values().map(|(source, _)| source), options)?;
    Ok(report)
}

fn freedom(options: &ModelOptions) -> Freedom {
    if options.without_size { Freedom::Similarity } else { Freedom::Rigid }
}

/// The one structure and side of all shapes.
fn kind(hits: &[Hit], folder: &Path) -> Result<(String, Option<Side>), Error> {
    let kinds: BTreeSet<(String, Option<Side>)> =
        hits.iter().map(|hit| (hit.structure.clone(), hit.side)).collect();
    let mut each = kinds.iter();
    match (each.next(), each.next()) {
        (Some(kind), None) => Ok(kind.clone()),
        (None, _) => Err(Error::refused(folder, "the query finds no shape")),
        _ => {
            let called = |(structure, side): &(String, Option<Side>)| match side {
                Some(side) => format!("{structure} ({})", side.word()),
                None => structure.clone(),
            };
            let kinds: Vec<String> = kinds.iter().take(5).map(called).collect();
            let reason =
                format!("a model is of one structure, and the query finds {}", kinds.join(", "));
            Err(Error::refused(folder, reason))
        }
    }
}

fn too_few(n: usize, left_out: &[LeftOut], folder: &Path) -> Error {
    let reason = format!(
        "{n} shapes can be used and {} were left out; a model needs at least {FEWEST}",
        left_out.len()
    );
    Error::refused(folder, reason)
}

/// Shapes of which nothing is cut off.
fn whole_only(hits: Vec<Hit>) -> (Vec<Hit>, Vec<LeftOut>) {
    let (mut whole, mut left_out) = (Vec::new(), Vec::new());
    for hit in hits {
        match unfit(&hit) {
            None => whole.push(hit),
            Some(reason) => left_out.push(LeftOut { reason: reason.to_owned(), name: hit.name }),
        }
    }
    (whole, left_out)
}

/// Why a model cannot be made of a shape.
fn unfit(hit: &Hit) -> Option<&'static str> {
    match hit.quality() {
        None => Some("this collection knows of it but does not hold it"),
        Some(quality) if quality.touches_border => {
            Some("it reaches the border of the image and may be cut off there")
        }
        Some(quality) if !quality.closed => Some("its mesh is not closed"),
        Some(_) => None,
    }
}

fn meshes(catalog: &Catalog, hits: &[Hit]) -> Result<Vec<Mesh>, Error> {
    let read = |hit: &Hit| {
        // Between the search and now another process may have replaced the case.
        let Some(page) = catalog.shape(&hit.name)? else { return Ok(Mesh::default()) };
        Ok(main_pieces(&export::mesh(catalog, &page.shape)?, LEAST_PIECE))
    };
    hits.iter().map(read).collect()
}

/// The most typical shape, coarse.
fn template(meshes: &[Mesh], n_faces: usize) -> Option<Mesh> {
    Some(simplify::to_faces(&meshes[most_typical(meshes)?], n_faces, STEP_EXPONENT))
}

/// The template on each shape: that of one shape at first, then the mean of what came of it, so
/// that the model does not depend on which shape it was.
fn fits(
    template: &Mesh,
    meshes: &[Mesh],
    options: &ModelOptions,
    stop: &AtomicBool,
    watch: &(dyn Fn(u64, u64) + Sync),
) -> Result<Vec<Option<Fitted>>, Error> {
    let done = AtomicU64::new(0);
    let round = |template: &Mesh| -> Result<Vec<Option<Fitted>>, Error> {
        let fit = |mesh: &Mesh| {
            if stop.load(Ordering::Relaxed) {
                return Err(Error::Stopped);
            }
            let found = fitted(template, &Fixed::mesh(mesh), &CorrespondenceOptions::default());
            watch(done.fetch_add(1, Ordering::Relaxed) + 1, 2 * meshes.len() as u64);
            Ok(found)
        };
        meshes.par_iter().with_max_len(1).map(fit).collect()
    };
    let first = round(template)?;
    let shapes: Vec<Vec<[f32; 3]>> =
        first.iter().flatten().map(|fit| fit.positions.clone()).collect();
    let mean = superimposed(&shapes, freedom(options))
        .and_then(|laid| Mesh::new(laid.mean, template.faces().to_vec()).ok());
    mean.map_or(Ok(first), |mean| round(&mean))
}

/// The shapes that the template lies on, and how it lies on them.
fn well_fitted(
    hits: Vec<Hit>,
    fits: Vec<Option<Fitted>>,
    left_out: &mut Vec<LeftOut>,
) -> (Vec<Member>, Vec<Vec<[f32; 3]>>) {
    let (mut members, mut shapes) = (Vec::new(), Vec::new());
    for (hit, fit) in hits.into_iter().zip(fits) {
        let size_mm = hit.measures().map_or(0.0, diagonal_mm);
        match fit {
            Some(fit) if fit.rms_mm <= WORST_FIT * size_mm => {
                let fit_rms_mm = fit.rms_mm;
                members.push(Member { name: hit.name, fit_rms_mm, coefficients_sd: Vec::new() });
                shapes.push(fit.positions);
            }
            Some(fit) => {
                let reason = format!("the template stays {:.1} mm off it", fit.rms_mm);
                left_out.push(LeftOut { name: hit.name, reason });
            }
            None => {
                let reason = "it has no extent".to_owned();
                left_out.push(LeftOut { name: hit.name, reason });
            }
        }
    }
    (members, shapes)
}

fn diagonal_mm(measures: &Measures) -> f64 {
    let size = |axis: usize| measures.bounds_max_mm[axis] - measures.bounds_min_mm[axis];
    (0..3).map(|axis| size(axis).powi(2)).sum::<f64>().sqrt()
}

fn in_numbers(
    members: Vec<Member>,
    shapes: &[Vec<[f32; 3]>],
    model: &ShapeModel,
    n_modes: usize,
) -> Vec<Member> {
    let with_numbers = |(member, shape): (Member, &Vec<[f32; 3]>)| {
        let mut coefficients_sd = model.coefficients_sd(shape).unwrap_or_default();
        coefficients_sd.truncate(n_modes);
        Member { coefficients_sd, ..member }
    };
    members.into_iter().zip(shapes).map(with_numbers).collect()
}

fn modes(model: &ShapeModel) -> Vec<ModeReport> {
    let n_vertices = model.mean().positions().len().max(1) as f64;
    let mut cumulative = 0.0;
    let report = |mode: &medshape_geometry::population::model::Mode| {
        cumulative += mode.explained;
        let rms_mm = (mode.variance_mm2 / n_vertices).sqrt();
        ModeReport { explained: mode.explained, cumulative, rms_mm }
    };
    model.modes().iter().map(report).collect()
}

fn sources(
    catalog: &Catalog,
    members: &[Member],
) -> Result<BTreeMap<String, (Source, usize)>, Error> {
    let mut sources = BTreeMap::new();
    for member in members {
        let Some(page) = catalog.shape(&member.name)? else { continue };
        let entry = sources.entry(page.source.id.clone()).or_insert((page.source, 0));
        entry.1 += 1;
    }
    Ok(sources)
}

fn source_report(source: &Source, n_members: usize) -> SourceReport {
    SourceReport {
        id: source.id.clone(),
        licence: source.licence.id.clone(),
        citation: source.citation.clone(),
        n_members,
    }
}

fn write<'a>(
    model: &ShapeModel,
    report: &ModelReport,
    sources: impl Iterator<Item = &'a Source>,
    options: &ModelOptions,
) -> Result<(), Error> {
    let folder = &options.folder;
    fs::create_dir_all(folder).map_err(Error::io(folder))?;
    let n_modes = model.modes().len().min(options.n_modes);
    let along = |mode: usize, sd: f64| {
        let mut coefficients = vec![0.0; mode + 1];
        coefficients[mode] = sd;
        model.shape(&coefficients)
    };
    let ends: Vec<[Mesh; 2]> =
        (0..n_modes).map(|mode| [-SHOWN_SD, SHOWN_SD].map(|sd| along(mode, sd))).collect();
    write_mesh(folder, "mean", model.mean(), report)?;
    for (mode, [minus, plus]) in (1..).zip(&ends) {
        write_mesh(folder, &format!("mode-{mode}-minus"), minus, report)?;
        write_mesh(folder, &format!("mode-{mode}-plus"), plus, report)?;
    }
    let part = |mesh| Part { mesh, colour: export::colour(&report.structure) };
    let rows: Vec<Vec<Part<'_>>> = ends
        .iter()
        .map(|[minus, plus]| vec![part(minus), part(model.mean()), part(plus)])
        .collect();
    let picture = picture::sheet(&rows, TILE);
    let path = folder.join(PICTURE);
    let mut bytes = Vec::new();
    png::write(&mut bytes, &picture).map_err(Error::io(&path))?;
    fs::write(&path, bytes).map_err(Error::io(&path))?;
    papers::write(folder, sources)?;
    let path = folder.join(DESCRIPTION);
    let text =
        serde_json::to_string_pretty(report).map_err(|cause| Error::io(&path)(cause.into()))?;
    write_whole(&path, &(text + "\n"))
}

fn write_mesh(folder: &Path, name: &str, mesh: &Mesh, report: &ModelReport) -> Result<(), Error> {
    let path = folder.join(format!("{name}.glb"));
    let licences: BTreeSet<&str> =
        report.sources.iter().map(|source| source.licence.as_str()).collect();
    let licences: Vec<&str> = licences.into_iter().collect();
    let look = glb::Look {
        name: format!("{} {name}", report.structure),
        colour: export::colour(&report.structure),
        copyright: format!(
            "Made from {} shapes by medshape; see ATTRIBUTION.md. Licence of their sources: {}",
            report.members.len(),
            licences.join(", ")
        ),
        ..glb::Look::default()
    };
    let mut bytes = Vec::new();
    glb::write_plain(&mut bytes, mesh, &look).map_err(Error::io(&path))?;
    fs::write(&path, bytes).map_err(Error::io(&path))
}
