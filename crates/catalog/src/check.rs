//! Compares what the rows say with what lies in the folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::{Catalog, Error, Sha256, store};

/// How much a check reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The database, and names and sizes of the files.
    Sizes,
    /// All bytes as well.
    Bytes,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something that was stored is lost or changed.
    Error,
    /// Something that takes room and does no harm.
    Information,
}

/// One finding of a check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// For programs, and never given another meaning: `E001` missing blob, `E002` blob of another
    /// size, `E003` blob with other bytes, `E004` blob that cannot be read, `E005` damaged
    /// database, `R…` what is wrong with [releases](crate::release), `I101` blob that no row names, `I102` left-over temporary file, `I103` file that
    /// is no blob.
    pub code: &'static str,
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, for people.
    pub text: String,
    /// Names of the shapes, or `source/subject` of the cases, that need it.
    pub needed_by: Vec<String>,
}

/// What the rows say of a blob.
#[derive(Default)]
struct Expected {
    size: u64,
    needed_by: Vec<String>,
}

impl Catalog {
    /// Compares rows with blobs. No finding means that all is well; findings come in a fixed
    /// order, the worst first.
    pub fn check(&self, depth: Depth) -> Result<Vec<Finding>, Error> {
        let mut findings = self.check_database()?;
        // Files first: what another process adds meanwhile is then in the rows, not an orphan.
        let present = self.present(&mut findings)?;
        let expected = self.expected()?;
        for (hash, expected) in &expected {
            findings.extend(self.check_blob(hash, expected, depth));
        }
        for hash in present.keys().filter(|hash| !expected.contains_key(hash)) {
            let path = self.blobs().path(hash);
            findings.push(information("I101", path, "no record needs this blob"));
        }
        findings.extend(self.left_over()?);
        findings.extend(self.check_releases(depth)?);
        findings.sort();
        Ok(findings)
    }

    pub(crate) fn check_database(&self) -> Result<Vec<Finding>, Error> {
        let path = store::database_path(self.dir());
        self.read(|db| {
            let mut findings = Vec::new();
            let mut check = db.prepare("PRAGMA integrity_check(20)")?;
            let lines = check.query_map((), |row| row.get::<_, String>(0))?;
            for line in lines {
                let line = line?;
                if line != "ok" {
                    findings.push(error("E005", path.clone(), &line, Vec::new()));
                }
            }
            if db.prepare("PRAGMA foreign_key_check")?.exists(())? {
                let text = "a record refers to one that is not there";
                findings.push(error("E005", path.clone(), text, Vec::new()));
            }
            Ok(findings)
        })
    }

    /// All blobs that the rows name.
    fn expected(&self) -> Result<BTreeMap<Sha256, Expected>, Error> {
        let sql = "SELECT sha256, size, name FROM shape_file JOIN name ON name.key = name_key
            UNION ALL
            SELECT sha256, size, name FROM superseded JOIN name ON name.key = name_key
            UNION ALL
            SELECT label_map_sha256, label_map_size, source || '/' || id
                FROM ingested JOIN subject ON subject.key = subject_key
                WHERE label_map_sha256 IS NOT NULL
            UNION ALL
            SELECT sha256, size, 'release ' || release FROM release_file
                WHERE sha256 NOT IN (SELECT sha256 FROM release_erased)";
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

    fn check_blob(&self, hash: &Sha256, expected: &Expected, depth: Depth) -> Option<Finding> {
        let path = self.blobs().path(hash);
        let finding =
            |code, text: &str| Some(error(code, path.clone(), text, expected.needed_by.clone()));
        match fs::metadata(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                return finding("E001", "the blob is missing");
            }
            Err(cause) => return finding("E004", &cause.to_string()),
            Ok(metadata) if metadata.len() != expected.size => {
                let text = format!("{} bytes instead of {}", metadata.len(), expected.size);
                return finding("E002", &text);
            }
            Ok(_) if depth == Depth::Sizes => return None,
            Ok(_) => {}
        }
        match File::open(&path).and_then(|mut file| Sha256::of_reader(&mut file)) {
            Ok((found, _)) if found == *hash => None,
            Ok(_) => finding("E003", "its bytes are not those that its name says"),
            Err(cause) => finding("E004", &cause.to_string()),
        }
    }

    /// All blobs in the folder; what lies among them and is none becomes a finding.
    fn present(&self, findings: &mut Vec<Finding>) -> Result<BTreeMap<Sha256, PathBuf>, Error> {
        let mut present = BTreeMap::new();
        for path in files_below(self.blobs().folder(), 3)? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            match name.parse::<Sha256>() {
                Ok(hash) if self.blobs().path(&hash) == path => {
                    present.insert(hash, path);
                }
                _ => findings.push(information("I103", path, "not a blob")),
            }
        }
        Ok(present)
    }

    fn left_over(&self) -> Result<Vec<Finding>, Error> {
        let paths = files_below(self.blobs().temporary_folder(), 1)?;
        let text = "left over, if no program is writing to the store now";
        Ok(paths.into_iter().map(|path| information("I102", path, text)).collect())
    }
}

/// All files in a folder and in the folders below it, down to a depth, in no order.
fn files_below(folder: &Path, depth: usize) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), depth)];
    while let Some((folder, depth)) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(Error::io(&folder, cause)),
        };
        for entry in entries {
            let entry = entry.map_err(|cause| Error::io(&folder, cause))?;
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            match depth.checked_sub(1).filter(|depth| is_folder && *depth > 0) {
                Some(depth) => open.push((entry.path(), depth)),
                None => found.push(entry.path()),
            }
        }
    }
    Ok(found)
}

fn error(code: &'static str, path: PathBuf, text: &str, needed_by: Vec<String>) -> Finding {
    Finding { severity: Severity::Error, code, path, text: text.to_owned(), needed_by }
}

fn information(code: &'static str, path: PathBuf, text: &str) -> Finding {
    let (severity, text) = (Severity::Information, text.to_owned());
    Finding { severity, code, path, text, needed_by: Vec::new() }
}
