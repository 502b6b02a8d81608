//! A store copied while others write to it, and a store made of a copy.
//!
//! First the database is copied, as it is at one moment; then the blobs that the copy names, each
//! compared with its name on the way. The copy of the database takes its place last, so that a copy that
//! is broken off is still the one before.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use crate::blobs::sync_folder;
use crate::folder::files_below;
use crate::gc::{erased, forget_quarantined, remove_file};
use crate::lease::Lease;
use crate::log::{Entry, Verb};
use crate::release::copy_releases;
use crate::{Blobs, Catalog, Clerk, Error, Kind, Sha256, let_go, store};

/// How often the database is copied anew because a shape was erased meanwhile.
const MAX_ROUNDS: usize = 5;

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CopyReport {
    /// Blobs that the copy names.
    pub n_blobs: u64,
    /// Those of them that were not there yet.
    pub n_copied: u64,
    /// Their bytes.
    pub n_bytes_copied: u64,
    /// Blobs that were removed from the copy, because they are erased or pruned.
    pub n_removed: u64,
    /// Blobs that could not be copied, and why.
    pub damaged: Vec<(Sha256, String)>,
}

impl Catalog {
    /// Copies this store to a folder, which is empty or holds an earlier copy of it; of that, blobs
    /// that are there are kept. The copy is a store of its own and opens as one.
    ///
    /// Blobs that are erased go from the copy, too. With `prune` go all that this state of the store
    /// does not name.
    ///
    /// A blob that is damaged here is left out and reported; a good one in an earlier copy stays.
    ///
    /// # Errors
    /// [`Kind::NotACopy`] if the folder holds anything else; [`Kind::Leased`] while blobs are removed
    /// or copied by another process.
    pub fn backup(
        &mut self,
        to: &Path,
        prune: bool,
        watch: &mut dyn FnMut(u64, u64),
    ) -> Result<CopyReport, Error> {
        let _lease = Lease::take(self.dir())?;
        self.refuse_overlap(to)?;
        let copy = Copy::prepare(to)?;
        let _lease_of_copy = Lease::take(to)?;
        self.refuse_other_store(&copy)?;
        self.sign_backup()?;
        let mut report = CopyReport::default();
        for _ in 0..MAX_ROUNDS {
            copy.database(&self.db, self.dir())?;
            let (needed, gone) = copy.wanted()?;
            report = copy.blobs(self.blobs(), &needed, watch)?;
            if self.are_needed(&report.damaged)? {
                copy.releases(self.dir())?;
                copy.take_place()?;
                // Not before: until then the copy is that of an earlier state, which may need them.
                report.n_removed = copy.remove(&gone, prune.then_some(&needed))?;
                return Ok(report);
            }
        }
        let text = report.damaged.first().map(|(_, text)| text.clone()).unwrap_or_default();
        Err(Error::new(self.dir(), Kind::Damaged(text)))
    }

    /// Makes a store in an empty folder of a copy, which is not changed.
    ///
    /// # Errors
    /// The folder is not empty, or `from` is no store.
    pub fn restore(
        from: &Path,
        to: &Path,
        clerk: Clerk,
        watch: &mut dyn FnMut(u64, u64),
    ) -> Result<(Self, CopyReport), Error> {
        let database = store::database_path(from);
        if !database.is_file() {
            return Err(Error::new(from, Kind::NotAStore));
        }
        if store::database_path(to).exists() {
            return Err(Error::new(to, Kind::NotEmpty));
        }
        let copy = Copy::prepare(to)?;
        let db = store::connect_to_read(&database);
        copy.database(&db.map_err(|cause| Error::database(&database, cause))?, from)?;
        copy.bring_up_to_date(&clerk)?;
        let (needed, _) = copy.wanted()?;
        let report = copy.blobs(&Blobs::new(from), &needed, watch)?;
        copy.releases(from)?;
        copy.take_place()?;
        let mut restored = Self::open_by(to, clerk)?;
        let what = format!("{} blobs", report.n_copied);
        let entry = Entry::new(Verb::Restore, what, "made of a copy");
        restored.write(|_| Ok(((), Some(entry))))?;
        Ok((restored, report))
    }

