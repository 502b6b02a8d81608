use std::error::Error;
use std::path::Path;

use medshape_catalog::{Sex, Side};
use rusqlite::Connection;

use crate::rows::{Question, Row, text};
use crate::{Engine, Said};

pub struct Fts5(Connection);

const FACETS: [&str; 6] = ["structure", "side", "sex", "age", "source", "pathology"];

impl Fts5 {
    pub fn new(folder: &Path, rows: &[Row]) -> Result<Self, Box<dyn Error>> {
        let mut db = Connection::open(folder.join("fts5.sqlite"))?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA cache_size = -262144;
            CREATE TABLE shape (key INTEGER PRIMARY KEY, name TEXT, structure TEXT, side TEXT,
                sex TEXT, age INTEGER, source INTEGER, pathology TEXT);
            CREATE VIRTUAL TABLE words USING fts5 (text, content = '', detail = none);",
        )?;
        let transaction = db.transaction()?;
        for (key, row) in (1_i64..).zip(rows) {
            transaction
                .prepare_cached("INSERT INTO shape VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
                .execute((
                    key,
                    &row.name,
                    row.structure,
                    row.side.map(Side::word),
                    row.sex.map(Sex::word),
                    row.age_years,
                    row.source,
                    row.pathology,
                ))?;
            transaction
                .prepare_cached("INSERT INTO words (rowid, text) VALUES (?1, ?2)")?
                .execute((key, text(row)))?;
        }
        transaction.commit()?;
        db.execute_batch("INSERT INTO words (words) VALUES ('optimize'); ANALYZE;")?;
        Ok(Self(db))
    }
}

impl Engine for Fts5 {
    fn name(&self) -> &'static str {
        "SQLite FTS5"
    }

    fn ask(&mut self, question: &Question) -> Result<Said, Box<dyn Error>> {
        let db = &self.0;
        let words = question.terms.join(" AND ");
        // The rows that fit are found once, and counted by each facet.
        db.execute_batch("CREATE TEMP TABLE IF NOT EXISTS hit (key INTEGER PRIMARY KEY); DELETE FROM hit;")?;
        let total = db
            .prepare_cached("INSERT INTO hit SELECT rowid FROM words WHERE words MATCH ?1")?
            .execute([&words])? as u64;
        let first = db
            .prepare_cached("SELECT name FROM hit JOIN shape USING (key) ORDER BY key LIMIT 48")?
            .query_map((), |row| row.get::<_, String>(0))?
            .count();
        assert!(first as u64 <= total);
        for facet in FACETS {
            let sql = format!("SELECT {facet}, count(*) FROM hit JOIN shape USING (key) GROUP BY 1");
            let counts: Vec<i64> =
                db.prepare_cached(&sql)?.query_map((), |row| row.get(1))?.collect::<Result<_, _>>()?;
            assert_eq!(counts.iter().sum::<i64>() as u64, total);
        }
        Ok(Said { total })
    }
}
