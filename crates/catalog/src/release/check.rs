//! Whether releases are what they were when they were made.
//!
//! Codes, never given another meaning: `R001` the folder of a release is missing, `R002` a document is
//! missing, `R003` a document has other bytes, `R004` there is a file that the release does not name,
//! `R005` the row of a release is not what its folder says, `R006` the chain to the release before is
//! broken, `R007` the list of blobs does not have the root that the record says, `R008` a blob is
//! missing, `R009` a blob has other bytes, `R010` the list names a blob that no row keeps, `R011` a
//! file cannot be read, `R101` a folder that a crash left, `R102` a blob whose bytes were taken away
//! on purpose.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::{Document, MerkleTree, RECORD, Release, Row, SUMS};
use crate::folder::files_below;
use crate::{Blobs, Catalog, Depth, Error, Finding, Severity, Sha256};

impl Catalog {
    /// Holds the rows of all releases against their folders. Sizes of documents are compared, or all
    /// their bytes. What blobs there are is not looked at.
    pub fn check_releases(&self, depth: Depth) -> Result<Vec<Finding>, Error> {
        let sql = "SELECT number, record, sha256, merkle_root FROM release ORDER BY number";
        let rows: Vec<Row> =
            self.read(|db| db.prepare_cached(sql)?.query_map((), super::row)?.collect())?;
        let mut findings = Vec::new();
        let mut before: Option<&Row> = None;
        for row in &rows {
            findings.extend(self.check_release_folder(row, before, depth));
            before = Some(row);
        }
        let numbers: BTreeSet<u32> = rows.iter().map(|row| row.number).collect();
        findings.extend(self.left_folders(&numbers)?);
        Ok(findings)
    }

    /// What of the database and of the releases so far is not as it should be; a release is made only
    /// where that is nothing. Which blobs there are is not looked at.
    pub fn check_before_release(&self) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        self.examine_rows(&mut findings)?;
        findings.extend(self.check_releases(Depth::Bytes)?);
        findings.retain(|finding| finding.severity == Severity::Error);
        Ok(findings)
    }

    /// Everything that can be wrong with one release, all bytes of its documents and of all blobs that
    /// it names included. `None` if there is no such release. `watch` is told of each blob.
    pub fn check_release(
        &self,
        number: u32,
        watch: &dyn Fn(u64, u64),
    ) -> Result<Option<Vec<Finding>>, Error> {
        let sql = "SELECT number, record, sha256, merkle_root FROM release
            WHERE number BETWEEN ?1 - 1 AND ?1 ORDER BY number";
        let rows: Vec<Row> =
            self.read(|db| db.prepare_cached(sql)?.query_map([number], super::row)?.collect())?;
        let Some(row) = rows.iter().find(|row| row.number == number) else { return Ok(None) };
        let before = rows.iter().find(|row| row.number + 1 == number);
        let mut findings = self.check_release_folder(row, before, Depth::Bytes);
        if let Ok(release) = serde_json::from_str::<Release>(&row.record) {
            findings.extend(self.check_blobs_of(&release, watch)?);
        }
        findings.sort();
        Ok(Some(findings))
    }

    fn check_release_folder(&self, row: &Row, before: Option<&Row>, depth: Depth) -> Vec<Finding> {
        let folder = self.release_folder(row.number);
        let record = folder.join(RECORD);
        let release = match serde_json::from_str::<Release>(&row.record) {
            Ok(release) if Sha256::of(row.record.as_bytes()) == row.sha256 => release,
            _ => return vec![error("R005", &record, "the row of the release was changed")],
        };
        if !folder.is_dir() {
            return vec![error("R001", &folder, "the folder of the release is missing")];
        }
        let mut findings = Vec::new();
        if release.number != row.number || release.merkle.root != row.merkle_root {
            findings.push(error("R005", &record, "the row of the release was changed"));
        }
        let previous = release.previous.map(|previous| (previous.number, previous.sha256));
        if previous != before.map(|before| (before.number, before.sha256)) {
            let text = "its record does not continue that of the release before";
            findings.push(error("R006", &record, text));
        }
        let document =
            Document { name: RECORD.to_owned(), size: row.record.len() as u64, sha256: row.sha256 };
        for document in release.files.iter().chain([&document]) {
            findings.extend(check_document(&folder, document, depth));
        }
        let named = release.files.iter().map(|document| document.name.as_str()).chain([RECORD]);
        findings.extend(strangers(&folder, &named.collect()));
        findings
    }

    fn check_blobs_of(
        &self,
        release: &Release,
        watch: &dyn Fn(u64, u64),
    ) -> Result<Vec<Finding>, Error> {
        let path = self.release_path(release.number, SUMS);
        let kept = self.released_blobs()?;
        let erased: BTreeMap<Sha256, String> =
            self.erased()?.into_iter().map(|erased| (erased.sha256, erased.reason)).collect();
        let Ok(file) = File::open(&path) else { return Ok(Vec::new()) };
        let mut findings = Vec::new();
        let mut tree = MerkleTree::default();
        for line in BufReader::new(file).split(b'\n') {
            let line = line.map_err(|cause| Error::io(&path, cause))?;
            tree.add(&line);
            watch(tree.n_leaves(), release.merkle.n_leaves);
            let Some(hash) = hash_of_line(&line) else { continue };
            let blob = self.blobs().path(&hash);
            findings.extend(match (kept.get(&hash), erased.get(&hash)) {
                (_, Some(reason)) => {
                    Some(information("R102", &blob, &format!("taken away on purpose: {reason}")))
                }
                (None, None) => Some(error("R010", &blob, "no row keeps this blob of a release")),
                (Some(&size), None) => self.blobs().fault(&hash, size),
            });
        }
        if tree.root() != release.merkle.root || tree.n_leaves() != release.merkle.n_leaves {
            findings.push(error("R007", &path, "its lines are not those that the record counts"));
        }
        Ok(findings)
    }

    /// Folders with a number that no row has.
    fn left_folders(&self, numbers: &BTreeSet<u32>) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        for path in files_below(&self.releases_folder(), 1)? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_release = |number: u32| number.to_string() == name && numbers.contains(&number);
            if !name.parse().is_ok_and(is_release) {
                let text = "no release: left by a crash, and the next release takes its place";
                findings.push(information("R101", &path, text));
            }
        }
        findings.sort();
        Ok(findings)
    }
}

