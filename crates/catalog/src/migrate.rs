//! The steps that bring a store's database to the newest schema.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::Clerk;
use crate::log::{self, Entry, Verb};

/// Marks a database as ours: "MSHP".
const APPLICATION_ID: u32 = 0x4D53_4850;

/// The `n`-th brings schema `n` to schema `n + 1`. A step that was released is never changed.
const STEPS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
    include_str!("schema/7.sql"),
    include_str!("schema/8.sql"),
    include_str!("schema/9.sql"),
    include_str!("schema/10.sql"),
    include_str!("schema/11.sql"),
];

/// The newest schema.
pub(crate) const NEWEST: u32 = STEPS.len() as u32;

/// What a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing was ever written to it.
    Empty,
    /// Another program's.
    Foreign,
    /// Ours, with this schema.
    Ours(u32),
}

/// What this database is.
pub(crate) fn state(db: &Connection) -> rusqlite::Result<State> {
    let application: u32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let schema: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let n_tables: u64 = db.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    Ok(match (application, schema, n_tables) {
        (APPLICATION_ID, schema, _) => State::Ours(schema),
        (0, 0, 0) => State::Empty,
        _ => State::Foreign,
    })
}

/// Takes the steps that are missing, all or none. Two processes may try at once.
pub(crate) fn migrate(db: &mut Connection, clerk: &Clerk) -> rusqlite::Result<()> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = match state(&transaction)? {
        State::Ours(schema) => schema,
        State::Empty | State::Foreign => 0,
    };
    for (schema, step) in (1..).zip(STEPS).skip(done as usize) {
        take(&transaction, schema, step)?;
    }
    let to = format!("schema {NEWEST}");
    let entry = match done {
        NEWEST => return Ok(()),
        0 => Entry::new(Verb::Create, to, ""),
        older => Entry::new(Verb::Migrate, to, format!("it had schema {older}")),
    };
    log::append(&transaction, clerk, entry)?;
    transaction.commit()
}

fn take(transaction: &Transaction<'_>, schema: u32, step: &str) -> rusqlite::Result<()> {
    transaction.execute_batch(step)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", schema)
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn previews_of_the_first_schema_become_coarse_levels() {
        let mut db = Connection::open_in_memory().unwrap();
        let transaction = db.transaction().unwrap();
        take(&transaction, 1, STEPS[0]).unwrap();
        let file = "INSERT INTO shape_file (name_key, position, role, sha256, size)
            VALUES (1, 0, 'preview', x'00', 7)";
        transaction.execute_batch("PRAGMA defer_foreign_keys = ON").unwrap();
        transaction.execute(file, ()).unwrap();
        let case = "INSERT INTO ingested VALUES (1, x'01', 1, x'02', 3, 0, 0, '{}')";
        transaction.execute_batch(case).unwrap();
        transaction.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        for (schema, step) in (2..).zip(&STEPS[1..]) {
            take(&transaction, schema, step).unwrap();
        }
        let read = "SELECT role, error_mm IS NULL FROM shape_file";
        let found: (String, bool) =
            transaction.query_row(read, (), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(found, ("level4".to_owned(), true));
        let read = "SELECT label_map_sha256, label_map_size FROM ingested";
        let found: (Vec<u8>, u64) =
            transaction.query_row(read, (), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(found, (vec![2], 3));
    }

    #[test]
    fn terms_of_sources_that_are_there_are_read_from_the_id_of_the_licence() {
        let mut db = Connection::open_in_memory().unwrap();
        let transaction = db.transaction().unwrap();
        let (older, newer) = STEPS.split_at(4);
        for (schema, step) in (1..).zip(older) {
            take(&transaction, schema, step).unwrap();
        }
        let ids = ["CC0-1.0", "CC-BY-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0", "LicenseRef-x"];
        for id in ids {
            let insert =
                "INSERT INTO source VALUES (?1, 'title', 'citation', ?1, 'evidence', NULL)";
            transaction.execute(insert, [id]).unwrap();
        }
        for (schema, step) in (5..).zip(newer) {
            take(&transaction, schema, step).unwrap();
        }
        for id in ids {
            let source = crate::read::source(&transaction, id).unwrap();
            assert_eq!(source.licence.terms, crate::Terms::of(id), "{id}");
            assert!(!source.licence.is_public(), "{id} was never checked");
            assert_eq!(source.privacy_class, crate::PrivacyClass::P3);
        }
    }

    #[test]
    fn ages_above_90_that_are_there_become_90() {
        let mut db = Connection::open_in_memory().unwrap();
        let transaction = db.transaction().unwrap();
        for (schema, step) in (1..).zip(&STEPS[..6]) {
            take(&transaction, schema, step).unwrap();
        }
        transaction.execute_batch("PRAGMA defer_foreign_keys = ON").unwrap();
        for age in [89, 90, 97] {
            let insert = "INSERT INTO subject (source, id, age_years, attributes)
                VALUES ('x', ?1, ?1, '{}')";
            transaction.execute(insert, [age]).unwrap();
        }
        take(&transaction, 7, STEPS[6]).unwrap();
        let read = "SELECT age_years FROM subject ORDER BY key";
        let mut ages = transaction.prepare(read).unwrap();
        let ages: Vec<u32> =
            ages.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(ages, [89, 90, 90]);
    }
}
