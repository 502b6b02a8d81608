//! Releases: what the collection was at one moment, numbered, and never changed.
//!
//! A release is a folder `releases/NUMBER` of documents and a row of the database. The documents name
//! blobs, which stay where they are and are kept from then on. The folder is written under `tmp/`,
//! synced and renamed before the row is, and the row is the only commit point: a folder that no row
//! names was left by a crash, and the next release takes its number and its place.

mod check;
mod copy;
mod draft;
mod held;
mod merkle;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use rusqlite::{OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};

use crate::folder::open_below;
use crate::log::{Entry, Verb};
use crate::{Catalog, Error, Kind, Sha256};

pub(crate) use copy::copy_releases;
pub use draft::Draft;
pub use held::HeldShape;
pub use merkle::MerkleTree;

/// Name of the document that holds the [`Release`] itself.
pub const RECORD: &str = "release.json";
/// Name of the document that lists the blobs, a line each, as `sha256sum --check` reads them.
pub const SUMS: &str = "manifest.sha256";

const FOLDER: &str = "releases";

/// A release, as its `release.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// From 1, without gaps.
    pub number: u32,
    /// When it was made, UTC, such as `2026-11-28T12:00:00Z`.
    pub created_at: String,
    /// The day it is cited by, such as `2026-11-28`.
    pub version_date: String,
    /// What the collection is called, and by whom and where it is published.
    pub about: About,
    /// What its maker has to say of it.
    pub note: Option<String>,
    /// Version of the program.
    pub medshape: String,
    /// How much there is of it.
    pub counts: ReleaseCounts,
    /// Shapes of each source.
    pub by_source: BTreeMap<String, u64>,
    /// Shapes of the collection that are not in it, by the reason.
    pub left_out: BTreeMap<String, u64>,
    /// One hash for all lines of [`SUMS`].
    pub merkle: Merkle,
    /// The other documents of its folder, by name.
    pub files: Vec<Document>,
    /// The release before it; `None` for the first.
    pub previous: Option<Previous>,
}

/// What a collection is called, and by whom and where it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Title to cite it by.
    pub title: String,
    /// Who publishes it; `None` where nobody has said.
    pub publisher: Option<String>,
    /// Address of the collection; `None` where nobody has said.
    pub url: Option<String>,
}

/// How much a release holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReleaseCounts {
    /// Shapes.
    pub n_shapes: u64,
    /// Subjects that they are of.
    pub n_subjects: u64,
    /// Sources that they are of.
    pub n_sources: u64,
    /// Different structures, sides aside.
    pub n_structures: u64,
    /// Different blobs.
    pub n_blobs: u64,
    /// Bytes of these.
    pub n_bytes: u64,
}

/// The root of a [`MerkleTree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merkle {
    /// Hash of the whole.
    pub root: Sha256,
    /// Lines below it.
    pub n_leaves: u64,
}

/// A file of a release's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// File name.
    pub name: String,
    /// Number of bytes.
    pub size: u64,
    /// Hash of the bytes.
    pub sha256: Sha256,
}

/// The release before, and the hash of its `release.json`: a chain to the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Its number.
    pub number: u32,
    /// Hash of its record.
    pub sha256: Sha256,
}

/// A blob that a release names and whose bytes were taken away on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// The blob.
    pub sha256: Sha256,
    /// When, such as `2026-11-28`.
    pub date: String,
    /// Why, for people.
    pub reason: String,
}

/// A release with the hash of its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The record.
    pub release: Release,
    /// Its bytes, those of `release.json`.
    pub record: String,
    /// Hash of these bytes.
    pub sha256: Sha256,
}

impl Catalog {
    /// All releases, oldest first.
    pub fn releases(&self) -> Result<Vec<Published>, Error> {
        let sql = "SELECT number, record, sha256, merkle_root FROM release ORDER BY number";
        let rows = self.read(|db| db.prepare_cached(sql)?.query_map((), row)?.collect());
        Vec::into_iter(rows?).map(|row| self.published(row)).collect()
    }

    /// The release of this number.
    pub fn release(&self, number: u32) -> Result<Option<Published>, Error> {
        let sql = "SELECT number, record, sha256, merkle_root FROM release WHERE number = ?1";
        let found = self.read(|db| db.prepare_cached(sql)?.query_row([number], row).optional())?;
        found.map(|row| self.published(row)).transpose()
    }

