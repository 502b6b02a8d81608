//! Removes what no record needs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, TransactionBehavior};
use serde::Serialize;

use crate::folder::files_below;
use crate::lease::Lease;
use crate::log::{Entry, Verb};
use crate::{Blobs, Catalog, Error, Moment, Sha256, let_go, store};

/// Blobs that are removed in one transaction, so that others who write do not wait for long.
const N_AT_ONCE: usize = 256;

/// A temporary file is left alone for so long, whatever the grace: somebody may be writing to it.
const MIN_TEMPORARY_GRACE: Duration = Duration::from_secs(3600);

/// What `gc` may remove.
#[derive(Debug, Clone, Copy)]
pub struct GcOptions {
    /// How long a blob that no record names is left alone: whoever wrote it may name it yet.
    pub grace: Duration,
    /// Only count.
    pub dry_run: bool,
}

impl Default for GcOptions {
    fn default() -> Self {
        Self { grace: Duration::from_secs(24 * 3600), dry_run: false }
    }
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct GcReport {
    /// Blobs that no record names.
    pub n_blobs: u64,
    /// Their bytes.
    pub n_bytes: u64,
    /// Files that somebody once began to write.
    pub n_temporary: u64,
    /// Blobs that no record names and whose grace is not over.
    pub n_waiting: u64,
}

impl Catalog {
    /// Removes blobs that no record names, and temporary files, if they are older than the grace.
    ///
    /// A blob is removed in a transaction in which no record names it, and a record is only added in
    /// a transaction in which its blobs are there; so none is ever taken from under a record.
    ///
    /// # Errors
    /// [`Kind::Leased`](crate::Kind::Leased) while another one removes or copies blobs.
    pub fn gc(&mut self, options: GcOptions) -> Result<GcReport, Error> {
        let _lease = Lease::take(self.dir())?;
        let mut report = GcReport::default();
        let edge = Edge { moment: self.clerk.now().before(options.grace) };
        let candidates = self.old_orphans(edge, &mut report)?;
        for some in candidates.chunks(N_AT_ONCE) {
            self.remove(some, edge, options.dry_run, &mut report)?;
        }
        let grace = options.grace.max(MIN_TEMPORARY_GRACE);
        let edge_of_temporary = Edge { moment: self.clerk.now().before(grace) };
        report.n_temporary = self.remove_temporary(edge_of_temporary, options.dry_run)?;
        if !options.dry_run {
            self.close_gc(edge, report)?;
        }
        Ok(report)
    }

    /// Removes what is erased and not needed by another record, quarantined copies too.
    pub(crate) fn remove_erased(&mut self) -> Result<(), Error> {
        let (blobs, dir) = (self.blobs().clone(), self.dir().to_owned());
        self.in_turn(|db| {
            for hash in erased(db)? {
                if !let_go::is_needed(db, &hash)? {
                    blobs.remove(&hash)?;
                }
                forget_quarantined(&dir, &hash)?;
            }
            Ok(())
        })?;
        // The log of the database may still hold what was deleted.
        let truncate =
            |db: &Connection| db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()));
        truncate(&self.db).map_err(|cause| self.database_error(cause))
    }

    /// Blobs that no record names now; those whose grace is not over are only counted.
    fn old_orphans(&self, edge: Edge, report: &mut GcReport) -> Result<Vec<Sha256>, Error> {
        let mut old = Vec::new();
        let paths = files_below(self.blobs().folder(), 3)?;
        for hash in paths.iter().filter_map(|path| self.blobs().hash_of(path)) {
            let (is_needed, state) =
                self.read(|db| Ok((let_go::is_needed(db, &hash)?, state(db, &hash)?)))?;
            match (is_needed, edge.is_over(self.blobs(), &hash, state)?) {
                (true, _) => {}
                (false, true) => old.push(hash),
                (false, false) => report.n_waiting += 1,
            }
        }
        old.sort();
        Ok(old)
    }

    /// Looks again at each, now that nobody else writes, and removes it.
    fn remove(
        &mut self,
        hashes: &[Sha256],
        edge: Edge,
        dry_run: bool,
        report: &mut GcReport,
    ) -> Result<(), Error> {
        let blobs = self.blobs().clone();
        self.in_turn(|db| {
            for hash in hashes {
                let is_old = edge.is_over(&blobs, hash, state(db, hash)?)?;
                if let_go::is_needed(db, hash)? || !is_old {
                    continue;
                }
                let size = blobs.size(hash)?.unwrap_or_default();
                if dry_run || blobs.remove(hash)? {
                    report.n_blobs += 1;
                    report.n_bytes += size;
                }
            }
            Ok(())
        })
    }

    fn remove_temporary(&self, edge: Edge, dry_run: bool) -> Result<u64, Error> {
        let mut n = 0;
        for path in files_below(self.blobs().temporary_folder(), 1)? {
            let is_old = match fs::metadata(&path).and_then(|metadata| metadata.modified()) {
                Ok(changed) => edge.is_before(changed),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => false,
                Err(cause) => return Err(Error::io(&path, cause)),
            };
            if is_old && !path.is_dir() {
                n += u64::from(dry_run || remove_file(&path)?);
            }
        }
        Ok(n)
    }

    /// Forgets what is gone, and signs for it.
    fn close_gc(&mut self, edge: Edge, report: GcReport) -> Result<(), Error> {
        let blobs = self.blobs().clone();
        self.write(|transaction| {
            let sql = "DELETE FROM let_go WHERE sha256 = ?1 AND erased = 0";
            for (hash, at) in released(transaction)? {
                let is_named = let_go::is_needed(transaction, &hash)?;
                let is_gone = at <= edge.moment && blobs.size(&hash)?.is_none();
                if is_named || is_gone {
                    transaction.prepare_cached(sql)?.execute([hash.as_bytes()])?;
                }
            }
            let GcReport { n_blobs, n_bytes, n_temporary, .. } = report;
            let what = format!("{n_blobs} blobs of {n_bytes} bytes, {n_temporary} temporary files");
            Ok(((), Some(Entry::new(Verb::Gc, what, "no record needs them"))))
        })
    }

    /// Works while nobody else writes to the database, and leaves it as it is.
    pub(crate) fn in_turn<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, crate::write::GivenUp>,
    ) -> Result<T, Error> {
        let path = store::database_path(self.dir());
        let alone = self.db.transaction_with_behavior(TransactionBehavior::Immediate);
        let alone = alone.map_err(|cause| Error::database(&path, cause))?;
        work(&alone).map_err(|cause| cause.at(&path))
    }
}

