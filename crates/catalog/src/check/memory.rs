//! Remembers when blobs were last found right.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::{Error, Kind, Moment, Sha256, store};

/// Blobs that are remembered in one transaction.
const N_AT_ONCE: usize = 500;

/// What was found right and is not yet written down.
pub(super) struct Memory {
    path: PathBuf,
    db: Connection,
    now: Moment,
    hashes: Vec<Sha256>,
}

impl Memory {
    /// A connection of its own, since a check reads from one state of the database; `None` where the
    /// store cannot be written.
    pub(super) fn of(dir: &Path, now: Moment) -> Option<Self> {
        let path = store::database_path(dir);
        let db = store::connect_to_write(&path).ok()?;
        Some(Self { path, db, now, hashes: Vec::new() }).filter(|memory| memory.can_write())
    }

    fn can_write(&self) -> bool {
        self.db.is_readonly("main").is_ok_and(|is_readonly| !is_readonly)
    }

    pub(super) fn add(&mut self, hash: &Sha256) -> Result<(), Error> {
        self.hashes.push(*hash);
        if self.hashes.len() < N_AT_ONCE { Ok(()) } else { self.keep() }
    }

    /// Writes down what is not yet. No room for it, or no right to, is not the check's business.
    pub(super) fn keep(&mut self) -> Result<(), Error> {
        let hashes = std::mem::take(&mut self.hashes);
        let kept = put(&mut self.db, &hashes, self.now);
        match kept.map_err(|cause| Error::database(&self.path, cause)) {
            Err(error) if matches!(error.kind(), Kind::ReadOnly | Kind::Full) => Ok(()),
            kept => kept,
        }
    }
}

fn put(db: &mut Connection, hashes: &[Sha256], now: Moment) -> rusqlite::Result<()> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let sql = "INSERT INTO verified VALUES (?1, ?2)
        ON CONFLICT (sha256) DO UPDATE SET at = excluded.at";
    for hash in hashes {
        transaction.prepare_cached(sql)?.execute((hash.as_bytes(), now.unix_seconds()))?;
    }
    transaction.commit()
}
