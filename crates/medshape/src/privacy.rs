//! Finds what may say who somebody is, in the names and in all words of files.
//!
//! A shape of a person is published without a name, and yet names slip through: in a comment of a
//! header, the name that gzip keeps of what it packed, a folder, a tag of DICOM. [`scan`] looks at
//! every channel that [`medshape_formats::texts`] knows and judges each text by rules; `docs/privacy.md`
//! lists them.
//!
//! A finding is high where it says who somebody is, and medium where it may, or narrows it down.
//! Rules do not understand: a name that is in no list and stands in no telling place is not found.

mod context;
mod dates;
mod found;
mod keys;
mod names;
mod network;
mod numbers;
mod places;
mod rules;
mod value;
mod walk;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use medshape_formats::texts::{self, Role, Text};
use medshape_formats::{Input, Limits};
use rayon::prelude::*;
use serde::Serialize;

pub use found::{Class, Rule};

/// How to scan.
#[derive(Debug, Clone, Copy)]
pub struct ScanOptions {
    /// Say what was found in full. Otherwise a report holds the first letter and the length, so
    /// that it can be passed on.
    pub show: bool,
    /// How much of a file is looked at, and how deep folders may be.
    pub limits: Limits,
}

/// Something that may say who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file or folder.
    pub path: PathBuf,
    /// Where in it.
    pub place: String,
    /// How grave it is.
    pub class: Class,
    /// What it is.
    pub rule: Rule,
    /// What was found, masked unless it was asked for in full.
    pub excerpt: String,
}

/// A path that could not be looked at, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unreadable {
    /// The file or folder.
    pub path: PathBuf,
    /// Why not.
    pub reason: String,
}

/// What came of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScanReport {
    /// In the order of the paths.
    pub findings: Vec<Finding>,
    /// What may hold more.
    pub unreadable: Vec<Unreadable>,
    /// Files that were looked into.
    pub n_files: usize,
    /// Findings of the high class.
    pub n_high: usize,
    /// Findings of the medium class.
    pub n_medium: usize,
    /// Findings that are not listed: beyond [`MOST_OF_A_FILE`] of a file, the tenth of the same words,
    /// or the hundredth of a rule of the medium class.
    pub n_unlisted: usize,
}

/// Findings of a file that are listed; the rest are counted.
pub const MOST_OF_A_FILE: usize = 2000;

/// Scans files, and folders with all that is in them. Links below the paths are not followed.
///
/// `watch` is told how many of how many files are done. The same files give the same report.
pub fn scan(
    paths: &[PathBuf],
    options: &ScanOptions,
    watch: &(dyn Fn(u64, u64) + Sync),
) -> ScanReport {
    let (entries, failures) = walk::entries(paths, options.limits.depth);
    let total = entries.len() as u64;
    let n_done = AtomicU64::new(0);
    watch(0, total);
    let scans: Vec<FileScan> = entries
        .par_iter()
        .map(|entry| {
            let scan = scan_entry(entry, options);
            watch(n_done.fetch_add(1, Ordering::Relaxed) + 1, total);
            scan
        })
        .collect();
    let n_files = entries.iter().filter(|entry| entry.kind == walk::Kind::File).count();
    report(scans, failures, n_files)
}

/// What the rules find in one text, without a file around it; the place is that of the text.
pub fn scan_text(text: &Text, options: &ScanOptions) -> Vec<Finding> {
    let mut scan = FileScan::default();
    scan.take(Path::new(""), text, options);
    scan.finish();
    scan.findings
}

#[derive(Default)]
struct FileScan {
    findings: Vec<Finding>,
    /// What is listed already: the same words in the same place say nothing new.
    listed: HashSet<(Rule, String)>,
    /// How often the same words are listed, and how often a rule of the medium class.
    n_listed: HashMap<(Rule, String), usize>,
    unreadable: Option<Unreadable>,
    n_unlisted: [usize; 2],
    names_somebody: bool,
}

fn scan_entry(entry: &walk::Entry, options: &ScanOptions) -> FileScan {
    let mut scan = FileScan::default();
    scan.take_names(entry, options);
    if let walk::Kind::Link(target) = &entry.kind {
        let text = name_text("link target", &target.to_string_lossy());
        scan.take(&entry.path, &text, options);
    }
    if entry.kind == walk::Kind::File {
        let input = Input::on_disk(&entry.path);
        let read = texts::each(&input, &options.limits, &mut |text| {
            scan.take(&entry.path, &text, options);
        });
        if let Err(error) = read {
            let reason = error.kind().to_string();
            scan.unreadable = Some(Unreadable { path: entry.path.clone(), reason });
        }
    }
    scan.finish();
    scan
}

