//! Answers queries.

use rusqlite::{Connection, Row};
use serde::Serialize;

use crate::index::facets::Facets;
use crate::index::question::Question;
use crate::index::{Index, Traits};
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
    /// What is not healthy about it.
    pub finding: Option<String>,
    /// What the source calls the label.
    pub label_name: String,
    /// What there is of it.
    #[serde(flatten)]
    pub held: Held,
    /// The subject's sex.
    pub sex: Option<Sex>,
    /// The subject's age.
    pub age_years: Option<u32>,
    /// What is known of the subject's pathology.
    pub pathology: Option<String>,
}

/// What a store has of a shape.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Held {
    /// The shape.
    Here {
        /// Numbers.
        measures: Box<Measures>,
        /// Findings.
        quality: Box<Quality>,
        /// Mesh, levels of detail, thumbnail.
        files: Vec<StoredFile>,
    },
    /// No more than where others publish it.
    Elsewhere {
        /// Where its mesh can be had.
        url: String,
    },
}

impl Hit {
    /// Numbers, if the store holds the shape.
    pub fn measures(&self) -> Option<&Measures> {
        match &self.held {
            Held::Here { measures, .. } => Some(measures),
            Held::Elsewhere { .. } => None,
        }
    }

    /// Findings, if the store holds the shape.
    pub fn quality(&self) -> Option<&Quality> {
        match &self.held {
            Held::Here { quality, .. } => Some(quality),
            Held::Elsewhere { .. } => None,
        }
    }

    /// Mesh, levels of detail, thumbnail; none if the store does not hold the shape.
    pub fn files(&self) -> &[StoredFile] {
        match &self.held {
            Held::Here { files, .. } => files,
            Held::Elsewhere { .. } => &[],
        }
    }
}

impl Catalog {
    /// The shapes that a query asks for. An empty query asks for all.
    ///
    /// The first search after a change reads the whole catalog into memory, some 25 bytes a shape;
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
    let hits = found.rows.iter().map(|&row| hit(db, index, row)).collect::<Result<_, _>>()?;
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

/// A hit: what the index knows of its subject, and what the database has of the shape.
fn hit(db: &Connection, index: &Index, row: usize) -> rusqlite::Result<Hit> {
    let name_key = index.rows.name_keys[row];
    let subject = &index.subjects[index.rows.subjects[row] as usize];
    let hit = match index.rows.traits[row].has(Traits::REMOTE) {
        true => elsewhere(db, name_key)?,
        false => here(db, name_key)?,
    };
    Ok(Hit {
        sex: subject.sex,
        age_years: subject.age_years.map(u32::from),
        pathology: subject.pathology.map(|at| index.pathologies[at as usize].text.clone()),
        ..hit
    })
}

fn here(db: &Connection, name_key: i64) -> rusqlite::Result<Hit> {
    let sql = "SELECT name, structure, coded, side, label_name, finding, measures, quality
        FROM shape JOIN name ON name.key = name_key WHERE name_key = ?1";
    db.prepare_cached(sql)?.query_row([name_key], |row| {
        let held = Held::Here {
            measures: from_json(row, 6)?,
            quality: from_json(row, 7)?,
            files: files(db, name_key)?,
        };
        hit_of_row(row, held)
    })
}

fn elsewhere(db: &Connection, name_key: i64) -> rusqlite::Result<Hit> {
    let sql = "SELECT name, structure, coded, side, label_name, finding, url
        FROM remote JOIN name ON name.key = name_key WHERE name_key = ?1";
    db.prepare_cached(sql)?
        .query_row([name_key], |row| hit_of_row(row, Held::Elsewhere { url: row.get(6)? }))
}

/// A hit without its subject.
fn hit_of_row(row: &Row<'_>, held: Held) -> rusqlite::Result<Hit> {
    Ok(Hit {
        name: parsed(row, 0)?,
        structure: row.get(1)?,
        coded: row.get(2)?,
        side: perhaps_worded(row, 3, Side::from_word)?,
        finding: row.get(5)?,
        label_name: row.get(4)?,
        held,
        sex: None,
        age_years: None,
        pathology: None,
    })
}
