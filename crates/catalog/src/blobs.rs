use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::folder::open_below;
use crate::gc::remove_file;
use crate::sha256::Hasher;
use crate::{Error, Kind, Sha256, StoredFile};

/// The files of a store, each named by the SHA-256 of its bytes: `blobs/ab/cd/abcd…`.
///
/// A blob is never changed once it is there. Clones share what they know, and may be used from
/// several threads at once.
#[derive(Debug, Clone)]
pub struct Blobs {
    blobs: PathBuf,
    tmp: PathBuf,
    // Folders whose own entries this process has synced.
    synced: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Blobs {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { blobs: dir.join("blobs"), tmp: dir.join("tmp"), synced: Arc::default() }
    }

    /// Stores `bytes` and says under which name, and how many they are. When this returns they
    /// survive a loss of power. Bytes that are there already are not written again.
    ///
    /// On an error nothing is left behind.
    pub fn put(&self, bytes: &[u8]) -> Result<(Sha256, u64), Error> {
        let hash = Sha256::of(bytes);
        let size = bytes.len() as u64;
        let path = self.path(&hash);
        self.put_at(&path, bytes).map_err(|cause| Error::io(&path, cause))?;
        Ok((hash, size))
    }

    /// Where the blob of this name lies, or would lie.
    pub fn path(&self, hash: &Sha256) -> PathBuf {
        let name = hash.to_string();
        self.blobs.join(&name[..2]).join(&name[2..4]).join(name)
    }

    /// Opens a blob without looking at its bytes. A link in its place is not followed.
    pub fn open(&self, hash: &Sha256) -> Result<File, Error> {
        let path = self.path(hash);
        open_below(&self.blobs, &path).map_err(|cause| absent_or_io(&path, cause))
    }

    /// The bytes of a blob, whose number and hash are as stated.
    pub fn read(&self, file: &StoredFile) -> Result<Vec<u8>, Error> {
        let path = self.path(&file.sha256);
        let damaged = |text: String| Error::new(&path, Kind::Damaged(text));
        let mut bytes = Vec::new();
        // One byte more than there should be, so that a grown blob shows and costs no memory.
        let bounded = self.open(&file.sha256)?.take(file.size.saturating_add(1));
        { bounded }.read_to_end(&mut bytes).map_err(|cause| Error::io(&path, cause))?;
        if bytes.len() as u64 != file.size {
            return Err(damaged(format!("it should have {} bytes and has not", file.size)));
        }
        if Sha256::of(&bytes) != file.sha256 {
            return Err(damaged("its bytes are not those that its name says".to_owned()));
        }
        Ok(bytes)
    }

    /// The number of bytes of a blob, or `None` if it is not there. A link in its place is not followed.
    pub(crate) fn size(&self, hash: &Sha256) -> Result<Option<u64>, Error> {
        let path = self.path(hash);
        match fs::symlink_metadata(&path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Error::io(&path, cause)),
        }
    }

    /// When a blob was last written, or found there by who meant to write it.
    pub(crate) fn used_at(&self, hash: &Sha256) -> Result<Option<SystemTime>, Error> {
        let path = self.path(hash);
        match fs::symlink_metadata(&path).and_then(|metadata| metadata.modified()) {
            Ok(time) => Ok(Some(time)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Error::io(&path, cause)),
        }
    }

    /// Removes a blob, and says whether it was there.
    pub(crate) fn remove(&self, hash: &Sha256) -> Result<bool, Error> {
        remove_file(&self.path(hash))
    }

    /// The hash under which a file lies, if it lies where a blob of its name should.
    pub(crate) fn hash_of(&self, path: &Path) -> Option<Sha256> {
        let name = path.file_name()?.to_str()?;
        name.parse().ok().filter(|hash| self.path(hash) == path)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.blobs
    }

    pub(crate) fn temporary_folder(&self) -> &Path {
        &self.tmp
    }

    fn put_at(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.blobs);
        self.make_synced(folder)?;
        // A blob of another size is damaged, and these are the bytes to mend it with. One that cannot be
        // marked as used now is written again, lest `gc` take it for old.
        let is_there = fs::symlink_metadata(path)
            .is_ok_and(|found| found.is_file() && found.len() == bytes.len() as u64);
        if is_there && mark_as_used(path).is_ok() {
            // Whoever wrote it may not have synced its folder yet.
            return sync_folder(folder);
        }
        let mut temporary = temporary_file(&self.tmp)?;
        temporary.write_all(bytes)?;
        temporary.as_file().sync_all()?;
        temporary.persist(path).map_err(|failed| failed.error)?;
        sync_folder(folder)
    }

    /// Copies a blob from another store. What it has there must be right, or nothing is copied; the
    /// error then is of a file there.
    pub(crate) fn copy(&self, from: &Self, hash: &Sha256, size: u64) -> Result<(), Error> {
        let (there, here) = (from.path(hash), self.path(hash));
        let wrong = |text: &str| Error::new(&there, Kind::Damaged(text.to_owned()));
        let mut source = from.open(hash)?;
        let folder = here.parent().unwrap_or(&self.blobs);
        let mut temporary = self
            .make_synced(folder)
            .and_then(|()| temporary_file(&self.tmp))
            .map_err(|cause| Error::io(&here, cause))?;
        let mut hasher = Hasher::default();
        let mut buffer = vec![0; 1 << 16];
        let mut n_bytes = 0;
        loop {
            let n = source.read(&mut buffer).map_err(|cause| Error::io(&there, cause))?;
            if n == 0 {
                break;
            }
            n_bytes += n as u64;
            hasher.update(&buffer[..n]);
            temporary.write_all(&buffer[..n]).map_err(|cause| Error::io(&here, cause))?;
        }
        if n_bytes != size || hasher.finish() != *hash {
            return Err(wrong("its bytes are not those that its name says"));
        }
        let kept = temporary
            .as_file()
            .sync_all()
            .and_then(|()| temporary.persist(&here).map_err(|failed| failed.error))
            .and_then(|_| sync_folder(folder));
        kept.map_err(|cause| Error::io(&here, cause))
    }

    /// Makes the folder of a blob and the one above it, so that both survive a loss of power.
    fn make_synced(&self, folder: &Path) -> io::Result<()> {
        if self.synced.lock().unwrap_or_else(PoisonError::into_inner).contains(folder) {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        if let Some(above) = folder.parent() {
            sync_folder(above)?;
            sync_folder(&self.blobs)?;
        }
        self.synced.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
        Ok(())
    }
}

fn mark_as_used(path: &Path) -> io::Result<()> {
    File::open(path)?.set_modified(SystemTime::now())
}

/// Makes the entries of a folder survive a loss of power.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn temporary_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("blob-").suffix(".part");
    // Others may read a blob, and nobody should write to one.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o444));
    builder.tempfile_in(folder)
}

fn absent_or_io(path: &Path, cause: io::Error) -> Error {
    match cause.kind() {
        io::ErrorKind::NotFound => {
            Error::new(path, Kind::Damaged("the blob is missing".to_owned()))
        }
        _ => Error::io(path, cause),
    }
}
