//! A download from another machine's portal.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, anyhow};
use indicatif::ProgressBar;
use medshape::catalog::{Sha256, ShapeName};
use medshape::content::WriteOptions;
use medshape::download::Manifest;
use medshape::format::{Format, Holds};
use medshape::manifest::{self, Line, Standing, is_safe_file_name};
use medshape::papers;
use serde::Serialize;

use crate::output;
use crate::portal::{self, Portal};

/// Files that are asked for at once.
const N_AT_ONCE: usize = 4;

/// Which files.
pub(super) enum Wanted {
    /// Those that a question finds.
    Query(String),
    /// Those of a selection.
    Selection(String),
    /// Those of a list that lies here.
    List(PathBuf),
}

/// What came of a download.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    n_written: u64,
    n_bytes_written: u64,
    n_kept: u64,
    /// Shapes that were chosen and cannot be had, by why.
    missing: BTreeMap<&'static str, u64>,
    failed: Vec<Failed>,
    pub(super) was_stopped: bool,
}

/// A file that did not come.
#[derive(Debug, Serialize)]
struct Failed {
    file: String,
    reason: String,
}

/// What all threads share.
struct Shared<'a> {
    portal: &'a Portal,
    folder: &'a Path,
    options: String,
    stop: &'a AtomicBool,
    bar: &'a ProgressBar,
    lines: Mutex<std::vec::IntoIter<Line>>,
    manifest: Mutex<Manifest>,
    report: Mutex<Report>,
    sources: Mutex<BTreeSet<String>>,
    n_bytes: AtomicU64,
}

/// Brings what is wanted to a folder; what is there already, whole, is not asked for.
pub(super) fn download(
    portal: &Portal,
    wanted: &Wanted,
    (format, write): (Format, &WriteOptions),
    folder: &Path,
    (stop, bar): (&AtomicBool, &ProgressBar),
) -> anyhow::Result<Report> {
    let lines = match wanted {
        Wanted::Query(q) => portal.list(&format!(
            "/v1/manifests/jsonl?q={}&format={}",
            escaped(q),
            format.extension()
        ))?,
        Wanted::Selection(id) => portal.list(&format!(
            "/v1/selections/{}/manifest.jsonl?format={}",
            escaped(id),
            format.extension()
        ))?,
        Wanted::List(path) => {
            let text = fs::read_to_string(path);
            let text = text.with_context(|| format!("`{}`", path.display()))?;
            manifest::parse(&text).map_err(|reason| anyhow!("`{}`: {reason}", path.display()))?
        }
    };
    anyhow::ensure!(!lines.is_empty(), "there is no shape to download: nothing fits");
    fs::create_dir_all(folder).with_context(|| format!("`{}`", folder.display()))?;
    bar.set_length(lines.len() as u64);
    let (lines, report) = once_each(lines);
    let shared = Shared {
        portal,
        folder,
        options: options(format, write),
        stop,
        bar,
        lines: Mutex::new(lines.into_iter()),
        manifest: Mutex::new(Manifest::open(folder)?),
        report: Mutex::new(report),
        sources: Mutex::default(),
        n_bytes: AtomicU64::new(0),
    };
    std::thread::scope(|scope| {
        for _ in 0..N_AT_ONCE {
            scope.spawn(|| shared.work());
        }
    });
    shared.finish()
}

/// The lines of files that have a name of their own; others and those that cannot be had are counted.
fn once_each(lines: Vec<Line>) -> (Vec<Line>, Report) {
    let mut report = Report::default();
    let mut names = BTreeSet::new();
    let is_wanted = |line: &Line| {
        if line.state != Standing::Here {
            *report.missing.entry(line.state.in_words()).or_default() += 1;
            return false;
        }
        // On some disks letters of either case are the same.
        let file = line.file.clone().unwrap_or_default();
        let is_first = names.insert(file.to_ascii_lowercase());
        if !is_first {
            let reason = "another file of the list has the same name".to_owned();
            report.failed.push(Failed { file, reason });
        }
        is_first
    };
    let lines = lines.into_iter().filter(is_wanted).collect();
    (lines, report)
}

/// What of the options stands in an address.
fn options(format: Format, write: &WriteOptions) -> String {
    let default = WriteOptions::default();
    match (format.holds(), write.spacing_mm) {
        (Holds::Points, _) if write.n_points != default.n_points => {
            format!("?points={}", write.n_points)
        }
        (Holds::Labels | Holds::Mask | Holds::Field, Some(mm)) => format!("?spacing_mm={mm}"),
        _ => String::new(),
    }
}

