//! A description of a release for programs that load data sets: Croissant 1.1.

use std::collections::BTreeSet;

use medshape_catalog::release::{Document, Release};
use medshape_formats::parquet::Kind;
use serde_json::{Value, json};

use super::gather::Gathered;
use super::manifest::{COLUMNS, ColumnOf};
use super::{MANIFEST, SUMS, counted};
use crate::citation::{Form, Work, licence_address};

/// What the loaders know Parquet by; the registered `application/vnd.apache.parquet` is described by
/// Croissant, and mlcroissant 1.1 does not load it.
const PARQUET: &str = "application/x-parquet";

/// `croissant.json`: the manifest as a file, and its rows as records. Shapes are named by the rows, not
/// one by one.
pub(super) fn json(release: &Release, gathered: &Gathered, documents: &[Document]) -> String {
    let about = &release.about;
    let publisher = about.publisher.as_deref().unwrap_or("Publisher unknown");
    let organisation = json!({"@type": "sc:Organization", "name": publisher});
    let licences: BTreeSet<&str> =
        gathered.sources.values().map(|source| source.licence.id.as_str()).collect();
    let licences: Vec<String> = licences
        .into_iter()
        .map(|id| licence_address(id).unwrap_or_else(|| id.to_owned()))
        .collect();
    let file = |name, kind| {
        let document = documents.iter().find(|document| document.name == name);
        document.map(|document| file_object(document, kind))
    };
    let distribution: Vec<Value> =
        [file(MANIFEST, PARQUET), file(SUMS, "text/plain")].into_iter().flatten().collect();
    pretty(&json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": about.title,
        "description": description(release),
        "url": address(release),
        "license": licences,
        "creator": organisation,
        "publisher": organisation,
        "datePublished": release.version_date,
        "version": format!("{}.0.0", release.number),
        "inLanguage": "en",
        "keywords": ["anatomy", "3D shapes", "segmentation", "medical imaging"],
        "isAccessibleForFree": true,
        "citeAs": Work::of_release(release).to_text(Form::Bibtex),
        "distribution": distribution,
        "recordSet": [{
            "@type": "cr:RecordSet",
            "@id": "shapes",
            "name": "shapes",
            "description": "A record for each shape.",
            "key": {"@id": "shapes/name"},
            "field": COLUMNS.iter().map(field).collect::<Vec<_>>(),
        }],
    }))
}

/// The description with addresses that lead to `base`, such as `https://example.org`, where the
/// release is served. Text that is no such description comes back as it is.
pub fn at_address(text: &str, release: &Release, base: &str) -> String {
    let Ok(mut description) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    let number = release.number;
    if release.about.url.is_none() {
        description["url"] = Value::from(format!("{base}/releases/{number}"));
    }
    if let Some(files) = description["distribution"].as_array_mut() {
        for file in files {
            if let Some(name) = file["contentUrl"].as_str() {
                file["contentUrl"] = Value::from(format!("{base}/v1/releases/{number}/{name}"));
            }
        }
    }
    pretty(&description)
}

/// What a release is, in a sentence or two.
pub fn description(release: &Release) -> String {
    let counts = release.counts;
    let n_left_out: u64 = release.left_out.values().sum();
    let mut text = format!(
        "Release {} of a collection of 3D shapes of anatomical structures, made from segmentations: {} of {}, \
         of {} and {}. Each shape carries the licence of its source.",
        release.number,
        counted(counts.n_shapes, "shape"),
        counted(counts.n_structures, "structure"),
        counted(counts.n_subjects, "subject"),
        counted(counts.n_sources, "source")
    );
    if n_left_out > 0 {
        let left_out = counted(n_left_out, "further shape");
        text += &format!(" Left out for a licence or a face: {left_out}.");
    }
    if let Some(note) = &release.note {
        text += " ";
        text += note;
    }
    text
}

/// JSON for programs that people also look at.
pub(super) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Where the collection is; where nobody has said, a name that is this release's alone.
fn address(release: &Release) -> String {
    let name = || format!("urn:medshape:release:{}", release.merkle.root);
    release.about.url.clone().unwrap_or_else(name)
}

fn file_object(document: &Document, kind: &str) -> Value {
    json!({
        "@type": "cr:FileObject",
        "@id": document.name,
        "name": document.name,
        "contentUrl": document.name,
        "contentSize": format!("{} B", document.size),
        "encodingFormat": kind,
        "sha256": document.sha256,
    })
}

fn field(column: &ColumnOf) -> Value {
    let data_type = match column.kind {
        Kind::Text => "sc:Text",
        Kind::Integer => "sc:Integer",
        Kind::Number => "sc:Float",
        Kind::Flag => "sc:Boolean",
    };
    json!({
        "@type": "cr:Field",
        "@id": format!("shapes/{}", column.name),
        "name": column.name,
        "description": column.meaning,
        "dataType": data_type,
        "source": {"fileObject": {"@id": MANIFEST}, "extract": {"column": column.name}},
    })
}

/// The vocabulary that the words above are of, as Croissant 1.1 writes it.
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "arrayShape": "cr:arrayShape",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "containedIn": "cr:containedIn",
        "cr": "http://mlcommons.org/croissant/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "description": {"@container": "@language"},
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "extract": "cr:extract",
        "field": "cr:field",
        "fileObject": "cr:fileObject",
        "fileProperty": "cr:fileProperty",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isArray": "cr:isArray",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "name": {"@container": "@language"},
        "parentField": "cr:parentField",
        "path": "cr:path",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
    })
}
