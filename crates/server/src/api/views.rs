//! What the API shows of records: the records, and where to get what they name.

use medshape::catalog::{
    Audience, Case, Flag, Held, Hit, Measures, Quality, Reserve, Sex, Sha256, Shape, ShapeName,
    ShapePage, Side, Source, StoredFile, Subject,
};
use medshape::format::Format;
use serde::Serialize;

use crate::{links, words};

/// A file of a shape and where it is.
#[derive(Serialize)]
pub(super) struct FileView {
    role: &'static str,
    size: u64,
    sha256: Sha256,
    /// For a level of detail: how far off the mesh it is at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_mm: Option<f64>,
    url: Option<String>,
}

/// A format that a shape can be had in.
#[derive(Serialize)]
struct DownloadView {
    format: &'static str,
    media_type: &'static str,
    url: String,
}

/// A shape as it stands in a list.
#[derive(Serialize)]
pub(super) struct HitView<'a> {
    name: &'a ShapeName,
    label: String,
    url: String,
    source: &'a str,
    licence: &'a str,
    redistributable: bool,
    /// Why it is kept back from the public, if it is.
    kept_back: Option<Reserve>,
    subject: &'a str,
    structure: &'a str,
    coded: bool,
    side: Option<Side>,
    sex: Option<Sex>,
    age_years: Option<u32>,
    pathology: Option<&'a str>,
    finding: Option<&'a str>,
    measures: Option<&'a Measures>,
    quality: Option<&'a Quality>,
    files: Vec<FileView>,
    /// Where others publish it, if it is not held here.
    remote_url: Option<&'a str>,
}

impl<'a> HitView<'a> {
    pub(super) fn new(hit: &'a Hit) -> Self {
        Self {
            name: &hit.name,
            label: words::hit_label(hit),
            url: links::shape(&hit.name),
            source: hit.name.source(),
            licence: &hit.licence,
            redistributable: hit.redistributable,
            kept_back: hit.kept_back,
            subject: hit.name.subject(),
            structure: &hit.structure,
            coded: hit.coded,
            side: hit.side,
            sex: hit.sex,
            age_years: hit.age_years,
            pathology: hit.pathology.as_deref(),
            finding: hit.finding.as_deref(),
            measures: hit.measures(),
            quality: hit.quality(),
            files: files(&hit.name, hit.files()),
            remote_url: match &hit.held {
                Held::Here { .. } => None,
                Held::Elsewhere { url } => Some(url),
            },
        }
    }
}

/// A shape by itself.
#[derive(Serialize)]
pub(super) struct ShapeView<'a> {
    name: &'a ShapeName,
    label: String,
    url: String,
    licence: &'a str,
    redistributable: bool,
    /// Why it is kept back from the public, if it is.
    kept_back: Option<Reserve>,
    structure: &'a str,
    coded: bool,
    snomed: Option<&'a str>,
    uberon: Option<&'a str>,
    fma: Option<&'a str>,
    side: Option<Side>,
    finding: Option<&'a str>,
    label_value: i64,
    label_name: &'a str,
    measures: &'a Measures,
    quality: &'a Quality,
    files: Vec<FileView>,
    downloads: Vec<DownloadView>,
    aliases: &'a [String],
}

impl<'a> ShapeView<'a> {
    pub(super) fn new(shape: &'a Shape, source: &'a Source) -> Self {
        let known = words::structure_of(shape);
        Self {
            name: &shape.name,
            label: words::label(shape),
            url: links::shape(&shape.name),
            licence: &source.licence.id,
            redistributable: source.licence.terms.redistributable,
            kept_back: Audience::Public.may_see(source, &shape.structure).err(),
            structure: &shape.structure,
            coded: shape.coded,
            snomed: known.and_then(|known| known.snomed.as_deref()),
            uberon: known.and_then(|known| known.uberon.as_deref()),
            fma: known.and_then(|known| known.fma.as_deref()),
            side: shape.side,
            finding: shape.finding.as_deref(),
            label_value: shape.label_value,
            label_name: &shape.label_name,
            measures: &shape.measures,
            quality: &shape.quality,
            files: files(&shape.name, &shape.files),
            downloads: downloads(shape),
            aliases: &shape.aliases,
        }
    }
}

/// A shape with all that is known around it.
#[derive(Serialize)]
pub(super) struct ShapePageView<'a> {
    shape: ShapeView<'a>,
    subject: &'a Subject,
    source: &'a Source,
    case: &'a Case,
    superseded: &'a [Sha256],
    flags: &'a [Flag],
}

impl<'a> ShapePageView<'a> {
    pub(super) fn new(page: &'a ShapePage) -> Self {
        Self {
            shape: ShapeView::new(&page.shape, &page.source),
            subject: &page.subject,
            source: &page.source,
            case: &page.case,
            superseded: &page.superseded,
            flags: &page.flags,
        }
    }
}

fn files(name: &ShapeName, files: &[StoredFile]) -> Vec<FileView> {
    let view = |file: &StoredFile| FileView {
        role: file.role.word(),
        size: file.size,
        sha256: file.sha256,
        error_mm: file.error_mm,
        url: links::file(name, file),
    };
    files.iter().map(view).collect()
}

fn downloads(shape: &Shape) -> Vec<DownloadView> {
    let view = |format: Format| {
        let url = links::download(shape, format)?;
        Some(DownloadView { format: format.extension(), media_type: format.media_type(), url })
    };
    Format::all().filter_map(view).collect()
}
