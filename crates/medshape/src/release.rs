//! Releases: the public part of a collection at one moment, numbered, verified, and never changed.
//!
//! [`create`] reads every byte that a release will name before there is one. What it then writes is a
//! folder of documents that other programs read: a Parquet manifest with a row for each shape, a list
//! for `sha256sum --check`, Croissant, DataCite, a citation, and what changed since the release before.
//! [`diff()`] compares two of them. How a release is kept is told by [`medshape_catalog::release`].

mod changes;
mod croissant;
mod datacite;
mod date;
pub mod diff;
mod gather;
mod manifest;
mod public;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use medshape_catalog::release::{About, Merkle, Previous, Published, RECORD, Release, SUMS};
use medshape_catalog::{Blobs, Catalog, Finding, Moment, Sha256};
use rayon::prelude::*;
use serde::Serialize;

use crate::citation::{Form, Work};
use crate::{Error, PROGRAM_VERSION};

pub use croissant::{at_address as croissant_at, description};
pub use date::is_date;
pub use diff::{Diff, diff};
pub use public::LeftOut;

/// Name of the table of shapes.
pub const MANIFEST: &str = "manifest.parquet";
/// Name of the description for programs that load data sets.
pub const CROISSANT: &str = "croissant.json";
/// Name of the metadata that a DOI is registered with.
pub const DATACITE: &str = "datacite.json";
/// Name of the citation.
pub const CITATION: &str = "CITATION.cff";
/// Name of what changed since the release before.
pub const CHANGES: &str = "CHANGES.md";

const UNTITLED: &str = "A collection of anatomical shapes";

/// What its maker says of a release. What is left out is as in the release before.
#[derive(Debug, Clone, Default)]
pub struct CreateOptions {
    /// What is worth knowing of it.
    pub note: Option<String>,
    /// The day it is cited by, `2026-11-28`; today otherwise.
    pub version_date: Option<String>,
    /// What the collection is called.
    pub title: Option<String>,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// Where.
    pub url: Option<String>,
}

/// What came of an attempt at a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Created {
    /// It is there for good.
    Released(Box<Release>),
    /// Something is wrong with the store; nothing was released.
    Refused(Vec<Finding>),
}

/// Makes the next release of all shapes that may be public. Every byte of every blob that it names is
/// read and compared with its hash first, the database and all releases before are checked, and
/// nothing is released if anything is wrong.
///
/// `watch` is told how many blobs of how many are read.
///
/// # Errors
/// No shape may be public, the store fails, it was changed meanwhile, or the user asked to stop.
pub fn create(
    catalog: &mut Catalog,
    options: &CreateOptions,
    stop: &AtomicBool,
    watch: &(dyn Fn(u64, u64) + Sync),
) -> Result<Created, Error> {
    let mut findings = catalog.check_before_release()?;
    if !findings.is_empty() {
        return Ok(Created::Refused(findings));
    }
    let mut draft = catalog.draft_release()?;
    let gathered = gather::gather(catalog)?;
    if gathered.counts.n_shapes == 0 {
        return Err(nothing(catalog, &gathered));
    }
    findings.extend(verify(catalog.blobs(), &gathered, stop, watch)?);
    if !findings.is_empty() {
        return Ok(Created::Refused(findings));
    }
    let before = catalog.last_release()?;
    let mut release = begun(options, &gathered, before.as_ref());
    draft.add(MANIFEST, |out| Ok(manifest::write(catalog, &gathered, out)))??;
    release.merkle = draft.add(SUMS, |out| gathered.write_sums(out))?;
    let changes = match &before {
        Some(before) => {
            let table = diff::read_draft(&draft.path(MANIFEST))?;
            let old = diff::read_released(catalog, &before.release)?;
            let numbers = [before.release.number, release.number];
            Some(diff::compare(catalog, numbers, &old, &table)?)
        }
        None => None,
    };
    let text = changes::in_words(&release, changes.as_ref());
    draft.add(CHANGES, |out| out.write_all(text.as_bytes()))?;
    let text = Work::of_release(&release).to_text(Form::Cff);
    draft.add(CITATION, |out| out.write_all(text.as_bytes()))?;
    let text = datacite::json(&release, &gathered);
    draft.add(DATACITE, |out| out.write_all(text.as_bytes()))?;
    let text = croissant::json(&release, &gathered, draft.documents());
    draft.add(CROISSANT, |out| out.write_all(text.as_bytes()))?;
    release.files = draft.documents().to_vec();
    catalog.publish(draft, &release, &gathered.blobs)?;
    Ok(Created::Released(Box::new(release)))
}

