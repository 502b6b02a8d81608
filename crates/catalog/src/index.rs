//! What search knows of every shape, in memory: some 25 bytes a shape in columns, in the order in which
//! answers list shapes.
//!
//! It is derived from the database and never the only copy. A store counts its changes; an index of
//! another count than the database's is made anew.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::{Audience, Licence, PrivacyClass, Quality, Sex, Side};
use view::{Sight, View};

pub(crate) mod ask;
mod build;
pub(crate) mod facets;
pub(crate) mod order;
pub(crate) mod question;
pub(crate) mod view;

/// All shapes of one state of a store.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// How many changes the store had seen.
    n_changes: i64,
    /// By structure and finding.
    pub(crate) runs: Vec<Run>,
    pub(crate) rows: Rows,
    /// All rows, those of a subject together.
    by_subject: Vec<u32>,
    /// By source and id.
    pub(crate) subjects: Vec<SubjectRow>,
    /// By id.
    pub(crate) sources: Vec<SourceRow>,
    /// What is known of subjects, each text once.
    pub(crate) pathologies: Vec<Pathology>,
    public: Sight,
    curator: Sight,
}

/// The rows of one structure with one finding, or none, which stand together.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) structure: String,
    pub(crate) finding: Option<String>,
    pub(crate) rows: Range<u32>,
}

/// One column each; all are of the same length.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) name_keys: Vec<i64>,
    /// Positions among [`Index::subjects`].
    pub(crate) subjects: Vec<u32>,
    /// Positions among [`Index::runs`].
    pub(crate) runs: Vec<u32>,
    pub(crate) traits: Vec<Traits>,
    /// NaN where it is not known.
    pub(crate) volumes_mm3: Vec<f32>,
}

/// Side and quality of a shape in a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Traits(u8);

impl Traits {
    pub(crate) const CLOSED: u8 = 1 << 2;
    pub(crate) const MANIFOLD: u8 = 1 << 3;
    pub(crate) const ORIENTED: u8 = 1 << 4;
    pub(crate) const TOUCHES_BORDER: u8 = 1 << 5;
    /// Published by others, and not held here: nothing is known of its mesh.
    pub(crate) const REMOTE: u8 = 1 << 6;
    /// A rule of the whole body is broken.
    pub(crate) const DOUBTFUL: u8 = 1 << 7;
    /// How many different ones there are.
    pub(crate) const N: usize = 1 << 8;

    /// Of a side and the sum of the flags that hold.
    pub(crate) fn new(side: Option<Side>, flags: u8) -> Self {
        Self(flags | side_code(side) as u8)
    }

    /// The flags of a mesh, as the database keeps them.
    pub(crate) fn flags(quality: &Quality) -> u8 {
        let Quality { closed, manifold, oriented, touches_border, .. } = quality;
        u8::from(*closed) * Self::CLOSED
            + u8::from(*manifold) * Self::MANIFOLD
            + u8::from(*oriented) * Self::ORIENTED
            + u8::from(*touches_border) * Self::TOUCHES_BORDER
    }

    /// 0, 1 or 2: no side, left, right.
    pub(crate) fn side_code(self) -> usize {
        usize::from(self.0 & 3)
    }

    /// All of it, as a number below [`N`](Self::N).
    pub(crate) fn code(self) -> usize {
        usize::from(self.0)
    }

    pub(crate) fn has(self, flags: u8) -> bool {
        self.0 & flags == flags
    }
}

/// See [`Traits::side_code`].
pub(crate) fn side_code(side: Option<Side>) -> usize {
    match side {
        None => 0,
        Some(Side::Left) => 1,
        Some(Side::Right) => 2,
    }
}

/// What is known of a subject.
#[derive(Debug)]
pub(crate) struct SubjectRow {
    /// Position among [`Index::sources`].
    pub(crate) source: u32,
    pub(crate) id: Box<str>,
    pub(crate) sex: Option<Sex>,
    pub(crate) age_years: Option<u8>,
    /// Position among [`Index::pathologies`].
    pub(crate) pathology: Option<u32>,
    /// Where its rows stand in [`Index::by_subject`].
    pub(crate) rows: Range<u32>,
}

/// What is known of a source.
#[derive(Debug)]
pub(crate) struct SourceRow {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) licence: Licence,
    pub(crate) privacy_class: PrivacyClass,
    pub(crate) modalities: Vec<String>,
    /// The words of each of its keywords.
    pub(crate) keywords: Vec<Vec<String>>,
}

/// A text, and its words in their normal form.
#[derive(Debug)]
pub(crate) struct Pathology {
    pub(crate) text: String,
    pub(crate) words: Vec<String>,
}

impl Index {
    /// The index as this audience sees it.
    pub(crate) fn seen_by(&self, audience: Audience) -> View<'_> {
        let sight = match audience {
            Audience::Public => &self.public,
            Audience::Curator => &self.curator,
        };
        View::new(self, sight, audience)
    }
}

/// The newest index of a store, for all connections of one process.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedIndex(Arc<Mutex<Option<Arc<Index>>>>);

impl SharedIndex {
    /// The index of the state that `db` sees. While one connection makes it, others wait.
    pub(crate) fn of(&self, db: &Connection) -> rusqlite::Result<Arc<Index>> {
        let n_changes = build::n_changes(db)?;
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = newest.as_ref().filter(|index| index.n_changes == n_changes) {
            return Ok(Arc::clone(index));
        }
        // A connection that began to read long ago does not take away what others use now.
        let is_newest = newest.as_ref().is_none_or(|index| index.n_changes < n_changes);
        if is_newest {
            *newest = None;
        }
        let index = Arc::new(build::build(db, n_changes)?);
        if is_newest {
            *newest = Some(Arc::clone(&index));
        }
        Ok(index)
    }
}
