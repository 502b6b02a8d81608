//! Answers queries.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use serde::Serialize;

use crate::read::{files, from_json, parsed, perhaps_worded};
use crate::{Catalog, Error, Measures, Quality, Query, Sex, ShapeName, Side, StoredFile, Term};

mod condition;
mod resolve;

/// Which part of an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many hits to pass over.
    pub offset: u64,
    /// How many hits to return at most.
    pub limit: u64,
}

impl Default for Page {
    fn default() -> Self {
        Self { offset: 0, limit: 48 }
    }
}

/// What a query found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// How many shapes there are, on this page or not.
    pub total: u64,
    /// The shapes of this page, by structure, source, subject, side and number.
    pub hits: Vec<Hit>,
    /// What was asked, as vocabulary and store together understood it.
    pub terms: Vec<Term>,
    /// The words that neither knew. They were passed over, unless nothing else was asked: then
    /// nothing was found.
    pub unknown: Vec<String>,
}

/// A shape that was found, with what a card in a list shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// The shape's name.
    pub name: ShapeName,
    /// Id of the structure.
    pub structure: String,
    /// Whether the vocabulary knows the structure.
    pub coded: bool,
    /// Which side of the person.
    pub side: Option<Side>,
    /// What the source calls the label.
    pub label_name: String,
    /// Numbers.
    pub measures: Measures,
    /// Findings.
    pub quality: Quality,
    /// Mesh, levels of detail, thumbnail.
    pub files: Vec<StoredFile>,
    /// The subject's sex.
    pub sex: Option<Sex>,
    /// The subject's age.
    pub age_years: Option<u32>,
    /// What is known of the subject's pathology.
    pub pathology: Option<String>,
}

impl Catalog {
    /// The shapes that a query asks for. An empty query asks for all.
    pub fn search(&self, query: &Query, page: Page) -> Result<Answer, Error> {
        self.read(|db| {
            let (terms, unknown) = resolve::resolve(db, query)?;
            if terms.is_empty() && !unknown.is_empty() {
                return Ok(Answer { total: 0, hits: Vec::new(), terms, unknown });
            }
            let condition = condition::condition(db, &terms)?;
            let total = total(db, &condition)?;
            let keys =
                if total <= page.offset { Vec::new() } else { keys(db, &condition, total, page)? };
            let hits = keys.into_iter().map(|key| hit(db, key)).collect::<Result<_, _>>()?;
            Ok(Answer { total, hits, terms, unknown })
        })
    }
}

/// A condition in SQL, and the values for its question marks.
#[derive(Debug, Default)]
struct Condition {
    sql: String,
    values: Vec<Value>,
}

fn total(db: &Connection, condition: &Condition) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM shape WHERE {}", condition.sql);
    db.prepare(&sql)?.query_row(params_from_iter(&condition.values), |row| row.get(0))
}

/// From how many hits on it is quicker to walk the shapes in the order of the answer until the
/// page is full than to collect all hits and sort them.
const MANY: u64 = 2000;

fn keys(
    db: &Connection,
    condition: &Condition,
    total: u64,
    page: Page,
) -> rusqlite::Result<Vec<i64>> {
    let index = if total < MANY { "" } else { "INDEXED BY shape_order" };
    let sql = format!(
        "SELECT name_key FROM shape {index} WHERE {}
        ORDER BY structure, source, subject, side, ordinal LIMIT ? OFFSET ?",
        condition.sql
    );
    let signed = |n: u64| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    let mut values = condition.values.clone();
    values.extend([signed(page.limit), signed(page.offset)]);
    db.prepare(&sql)?.query_map(params_from_iter(&values), |row| row.get(0))?.collect()
}

fn hit(db: &Connection, name_key: i64) -> rusqlite::Result<Hit> {
    let sql = "SELECT name, structure, coded, side, label_name, measures, quality,
            sex, age_years, pathology
        FROM shape
            JOIN name ON name.key = name_key
            JOIN subject ON subject.key = subject_key
        WHERE name_key = ?1";
    let mut hit = db.prepare_cached(sql)?.query_row([name_key], |row| {
        Ok(Hit {
            name: parsed(row, 0)?,
            structure: row.get(1)?,
            coded: row.get(2)?,
            side: perhaps_worded(row, 3, Side::from_word)?,
            label_name: row.get(4)?,
            measures: from_json(row, 5)?,
            quality: from_json(row, 6)?,
            files: Vec::new(),
            sex: perhaps_worded(row, 7, Sex::from_word)?,
            age_years: row.get(8)?,
            pathology: row.get(9)?,
        })
    })?;
    hit.files = files(db, name_key)?;
    Ok(hit)
}

/// The different pathologies that the store knows in which all words of `text` occur.
fn pathologies_with(db: &Connection, text: &str) -> rusqlite::Result<Vec<String>> {
    let wanted: BTreeSet<String> = crate::words::words(text).into_iter().collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT DISTINCT pathology FROM subject WHERE pathology IS NOT NULL ORDER BY 1";
    let mut pathologies: Vec<String> =
        db.prepare_cached(sql)?.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
    pathologies.retain(|pathology| {
        let words: BTreeSet<String> = crate::words::words(pathology).into_iter().collect();
        wanted.is_subset(&words)
    });
    Ok(pathologies)
}
