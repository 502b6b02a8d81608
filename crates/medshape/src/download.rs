//! Shapes on disk, with a manifest: what a query found, in one format.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use medshape_catalog::{
    Catalog, Held, Hit, Page, Query, Selected, SelectionId, Sha256, ShapeName, ShapePage, Source,
};
use serde::Serialize;

use crate::content::WriteOptions;
use crate::export;
use crate::format::Format;
use crate::{Error, papers};

/// Name of the list of files in the folder.
pub const MANIFEST: &str = "manifest.tsv";

const COLUMNS: &str = "name\tfile\tbytes\tsha256\tcontent_sha256\ttag\tlicence";

/// Where to, and as what.
#[derive(Debug, Clone)]
pub struct DownloadOptions {
    /// Folder to write to; made if it is not there.
    pub folder: PathBuf,
    /// Format of the files.
    pub format: Format,
    /// Where the format leaves a choice.
    pub write: WriteOptions,
}

/// What came of a download.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DownloadReport {
    /// Files that were written.
    pub n_written: u64,
    /// Their bytes.
    pub n_bytes_written: u64,
    /// Files that were there already, whole.
    pub n_kept: u64,
    /// Shapes that cannot be had in this format, because they are not closed.
    pub not_closed: Vec<ShapeName>,
    /// Shapes of a selection that are not there any more, or not for this audience.
    pub gone: Vec<String>,
    /// Shapes that the collection knows of but does not hold.
    pub n_remote: u64,
    /// Words of the query that were not understood.
    pub unknown: Vec<String>,
    /// Whether it ended before it was done because the user asked to stop.
    pub was_stopped: bool,
}

/// Writes every shape that `query` finds. A file that is there with the size and hash that the
/// folder's manifest gives it, and whose shape has not changed, is kept.
///
/// # Errors
/// The store is damaged, or the folder cannot be written. Files that are done stay, and are listed.
pub fn download(
    catalog: &Catalog,
    query: &Query,
    options: &DownloadOptions,
    stop: &AtomicBool,
    watch: &dyn Fn(u64, u64),
) -> Result<DownloadReport, Error> {
    let answer = catalog.search(query, Page { offset: 0, limit: u64::MAX })?;
    let mut report = DownloadReport { unknown: answer.unknown, ..DownloadReport::default() };
    if answer.hits.is_empty() {
        return Ok(report);
    }
    fs::create_dir_all(&options.folder).map_err(Error::io(&options.folder))?;
    let mut manifest = Manifest::open(&options.folder)?;
    let mut sources = BTreeMap::new();
    for (done, hit) in answer.hits.iter().enumerate() {
        watch(done as u64, answer.total);
        if stop.load(Ordering::Relaxed) {
            report.was_stopped = true;
            break;
        }
        if let Held::Elsewhere { .. } = hit.held {
            report.n_remote += 1;
            continue;
        }
        if let Some(source) = take(catalog, hit, options, &mut manifest, &mut report)? {
            sources.insert(source.id.clone(), source);
        }
    }
    manifest.close()?;
    papers::write(&options.folder, sources.values())?;
    Ok(report)
}

/// Writes every shape of a selection, each in the version that was chosen.
///
/// # Errors
/// There is no such selection; and as for [`download`].
pub fn download_selection(
    catalog: &Catalog,
    id: SelectionId,
    options: &DownloadOptions,
    stop: &AtomicBool,
    watch: &dyn Fn(u64, u64),
) -> Result<DownloadReport, Error> {
    let missing = || Error::refused(catalog.dir(), format!("there is no selection `{id}`"));
    let selection = catalog.selection(id)?.ok_or_else(missing)?;
    let n_all = selection.shapes.len() as u64;
    let mut report = DownloadReport::default();
    fs::create_dir_all(&options.folder).map_err(Error::io(&options.folder))?;
    let mut manifest = Manifest::open(&options.folder)?;
    let mut sources = BTreeMap::new();
    for (done, selected) in (0..).zip(catalog.selected(&selection.shapes)?) {
        watch(done, n_all);
        if stop.load(Ordering::Relaxed) {
            report.was_stopped = true;
            break;
        }
        let page = match &selected {
            Selected::Held(held) => match catalog.shape(&held.name)? {
                Some(page) => export::version(catalog, page, &held.mesh.sha256.to_string())?,
                None => None,
            },
            Selected::Withdrawn(_) | Selected::Gone(_) | Selected::KeptBack => None,
        };
        let taken = match page {
            Some(page) => write_one(catalog, page, options, &mut manifest, &mut report)?,
            None => {
                report.gone.push(called(&selected));
                None
            }
        };
        sources.extend(taken.map(|source| (source.id.clone(), source)));
    }
    manifest.close()?;
    papers::write(&options.folder, sources.values())?;
    Ok(report)
}

fn called(selected: &Selected) -> String {
    match selected {
        Selected::Held(held) => held.name.to_string(),
        Selected::Withdrawn(stone) => stone.name.to_string(),
        Selected::Gone(name) => name.to_string(),
        Selected::KeptBack => "a shape that is kept back".to_owned(),
    }
}

