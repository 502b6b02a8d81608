//! The folder of a release before it is one, and the moment in which it becomes one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rusqlite::Transaction;
use sha2::Digest;

use super::{Document, RECORD, Release};
use crate::blobs::sync_folder;
use crate::log::{Entry, Verb};
use crate::{Catalog, Error, Kind, Sha256};

/// Documents of a release to be, in a folder under `tmp/` that vanishes with this value.
#[derive(Debug)]
pub struct Draft {
    folder: tempfile::TempDir,
    documents: Vec<Document>,
    /// What the database was when the draft was begun.
    pub(super) state: u64,
}

impl Draft {
    /// Writes a document and syncs it. What `write` gives is hashed on the way.
    ///
    /// # Errors
    /// The disk refuses, or `write` does.
    pub fn add<T>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<T>,
    ) -> Result<T, Error> {
        let path = self.folder.path().join(name);
        let written = (|| {
            let file = File::options().write(true).create_new(true).open(&path)?;
            let mut out = Hashing { out: BufWriter::new(file), hash: sha2::Sha256::new(), size: 0 };
            let done = write(&mut out)?;
            let Hashing { mut out, hash, size } = out;
            out.flush()?;
            out.get_ref().sync_all()?;
            make_read_only(out.get_ref())?;
            let sha256 = Sha256::from_bytes(hash.finalize().into());
            Ok((done, Document { name: name.to_owned(), size, sha256 }))
        })();
        let (done, document) = written.map_err(|cause| Error::io(&path, cause))?;
        self.documents.push(document);
        self.documents.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(done)
    }

    /// The documents so far, by name.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// Where a document lies for now.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Catalog {
    /// Begins a release.
    pub fn draft_release(&self) -> Result<Draft, Error> {
        let tmp = self.blobs().temporary_folder();
        let folder = tempfile::Builder::new()
            .prefix("release-")
            .tempdir_in(tmp)
            .map_err(|cause| Error::io(tmp, cause))?;
        Ok(Draft { folder, documents: Vec::new(), state: self.state()? })
    }

    /// Makes a draft the release that `release` describes, all or nothing: when this returns it
    /// survives a loss of power. `blobs` are all that it names, with their sizes.
    ///
    /// # Errors
    /// [`Kind::Outdated`] where the collection has changed since the draft was begun or another
    /// release has taken the number. Nothing is left behind.
    pub fn publish(
        &mut self,
        mut draft: Draft,
        release: &Release,
        blobs: &BTreeMap<Sha256, u64>,
    ) -> Result<Sha256, Error> {
        let dir = self.dir().to_owned();
        if release.files != draft.documents {
            let text = "the record of the release does not list the draft's documents".to_owned();
            return Err(Error::new(&dir, Kind::Inconsistent(text)));
        }
        let record = record_text(release, &dir)?;
        draft.add(RECORD, |out| out.write_all(record.as_bytes()))?;
        sync_folder(draft.folder.path()).map_err(|cause| Error::io(draft.folder.path(), cause))?;
        let folder = self.release_folder(release.number);
        let sha256 = Sha256::of(record.as_bytes());
        let mut is_moved = false;
        let written = self.write(|transaction| {
            let is_current = state(transaction)? == draft.state;
            if !is_current || next_number(transaction)? != release.number {
                return Err(Error::new(&dir, Kind::Outdated).into());
            }
            // Nobody else is here: this folder, if there is one, was left by a crash.
            is_moved = true;
            move_in(draft, &folder).map_err(|cause| Error::io(&folder, cause))?;
            put_rows(transaction, release, &record, &sha256, blobs)?;
            let what = format!("release {}", release.number);
            let why = format!("{} shapes", release.counts.n_shapes);
            Ok((sha256, Some(Entry::new(Verb::Release, what, why))))
        });
        if written.is_err() && is_moved {
            // Whatever stays of it is no release, and the next one takes its place.
            let _ = fs::remove_dir_all(&folder);
        }
        written
    }

    /// A number that grows whenever something is written.
    fn state(&self) -> Result<u64, Error> {
        self.read(state)
    }
}

fn state(db: &rusqlite::Connection) -> rusqlite::Result<u64> {
    db.query_row("SELECT n FROM change", (), |row| row.get(0))
}

fn next_number(transaction: &Transaction<'_>) -> rusqlite::Result<u32> {
    let sql = "SELECT coalesce(max(number), 0) + 1 FROM release";
    transaction.query_row(sql, (), |row| row.get(0))
}

fn record_text(release: &Release, dir: &Path) -> Result<String, Error> {
    let text = serde_json::to_string_pretty(release);
    let text = text.map_err(|cause| Error::new(dir, Kind::Inconsistent(cause.to_string())))?;
    Ok(text + "\n")
}

fn put_rows(
    transaction: &Transaction<'_>,
    release: &Release,
    record: &str,
    sha256: &Sha256,
    blobs: &BTreeMap<Sha256, u64>,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO release_file SELECT ?1, ?2, ?3
        WHERE NOT EXISTS (SELECT 1 FROM release_file WHERE sha256 = ?1)";
    let mut insert = transaction.prepare(sql)?;
    for (blob, size) in blobs {
        insert.execute((blob.as_bytes(), size, release.number))?;
    }
    let sql = "INSERT INTO release (number, record, sha256, merkle_root) VALUES (?1, ?2, ?3, ?4)";
    let root = release.merkle.root.as_bytes();
    transaction.execute(sql, (release.number, record, sha256.as_bytes(), root)).map(|_| ())
}

/// Renames the draft's folder, and makes the new entry survive a loss of power.
fn move_in(draft: Draft, folder: &Path) -> io::Result<()> {
    let parent = folder.parent().unwrap_or(folder);
    fs::create_dir_all(parent)?;
    if let Some(store) = parent.parent() {
        sync_folder(store)?;
    }
    match fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    fs::rename(draft.folder.path(), folder)?;
    // It is no temporary folder any more.
    let _ = draft.folder.keep();
    sync_folder(parent)
}

/// Others may read a document, and nobody should write to one.
fn make_read_only(file: &File) -> io::Result<()> {
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)
}

/// Passes bytes on and hashes them.
struct Hashing {
    out: BufWriter<File>,
    hash: sha2::Sha256,
    size: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n_written = self.out.write(bytes)?;
        self.hash.update(&bytes[..n_written]);
        self.size += n_written as u64;
        Ok(n_written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
