use std::io;
use std::path::{Path, PathBuf};

use crate::ShapeName;

/// What went wrong with a store, and where.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {kind}", path.display())]
pub struct Error {
    path: PathBuf,
    kind: Box<Kind>,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Kind {
    /// The folder is no store.
    #[error("not a medshape store: it has no `catalog.sqlite` of ours")]
    NotAStore,
    /// A new store was asked for in a folder that holds other things.
    #[error("not empty and not a medshape store: name an empty folder or a new one")]
    NotEmpty,
    /// A later version of the program made the store.
    #[error(
        "made by a newer version of medshape (schema {found}, this one knows {known}): \
         update the program"
    )]
    NewerSchema {
        /// Schema of the store.
        found: u32,
        /// Latest schema of this program.
        known: u32,
    },
    /// The folder or the disk refuses writing.
    #[error("cannot be written: no permission, or a read-only disk")]
    ReadOnly,
    /// There is no room left.
    #[error("no space left on the disk, or the quota is used up; the store is as before")]
    Full,
    /// Another process kept the store locked for too long.
    #[error("another process is writing to the store and does not finish: try again")]
    Busy,
    /// What lies in the folder is no earlier copy of the store.
    #[error(
        "not empty, and no earlier copy of this store: name an empty folder outside the store, \
         or the folder of an earlier backup"
    )]
    NotACopy,
    /// Another process removes or copies blobs.
    #[error("another `gc`, `backup` or `repair` is at work here: try again when it is done")]
    Leased,
    /// The collection is not any more what a release was made of.
    #[error(
        "the collection was changed while the release was made: nothing was released, try again"
    )]
    Outdated,
    /// Stored bytes are not what was stored.
    #[error("damaged: {0}; `medshape fsck` says what else is")]
    Damaged(String),
    /// A shape that was taken back is not added again.
    #[error("`{0}` was withdrawn meanwhile: ingest the case again, and it is made without it")]
    Withdrawn(ShapeName),
    /// The caller's records contradict one another; nothing was written.
    #[error("records that do not fit together: {0}")]
    Inconsistent(String),
    /// A selection or a link cannot be kept, for a reason that anybody may read.
    #[error("{0}")]
    NotKept(String),
    /// The operating system refused.
    #[error("{0}")]
    Io(io::Error),
    /// The database refused.
    #[error("database: {0}")]
    Database(rusqlite::Error),
}

impl Error {
    /// The file or folder concerned.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What went wrong with it.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    pub(crate) fn new(path: &Path, kind: Kind) -> Self {
        Self { path: path.to_owned(), kind: Box::new(kind) }
    }

    pub(crate) fn io(path: &Path, cause: io::Error) -> Self {
        use io::ErrorKind::{
            FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
        };
        let kind = match cause.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Kind::Full,
            PermissionDenied | ReadOnlyFilesystem => Kind::ReadOnly,
            _ => Kind::Io(cause),
        };
        Self::new(path, kind)
    }

    pub(crate) fn database(path: &Path, cause: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase,
            PermissionDenied, ReadOnly,
        };
        // A database cannot even be opened when there is no room for the index of its log.
        let no_room = rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
        let kind = match cause.sqlite_error_code() {
            Some(DiskFull) => Kind::Full,
            _ if cause.sqlite_error().is_some_and(|error| error.extended_code == no_room) => {
                Kind::Full
            }
            Some(ReadOnly | PermissionDenied | CannotOpen) => Kind::ReadOnly,
            Some(DatabaseBusy | DatabaseLocked) => Kind::Busy,
            Some(DatabaseCorrupt | NotADatabase) => Kind::Damaged(cause.to_string()),
            _ => Kind::Database(cause),
        };
        Self::new(path, kind)
    }

    pub(crate) fn is_read_only(cause: &rusqlite::Error) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
        matches!(cause.sqlite_error_code(), Some(ReadOnly | PermissionDenied | CannotOpen))
    }
}