fn name_text(place: &str, name: &str) -> Text {
    Text { place: place.to_owned(), key: String::new(), text: name.to_owned(), role: Role::Name }
}

impl FileScan {
    /// The entry's own name. Those of the folders around it have findings of their own, but a date
    /// below a name is one of a person.
    fn take_names(&mut self, entry: &walk::Entry, options: &ScanOptions) {
        let is_named = |folder: &Path| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            rules::judge(&name_text("", &name))
                .iter()
                .any(|found| says_who(found.class, found.rule))
        };
        self.names_somebody = entry.below.ancestors().skip(1).any(is_named);
        let place = if entry.kind == walk::Kind::Folder { "folder name" } else { "file name" };
        let name = entry.below.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.take(&entry.path, &name_text(place, &name), options);
    }

    fn take(&mut self, path: &Path, text: &Text, options: &ScanOptions) {
        for found in rules::judge(text) {
            let words = &text.text[found.span.clone()];
            self.names_somebody |= says_who(found.class, found.rule);
            if !self.listed.insert((found.rule, [&text.place, words].join("\n"))) {
                continue;
            }
            if !self.has_room(&found, words) {
                self.n_unlisted[usize::from(found.class == Class::High)] += 1;
                continue;
            }
            self.findings.push(Finding {
                path: path.to_owned(),
                place: place(text),
                class: found.class,
                rule: found.rule,
                excerpt: if options.show { shortened(words) } else { masked(words) },
            });
        }
    }

    /// Whether one more of its kind is listed. A table of a thousand addresses in the web says the same
    /// a thousand times.
    fn has_room(&mut self, found: &found::Found, words: &str) -> bool {
        const MOST_OF_THE_SAME: usize = 10;
        const MOST_OF_A_RULE: usize = 100;
        let mut count = |words: &str, most: usize| {
            let n_listed = self.n_listed.entry((found.rule, words.to_owned())).or_default();
            *n_listed += 1;
            *n_listed <= most
        };
        let of_rule = if found.class == Class::High { usize::MAX } else { MOST_OF_A_RULE };
        self.findings.len() < MOST_OF_A_FILE && count(words, MOST_OF_THE_SAME) && count("", of_rule)
    }

    /// Dates beside something that says who somebody is are dates of a person.
    fn finish(&mut self) {
        if !self.names_somebody {
            return;
        }
        for finding in self.findings.iter_mut().filter(|finding| finding.rule == Rule::Date) {
            finding.rule = Rule::PatientDate;
            finding.class = Class::High;
        }
    }
}

fn says_who(class: Class, rule: Rule) -> bool {
    class == Class::High && !matches!(rule, Rule::BurnedIn)
}

/// The place, with the file's own word for it unless that says too much itself.
fn place(text: &Text) -> String {
    const LONGEST: usize = 60;
    let key = text.key.as_str();
    let is_own = matches!(
        key,
        "" | texts::key::TIME | texts::key::OWNER | texts::key::USER | texts::key::OPAQUE
    );
    let is_long = key.chars().count() > LONGEST;
    let as_text = Text { key: String::new(), text: key.to_owned(), ..name_text("", "") };
    if is_own || is_long || !rules::judge(&as_text).is_empty() {
        return text.place.clone();
    }
    format!("{} {}", text.place, key.escape_debug())
}

/// The first letter and the length.
fn masked(words: &str) -> String {
    let first: String = words.chars().take(1).flat_map(char::escape_debug).collect();
    format!("{first}… ({} characters)", words.chars().count())
}

/// The words themselves, a line of them at most.
fn shortened(words: &str) -> String {
    const LONGEST: usize = 80;
    let mut short: String = words.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if words.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    short
}

fn report(scans: Vec<FileScan>, failures: Vec<walk::Failure>, n_files: usize) -> ScanReport {
    let mut report = ScanReport {
        findings: Vec::new(),
        unreadable: failures
            .into_iter()
            .map(|(path, reason)| Unreadable { path, reason })
            .collect(),
        n_files,
        n_high: 0,
        n_medium: 0,
        n_unlisted: 0,
    };
    for scan in scans {
        let n_high = scan.findings.iter().filter(|finding| finding.class == Class::High).count();
        report.n_high += n_high + scan.n_unlisted[1];
        report.n_medium += scan.findings.len() - n_high + scan.n_unlisted[0];
        report.n_unlisted += scan.n_unlisted.iter().sum::<usize>();
        report.findings.extend(scan.findings);
        report.unreadable.extend(scan.unreadable);
    }
    report
}