/// Writes one shape, unless it is there; returns its source.
fn take(
    catalog: &Catalog,
    hit: &Hit,
    options: &DownloadOptions,
    manifest: &mut Manifest,
    report: &mut DownloadReport,
) -> Result<Option<Source>, Error> {
    // Between the search and now another process may have replaced the case.
    let Some(page) = catalog.shape(&hit.name)? else { return Ok(None) };
    write_one(catalog, page, options, manifest, report)
}

/// The same for a version of it.
fn write_one(
    catalog: &Catalog,
    page: ShapePage,
    options: &DownloadOptions,
    manifest: &mut Manifest,
    report: &mut DownloadReport,
) -> Result<Option<Source>, Error> {
    if !export::is_offered(&page.shape, options.format) {
        report.not_closed.push(page.shape.name);
        return Ok(None);
    }
    let tag = export::tag(&page, options.format, &options.write)?;
    let file = format!("{}.{}", page.shape.name.file_stem(), options.format.extension());
    if manifest.has(&file, &tag) {
        report.n_kept += 1;
        return Ok(Some(page.source));
    }
    let path = options.folder.join(&file);
    let (sha256, size) = write(catalog, &page, options, &path)?;
    let content = export::mesh_file(&page.shape)?.sha256;
    let ShapePage { shape, source, .. } = &page;
    let line = format!(
        "{}\t{file}\t{size}\t{sha256}\t{content}\t{tag}\t{}",
        shape.name, source.licence.id
    );
    manifest.add(&file, &line)?;
    report.n_written += 1;
    report.n_bytes_written += size;
    Ok(Some(page.source))
}

/// Writes under another name first, so that a file with its own name is always whole.
fn write(
    catalog: &Catalog,
    page: &ShapePage,
    options: &DownloadOptions,
    path: &Path,
) -> Result<(Sha256, u64), Error> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = (|| {
        let file = File::create(&part).map_err(Error::io(&part))?;
        let mut out = BufWriter::new(file);
        export::write(catalog, page, options.format, &options.write, &mut out)?;
        out.flush().map_err(Error::io(&part))?;
        let mut file = File::open(&part).map_err(Error::io(&part))?;
        let hashed = Sha256::of_reader(&mut file).map_err(Error::io(&part))?;
        fs::rename(&part, path).map_err(Error::io(path))?;
        Ok(hashed)
    })();
    if written.is_err() {
        // It may not even exist; what went wrong first is what the user should read.
        let _ = fs::remove_file(&part);
    }
    written
}

/// The list of files in a folder: lines by file, and the file they are appended to.
#[derive(Debug)]
pub struct Manifest {
    folder: PathBuf,
    lines: BTreeMap<String, String>,
}

impl Manifest {
    /// The list of a folder; empty if there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(MANIFEST);
        let text = match fs::read_to_string(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(Error::io(&path))?,
        };
        let file = |line: &str| line.split('\t').nth(1).map(str::to_owned);
        let entry = |line: &str| Some((file(line)?, line.to_owned()));
        let lines = text.lines().skip(1).filter_map(entry).collect();
        Ok(Self { folder: folder.to_owned(), lines })
    }

    /// What is known of one file alone.
    #[must_use]
    pub fn of(&self, file: &str) -> Self {
        let line = self.lines.get(file).map(|line| (file.to_owned(), line.clone()));
        Self { folder: self.folder.clone(), lines: line.into_iter().collect() }
    }

    /// Whether `file` is there, whole, and would be written the same again.
    pub fn has(&self, file: &str, tag: &Sha256) -> bool {
        let Some(line) = self.lines.get(file) else { return false };
        let columns: Vec<&str> = line.split('\t').collect();
        let [_, _, size, sha256, _, written_as, ..] = columns[..] else { return false };
        if written_as != tag.to_string() {
            return false;
        }
        let Ok(mut file) = File::open(self.folder.join(file)) else { return false };
        Sha256::of_reader(&mut file).is_ok_and(|(found, found_size)| {
            found.to_string() == sha256 && found_size.to_string() == size
        })
    }

    /// Adds a line at once: what is listed is there, also if the program is killed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, file: &str, line: &str) -> Result<(), Error> {
        let path = self.folder.join(MANIFEST);
        let heading = if self.lines.is_empty() { format!("{COLUMNS}\n") } else { String::new() };
        self.lines.insert(file.to_owned(), line.to_owned());
        let append = || {
            let mut out = File::options().append(true).create(true).open(&path)?;
            out.write_all(format!("{heading}{line}\n").as_bytes())
        };
        append().map_err(Error::io(&path))
    }

    /// Writes the list anew: one line a file, in order.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn close(self) -> Result<(), Error> {
        let lines = self.lines.into_values().map(|line| line + "\n");
        let text: String = std::iter::once(format!("{COLUMNS}\n")).chain(lines).collect();
        write_whole(&self.folder.join(MANIFEST), &text)
    }
}

pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Error> {
    let part = path.with_extension("part");
    fs::write(&part, text).map_err(Error::io(&part))?;
    fs::rename(&part, path).map_err(Error::io(path))
}
