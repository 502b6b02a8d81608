use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::index::SharedIndex;
use crate::similar::SharedNear;
use crate::{Audience, Blobs, Clerk, Error, store};

/// A store that is open: one connection to its database, and its blobs.
///
/// It can be sent to another thread but not shared by two; each thread opens its own. Several
/// processes may have the same store open, and one at a time writes.
#[derive(Debug)]
pub struct Catalog {
    dir: PathBuf,
    pub(crate) db: Connection,
    blobs: Blobs,
    pub(crate) audience: Audience,
    pub(crate) index: SharedIndex,
    pub(crate) near: SharedNear,
    pub(crate) clerk: Clerk,
}

impl Catalog {
    /// Opens the store in `dir`, or makes a new one there.
    ///
    /// A new store is only made in a folder that is absent or empty; a folder that holds other
    /// things is refused with [`Kind::NotEmpty`](crate::Kind::NotEmpty).
    pub fn create(dir: &Path) -> Result<Self, Error> {
        Self::create_by(dir, Clerk::of_system())
    }

    /// As [`create`](Self::create), with somebody else who signs for what is changed.
    pub fn create_by(dir: &Path, clerk: Clerk) -> Result<Self, Error> {
        store::create(dir, &clerk).map(|db| Self::new(dir, db, clerk))
    }

    /// Opens the store in `dir`, as its [curator](Audience::Curator) sees it; see
    /// [`seen_by`](Self::seen_by).
    ///
    /// On a disk that cannot be written the store opens too; what would change it then fails with
    /// [`Kind::ReadOnly`](crate::Kind::ReadOnly).
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Self::open_by(dir, Clerk::of_system())
    }

    /// As [`open`](Self::open), with somebody else who signs for what is changed.
    pub fn open_by(dir: &Path, clerk: Clerk) -> Result<Self, Error> {
        store::open(dir, &clerk).map(|db| Self::new(dir, db, clerk))
    }

    /// Opens the same store once more for the same audience, for another thread. What search keeps in
    /// memory is shared.
    pub fn open_again(&self) -> Result<Self, Error> {
        let again = Self::open_by(&self.dir, self.clerk.clone())?;
        Ok(Self {
            index: self.index.clone(),
            near: self.near.clone(),
            audience: self.audience,
            ..again
        })
    }

    /// The folder of the store.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The files of the store.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    fn new(dir: &Path, db: Connection, clerk: Clerk) -> Self {
        Self {
            dir: dir.to_owned(),
            db,
            blobs: Blobs::new(dir),
            audience: Audience::default(),
            index: SharedIndex::default(),
            near: SharedNear::default(),
            clerk,
        }
    }

    pub(crate) fn database_error(&self, cause: rusqlite::Error) -> Error {
        Error::database(&store::database_path(&self.dir), cause)
    }
}
