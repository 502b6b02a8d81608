//! What a repair does to a store: nothing is deleted.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::params;

use crate::blobs::sync_folder;
use crate::index::Traits;
use crate::lease::Lease;
use crate::log::{Entry, Verb};
use crate::read::{from_json, parsed};
use crate::withdraw::recount;
use crate::{Blobs, Catalog, Error, Kind, Measures, Quality, Role, Sha256, ShapeName, StoredFile};
use crate::{store, withdraw};

/// The right to repair a store, which one process has at a time.
#[derive(Debug)]
pub struct RepairLease(#[expect(dead_code, reason = "held, not read")] Lease);

impl Catalog {
    /// Takes the right to repair, until it is dropped.
    ///
    /// # Errors
    /// [`Kind::Leased`] while another process has it, or removes or copies blobs.
    pub fn lease_repair(&self) -> Result<RepairLease, Error> {
        Lease::take(self.dir()).map(RepairLease)
    }

    /// Moves what lies in place of a blob to the folder `quarantine`, and says where it is now; `None`
    /// if nothing lay there.
    pub fn put_aside(&self, hash: &Sha256) -> Result<Option<PathBuf>, Error> {
        let path = self.blobs().path(hash);
        if fs::symlink_metadata(&path).is_err() {
            return Ok(None);
        }
        let folder = store::quarantine_path(self.dir());
        let free = (0..).map(|n| folder.join(format!("{hash}.{n}")));
        let to = free.into_iter().find(|to| fs::symlink_metadata(to).is_err());
        let to = to.unwrap_or_else(|| folder.join(hash.to_string()));
        fs::create_dir_all(&folder)
            .and_then(|()| fs::rename(&path, &to))
            .and_then(|()| sync_folder(&folder))
            .map_err(|cause| Error::io(&path, cause))?;
        Ok(Some(to))
    }

    /// Takes a blob from another store, if it is whole there.
    pub fn take_from(&self, other: &Path, hash: &Sha256, size: u64) -> Result<bool, Error> {
        let from = Blobs::new(other);
        match self.blobs().copy(&from, hash, size) {
            Ok(()) => Ok(true),
            Err(error) if error.path().starts_with(from.folder()) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The shapes that name a blob, and as what; none if only records of the past or of cases do.
    pub fn shapes_with(&self, hash: &Sha256) -> Result<Vec<(ShapeName, Role)>, Error> {
        let sql = "SELECT name, role FROM shape_file JOIN name ON name.key = name_key
            WHERE sha256 = ?1 ORDER BY name";
        self.read(|db| {
            let mut found = db.prepare_cached(sql)?;
            let rows = found.query_map([hash.as_bytes()], |row| {
                Ok((parsed(row, 0)?, crate::read::worded(row, 1, Role::from_word)?))
            })?;
            rows.collect()
        })
    }

    /// Size of a blob as records say it.
    pub fn size_of(&self, hash: &Sha256) -> Result<Option<u64>, Error> {
        self.read(|db| Ok(crate::let_go::needed(db)?.get(hash).copied()))
    }

    /// Gives a shape another file of its kind, one that was derived from its mesh anew.
    ///
    /// # Errors
    /// The mesh itself is not replaced so; the blob is not there; or there is no such file.
    pub fn replace_derived(&mut self, name: &ShapeName, file: &StoredFile) -> Result<(), Error> {
        let dir = self.dir().to_owned();
        let refuse = |text: String| Err(Error::new(&dir, Kind::Inconsistent(text)).into());
        let blobs = self.blobs().clone();
        self.write(|transaction| {
            let StoredFile { role, sha256, size, error_mm } = file;
            if matches!(role, Role::Mesh | Role::Original | Role::LabelMap) {
                return refuse(format!("the {} of `{name}` is not derived", role.word()));
            }
            if blobs.size(sha256)? != Some(*size) {
                return refuse(format!("no blob {sha256} of {size} bytes is here yet"));
            }
            let Some(key) = withdraw::name_key(transaction, name)? else {
                return refuse(format!("there is no shape named `{name}`"));
            };
            let n = transaction.execute(
                "UPDATE shape_file SET sha256 = ?3, size = ?4, error_mm = ?5
                WHERE name_key = ?1 AND role = ?2",
                params![key, role.word(), sha256.as_bytes(), size, error_mm],
            )?;
            if n == 0 {
                return refuse(format!("`{name}` has no {}", role.word()));
            }
            let sql = "SELECT subject_key FROM shape WHERE name_key = ?1";
            recount(transaction, transaction.query_row(sql, [key], |row| row.get(0))?)?;
            let why = format!("{} made anew", role.word());
            Ok(((), Some(Entry::new(Verb::Repair, name.to_string(), why))))
        })
    }

    /// Computes anew what rows repeat of other rows: counts of cases, columns that stand in records
    /// too. Says how many rows were wrong.
    pub fn mend_rows(&mut self) -> Result<u64, Error> {
        self.write(|transaction| {
            let mut n = 0;
            let mut all = transaction.prepare(
                "SELECT name_key, name, measures, quality, flags,
                    volume_mm3, ordinal, source, subject
                FROM shape JOIN name ON name.key = name_key",
            )?;
            let mut rows = all.query(())?;
            while let Some(row) = rows.next()? {
                let name: ShapeName = parsed(row, 1)?;
                let (measures, quality): (Measures, Quality) =
                    (from_json(row, 2)?, from_json(row, 3)?);
                let flags: i64 = row.get(4)?;
                let update = "UPDATE shape SET flags = ?2, volume_mm3 = ?3, ordinal = ?4,
                        source = ?5, subject = ?6
                    WHERE name_key = ?1 AND (flags IS NOT ?2 OR volume_mm3 IS NULL
                        OR abs(volume_mm3 - ?3) > 1e-12 * abs(?3) OR ordinal IS NOT ?4
                        OR source IS NOT ?5 OR subject IS NOT ?6)";
                n += transaction.prepare_cached(update)?.execute(params![
                    row.get::<_, i64>(0)?,
                    // Whether it is doubtful no record says; a review does.
                    i64::from(Traits::flags(&quality)) | flags & i64::from(Traits::DOUBTFUL),
                    measures.volume_mm3,
                    name.ordinal().get(),
                    name.source(),
                    name.subject(),
                ])?;
            }
            let wrong = "SELECT subject_key FROM ingested
                WHERE n_shapes <> (SELECT count(*) FROM shape WHERE ingested_key = ingested.key)
                    OR n_bytes <> coalesce(label_map_size, 0)
                        + (SELECT coalesce(sum(size), 0)
                            FROM shape JOIN shape_file USING (name_key)
                            WHERE ingested_key = ingested.key)";
            let mut wrong = transaction.prepare(wrong)?;
            let keys: Vec<i64> =
                wrong.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
            for key in &keys {
                recount(transaction, *key)?;
            }
            let n = (n + keys.len()) as u64;
            let entry = Entry::new(Verb::Repair, format!("{n} rows"), "computed anew");
            Ok((n, (n > 0).then_some(entry)))
        })
    }

    /// Signs for blobs that were put aside or brought back.
    pub fn sign_repair(&mut self, what: &str) -> Result<(), Error> {
        self.write(|_| Ok(((), Some(Entry::new(Verb::Repair, what, "damaged or missing")))))
    }
}