    /// A store that cannot be written is copied, too.
    fn sign_backup(&mut self) -> Result<(), Error> {
        let entry = Entry::new(Verb::Backup, "store", "a copy was begun");
        match self.write(|_| Ok(((), Some(entry)))) {
            Err(error) if matches!(error.kind(), Kind::ReadOnly | Kind::Full) => Ok(()),
            signed => signed,
        }
    }

    fn refuse_overlap(&self, to: &Path) -> Result<(), Error> {
        let whole = |path: &Path| fs::canonicalize(path).or_else(|_| std::path::absolute(path));
        let (here, there) = (whole(self.dir()), whole(to));
        let here = here.map_err(|cause| Error::io(self.dir(), cause))?;
        let there = there.map_err(|cause| Error::io(to, cause))?;
        match here.starts_with(&there) || there.starts_with(&here) {
            true => Err(Error::new(to, Kind::NotACopy)),
            false => Ok(()),
        }
    }

    /// An earlier copy has a log that this one's begins with.
    fn refuse_other_store(&self, copy: &Copy) -> Result<(), Error> {
        let Some((n, hash)) = copy.newest_of_log()? else { return Ok(()) };
        let sql = "SELECT hash FROM log WHERE n = ?1";
        let here: Option<[u8; 32]> =
            self.read(|db| db.query_row(sql, [n], |row| row.get(0)).optional())?;
        match here == Some(hash) {
            true => Ok(()),
            false => Err(Error::new(&copy.dir, Kind::NotACopy)),
        }
    }

