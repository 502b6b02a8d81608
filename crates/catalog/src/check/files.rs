//! What lies in the folder, against what the rows name.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;

use super::{Expected, Finding, LET_GO_PATIENCE, Subset, error, information};
use crate::folder::files_below;
use crate::{Catalog, Error, Sha256, store};

impl Catalog {
    /// All blobs that the rows name. Rows that cannot be right have findings of their own.
    pub(super) fn expected(&self) -> Result<BTreeMap<Sha256, Expected>, Error> {
        let sql = "SELECT sha256, size, name FROM (
                SELECT sha256, size, name FROM shape_file JOIN name ON name.key = name_key
                UNION ALL
                SELECT sha256, size, name FROM superseded JOIN name ON name.key = name_key
                UNION ALL
                SELECT label_map_sha256, label_map_size, source || '/' || id
                    FROM ingested JOIN subject ON subject.key = subject_key
                    WHERE label_map_sha256 IS NOT NULL
                UNION ALL
                SELECT sha256, size, 'release ' || release FROM release_file
                    WHERE sha256 NOT IN (SELECT sha256 FROM release_erased))
            WHERE length(sha256) = 32 AND size > 0";
        self.read(|db| {
            let mut expected: BTreeMap<Sha256, Expected> = BTreeMap::new();
            let mut statement = db.prepare(sql)?;
            let mut rows = statement.query(())?;
            while let Some(row) = rows.next()? {
                let blob = expected.entry(Sha256::from_bytes(row.get(0)?)).or_default();
                blob.size = row.get(1)?;
                blob.needed_by.push(row.get(2)?);
            }
            Ok(expected)
        })
    }

    /// Whether a blob is there, a file, and as long as it should be.
    pub(super) fn check_size(&self, hash: &Sha256, expected: &Expected) -> Option<Finding> {
        let path = self.blobs().path(hash);
        let finding =
            |code, text: &str| Some(error(code, path.clone(), text, expected.needed_by.clone()));
        match fs::symlink_metadata(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                finding("E001", "the blob is missing")
            }
            Err(cause) => finding("E004", &cause.to_string()),
            Ok(found) if found.is_symlink() => finding("E007", "a link in place of a blob"),
            Ok(found) if !found.is_file() => finding("E004", "not a file"),
            Ok(found) if found.len() != expected.size => {
                finding("E002", &format!("{} bytes instead of {}", found.len(), expected.size))
            }
            Ok(_) => None,
        }
    }

    /// Whether a blob's bytes are those that its name says.
    pub(super) fn check_bytes(&self, hash: &Sha256, expected: &Expected) -> Option<Finding> {
        let path = self.blobs().path(hash);
        let finding = |code, text: &str| {
            Some(error(code, self.blobs().path(hash), text, expected.needed_by.clone()))
        };
        match File::open(&path).and_then(|mut file| Sha256::of_reader(&mut file)) {
            Ok((found, _)) if found == *hash => None,
            Ok(_) => finding("E003", "its bytes are not those that its name says"),
            Err(cause) => finding("E004", &cause.to_string()),
        }
    }

    /// All blobs in the folder; what lies among them and is none becomes a finding.
    pub(super) fn present(&self, findings: &mut Vec<Finding>) -> Result<Vec<Sha256>, Error> {
        let mut present = Vec::new();
        for path in files_below(self.blobs().folder(), 3)? {
            match self.blobs().hash_of(&path) {
                Some(hash) => present.push(hash),
                None if path.is_symlink() => {
                    findings.push(error("E007", path, "a link among the blobs", Vec::new()));
                }
                None => findings.push(information("I103", &path, "not a blob")),
            }
        }
        Ok(present)
    }

    /// Blobs that no row names: a fault if they belong to a shape that was taken back long ago.
    pub(super) fn orphans(
        &self,
        orphans: impl Iterator<Item = Sha256>,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let now = self.clerk.now();
        let (edge, newest) = (now.before(LET_GO_PATIENCE).unix_seconds(), now.unix_seconds());
        let sql = "SELECT coalesce(name, source || '/' || id)
            FROM let_go JOIN subject ON subject.key = subject_key
                LEFT JOIN withdrawn USING (name_key) LEFT JOIN name ON name.key = name_key
            WHERE sha256 = ?1 AND (let_go.erased OR withdrawn.at IS NOT NULL)
                AND let_go.at <= iif(let_go.erased, ?3, ?2)";
        for hash in orphans {
            let overdue: Vec<String> = self.read(|db| {
                db.prepare_cached(sql)?
                    .query_map((hash.as_bytes(), edge, newest), |row| row.get(0))?
                    .collect()
            })?;
            let path = self.blobs().path(&hash);
            findings.push(match overdue.is_empty() {
                true => information("I101", &path, "no record needs this blob"),
                false => {
                    let text = "its shape was withdrawn, and it is still here: run `medshape gc`";
                    error("E008", path, text, overdue)
                }
            });
        }
        Ok(())
    }

    pub(super) fn left_over(&self, findings: &mut Vec<Finding>) -> Result<(), Error> {
        let text = "left over, if no program is writing to the store now";
        for path in files_below(self.blobs().temporary_folder(), 1)? {
            findings.push(information("I102", &path, text));
        }
        for path in files_below(&store::quarantine_path(self.dir()), 1)? {
            findings.push(information("I104", &path, "damaged, and put aside by a repair"));
        }
        Ok(())
    }

    /// The blobs of a subset, those first that were not read for the longest time.
    pub(super) fn oldest_first(
        &self,
        mut hashes: Vec<Sha256>,
        subset: Option<Subset>,
    ) -> Result<Vec<Sha256>, Error> {
        if let Some(Subset { part, of }) = subset {
            // Hashes are spread evenly; their first bytes say to which part they belong.
            let number = |hash: &Sha256| {
                let [a, b, c, d, ..] = *hash.as_bytes();
                u32::from_be_bytes([a, b, c, d])
            };
            hashes.retain(|hash| number(hash) % of.max(1) == part.wrapping_sub(1) % of.max(1));
        }
        let known: BTreeMap<Sha256, i64> = self.read(|db| {
            db.prepare("SELECT sha256, at FROM verified")?
                .query_map((), |row| Ok((Sha256::from_bytes(row.get(0)?), row.get(1)?)))?
                .collect()
        })?;
        hashes.sort_by_key(|hash| (known.get(hash).copied(), *hash));
        Ok(hashes)
    }
}
