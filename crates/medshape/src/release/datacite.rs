//! What a DOI of a release is registered with: DataCite 4.

use std::collections::BTreeMap;

use medshape_catalog::release::Release;
use medshape_catalog::{Anatomy, Licence, Source};
use serde_json::{Value, json};

use super::MANIFEST;
use super::gather::Gathered;
use crate::PROGRAM_VERSION;

/// What DataCite writes where something is not known.
const UNKNOWN: &str = ":unkn";

/// `datacite.json`, without an identifier: whoever registers the release adds one.
pub(super) fn json(release: &Release, gathered: &Gathered) -> String {
    let about = &release.about;
    let publisher = about.publisher.as_deref().unwrap_or(UNKNOWN);
    let counts = release.counts;
    let mut record = json!({
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Anatomical shapes"},
        "creators": [{"name": publisher, "nameType": "Organizational"}],
        "titles": [{"title": about.title}],
        "publisher": {"name": publisher},
        // A date has a year of four digits.
        "publicationYear": &release.version_date[..4],
        "language": "en",
        "version": release.number.to_string(),
        "dates": [
            {"date": release.version_date, "dateType": "Issued"},
            {"date": release.created_at, "dateType": "Created"},
        ],
        "subjects": subjects(gathered),
        "relatedIdentifiers": related(gathered.sources.values()),
        "rightsList": rights(gathered.sources.values()),
        "alternateIdentifiers": [{
            "alternateIdentifier": release.merkle.root,
            "alternateIdentifierType": "Merkle root (RFC 6962, SHA-256) of manifest.sha256",
        }],
        "sizes": [
            format!("{} shapes", counts.n_shapes),
            format!("{} files", counts.n_blobs),
            format!("{} bytes", counts.n_bytes),
        ],
        "formats": ["model/gltf-binary", "image/png", "application/vnd.apache.parquet"],
        "descriptions": [
            {"description": super::croissant::description(release), "descriptionType": "Abstract"},
            {
                "description": format!(
                    "Made by medshape {PROGRAM_VERSION}. {MANIFEST} has a row for each shape, with the \
                     SHA-256 of each of its files; every file was compared with its hash before the release."
                ),
                "descriptionType": "TechnicalInfo",
            },
        ],
    });
    if let Some(url) = &about.url {
        record["url"] = Value::from(url.as_str());
    }
    super::croissant::pretty(&record)
}

fn subjects(gathered: &Gathered) -> Vec<Value> {
    let structures = gathered.structures.iter().filter_map(|id| Anatomy::builtin().structure(id));
    let subject = |structure: &medshape_catalog::Structure| match &structure.uberon {
        Some(number) => json!({
            "subject": structure.name,
            "subjectScheme": "UBERON",
            "schemeUri": "http://purl.obolibrary.org/obo/uberon.owl",
            "valueUri": format!("http://purl.obolibrary.org/obo/UBERON_{number}"),
            "classificationCode": format!("UBERON:{number}"),
        }),
        None => json!({"subject": structure.name}),
    };
    structures.map(subject).collect()
}

/// Where the sources are described.
fn related<'a>(sources: impl Iterator<Item = &'a Source>) -> Vec<Value> {
    let mut by_identifier = BTreeMap::new();
    for url in sources.filter_map(|source| source.url.as_deref()) {
        let (identifier, kind) = match url.strip_prefix("https://doi.org/") {
            Some(doi) => (doi, "DOI"),
            None => (url, "URL"),
        };
        let is_web = kind == "DOI" || url.starts_with("https://") || url.starts_with("http://");
        if is_web {
            by_identifier.insert(identifier, kind);
        }
    }
    let entry = |(identifier, kind)| {
        json!({
            "relatedIdentifier": identifier,
            "relatedIdentifierType": kind,
            "relationType": "IsDerivedFrom",
        })
    };
    by_identifier.into_iter().map(entry).collect()
}

fn rights<'a>(sources: impl Iterator<Item = &'a Source>) -> Vec<Value> {
    let mut by_licence: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in sources {
        by_licence.entry(&source.licence.id).or_default().push(&source.id);
    }
    let entry = |(licence, sources): (&str, Vec<&str>)| {
        let rights = format!("{licence}: shapes of {}", sources.join(", "));
        match licence_address(licence) {
            Some(address) => json!({
                "rights": rights,
                "rightsUri": address,
                "rightsIdentifier": licence,
                "rightsIdentifierScheme": "SPDX",
                "schemeUri": "https://spdx.org/licenses/",
            }),
            None => json!({"rights": rights}),
        }
    };
    by_licence.into_iter().map(entry).collect()
}

/// Where the text of a licence stands; `None` for one that is not on the list of SPDX.
pub(super) fn licence_address(id: &str) -> Option<String> {
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.+".contains(&byte));
    let is_listed = is_plain && !id.starts_with("LicenseRef-") && id != Licence::UNKNOWN;
    is_listed.then(|| format!("https://spdx.org/licenses/{id}.html"))
}
