//! Compares what the rows say with one another and with what lies in the folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::log::{Entry, Verb};
use crate::{Catalog, Error, Kind, Sha256, store};

mod database;
mod files;
mod memory;

/// How long a blob that was let go may lie before it is a fault: `gc` takes it after a day, and may be
/// run once a day.
const LET_GO_PATIENCE: Duration = Duration::from_secs(48 * 3600);

/// How much a check reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The database alone.
    Catalog,
    /// Names and sizes of the files as well.
    Sizes,
    /// All bytes as well.
    Bytes,
}

/// One of so many parts of equal size, by the hashes of the blobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subset {
    /// Counts from 1.
    pub part: u32,
    /// How many parts there are.
    pub of: u32,
}

/// What to check.
#[derive(Debug, Clone, Copy)]
pub struct CheckOptions {
    /// How much is read.
    pub depth: Depth,
    /// Of which blobs the bytes are read; `None` for all.
    pub subset: Option<Subset>,
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
    /// For programs, and never given another meaning; `docs/upkeep.md` has them all.
    pub code: &'static str,
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, for people.
    pub text: String,
    /// Names of the shapes, or `source/subject` of the cases, that need it.
    pub needed_by: Vec<String>,
}

/// What a check found, and how far it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
    /// Blobs that records name.
    pub n_blobs: u64,
    /// Blobs whose bytes were to be read.
    pub n_due: u64,
    /// Blobs whose bytes were read.
    pub n_read: u64,
    /// Their bytes.
    pub n_bytes_read: u64,
}

impl CheckReport {
    /// How many findings mean that something is lost or changed.
    pub fn n_faults(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }

    /// Whether all was looked at that should have been.
    pub fn is_complete(&self) -> bool {
        self.n_read == self.n_due
    }
}

/// What the rows say of a blob.
#[derive(Default)]
struct Expected {
    size: u64,
    needed_by: Vec<String>,
}

impl Catalog {
    /// Compares rows with one another and with blobs, and changes nothing. No finding means that all
    /// is well; findings come in a fixed order, the worst first.
    pub fn check(&self, depth: Depth) -> Result<Vec<Finding>, Error> {
        let options = CheckOptions { depth, subset: None };
        Ok(self.examine(options, &mut |_| Ok(()), &mut |_, _| true)?.findings)
    }

    /// As [`check`](Self::check), and remembers which blobs were found right, so that a check that is
    /// stopped goes on next time: those that were not read for the longest time are read first.
    ///
    /// `go_on` is told how many blobs of how many were read, and says whether to read another. A
    /// store that cannot be written is checked, too; nothing is remembered then.
    pub fn scrub(
        &mut self,
        options: CheckOptions,
        go_on: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<CheckReport, Error> {
        let now = self.clerk.now();
        let memory = memory::Memory::of(self.dir(), now);
        let mut memory = memory.filter(|_| options.depth == Depth::Bytes);
        let remember = &mut |hash: &Sha256| memory.as_mut().map_or(Ok(()), |m| m.add(hash));
        let report = self.examine(options, remember, go_on)?;
        if let Some(memory) = &mut memory {
            memory.keep()?;
            self.sign(&report)?;
        }
        Ok(report)
    }

    fn sign(&mut self, report: &CheckReport) -> Result<(), Error> {
        // Nothing is added to a database or a log that is damaged.
        let is_damaged =
            |finding: &Finding| matches!(finding.code, "E005" | "E009" | "E010" | "E011" | "E012");
        if report.findings.iter().any(is_damaged) {
            return Ok(());
        }
        let what = format!("{} of {} blobs read", report.n_read, report.n_due);
        let why = format!("{} faults", report.n_faults());
        self.write(|_| Ok(((), Some(Entry::new(Verb::Fsck, what, why)))))
    }

    fn examine(
        &self,
        options: CheckOptions,
        remember: &mut dyn FnMut(&Sha256) -> Result<(), Error>,
        go_on: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<CheckReport, Error> {
        let mut report =
            CheckReport { findings: Vec::new(), n_blobs: 0, n_due: 0, n_read: 0, n_bytes_read: 0 };
        match self.examine_all(options, &mut report, remember, go_on) {
            // What is left of a damaged database cannot be compared with anything.
            Err(broken) if matches!(broken.kind(), Kind::Damaged(_)) => {
                let path = store::database_path(self.dir());
                report.findings.push(error("E005", path, &broken.kind().to_string(), Vec::new()));
            }
            examined => examined?,
        }
        report.findings.sort();
        report.findings.dedup();
        Ok(report)
    }

    fn examine_all(
        &self,
        options: CheckOptions,
        report: &mut CheckReport,
        remember: &mut dyn FnMut(&Sha256) -> Result<(), Error>,
        go_on: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<(), Error> {
        self.examine_rows(&mut report.findings)?;
        if options.depth == Depth::Catalog {
            report.n_blobs = self.expected()?.len() as u64;
            return Ok(());
        }
        // Files first: what another process adds meanwhile is then in the rows, not an orphan.
        let present = self.present(&mut report.findings)?;
        let expected = self.expected()?;
        report.n_blobs = expected.len() as u64;
        let mut sound = Vec::new();
        for (hash, expected) in &expected {
            match self.check_size(hash, expected) {
                Some(finding) => report.findings.push(finding),
                None => sound.push(*hash),
            }
        }
        let orphans = present.into_iter().filter(|hash| !expected.contains_key(hash));
        self.orphans(orphans, &mut report.findings)?;
        self.left_over(&mut report.findings)?;
        report.findings.extend(self.check_releases(options.depth)?);
        if options.depth == Depth::Bytes {
            let due = self.oldest_first(sound, options.subset)?;
            self.read_all(&due, &expected, report, remember, go_on)?;
        }
        Ok(())
    }

    fn read_all(
        &self,
        due: &[Sha256],
        expected: &BTreeMap<Sha256, Expected>,
        report: &mut CheckReport,
        remember: &mut dyn FnMut(&Sha256) -> Result<(), Error>,
        go_on: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<(), Error> {
        report.n_due = due.len() as u64;
        for hash in due {
            if !go_on(report.n_read, report.n_due) {
                break;
            }
            let expected = &expected[hash];
            match self.check_bytes(hash, expected) {
                Some(finding) => report.findings.push(finding),
                None => remember(hash)?,
            }
            report.n_read += 1;
            report.n_bytes_read += expected.size;
        }
        Ok(())
    }
}

fn error(code: &'static str, path: PathBuf, text: &str, needed_by: Vec<String>) -> Finding {
    Finding { severity: Severity::Error, code, path, text: text.to_owned(), needed_by }
}

fn information(code: &'static str, path: &Path, text: &str) -> Finding {
    let (severity, path, text) = (Severity::Information, path.to_owned(), text.to_owned());
    Finding { severity, code, path, text, needed_by: Vec::new() }
}