impl Blobs {
    /// What is wrong with a blob of a release, all its bytes read.
    pub fn fault(&self, hash: &Sha256, size: u64) -> Option<Finding> {
        let path = self.path(hash);
        match File::open(&path).and_then(|mut file| Sha256::of_reader(&mut file)) {
            Ok(found) if found == (*hash, size) => None,
            Ok(_) => Some(error("R009", &path, "its bytes are not those that its name says")),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                Some(error("R008", &path, "a release needs this blob, and it is missing"))
            }
            Err(cause) => Some(error("R011", &path, &cause.to_string())),
        }
    }
}

fn check_document(folder: &Path, document: &Document, depth: Depth) -> Option<Finding> {
    let path = folder.join(&document.name);
    let is_same = |path: &Path| match depth {
        Depth::Catalog | Depth::Sizes => {
            fs::metadata(path).map(|metadata| metadata.len() == document.size)
        }
        Depth::Bytes => File::open(path)
            .and_then(|mut file| Sha256::of_reader(&mut file))
            .map(|found| found == (document.sha256, document.size)),
    };
    match is_same(&path) {
        Ok(true) => None,
        Ok(false) => Some(error("R003", &path, "its bytes are not those that were released")),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            Some(error("R002", &path, "a document of the release is missing"))
        }
        Err(cause) => Some(error("R011", &path, &cause.to_string())),
    }
}

/// Files in a release's folder that it does not name.
fn strangers(folder: &Path, named: &BTreeSet<&str>) -> Vec<Finding> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) => return vec![error("R011", folder, &cause.to_string())],
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_strange = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        !name.is_some_and(|name| named.contains(name))
    };
    let mut strange: Vec<PathBuf> = paths.filter(is_strange).collect();
    strange.sort();
    let text = "the release does not name this file";
    strange.iter().map(|path| error("R004", path, text)).collect()
}

/// The hash that a line of the list begins with.
fn hash_of_line(line: &[u8]) -> Option<Sha256> {
    std::str::from_utf8(line.get(..64)?).ok()?.parse().ok()
}

fn error(code: &'static str, path: &Path, text: &str) -> Finding {
    finding(Severity::Error, code, path, text)
}

fn information(code: &'static str, path: &Path, text: &str) -> Finding {
    finding(Severity::Information, code, path, text)
}

fn finding(severity: Severity, code: &'static str, path: &Path, text: &str) -> Finding {
    let (path, text) = (path.to_owned(), text.to_owned());
    Finding { severity, code, path, text, needed_by: Vec::new() }
}
