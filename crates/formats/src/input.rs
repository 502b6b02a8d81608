//! A file to be read, and the files beside it that it may name.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::gzip;

/// A file on disk: where its bytes are, what people call it, and which other files it may name.
///
/// Some formats keep their voxels in a file of their own and name it. Such a name is looked for in
/// the bundle of the file that names it, and nowhere else: it has to be a plain file name, without
/// folders, and a link out of the bundle is not followed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    name: PathBuf,
    path: PathBuf,
    bundle: Bundle,
    // Per mille, so that inputs can be ordered.
    least_fraction: Option<u16>,
    sample: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Bundle {
    /// The folder that the file lies in.
    Folder,
    /// These files, by name: what lay beside it in an archive.
    Files(Arc<BTreeMap<String, PathBuf>>),
}

impl Input {
    /// A file that may name others in its folder.
    pub fn on_disk(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            name: path.clone(),
            path,
            bundle: Bundle::Folder,
            least_fraction: None,
            sample: None,
        }
    }

    /// A file that was unpacked to `path` and was called `name`; `files` are those that lay beside it,
    /// by their names.
    pub fn unpacked(
        name: impl Into<PathBuf>,
        path: impl Into<PathBuf>,
        files: Arc<BTreeMap<String, PathBuf>>,
    ) -> Self {
        let (name, path, bundle) = (name.into(), path.into(), Bundle::Files(files));
        Self { name, path, bundle, least_fraction: None, sample: None }
    }

    /// What people call it: errors say this.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// Where its bytes are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The files that lay beside it in its archive, by name; `None` for a file in a folder.
    pub fn files(&self) -> Option<&BTreeMap<String, PathBuf>> {
        match &self.bundle {
            Bundle::Files(files) => Some(files),
            Bundle::Folder => None,
        }
    }

    /// The same file, of whose fractional segments at least this share of the full value counts as
    /// inside, to a thousandth; `None` leaves them refused.
    pub fn with_least_fraction(self, share: Option<f64>) -> Self {
        let per_mille = |share: f64| (share * 1000.0).round().clamp(1.0, 1000.0) as u16;
        Self { least_fraction: share.map(per_mille), ..self }
    }

    /// Which share of the full value of a fractional segment counts as inside.
    pub fn least_fraction(&self) -> Option<f64> {
        self.least_fraction.map(|per_mille| f64::from(per_mille) / 1000.0)
    }

    /// The same file, of whose many shapes only the one of this name is meant.
    pub fn with_sample(self, sample: Option<String>) -> Self {
        Self { sample, ..self }
    }

    /// Which of its shapes is meant, if one is.
    pub fn sample(&self) -> Option<&str> {
        self.sample.as_deref()
    }

    /// The last part of its name, in lower case.
    pub fn lower_name(&self) -> String {
        self.name.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
    }

    /// An error of this file.
    pub(crate) fn error(&self, kind: impl Into<ErrorKind>) -> Error {
        Error::at(&self.name, kind)
    }

    /// The file beside this one that a header calls `name`.
    ///
    /// # Errors
    /// [`ErrorKind::Outside`] for anything but a plain file name, and for a link;
    /// [`ErrorKind::Missing`] if there is no such file.
    pub fn beside(&self, name: &str) -> Result<Self, ErrorKind> {
        let mut parts = Path::new(name).components();
        let is_plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
            && !name.contains(['/', '\\', ':', '\0']);
        if !is_plain {
            return Err(ErrorKind::Outside { name: shortened(name) });
        }
        let missing = || ErrorKind::Missing { name: shortened(name) };
        let path = match &self.bundle {
            Bundle::Files(files) => files.get(name).ok_or_else(missing)?.clone(),
            Bundle::Folder => {
                let path = self.path.with_file_name(name);
                let facts = fs::symlink_metadata(&path).map_err(|_| missing())?;
                if facts.is_symlink() {
                    return Err(ErrorKind::Outside { name: shortened(name) });
                }
                path
            }
        };
        Ok(Self { name: self.name.with_file_name(name), path, ..self.clone() })
    }

    /// Opens the file, which has to be a regular one and not empty, and says how long it is.
    pub(crate) fn open(&self) -> Result<(BufReader<File>, u64), ErrorKind> {
        const BUFFER: usize = 128 << 10;
        // Asked before opening: to open a pipe would wait for its other end.
        let facts = fs::metadata(&self.path)?;
        if !facts.is_file() {
            return Err(ErrorKind::NotAFile);
        }
        if facts.len() == 0 {
            return Err(ErrorKind::Empty);
        }
        Ok((BufReader::with_capacity(BUFFER, File::open(&self.path)?), facts.len()))
    }

    /// The first bytes of the file as it lies there, at most `n_bytes`.
    ///
    /// # Errors
    /// The file cannot be opened, is empty or not a regular one.
    pub fn first_bytes(&self, n_bytes: usize) -> Result<Vec<u8>, Error> {
        let read = || {
            let (file, _) = self.open()?;
            let mut bytes = Vec::new();
            file.take(n_bytes as u64).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|kind: ErrorKind| self.error(kind))
    }

    /// All bytes of the file, unpacked if it is gzip; `most` bounds what comes out.
    pub(crate) fn whole(&self, most: u64) -> Result<Vec<u8>, ErrorKind> {
        let (mut file, n_bytes) = self.open()?;
        if n_bytes > most {
            return Err(ErrorKind::limit("bytes in the file", most));
        }
        let mut bytes = Vec::new();
        if file.fill_buf()?.starts_with(&gzip::MAGIC) {
            return gzip::unpacked_within(file, most);
        }
        // The file may have grown since it was asked for its length.
        file.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Text from inside of a file, for an error: a line of it, without what steers a terminal.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    let mut short: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_in_the_same_folder_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let header = folder.path().join("head.nhdr");
        fs::write(folder.path().join("voxels.raw"), b"1").unwrap();
        fs::write(&header, b"2").unwrap();
        let input = Input::on_disk(&header);
        assert_eq!(input.beside("voxels.raw").unwrap().path(), folder.path().join("voxels.raw"));
        for name in ["../x", "/etc/passwd", "a/b", "..", ".", "", "C:x", "..\\x", "file://x", "a\0"]
        {
            let kind = input.beside(name).unwrap_err();
            assert!(matches!(kind, ErrorKind::Outside { .. }), "{name}: {kind}");
        }
        assert!(matches!(input.beside("other.raw"), Err(ErrorKind::Missing { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("voxels.raw")).unwrap();
        let input = Input::on_disk(folder.path().join("head.nhdr"));
        assert!(matches!(input.beside("voxels.raw"), Err(ErrorKind::Outside { .. })));
    }

    #[test]
    fn a_bundle_has_its_own_files_only() {
        let files = BTreeMap::from([("voxels.raw".to_owned(), PathBuf::from("/tmp/x/17"))]);
        let input = Input::unpacked("a.zip/head.nhdr", "/tmp/x/16", Arc::new(files));
        let voxels = input.beside("voxels.raw").unwrap();
        assert_eq!(
            (voxels.name(), voxels.path()),
            (Path::new("a.zip/voxels.raw"), Path::new("/tmp/x/17"))
        );
        assert!(matches!(input.beside("17"), Err(ErrorKind::Missing { .. })));
    }
}
