//! A shape that others publish becomes one that is held: found by its name, and ingested from the file
//! behind its link. To bring the file is the business of the caller.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use medshape_catalog::{Catalog, Held, Page, Query, Remote};
use medshape_formats::Input;

use crate::find::{Files, FoundCase};
use crate::import::ImportOptions;
use crate::ingest::ingest_case;
use crate::meshes::Parts;
use crate::names::file_name;
use crate::report::CaseReport;
use crate::{Dataset, Error, IngestOptions, Reader};

/// Names that one look into the catalog brings.
const PAGE: u64 = 200;

/// What there is to fetch of a shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// Nothing: the collection holds it.
    Held,
    /// Its file, where others publish it.
    Elsewhere(Box<Remote>),
    /// Nothing: no shape has this name.
    Unknown,
}

/// What there is to fetch of a shape, by its name or an older name.
///
/// # Errors
/// The catalog cannot be read.
pub fn wanted(catalog: &Catalog, name_or_alias: &str) -> Result<Wanted, Error> {
    let Some(name) = catalog.find(name_or_alias)? else { return Ok(Wanted::Unknown) };
    match catalog.remote(&name)? {
        Some(page) => Ok(Wanted::Elsewhere(Box::new(page.remote))),
        None if catalog.shape(&name)?.is_some() => Ok(Wanted::Held),
        None => Ok(Wanted::Unknown),
    }
}

/// The first shapes that a query finds and others publish, at most `n`.
///
/// # Errors
/// The catalog cannot be read.
pub fn wanted_by(catalog: &Catalog, query: &str, n: usize) -> Result<Vec<Remote>, Error> {
    let query = Query::parse(&format!("{query} quality:remote"));
    let mut found = Vec::new();
    let mut offset = 0;
    while found.len() < n {
        let answer = catalog.search(&query, Page { offset, limit: PAGE })?;
        let elsewhere = answer.hits.iter().filter(|hit| matches!(hit.held, Held::Elsewhere { .. }));
        for hit in elsewhere.take(n - found.len()) {
            found.extend(catalog.remote(&hit.name)?.map(|page| page.remote));
        }
        offset += PAGE;
        if offset >= answer.total {
            break;
        }
    }
    Ok(found)
}

/// Takes in the file at `path` that `remote`'s link brought, as the shape of that name. It is a
/// stranger's: give a [`Reader`] that reads in a child process.
///
/// # Errors
/// The store cannot be used, or the shape is of no known source. What is wrong with the file stands in
/// the report.
pub fn take_in(
    store: &Path,
    remote: &Remote,
    path: &Path,
    import: ImportOptions,
    reader: Reader,
    stop: &AtomicBool,
) -> Result<CaseReport, Error> {
    let dataset = Dataset::find(remote.name.source())?;
    let options = IngestOptions {
        import,
        parts: Parts::One,
        reader,
        ..IngestOptions::new(Vec::new(), dataset)
    };
    // Errors name the link, and nothing lies beside the file that it could name.
    let input = Input::unpacked(&remote.url, path, Arc::new(BTreeMap::new()));
    let case = FoundCase {
        subject: remote.name.subject().to_owned(),
        path: path.to_owned(),
        files: Files::Meshes(vec![(remote.label_name.clone(), input)]),
        part: Some(remote.name.clone()),
    };
    ingest_case(store, &options, &case, stop)
}

/// A name for the file behind a link that is safe on every disk.
pub fn safe_file_name(url: &str) -> String {
    const LONGEST: usize = 120;
    let is_safe = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: String = file_name(url).chars().filter(is_safe).take(LONGEST).collect();
    match name.trim_start_matches('.') {
        "" => "shape".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_cannot_name_a_file_outside_of_a_folder() {
        let check = |url: &str, name: &str| assert_eq!(safe_file_name(url), name);
        check("https://a.example/d?path=%2F&files=s1_liver.nii.g_1.stl", "s1_liver.nii.g_1.stl");
        check("https://a.example/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "etcpasswd");
        check("https://a.example/", "shape");
        check("https://a.example/..", "shape");
    }
}
