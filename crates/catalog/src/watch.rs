//! Tells whether a store has changed.

use rusqlite::Connection;

use crate::{Catalog, Error, store};

/// Looks at a store, to tell whether what was read from it still holds.
///
/// It has a connection of its own, which writes nothing: `SQLite` tells a connection of the changes of
/// others only.
#[derive(Debug)]
pub struct Watch(Connection);

impl Catalog {
    /// Begins to watch the store.
    ///
    /// # Errors
    /// The store does not open once more.
    pub fn watch(&self) -> Result<Watch, Error> {
        let path = store::database_path(self.dir());
        let db = store::connect_to_read(&path);
        let db = db.and_then(|db| db.busy_timeout(std::time::Duration::ZERO).map(|()| db));
        db.map(Watch).map_err(|cause| Error::database(&path, cause))
    }
}

impl Watch {
    /// A number that stays the same as long as nobody commits a change; `None` if that cannot be told
    /// at once. Takes microseconds, and never waits for others.
    pub fn version(&self) -> Option<i64> {
        let mut asked = self.0.prepare_cached("PRAGMA data_version").ok()?;
        asked.query_row((), |row| row.get(0)).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::Clerk;

    #[test]
    fn a_change_of_anybody_is_seen_and_reading_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut catalog = Catalog::create(folder.path()).unwrap();
        let watch = catalog.watch().unwrap();
        let before = watch.version().unwrap();
        catalog.counts().unwrap();
        assert_eq!(watch.version(), Some(before));
        catalog.shorten("/search?q=liver").unwrap();
        let after = watch.version().unwrap();
        assert_ne!(after, before);
        let clerk = Clerk::new("somebody else", SystemTime::now);
        let mut other = Catalog::open_by(folder.path(), clerk).unwrap();
        other.shorten("/search?q=heart").unwrap();
        assert_ne!(watch.version(), Some(after));
    }
}
