//! The names of all shapes, for lists of addresses.

use crate::{Catalog, Error, Page};

impl Catalog {
    /// How many shapes there are to be seen, held or not.
    pub fn n_listed(&self) -> Result<u64, Error> {
        let index = self.read(|db| self.index.of(db))?;
        Ok(index.seen_by(self.audience).sizes().values().sum())
    }

    /// The names of a part of all shapes, in the order of answers. What is known of them is not read.
    pub fn names(&self, page: Page) -> Result<Vec<String>, Error> {
        let Ok(offset) = usize::try_from(page.offset) else { return Ok(Vec::new()) };
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        self.read(|db| {
            let index = self.index.of(db)?;
            let view = index.seen_by(self.audience);
            let rows = (0..view.runs().len()).flat_map(|run| view.rows_of_run(run)).flatten();
            let mut name = db.prepare_cached("SELECT name FROM name WHERE key = ?1")?;
            let keys = rows.skip(offset).take(limit).map(|row| view.rows().name_keys[row]);
            keys.map(|key| name.query_row([key], |row| row.get(0))).collect()
        })
    }
}
