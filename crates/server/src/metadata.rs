//! What pages tell search engines and catalogues: JSON-LD in the words of schema.org.

use maud::{Markup, html};
use medshape::catalog::release::Release;
use medshape::catalog::{Counts, Role, ShapePage, Source, SourceSummary};
use medshape::citation::licence_address;
use medshape::format::Format;
use medshape::release::media_type;
use serde_json::{Value, json};

use crate::language::Language;
use crate::pages::json_block;
use crate::texts::key;
use crate::{links, words};

/// The block that a page carries. It is for programs, and in English on every page.
pub(crate) fn script(said: impl FnOnce() -> Value) -> Markup {
    let said = Language::ENGLISH.speaking(said);
    html! { script type="application/ld+json" { (json_block(&said.to_string())) } }
}

const CONTEXT: &str = "https://schema.org/";

/// A shape, with each file that it can be had as.
pub(crate) fn of_shape(page: &ShapePage) -> Value {
    let (shape, source) = (&page.shape, &page.source);
    let label = words::label(shape);
    let mut said = json!({
        "@context": CONTEXT,
        "@type": "3DModel",
        "@id": links::absolute(&links::shape(&shape.name)),
        "url": links::absolute(&links::shape(&shape.name)),
        "name": format!("{label} of {}", page.subject.id),
        "identifier": shape.name.to_string(),
        "alternateName": shape.aliases,
        "description": format!("{label}, {}: a surface made from a segmentation of {}.", words::volume(shape.measures.volume_mm3), source.title),
        "license": licence(source),
        "creditText": source.citation,
        "isAccessibleForFree": true,
        "isBasedOn": dataset(source),
        "encoding": stored(page).into_iter().chain(converted(page)).collect::<Vec<_>>(),
    });
    if let Some(picture) = links::file_of(shape, Role::Thumbnail) {
        said["thumbnailUrl"] = links::absolute(&picture).into();
    }
    if let Some(structure) = words::structure_of(shape) {
        let code = |set: &str, address: &str, code: &Option<String>| {
            let code = code.as_deref()?;
            Some(json!({
                "@type": "DefinedTerm",
                "name": structure.name,
                "termCode": code,
                "inDefinedTermSet": set,
                "url": format!("{address}{code}"),
            }))
        };
        let codes = [
            code("SNOMED CT", "http://snomed.info/id/", &structure.snomed),
            code("UBERON", "http://purl.obolibrary.org/obo/UBERON_", &structure.uberon),
        ];
        said["about"] = codes.into_iter().flatten().collect();
    }
    said
}

fn stored(page: &ShapePage) -> Vec<Value> {
    let files = page.shape.files.iter().filter(|file| file.role != Role::Thumbnail);
    let object = |file: &medshape::catalog::StoredFile| {
        Some(json!({
            "@type": ["MediaObject", "DataDownload"],
            "name": file.role.word(),
            "contentUrl": links::absolute(&links::file(&page.shape.name, file)?),
            "encodingFormat": "model/gltf-binary",
            "contentSize": format!("{} B", file.size),
            "sha256": file.sha256,
        }))
    };
    files.filter_map(object).collect()
}

/// The sizes of what is made on request are not known before.
fn converted(page: &ShapePage) -> Vec<Value> {
    let object = |format: Format| {
        Some(json!({
            "@type": ["MediaObject", "DataDownload"],
            "name": format.extension(),
            "contentUrl": links::absolute(&links::download(&page.shape, format)?),
            "encodingFormat": format.media_type(),
        }))
    };
    Format::all().filter_map(object).collect()
}

/// The address of the licence's text, or its name where there is none.
fn licence(source: &Source) -> String {
    let id = &source.licence.id;
    licence_address(id).unwrap_or_else(|| id.clone())
}

fn dataset(source: &Source) -> Value {
    let mut said = json!({
        "@type": "Dataset",
        "@id": links::absolute(&links::source(&source.id)),
        "name": source.title,
        "description": format!("{}: a dataset that shapes were made of. {}", source.title, source.citation),
        "url": links::absolute(&links::source(&source.id)),
        "identifier": source.id,
        "license": licence(source),
        "creditText": source.citation,
        "creator": {"@type": "Organization", "name": format!("The authors of {}", source.title)},
    });
    if let Some(version) = &source.version {
        said["version"] = version.as_str().into();
    }
    if let Some(url) = source.url.as_deref().filter(|url| crate::pages::is_web(url)) {
        said["sameAs"] = url.into();
    }
    said
}

/// A source and how much there is of it.
pub(crate) fn of_source(summary: &SourceSummary) -> Value {
    let mut said = dataset(&summary.source);
    said["@context"] = CONTEXT.into();
    said["isAccessibleForFree"] = true.into();
    said["size"] = key::count::SHAPES.counted(summary.n_shapes + summary.n_remote).into();
    said["includedInDataCatalog"] = catalog();
    said
}

fn catalog() -> Value {
    json!({
        "@type": "DataCatalog",
        "@id": links::absolute(&links::home()),
        "name": "medshape",
        "url": links::absolute(&links::home()),
    })
}

/// A release and its documents.
pub(crate) fn of_release(release: &Release) -> Value {
    let about = &release.about;
    let address = links::absolute(&links::release(release.number));
    let publisher = about.publisher.as_deref().unwrap_or("Publisher unknown");
    let publisher = json!({"@type": "Organization", "name": publisher});
    json!({
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": address,
        "url": address,
        "name": format!("{}, release {}", about.title, release.number),
        "description": medshape::release::description(release),
        "version": release.number.to_string(),
        "datePublished": release.version_date,
        "identifier": release.merkle.root,
        "creator": publisher,
        "publisher": publisher,
        "license": links::absolute(&links::sources()),
        "isAccessibleForFree": true,
        "keywords": ["anatomy", "3D shapes", "segmentation", "medical imaging"],
        "includedInDataCatalog": catalog(),
        "distribution": documents(release),
    })
}

fn documents(release: &Release) -> Vec<Value> {
    let object = |document: &medshape::catalog::release::Document| {
        let link = links::release_document(release.number, &document.name);
        Some(json!({
            "@type": "DataDownload",
            "name": document.name,
            "contentUrl": links::absolute(&link),
            "encodingFormat": media_type(&document.name)?,
            "contentSize": format!("{} B", document.size),
            "sha256": document.sha256,
        }))
    };
    release.files.iter().filter_map(object).collect()
}

/// The collection as it is now.
pub(crate) fn of_collection(counts: &Counts, sources: &[SourceSummary]) -> Value {
    let address = links::absolute(&links::home());
    let sources = sources.iter().map(|summary| dataset(&summary.source));
    json!({
        "@context": CONTEXT,
        "@type": "DataCatalog",
        "@id": address,
        "url": address,
        "name": "medshape",
        "description": format!(
            "Anatomical shapes in 3D, made from segmentations: {} of {}.",
            key::count::SHAPES.counted(counts.n_shapes + counts.n_remote),
            key::count::SUBJECTS.counted(counts.n_subjects)
        ),
        "keywords": ["anatomy", "3D shapes", "segmentation", "medical imaging"],
        "isAccessibleForFree": true,
        "dataset": sources.collect::<Vec<_>>(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": format!("{}?q={{search_term_string}}", links::absolute(&links::all_shapes())),
            "query-input": "required name=search_term_string",
        },
    })
}
