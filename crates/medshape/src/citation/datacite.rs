//! What a DOI is registered with: DataCite 4.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Work, licence_address};

/// What DataCite writes where something is not known.
pub(crate) const UNKNOWN: &str = ":unkn";

/// The work without an identifier: whoever registers it adds one, and the year where no day of
/// publication is known.
pub(crate) fn record(work: &Work) -> Value {
    let publisher = work.publisher.as_deref().unwrap_or(UNKNOWN);
    let creator = work.author.as_deref().unwrap_or(UNKNOWN);
    let mut record = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        record.extend(value.map(|value| (key.to_owned(), value)));
    };
    set("schemaVersion", Some("http://datacite.org/schema/kernel-4".into()));
    let kind = json!({"resourceTypeGeneral": "Dataset", "resourceType": "Anatomical shapes"});
    set("types", Some(kind));
    set("creators", Some(json!([{"name": creator, "nameType": "Organizational"}])));
    set("titles", Some(json!([{"title": work.title}])));
    set("publisher", Some(json!({"name": publisher})));
    set("publicationYear", work.issued_parts().map(|[year, ..]| year.into()));
    set("language", Some("en".into()));
    set("version", work.version.clone().map(Value::from));
    set("url", work.url.clone().map(Value::from));
    let issued = work.issued.as_ref().map(|day| json!([{"date": day, "dateType": "Issued"}]));
    set("dates", issued);
    set("relatedIdentifiers", Some(related(&work.made_of).into()));
    set("rightsList", Some(rights(work).into()));
    set("descriptions", Some(descriptions(work).into()));
    Value::Object(record)
}

fn descriptions(work: &Work) -> Vec<Value> {
    let about = work.about.as_ref().map(|text| (text, "Abstract"));
    let note = work.note.as_ref().map(|text| (text, "Other"));
    let one = |(text, kind): (&String, &str)| json!({"description": text, "descriptionType": kind});
    about.into_iter().chain(note).map(one).collect()
}

/// Where what it was made of is described.
fn related(made_of: &[Work]) -> Vec<Value> {
    let mut by_identifier = BTreeMap::new();
    for work in made_of {
        let doi = work.doi.as_deref().map(|doi| (doi, "DOI"));
        by_identifier.extend(doi.or_else(|| work.url.as_deref().map(|url| (url, "URL"))));
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

/// Each licence, and which sources are under it.
fn rights(work: &Work) -> Vec<Value> {
    let mut by_licence: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in &work.made_of {
        if let Some(licence) = &source.licence {
            by_licence.entry(licence).or_default().push(&source.key);
        }
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