/// What is older than this is out of its grace.
#[derive(Debug, Clone, Copy)]
struct Edge {
    moment: Moment,
}

/// What is known of a blob that was let go.
struct Released {
    at: Moment,
    is_erased: bool,
}

impl Edge {
    fn is_before(self, changed: SystemTime) -> bool {
        Moment::of(changed) <= self.moment
    }

    /// Whether a blob has been without a record for long enough: since it was written or used last, and
    /// since it was let go.
    fn is_over(self, blobs: &Blobs, hash: &Sha256, state: Option<Released>) -> Result<bool, Error> {
        match state {
            Some(Released { is_erased: true, .. }) => return Ok(true),
            Some(Released { at, .. }) if at > self.moment => return Ok(false),
            _ => {}
        }
        Ok(blobs.used_at(hash)?.is_some_and(|used| self.is_before(used)))
    }
}

fn state(db: &Connection, hash: &Sha256) -> rusqlite::Result<Option<Released>> {
    use rusqlite::OptionalExtension;
    db.prepare_cached("SELECT at, erased FROM let_go WHERE sha256 = ?1")?
        .query_row([hash.as_bytes()], |row| {
            let at = Moment::from_unix_seconds(row.get(0)?);
            Ok(Released { at, is_erased: row.get(1)? })
        })
        .optional()
}

fn released(db: &Connection) -> rusqlite::Result<BTreeMap<Sha256, Moment>> {
    db.prepare("SELECT sha256, at FROM let_go")?
        .query_map((), |row| {
            let hash = Sha256::from_bytes(row.get(0)?);
            Ok((hash, Moment::from_unix_seconds(row.get(1)?)))
        })?
        .collect()
}

/// Blobs whose bytes must not be anywhere in a store.
pub(crate) fn erased(db: &Connection) -> rusqlite::Result<Vec<Sha256>> {
    db.prepare("SELECT sha256 FROM let_go WHERE erased")?
        .query_map((), |row| Ok(Sha256::from_bytes(row.get(0)?)))?
        .collect()
}

/// Removes what was put aside under a hash.
pub(crate) fn forget_quarantined(dir: &Path, hash: &Sha256) -> Result<(), Error> {
    let hash = hash.to_string();
    let is_of_hash = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with(&hash)
    };
    let all = files_below(&store::quarantine_path(dir), 1)?;
    all.iter().filter(|path| is_of_hash(path)).try_for_each(|path| remove_file(path).map(|_| ()))
}

/// Whether the file was there.
pub(crate) fn remove_file(path: &Path) -> Result<bool, Error> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(Error::io(path, cause)),
    }
}