/// The release of this number, or why there is none.
///
/// # Errors
/// There is no such release, or the store fails.
pub fn find(catalog: &Catalog, number: u32) -> Result<Published, Error> {
    if let Some(published) = catalog.release(number)? {
        return Ok(published);
    }
    let reason = match catalog.last_release()? {
        None => "there is no release yet: `medshape release create` makes one".to_owned(),
        Some(last) => {
            format!("there is no release {number}; the newest is {}", last.release.number)
        }
    };
    Err(Error::refused(catalog.dir(), reason))
}

/// What kind of file a document of a release is, as HTTP calls it; `None` if it is none.
pub fn media_type(document: &str) -> Option<&'static str> {
    Some(match document {
        MANIFEST => "application/vnd.apache.parquet",
        SUMS => "text/plain; charset=utf-8",
        CHANGES => "text/markdown; charset=utf-8",
        CITATION => "application/yaml",
        CROISSANT => "application/ld+json",
        DATACITE | RECORD => "application/json",
        _ => return None,
    })
}

/// A number of things, in the singular where it is one.
fn counted(n: u64, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

fn nothing(catalog: &Catalog, gathered: &gather::Gathered) -> Error {
    let reasons: Vec<String> =
        gathered.left_out.iter().map(|(why, n)| format!("{n} {}", why.in_words())).collect();
    let why = if reasons.is_empty() { "it holds none".to_owned() } else { reasons.join("; ") };
    Error::refused(catalog.dir(), format!("no shape of the collection may be released: {why}"))
}

fn verify(
    blobs: &Blobs,
    gathered: &gather::Gathered,
    stop: &AtomicBool,
    watch: &(dyn Fn(u64, u64) + Sync),
) -> Result<Vec<Finding>, Error> {
    let n_done = std::sync::atomic::AtomicU64::new(0);
    let n_all = gathered.blobs.len() as u64;
    let blobs_to_read: Vec<(&Sha256, &u64)> = gathered.blobs.iter().collect();
    let look = |(hash, size): &(&Sha256, &u64)| {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let fault = blobs.fault(hash, **size);
        watch(n_done.fetch_add(1, Ordering::Relaxed) + 1, n_all);
        fault
    };
    let findings: Vec<Finding> = blobs_to_read.par_iter().filter_map(look).collect();
    if stop.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(findings) }
}

/// The record, as far as it is known before the documents are.
fn begun(
    options: &CreateOptions,
    gathered: &gather::Gathered,
    before: Option<&Published>,
) -> Release {
    let now = Moment::of(SystemTime::now()).to_string();
    let about = before.map(|before| before.release.about.clone());
    let about = about.unwrap_or(About { title: UNTITLED.to_owned(), publisher: None, url: None });
    let left_out = gathered.left_out.iter().map(|(why, n)| (why.word().to_owned(), *n)).collect();
    Release {
        number: before.map_or(0, |before| before.release.number) + 1,
        version_date: options.version_date.clone().unwrap_or_else(|| now[..10].to_owned()),
        created_at: now,
        about: About {
            title: options.title.clone().unwrap_or(about.title),
            publisher: options.publisher.clone().or(about.publisher),
            url: options.url.clone().or(about.url),
        },
        note: options.note.clone(),
        medshape: PROGRAM_VERSION.to_owned(),
        counts: gathered.counts,
        by_source: gathered.by_source.clone(),
        left_out,
        merkle: Merkle { root: Sha256::of(b""), n_leaves: 0 },
        files: Vec::new(),
        previous: before
            .map(|before| Previous { number: before.release.number, sha256: before.sha256 }),
    }
}
