//! What a DOI of a release is registered with: DataCite 4.

use medshape_catalog::Anatomy;
use medshape_catalog::release::Release;
use serde_json::{Value, json};

use super::MANIFEST;
use super::gather::Gathered;
use crate::PROGRAM_VERSION;
use crate::citation::{UNKNOWN, Work, datacite_record};

/// `datacite.json`, without an identifier: whoever registers the release adds one.
pub(super) fn json(release: &Release, gathered: &Gathered) -> String {
    let counts = release.counts;
    let work = Work {
        author: Some(release.about.publisher.clone().unwrap_or_else(|| UNKNOWN.to_owned())),
        made_of: gathered.sources.values().map(Work::of_source).collect(),
        ..Work::of_release(release)
    };
    let mut record = datacite_record(&work);
    record["dates"] = json!([
        {"date": release.version_date, "dateType": "Issued"},
        {"date": release.created_at, "dateType": "Created"},
    ]);
    record["subjects"] = subjects(gathered).into();
    record["alternateIdentifiers"] = json!([{
        "alternateIdentifier": release.merkle.root,
        "alternateIdentifierType": "Merkle root (RFC 6962, SHA-256) of manifest.sha256",
    }]);
    record["sizes"] = json!([
        format!("{} shapes", counts.n_shapes),
        format!("{} files", counts.n_blobs),
        format!("{} bytes", counts.n_bytes),
    ]);
    record["formats"] = json!(["model/gltf-binary", "image/png", "application/vnd.apache.parquet"]);
    record["descriptions"] = json!([
        {"description": super::croissant::description(release), "descriptionType": "Abstract"},
        {
            "description": format!(
                "Made by medshape {PROGRAM_VERSION}. {MANIFEST} has a row for each shape, with the \
                 SHA-256 of each of its files; every file was compared with its hash before the release."
            ),
            "descriptionType": "TechnicalInfo",
        },
    ]);
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
