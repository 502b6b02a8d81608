//! A folder that the files of an archive are written to, under numbers.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Sink;
use super::names::Names;
use crate::input::Input;
use crate::limits::Limits;

/// What has been unpacked into a folder so far.
///
/// Names and sizes are held against the limits once more: whoever hands files over may be a process
/// that has turned against this one.
pub struct Folder<'a> {
    into: &'a Path,
    names: Names,
    /// Names in the archive, and where the bytes are.
    written: Vec<(String, PathBuf)>,
    /// An archive in gzip, unpacked.
    archive: Option<PathBuf>,
    file: Option<File>,
    most: u64,
    n_left: u64,
}

impl<'a> Folder<'a> {
    /// Files will be written to the folder `into`, which exists.
    pub fn new(into: &'a Path, limits: &Limits) -> Self {
        let most = limits.archive;
        let names = Names::new("archive", limits);
        Self { into, names, written: Vec::new(), archive: None, file: None, most, n_left: most }
    }

    /// The archive that was in gzip, under the name of `outer`.
    ///
    /// What is in it is counted anew.
    pub(super) fn archive(&mut self, outer: &Input) -> Option<Input> {
        let path = self.archive.as_ref()?;
        self.n_left = self.most;
        Some(Input::unpacked(outer.name(), path, Arc::default()))
    }

    /// The files, each with those that lay beside it.
    pub(super) fn inputs(&self, archive: &Input) -> Vec<Input> {
        let mut folders: BTreeMap<&str, BTreeMap<String, PathBuf>> = BTreeMap::new();
        for (name, path) in &self.written {
            let (folder, file) = parts(name);
            folders.entry(folder).or_default().insert(file.to_owned(), path.clone());
        }
        let folders: BTreeMap<&str, Arc<_>> =
            folders.into_iter().map(|(folder, files)| (folder, Arc::new(files))).collect();
        let input = |(name, path): &(String, PathBuf)| {
            Input::unpacked(archive.name().join(name), path, folders[parts(name).0].clone())
        };
        self.written.iter().map(input).collect()
    }

    /// Takes back what was written; what cannot be removed belongs to a folder that is going away.
    pub(super) fn remove(&mut self) {
        self.file = None;
        for (_, path) in self.written.drain(..) {
            let _ = fs::remove_file(path);
        }
        self.remove_archive();
    }

    /// The archive in gzip, when its files are there.
    pub(super) fn remove_archive(&mut self) {
        if let Some(path) = self.archive.take() {
            let _ = fs::remove_file(path);
        }
    }
}

impl Sink for Folder<'_> {
    fn begin(&mut self, name: Option<&str>) -> io::Result<()> {
        let Some(name) = name else { return self.begin_archive() };
        self.names.count().and_then(|()| self.names.add(name)).map_err(nonsense)?;
        let path = self.into.join(format!("{:06}", self.written.len()));
        // Never over a file that is there.
        self.file = Some(File::create_new(&path)?);
        self.written.push((name.to_owned(), path));
        Ok(())
    }
}

impl Folder<'_> {
    fn begin_archive(&mut self) -> io::Result<()> {
        if self.archive.is_some() || !self.written.is_empty() {
            return Err(nonsense("an archive in an archive in gzip"));
        }
        let path = self.into.join("archive");
        self.file = Some(File::create_new(&path)?);
        self.archive = Some(path);
        Ok(())
    }
}

impl Write for Folder<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(file) = &mut self.file else { return Err(nonsense("bytes of no file")) };
        let n_bytes = file.write(bytes)?;
        self.n_left = self
            .n_left
            .checked_sub(n_bytes as u64)
            .ok_or_else(|| nonsense(format!("more than {} bytes in an archive", self.most)))?;
        Ok(n_bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}

/// What no honest reader of an archive hands over.
fn nonsense(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Folder and file of a path in an archive.
fn parts(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}