    /// Whether this store still needs every blob that could not be copied: then it is damaged here, not
    /// erased since the database was copied.
    fn are_needed(&self, damaged: &[(Sha256, String)]) -> Result<bool, Error> {
        self.read(|db| {
            for (hash, _) in damaged {
                if !let_go::is_needed(db, hash)? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }
}

/// A copy that is being made.
struct Copy {
    dir: PathBuf,
    blobs: Blobs,
    /// The database until it takes its place.
    part: PathBuf,
}

impl Copy {
    fn prepare(dir: &Path) -> Result<Self, Error> {
        store::refuse_foreign_folder(dir)?;
        store::make_folders(dir).map_err(|cause| Error::io(dir, cause))?;
        let blobs = Blobs::new(dir);
        let part = blobs.temporary_folder().join("catalog.part");
        Ok(Self { dir: dir.to_owned(), blobs, part })
    }

    /// Number and hash of the newest row of the log of an earlier copy, if there is one.
    fn newest_of_log(&self) -> Result<Option<(i64, [u8; 32])>, Error> {
        let path = store::database_path(&self.dir);
        if !path.exists() {
            return Ok(None);
        }
        let read = store::connect_to_read(&path).and_then(|db| {
            db.query_row("SELECT log_n, log_hash FROM change", (), |row| {
                Ok(Some((row.get(0)?, row.get(1)?)))
            })
        });
        read.map_err(|_| Error::new(&self.dir, Kind::NotACopy))
    }

    /// Copies the database as it is now.
    fn database(&self, from: &Connection, from_dir: &Path) -> Result<(), Error> {
        for ending in ["", "-wal", "-shm", "-journal"] {
            remove_file(&with_ending(&self.part, ending))?;
        }
        let to = self.part.to_str().ok_or_else(|| {
            Error::io(&self.part, io::Error::other("a copy needs a path in UTF-8"))
        })?;
        let copied = from.execute("VACUUM INTO ?1", [to]);
        copied.map_err(|cause| Error::database(&store::database_path(from_dir), cause))?;
        Ok(())
    }

    fn open(&self) -> Result<Connection, Error> {
        store::connect_to_write(&self.part).map_err(|cause| self.error(cause))
    }

    fn bring_up_to_date(&self, clerk: &Clerk) -> Result<(), Error> {
        store::bring_up_to_date(&self.dir, &mut self.open()?, clerk)
    }

    /// The blobs that the copy names, with their sizes, and those that must not be in it.
    fn wanted(&self) -> Result<(BTreeMap<Sha256, u64>, Vec<Sha256>), Error> {
        let db = self.open()?;
        let read = || -> rusqlite::Result<_> {
            let needed = let_go::needed(&db)?;
            let mut gone = erased(&db)?;
            gone.retain(|hash| !needed.contains_key(hash));
            Ok((needed, gone))
        };
        read().map_err(|cause| self.error(cause))
    }

    fn blobs(
        &self,
        from: &Blobs,
        needed: &BTreeMap<Sha256, u64>,
        watch: &mut dyn FnMut(u64, u64),
    ) -> Result<CopyReport, Error> {
        let mut report = CopyReport { n_blobs: needed.len() as u64, ..CopyReport::default() };
        for (done, (hash, &size)) in (0..).zip(needed) {
            watch(done, report.n_blobs);
            if self.blobs.size(hash)? == Some(size) {
                continue;
            }
            match self.blobs.copy(from, hash, size) {
                Ok(()) => {
                    report.n_copied += 1;
                    report.n_bytes_copied += size;
                }
                Err(error) if error.path().starts_with(from.folder()) => {
                    report.damaged.push((*hash, error.kind().to_string()));
                }
                // The copy cannot be written: the next blob fares no better.
                Err(error) => return Err(error),
            }
        }
        Ok(report)
    }

    /// Copies the documents of the releases that the copy knows of.
    fn releases(&self, from: &Path) -> Result<(), Error> {
        let db = self.open()?;
        let read = || -> rusqlite::Result<Vec<u32>> {
            db.prepare("SELECT number FROM release ORDER BY number")?
                .query_map((), |row| row.get(0))?
                .collect()
        };
        copy_releases(from, &self.dir, &read().map_err(|cause| self.error(cause))?)
    }

    fn remove(&self, gone: &[Sha256], only: Option<&BTreeMap<Sha256, u64>>) -> Result<u64, Error> {
        let mut n = 0;
        for hash in gone {
            n += u64::from(self.blobs.remove(hash)?);
            forget_quarantined(&self.dir, hash)?;
        }
        let Some(needed) = only else { return Ok(n) };
        for path in files_below(self.blobs.folder(), 3)? {
            let hash = self.blobs.hash_of(&path);
            if let Some(hash) = hash.filter(|hash| !needed.contains_key(hash)) {
                n += u64::from(self.blobs.remove(&hash)?);
            }
        }
        Ok(n)
    }

    /// The copied database becomes that of the folder.
    fn take_place(&self) -> Result<(), Error> {
        let path = store::database_path(&self.dir);
        let db = self.open()?;
        store::set_wal(&db).map_err(|cause| self.error(cause))?;
        db.close().map_err(|(_, cause)| self.error(cause))?;
        self.settle_earlier(&path)?;
        let placed = File::open(&self.part)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&self.part, &path))
            .and_then(|()| sync_folder(&self.dir));
        placed.map_err(|cause| Error::io(&path, cause))
    }

    /// The log of an earlier copy's database must not be taken for that of the new one.
    fn settle_earlier(&self, path: &Path) -> Result<(), Error> {
        if path.exists() {
            let settled = store::connect_to_write(path)
                .and_then(|db| db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())));
            settled.map_err(|cause| Error::database(path, cause))?;
        }
        for ending in ["-wal", "-shm"] {
            remove_file(&with_ending(path, ending))?;
        }
        Ok(())
    }

    fn error(&self, cause: rusqlite::Error) -> Error {
        Error::database(&self.part, cause)
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut whole = path.as_os_str().to_owned();
    whole.push(ending);
    PathBuf::from(whole)
}