impl Shared<'_> {
    fn work(&self) {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                locked(&self.report).was_stopped = true;
                return;
            }
            let next = locked(&self.lines).next();
            let Some(line) = next else { return };
            if let Err(cause) = self.take(&line) {
                let file = line.file.unwrap_or_default();
                let reason = format!("{cause:#}");
                locked(&self.report).failed.push(Failed { file, reason });
            }
            self.bar.inc(1);
        }
    }

    fn take(&self, line: &Line) -> anyhow::Result<()> {
        let (file, url) = line.file.as_deref().zip(line.url.as_deref()).unwrap_or_default();
        anyhow::ensure!(is_safe_file_name(file), "the list names no file of a folder");
        let path = format!("{}{}", self.portal.path_of(url)?, self.options);
        let name = line.name.as_deref().and_then(|name| name.parse::<ShapeName>().ok());
        let source = name.as_ref().map(|name| name.source().to_owned());
        // The path of a list names the version; with it the same is meant each time.
        let content = line.content_sha256.map_or(String::new(), |hash| hash.to_string());
        let tag = Sha256::of(format!("{content}\n{path}\n").as_bytes());
        // Reads the file, which may take its time: without the lock.
        let manifest = locked(&self.manifest).of(file);
        if manifest.has(file, &tag) {
            locked(&self.report).n_kept += 1;
        } else {
            self.bring(line, file, &path, &tag)?;
        }
        locked(&self.sources).extend(source);
        Ok(())
    }

    fn bring(&self, line: &Line, file: &str, path: &str, tag: &Sha256) -> anyhow::Result<()> {
        let target = self.folder.join(file);
        let part = self.folder.join(format!("{file}.part"));
        let watch = |_: u64| {
            self.bar
                .set_message(format!("({})", output::bytes(self.n_bytes.load(Ordering::Relaxed))));
        };
        let came = self.portal.file(path, &part, self.stop, &watch)?;
        if let Some(bytes) =
            line.bytes.filter(|&bytes| bytes != came.size && self.options.is_empty())
        {
            portal::forget(&part);
            anyhow::bail!("it has {} bytes, and the list says {bytes}", came.size);
        }
        fs::rename(&part, &target).with_context(|| format!("`{}`", target.display()))?;
        portal::forget_tag(&part);
        self.n_bytes.fetch_add(came.n_bytes, Ordering::Relaxed);
        let content = line.content_sha256.map_or(String::new(), |hash| hash.to_string());
        let text = |text: &Option<String>| {
            text.as_deref().unwrap_or("").replace(|c: char| c.is_control(), " ")
        };
        let row = format!(
            "{}\t{file}\t{}\t{}\t{content}\t{tag}\t{}",
            text(&line.name),
            came.size,
            came.sha256,
            text(&line.licence)
        );
        locked(&self.manifest).add(file, &row)?;
        let mut report = locked(&self.report);
        report.n_written += 1;
        report.n_bytes_written += came.n_bytes;
        Ok(())
    }

    /// Writes what goes with the files.
    fn finish(self) -> anyhow::Result<Report> {
        let unlocked = |poisoned: PoisonError<_>| poisoned.into_inner();
        self.manifest.into_inner().unwrap_or_else(PoisonError::into_inner).close()?;
        let mut report = self.report.into_inner().unwrap_or_else(PoisonError::into_inner);
        let names: BTreeSet<String> = self.sources.into_inner().unwrap_or_else(unlocked);
        if !names.is_empty() && !report.was_stopped {
            match self.portal.sources() {
                Ok(sources) => papers::write(
                    self.folder,
                    sources.iter().filter(|source| {
                        names.contains(&source.id) && is_plain(&source.licence.id)
                    }),
                )?,
                Err(cause) => {
                    let file = papers::ATTRIBUTION.to_owned();
                    report.failed.push(Failed { file, reason: format!("{cause:#}") });
                }
            }
        }
        report.failed.sort_by(|a, b| a.file.cmp(&b.file));
        Ok(report)
    }
}

/// Whether the id of a licence, which names a file, stays in its folder.
fn is_plain(licence: &str) -> bool {
    is_safe_file_name(licence)
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Report {
    pub(super) fn print(&self, folder: &Path) -> anyhow::Result<()> {
        output::line(format!(
            "{} files written ({}), {} were there already, in `{}`",
            self.n_written,
            output::bytes(self.n_bytes_written),
            self.n_kept,
            folder.display()
        ))?;
        for (why, n) in &self.missing {
            output::line(format!("{}: {why}", output::count(*n, "shape")))?;
        }
        for Failed { file, reason } in &self.failed {
            output::complain(&anyhow!("{file}: {reason}"));
        }
        if self.was_stopped {
            output::complain(&anyhow!("stopped as asked: run the same again to go on"));
        }
        Ok(())
    }

    /// Whether all came that can be had.
    pub(super) fn is_whole(&self) -> bool {
        self.failed.is_empty() && !self.was_stopped
    }
}

/// Text in the query of an address.
fn escaped(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let escape = |byte: u8| match is_plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}
