//! What was acknowledged, and whether a store keeps to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use medshape::catalog::{Catalog, Depth, Kind, Page, Query, Severity};
use serde_json::Value;

use crate::common;

/// Shapes of each case of [`write_cases`].
pub(crate) const LABELS: u64 = 3;

/// What a client of a store has been told.
#[derive(Default)]
pub(crate) struct Acknowledged {
    pub(crate) added: BTreeSet<String>,
    pub(crate) withdrawn: BTreeSet<String>,
    /// A withdrawal was asked for and not answered.
    pub(crate) perhaps_withdrawn: BTreeSet<String>,
}

impl Acknowledged {
    /// Takes in the lines of an ingest.
    pub(crate) fn read(&mut self, lines: &str) {
        for line in lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let case = &line["case"];
            if case["outcome"] == "added" {
                let names = case["shapes"].as_array().unwrap().iter();
                self.added.extend(names.map(|name| name.as_str().unwrap().to_owned()));
            }
        }
    }

    /// Everything acknowledged is there with the right bytes, what was withdrawn is nowhere, no case is
    /// there in part, and the check finds no fault.
    pub(crate) fn check(&self, store: &Path, context: &str) {
        if !store.join("catalog.sqlite").exists() {
            assert!(self.added.is_empty(), "{context}");
            return;
        }
        // Killed between making the file and its first transaction: there is no store yet.
        let catalog = match Catalog::open(store) {
            Err(error) if matches!(error.kind(), Kind::NotAStore) && self.added.is_empty() => {
                return;
            }
            opened => opened.unwrap_or_else(|error| panic!("{context}: {error}")),
        };
        let mut faults = faults(&catalog);
        // Killed between an erasure's commit and its last file: `gc` takes the rest, and was not answered.
        faults.retain(|fault| !fault.starts_with("E008"));
        assert!(faults.is_empty(), "{context}: {faults:?}");
        for name in &self.added {
            self.check_shape(&catalog, name, context);
        }
        check_cases(&catalog, context);
    }

    fn check_shape(&self, catalog: &Catalog, name: &str, context: &str) {
        let parsed = name.parse().unwrap();
        match catalog.shape(&parsed).unwrap() {
            Some(page) => {
                assert!(!self.withdrawn.contains(name), "{context}: {name} came back");
                for file in &page.shape.files {
                    catalog.blobs().read(file).unwrap_or_else(|e| panic!("{context}: {e}"));
                }
            }
            None => {
                let may_be = self.withdrawn.contains(name) || self.perhaps_withdrawn.contains(name);
                assert!(may_be, "{context}: {name} was acknowledged and is lost");
                assert!(catalog.tombstone(&parsed).unwrap().is_some(), "{context}: {name}");
            }
        }
    }
}

pub(crate) fn faults(catalog: &Catalog) -> Vec<String> {
    let found = catalog.check(Depth::Bytes).unwrap().into_iter();
    found
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| format!("{} {}: {}", finding.code, finding.path.display(), finding.text))
        .collect()
}

/// Each case has all its shapes but those that were withdrawn; search finds as many as there are.
fn check_cases(catalog: &Catalog, context: &str) {
    let mut n = 0;
    for source in catalog.sources().unwrap() {
        for subject in catalog.subjects(&source.source.id).unwrap() {
            let id = &subject.subject.id;
            let page = catalog.subject(&source.source.id, id).unwrap().unwrap();
            let label = |n: u64| format!("{}/{id}/label-{n}", source.source.id);
            let is_withdrawn =
                |n: &u64| catalog.tombstone(&label(*n).parse().unwrap()).unwrap().is_some();
            let n_withdrawn = (1..=LABELS).filter(is_withdrawn).count();
            let n_shapes = page.shapes.len();
            assert_eq!(n_shapes + n_withdrawn, LABELS as usize, "{context}: half of {id}");
            n += n_shapes as u64;
        }
    }
    let answer = catalog.search(&Query::parse(""), Page::default()).unwrap();
    assert_eq!(answer.total, n, "{context}");
}

/// A folder with so many label maps, whose subjects begin with `prefix`.
pub(crate) fn write_cases(folder: &Path, prefix: &str, n: u16) -> PathBuf {
    let inputs = folder.join(prefix);
    std::fs::create_dir(&inputs).unwrap();
    for number in 0..n {
        let name = format!("{prefix}{number:02}.nii.gz");
        common::write_label_map(&inputs, &name, &common::small_label_map(number));
    }
    inputs
}

/// Hashes of the meshes of all shapes, by name.
pub(crate) fn meshes(store: &Path) -> BTreeMap<String, String> {
    let catalog = Catalog::open(store).unwrap();
    let all = Page { offset: 0, limit: u64::MAX };
    let answer = catalog.search(&Query::parse(""), all).unwrap();
    let mesh = |hit: &medshape::catalog::Hit| hit.files()[0].sha256.to_string();
    answer.hits.iter().map(|hit| (hit.name.to_string(), mesh(hit))).collect()
}
