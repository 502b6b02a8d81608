//! Answers queries.

use rusqlite::Connection;
use serde::Serialize;

use crate::index::Index;
use crate::index::facets::Facets;
use crate::index::question::Question;
use crate::read::{files, from_json, parsed, perhaps_worded};
use crate::{Catalog, Error, Measures, Quality, Query, Sex, ShapeName, Side, StoredFile, Term};

mod resolve;
mod spelling;
mod suggest;

pub use suggest::Suggestion;

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

impl Page {
    fn range(self) -> std::ops::Range<u64> {
        self.offset..self.offset.saturating_add(self.limit)
    }
}

/// What a query found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Answer {
    /// How many shapes there are, on this page or not.
    pub total: u64,
    /// The shapes of this page, by structure, source, subject, side and number.
    pub hits: Vec<Hit>,
    /// What was asked, as vocabulary and store together understood it.
    pub terms: Vec<Term>,
    /// For each term, how many shapes there would be without what was asked of its kind.
    pub n_without: Vec<u64>,
    /// The words that neither knew. They were passed over, unless nothing else was asked: then
    /// nothing was found.
    pub unknown: Vec<String>,
    /// Words that were taken for typing errors, each with the word that was read instead.
    pub corrected: Vec<(String, String)>,
    /// What the answer holds, counted.
    pub facets: Facets,
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
    ///
    /// The first search after a change reads the whole catalog into memory, some 15 bytes a shape;
    /// others take a millisecond or two for a million shapes.
    pub fn search(&self, query: &Query, page: Page) -> Result<Answer, Error> {
        self.read(|db| {
            let index = self.index.of(db)?;
            let resolved = resolve::resolve(db, &index, query)?;
            answer(db, &index, resolved, page)
        })
    }
}

fn answer(
    db: &Connection,
    index: &Index,
    resolve::Resolved { terms, unknown, corrected }: resolve::Resolved,
    page: Page,
) -> rusqlite::Result<Answer> {
    if terms.is_empty() && !unknown.is_empty() {
        return Ok(Answer { terms, unknown, corrected, ..Answer::default() });
    }
    let found = Question::new(db, index, &terms)?.answer(index, page.range());
    let hits = found.name_keys.iter().map(|&key| hit(db, key)).collect::<Result<_, _>>()?;
    Ok(Answer {
        total: found.total,
        hits,
        n_without: found.n_without,
        facets: found.facets,
        terms,
        unknown,
        corrected,
    })
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
