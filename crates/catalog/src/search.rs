//! Answers queries.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;

use crate::access::may_publish;
use crate::index::Traits;
use crate::index::facets::Facets;
use crate::index::order::Order;
use crate::index::question::Question;
use crate::index::view::View;
use crate::read::{files, remote_row, shape_row};
use crate::{
    Catalog, Error, Measures, Quality, Query, Remote, Reserve, Sex, Shape, ShapeName, Side,
    StoredFile, Term,
};

mod apart;
mod listed;
mod measured;
mod resolve;
mod spelling;
mod suggest;

pub use measured::Measured;
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
    /// Licence of its source, by SPDX identifier or `LicenseRef-…`.
    pub licence: String,
    /// Whether that licence lets meshes be passed on.
    pub redistributable: bool,
    /// Why it is kept back from the public, if it is.
    pub kept_back: Option<Reserve>,
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
            let view = index.seen_by(self.audience);
            let resolved = resolve::resolve(db, view, query)?;
            answer(db, view, resolved, page, Order::Listed)
        })
    }

    /// As [`search`](Self::search), for people who narrow an answer step by step: in the `order`
    /// that they want, and with a side that was named with a structure as a condition of its own,
    /// so that it can be dropped or changed by itself.
    pub fn browse(&self, query: &Query, page: Page, order: Order) -> Result<Answer, Error> {
        self.read(|db| {
            let index = self.index.of(db)?;
            let view = index.seen_by(self.audience);
            let mut resolved = resolve::resolve(db, view, query)?;
            resolved.terms = apart::sides_apart(resolved.terms);
            answer(db, view, resolved, page, order)
        })
    }

    /// Titles of the sources, by their ids. Reads the index alone.
    pub fn titles(&self) -> Result<BTreeMap<String, String>, Error> {
        let index = self.read(|db| self.index.of(db))?;
        let sources = index.sources.iter();
        Ok(sources.map(|source| (source.id.clone(), source.title.clone())).collect())
    }
}

fn answer(
    db: &Connection,
    view: View<'_>,
    resolve::Resolved { terms, unknown, corrected }: resolve::Resolved,
    page: Page,
    order: Order,
) -> rusqlite::Result<Answer> {
    if terms.is_empty() && !unknown.is_empty() {
        return Ok(Answer { terms, unknown, corrected, ..Answer::default() });
    }
    let found = Question::new(db, view, &terms)?.answer(view, page.range(), order);
    let hits = found.rows.iter().map(|&row| hit(db, view, row)).collect::<Result<_, _>>()?;
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

/// The rows that a query asks for, `None` if it is not understood.
pub(crate) fn rows_of(
    db: &Connection,
    view: View<'_>,
    query: &Query,
) -> rusqlite::Result<Option<Vec<usize>>> {
    let resolve::Resolved { terms, unknown, .. } = resolve::resolve(db, view, query)?;
    if terms.is_empty() && !unknown.is_empty() {
        return Ok(None);
    }
    Ok(Some(Question::new(db, view, &terms)?.answer(view, 0..u64::MAX, Order::Listed).rows))
}

/// A hit: what the index knows of its subject and source, and what the database has of the shape.
pub(crate) fn hit(db: &Connection, view: View<'_>, row: usize) -> rusqlite::Result<Hit> {
    let name_key = view.rows().name_keys[row];
    let subject = &view.subjects()[view.rows().subjects[row] as usize];
    let source = &view.sources()[subject.source as usize];
    let structure = &view.runs()[view.rows().runs[row] as usize].structure;
    let kept_back = may_publish(&source.licence, source.privacy_class, structure).err();
    let hit = |name, structure, coded, side, finding, label_name, held| Hit {
        name,
        structure,
        coded,
        side,
        finding,
        label_name,
        held,
        licence: source.licence.id.clone(),
        redistributable: source.licence.terms.redistributable,
        kept_back,
        sex: subject.sex,
        age_years: subject.age_years.map(u32::from),
        pathology: subject.pathology.map(|at| view.pathologies()[at as usize].text.clone()),
    };
    if view.rows().traits[row].has(Traits::REMOTE) {
        let Remote { name, structure, coded, side, finding, label_name, url, .. } =
            remote_row(db, name_key)?;
        let held = Held::Elsewhere { url };
        return Ok(hit(name, structure, coded, side, finding, label_name, held));
    }
    let shape = shape_row(db, name_key)?;
    let held = Held::Here {
        measures: Box::new(shape.measures),
        quality: Box::new(shape.quality),
        files: files(db, name_key)?,
    };
    let Shape { name, structure, coded, side, finding, label_name, .. } = shape;
    Ok(hit(name, structure, coded, side, finding, label_name, held))
}
