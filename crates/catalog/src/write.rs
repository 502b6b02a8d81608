//! The one way in which a catalog changes: a transaction, and a row of the log in it.

use std::path::Path;

use rusqlite::{Transaction, TransactionBehavior};

use crate::log::{self, Entry};
use crate::{Catalog, Error, store};

/// Why a transaction was given up.
pub(crate) enum GivenUp {
    Database(rusqlite::Error),
    Store(Error),
}

impl From<rusqlite::Error> for GivenUp {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Database(cause)
    }
}

impl From<Error> for GivenUp {
    fn from(cause: Error) -> Self {
        Self::Store(cause)
    }
}

impl GivenUp {
    /// The error, of the database at `path` if it is the database's.
    pub(crate) fn at(self, path: &Path) -> Error {
        match self {
            Self::Database(cause) => Error::database(path, cause),
            Self::Store(cause) => cause,
        }
    }
}

impl Catalog {
    /// One transaction, which begins by waiting for its turn; an error leaves all as it was.
    ///
    /// `work` says what goes into the log, or `None` if it changed nothing.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<(T, Option<Entry>), GivenUp>,
    ) -> Result<T, Error> {
        let clerk = self.clerk.clone();
        let written = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(GivenUp::from)
            .and_then(|transaction| {
                let (done, entry) = work(&transaction)?;
                if let Some(entry) = entry {
                    if entry.verb.changes_answers() {
                        transaction.execute("UPDATE change SET n = n + 1", ())?;
                    }
                    log::append(&transaction, &clerk, entry)?;
                    transaction.commit()?;
                }
                Ok(done)
            });
        written.map_err(|cause| cause.at(&store::database_path(self.dir())))
    }
}
