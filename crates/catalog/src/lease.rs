//! Who removes or copies blobs does so alone.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use crate::{Error, Kind, store};

/// Held by one process at a time; the system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lease(#[expect(dead_code, reason = "held, not read")] Option<File>);

impl Lease {
    /// Takes the lease of a store.
    ///
    /// # Errors
    /// Another `gc`, `backup` or `repair` holds it: [`Kind::Leased`].
    pub(crate) fn take(dir: &Path) -> Result<Self, Error> {
        let path = store::lease_path(dir);
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let file = match opened.map_err(|cause| Error::io(&path, cause)) {
            // Where nothing can be written nobody removes anything.
            Err(error) if matches!(error.kind(), Kind::ReadOnly) => return Ok(Self(None)),
            opened => opened?,
        };
        match file.try_lock() {
            Ok(()) => Ok(Self(Some(file))),
            Err(TryLockError::WouldBlock) => Err(Error::new(dir, Kind::Leased)),
            // Where a disk knows no locks nobody else can hold one.
            Err(TryLockError::Error(cause)) if cause.kind() == io::ErrorKind::Unsupported => {
                Ok(Self(Some(file)))
            }
            Err(TryLockError::Error(cause)) => Err(Error::io(&path, cause)),
        }
    }
}