    /// The newest release.
    pub fn last_release(&self) -> Result<Option<Published>, Error> {
        let number = self.read(|db| {
            db.query_row("SELECT max(number) FROM release", (), |row| row.get::<_, Option<u32>>(0))
        })?;
        number.map_or(Ok(None), |number| self.release(number))
    }

    /// Where a document of a release lies.
    pub fn release_path(&self, number: u32, document: &str) -> PathBuf {
        self.release_folder(number).join(document)
    }

    /// Opens a document without looking at its bytes. A link in its place is not followed.
    pub fn open_release_document(&self, number: u32, document: &str) -> Result<File, Error> {
        let path = self.release_path(number, document);
        let opened = open_below(&self.release_folder(number), &path);
        opened.map_err(|cause| Error::io(&path, cause))
    }

    /// All blobs that releases name, with their sizes: they are kept, whether or not a shape still
    /// needs them. Those whose bytes were [erased](Self::erased) are not among them.
    pub fn released_blobs(&self) -> Result<BTreeMap<Sha256, u64>, Error> {
        let sql = "SELECT sha256, size FROM release_file
            WHERE sha256 NOT IN (SELECT sha256 FROM release_erased)";
        self.read(|db| {
            db.prepare_cached(sql)?
                .query_map((), |row| Ok((Sha256::from_bytes(row.get(0)?), row.get(1)?)))?
                .collect()
        })
    }

    /// Blobs that releases name and whose bytes were taken away on purpose.
    pub fn erased(&self) -> Result<Vec<Erased>, Error> {
        let sql = "SELECT sha256, date, reason FROM release_erased ORDER BY sha256";
        self.read(|db| {
            db.prepare_cached(sql)?
                .query_map((), |row| {
                    let sha256 = Sha256::from_bytes(row.get(0)?);
                    Ok(Erased { sha256, date: row.get(1)?, reason: row.get(2)? })
                })?
                .collect()
        })
    }

    /// Puts up tombstones for blobs that releases name, before their bytes are taken away. A blob that
    /// no release names, or that has one, is passed over. Says how many there are new.
    pub fn mark_erased(
        &mut self,
        blobs: &[Sha256],
        date: &str,
        reason: &str,
    ) -> Result<usize, Error> {
        self.write(|transaction| {
            let mut n_new = 0;
            for blob in blobs {
                n_new += put_tombstone(transaction, blob, date, reason)?;
            }
            let entry = Entry::new(Verb::Erase, format!("{n_new} released blobs"), reason);
            Ok((n_new, Some(entry).filter(|_| n_new > 0)))
        })
    }

    pub(crate) fn release_folder(&self, number: u32) -> PathBuf {
        self.releases_folder().join(number.to_string())
    }

    fn releases_folder(&self) -> PathBuf {
        self.dir().join(FOLDER)
    }

    fn published(&self, row: Row) -> Result<Published, Error> {
        let Row { number, record, sha256, merkle_root: _ } = row;
        let path = self.release_path(number, RECORD);
        let damaged = |cause| Error::new(&path, Kind::Damaged(format!("its row: {cause}")));
        let release = serde_json::from_str(&record).map_err(damaged)?;
        Ok(Published { release, record, sha256 })
    }
}

/// Puts up a tombstone for a blob that a release names, and says how many that were: one or none.
pub(crate) fn put_tombstone(
    transaction: &Transaction<'_>,
    blob: &Sha256,
    date: &str,
    reason: &str,
) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO release_erased SELECT sha256, ?2, ?3 FROM release_file
        WHERE sha256 = ?1 AND NOT EXISTS (SELECT 1 FROM release_erased WHERE sha256 = ?1)";
    transaction.prepare_cached(sql)?.execute((blob.as_bytes(), date, reason))
}

/// A row of the table, not yet understood.
struct Row {
    number: u32,
    record: String,
    sha256: Sha256,
    merkle_root: Sha256,
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        number: row.get(0)?,
        record: row.get(1)?,
        sha256: Sha256::from_bytes(row.get(2)?),
        merkle_root: Sha256::from_bytes(row.get(3)?),
    })
}
