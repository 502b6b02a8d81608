//! Makes and opens the folder of a store.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::blobs::sync_folder;
use crate::migrate::{self, State};
use crate::{Clerk, Error, Kind};

/// Held by whoever removes or copies blobs.
const LEASE: &str = "lease";
/// Damaged blobs, put aside.
const QUARANTINE: &str = "quarantine";
const DATABASE: &str = "catalog.sqlite";
const MARKER: &str = "MEDSHAPE-STORE.txt";
const MARKER_TEXT: &str = "\
This folder is a medshape store: a collection of anatomical shapes.

catalog.sqlite   what is known of each shape
blobs/           the files, each named by the SHA-256 of its bytes
releases/        what was released, by number: lists of blobs that are never changed
tmp/             files that are being written; whatever lies here while no program runs is waste
quarantine/      damaged files that `medshape repair` put aside

Copy or move the folder as a whole. `medshape fsck` tells whether anything is missing or damaged.
";
/// Everything that a store's folder may hold, one that was only half made included.
const ENTRIES: [&str; 10] = [
    DATABASE,
    "catalog.sqlite-wal",
    "catalog.sqlite-shm",
    "catalog.sqlite-journal",
    MARKER,
    "blobs",
    "releases",
    "tmp",
    LEASE,
    QUARANTINE,
];
/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn lease_path(dir: &Path) -> PathBuf {
    dir.join(LEASE)
}

pub(crate) fn quarantine_path(dir: &Path) -> PathBuf {
    dir.join(QUARANTINE)
}

pub(crate) fn database_path(dir: &Path) -> PathBuf {
    dir.join(DATABASE)
}

/// Makes the folder and the database where they are missing, then opens the database.
pub(crate) fn create(dir: &Path, clerk: &Clerk) -> Result<Connection, Error> {
    refuse_foreign_folder(dir)?;
    make_folders(dir).map_err(|cause| Error::io(dir, cause))?;
    let path = database_path(dir);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = connect(&path, flags).map_err(|cause| Error::database(&path, cause))?;
    match migrate::state(&db).map_err(|cause| Error::database(&path, cause))? {
        State::Foreign => return Err(Error::new(dir, Kind::NotAStore)),
        State::Empty => set_wal(&db).map_err(|cause| Error::database(&path, cause))?,
        State::Ours(_) => {}
    }
    bring_up_to_date(dir, &mut db, clerk)?;
    sync_folder(dir).map_err(|cause| Error::io(dir, cause))?;
    Ok(db)
}

/// Opens the database of a store for reading and writing, or only for reading where the disk
/// allows no more.
pub(crate) fn open(dir: &Path, clerk: &Clerk) -> Result<Connection, Error> {
    let path = database_path(dir);
    if !path.is_file() {
        return Err(Error::new(dir, Kind::NotAStore));
    }
    let (mut db, state) = match open_shared(&path) {
        Err(cause) if Error::is_read_only(&cause) => open_immutable(&path),
        opened => opened,
    }
    .map_err(|cause| match cause.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => Error::new(dir, Kind::NotAStore),
        _ => Error::database(&path, cause),
    })?;
    match state {
        State::Empty | State::Foreign => return Err(Error::new(dir, Kind::NotAStore)),
        State::Ours(_) => bring_up_to_date(dir, &mut db, clerk)?,
    }
    Ok(db)
}

/// A connection for reading, to a store that may lie on a disk that cannot be written.
pub(crate) fn connect_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let opened = match open_shared(path) {
        Err(cause) if Error::is_read_only(&cause) => open_immutable(path),
        opened => opened,
    };
    opened.map(|(db, _)| db)
}

/// One more connection to a store that is open.
pub(crate) fn connect_to_write(path: &Path) -> rusqlite::Result<Connection> {
    open_shared(path).map(|(db, _)| db)
}

fn open_shared(path: &Path) -> rusqlite::Result<(Connection, State)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = connect(path, flags)?;
    let state = migrate::state(&db)?;
    Ok((db, state))
}

/// A database in write-ahead mode cannot be read where no `-shm` file can be made, unless it is
/// promised that nobody writes. That is so where the folder cannot be written and no log is left.
fn open_immutable(path: &Path) -> rusqlite::Result<(Connection, State)> {
    let log = path.with_file_name("catalog.sqlite-wal");
    if fs::metadata(log).is_ok_and(|metadata| metadata.len() > 0) {
        return open_shared(path);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = connect(Path::new(&immutable_uri(path)), flags)?;
    let state = migrate::state(&db)?;
    Ok((db, state))
}

fn immutable_uri(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                uri.push(char::from(*byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri + "?immutable=1"
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // Eight mebibytes: the upper pages of all tables stay in it, and the rest is for the system's own
    // cache.
    db.pragma_update(None, "cache_size", -8192)?;
    // Ours is the only schema that is read, but the file may have come from anyone.
    db.pragma_update(None, "trusted_schema", false)?;
    // Without this, SQLite plans a kept statement anew each time that other values are bound to it, which
    // costs a hit of a search more than looking it up.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// Write-ahead logging lets others read while one writes. The database remembers it.
pub(crate) fn set_wal(db: &Connection) -> rusqlite::Result<()> {
    db.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(()))
}

pub(crate) fn bring_up_to_date(
    dir: &Path,
    db: &mut Connection,
    clerk: &Clerk,
) -> Result<(), Error> {
    let path = database_path(dir);
    let known = migrate::NEWEST;
    match migrate::state(db).map_err(|cause| Error::database(&path, cause))? {
        State::Ours(found) if found > known => {
            Err(Error::new(dir, Kind::NewerSchema { found, known }))
        }
        State::Ours(found) if found == known => Ok(()),
        _ => migrate::migrate(db, clerk).map_err(|cause| Error::database(&path, cause)),
    }
}

pub(crate) fn refuse_foreign_folder(dir: &Path) -> Result<(), Error> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(Error::io(dir, cause)),
    };
    if database_path(dir).is_file() {
        return Ok(());
    }
    for entry in entries {
        let name = entry.map_err(|cause| Error::io(dir, cause))?.file_name();
        if !ENTRIES.iter().any(|known| name == *known) {
            return Err(Error::new(dir, Kind::NotEmpty));
        }
    }
    Ok(())
}

pub(crate) fn make_folders(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir.join("blobs"))?;
    fs::create_dir_all(dir.join("tmp"))?;
    let marker = dir.join(MARKER);
    if !marker.exists() {
        fs::write(marker, MARKER_TEXT)?;
    }
    Ok(())
}
