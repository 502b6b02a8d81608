//! What of an index an audience sees.
//!
//! Whether a row is seen depends on its structure and its source alone, and the rows of a structure
//! stand together, source after source. So a view is a few ranges of rows a structure, not a second
//! copy and not a test of each row, and a search through it costs the same or less.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{Index, Pathology, Rows, Run, SourceRow, SubjectRow, Traits, side_code};
use crate::access::may_publish;
use crate::{Audience, Side};

/// What one audience sees, kept beside the index.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    /// By run, then by source.
    shows: Vec<bool>,
    /// The rows of each run that are seen, in their order.
    of_runs: Vec<Vec<Range<u32>>>,
    of_subjects: Vec<Seen>,
    /// Whether it is known of a subject that is seen.
    pathologies: Vec<bool>,
}

/// How much is seen of a subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) n_held: u32,
    pub(crate) n_remote: u32,
}

impl Seen {
    pub(crate) fn n(self) -> u64 {
        u64::from(self.n_held) + u64::from(self.n_remote)
    }
}

impl Sight {
    pub(super) fn new(index: &Index, audience: Audience) -> Self {
        let shows = |run: &Run, source: &SourceRow| match audience {
            Audience::Curator => true,
            Audience::Public => {
                may_publish(&source.licence, source.privacy_class, &run.structure).is_ok()
            }
        };
        let pairs = index.runs.iter().flat_map(|run| index.sources.iter().map(move |s| (run, s)));
        let mut sight = Self {
            shows: pairs.map(|(run, source)| shows(run, source)).collect(),
            of_subjects: vec![Seen::default(); index.subjects.len()],
            pathologies: vec![false; index.pathologies.len()],
            of_runs: Vec::new(),
        };
        sight.of_runs = (0..index.runs.len()).map(|run| sight.rows_of_run(index, run)).collect();
        for row in sight.of_runs.iter().flatten().flat_map(|rows| rows.clone()) {
            let subject = index.rows.subjects[row as usize] as usize;
            let seen = &mut sight.of_subjects[subject];
            match index.rows.traits[row as usize].has(Traits::REMOTE) {
                true => seen.n_remote += 1,
                false => seen.n_held += 1,
            }
            if let Some(pathology) = index.subjects[subject].pathology {
                sight.pathologies[pathology as usize] = true;
            }
        }
        sight
    }

    fn rows_of_run(&self, index: &Index, run: usize) -> Vec<Range<u32>> {
        let mut seen: Vec<Range<u32>> = Vec::new();
        for row in index.runs[run].rows.clone() {
            let subject = index.rows.subjects[row as usize] as usize;
            if !self.shows[run * index.sources.len() + index.subjects[subject].source as usize] {
                continue;
            }
            match seen.last_mut().filter(|rows| rows.end == row) {
                Some(rows) => rows.end += 1,
                None => seen.push(row..row + 1),
            }
        }
        seen
    }
}

/// An index as one audience sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    index: &'a Index,
    sight: &'a Sight,
    audience: Audience,
}

impl<'a> View<'a> {
    pub(super) fn new(index: &'a Index, sight: &'a Sight, audience: Audience) -> Self {
        Self { index, sight, audience }
    }

    /// How many changes the store had seen when the index was made of it.
    pub(crate) fn n_changes(self) -> i64 {
        self.index.n_changes
    }

    /// Who sees it so.
    pub(crate) fn audience(self) -> Audience {
        self.audience
    }

    /// All runs, also those of which nothing is seen.
    pub(crate) fn runs(self) -> &'a [Run] {
        &self.index.runs
    }

    /// All rows; which of them are seen [`rows_of_run`](Self::rows_of_run) says.
    pub(crate) fn rows(self) -> &'a Rows {
        &self.index.rows
    }

    /// All subjects, also those of which nothing is seen.
    pub(crate) fn subjects(self) -> &'a [SubjectRow] {
        &self.index.subjects
    }

    /// All sources, also those of which nothing is seen.
    pub(crate) fn sources(self) -> &'a [SourceRow] {
        &self.index.sources
    }

    /// All pathologies, also those of subjects of which nothing is seen.
    pub(crate) fn pathologies(self) -> &'a [Pathology] {
        &self.index.pathologies
    }

    /// The rows of a run that are seen, in their order.
    pub(crate) fn rows_of_run(self, run: usize) -> impl Iterator<Item = Range<usize>> + 'a {
        self.sight.of_runs[run].iter().map(|rows| rows.start as usize..rows.end as usize)
    }

    /// The rows of a subject that are seen, in their order.
    pub(crate) fn rows_of_subject(self, subject: usize) -> impl Iterator<Item = usize> + 'a {
        let SubjectRow { source, rows: Range { start, end }, .. } = &self.index.subjects[subject];
        let (n_sources, source) = (self.index.sources.len(), *source as usize);
        let rows = self.index.by_subject[*start as usize..*end as usize].iter();
        rows.map(|&row| row as usize).filter(move |&row| {
            self.sight.shows[self.index.rows.runs[row] as usize * n_sources + source]
        })
    }

    /// Sources and structures of which a shape that is held here is seen.
    pub(crate) fn held_structures(self) -> BTreeSet<(&'a str, &'a str)> {
        let mut held = BTreeSet::new();
        for (run, rows) in self.index.runs.iter().zip(&self.sight.of_runs) {
            let mut last = None;
            for row in rows.iter().flat_map(|rows| rows.clone()) {
                let subject = self.index.rows.subjects[row as usize] as usize;
                let source = self.index.subjects[subject].source;
                // The rows of a source follow each other.
                let is_held = !self.index.rows.traits[row as usize].has(Traits::REMOTE);
                if is_held && last != Some(source) {
                    held.insert((&*self.index.sources[source as usize].id, &*run.structure));
                    last = Some(source);
                }
            }
        }
        held
    }

    /// How much is seen of a subject.
    pub(crate) fn of_subject(self, subject: usize) -> Seen {
        self.sight.of_subjects[subject]
    }

    /// Whether there is a shape of this structure to be seen.
    pub(crate) fn has(self, structure: &str) -> bool {
        let at = self.index.runs.binary_search_by(|run| run.structure.as_str().cmp(structure));
        let is_seen = |run: &usize| !self.sight.of_runs[*run].is_empty();
        // Runs of one structure stand beside each other, one a finding.
        at.is_ok_and(|at| {
            let is_it = |run: &usize| self.index.runs[*run].structure == structure;
            let before = (0..at).rev().take_while(is_it);
            let after = (at..self.index.runs.len()).take_while(is_it);
            before.chain(after).any(|run| is_seen(&run))
        })
    }

    /// The positions of the sources of which something is seen.
    pub(crate) fn seen_sources(self) -> Vec<usize> {
        let mut is_seen = vec![false; self.index.sources.len()];
        for (subject, seen) in self.index.subjects.iter().zip(&self.sight.of_subjects) {
            is_seen[subject.source as usize] |= seen.n() > 0;
        }
        (0..is_seen.len()).filter(|&source| is_seen[source]).collect()
    }

    /// Whether something is seen of a subject with this id.
    pub(crate) fn has_subject(self, id: &str) -> bool {
        let subjects = self.index.subjects.iter().zip(&self.sight.of_subjects);
        { subjects }.any(|(subject, seen)| *subject.id == *id && seen.n() > 0)
    }

    /// The words of the pathologies that are seen.
    pub(crate) fn words_of_pathologies(self) -> impl Iterator<Item = &'a String> {
        let pathologies = self.index.pathologies.iter().zip(&self.sight.pathologies);
        pathologies.filter(|(_, is_seen)| **is_seen).flat_map(|(pathology, _)| &pathology.words)
    }

    /// How many shapes there are to be seen of each structure; those that there are none of are left
    /// out.
    pub(crate) fn sizes(self) -> BTreeMap<&'a str, u64> {
        let mut sizes = BTreeMap::new();
        for (run, rows) in self.index.runs.iter().zip(&self.sight.of_runs) {
            let size: u64 = rows.iter().map(|rows| u64::from(rows.end - rows.start)).sum();
            if size > 0 {
                *sizes.entry(run.structure.as_str()).or_default() += size;
            }
        }
        sizes
    }

    /// The same of those of one side.
    pub(crate) fn sizes_of_side(self, side: Side) -> BTreeMap<&'a str, u64> {
        let code = side_code(Some(side));
        let mut sizes = BTreeMap::new();
        for (at, run) in self.index.runs.iter().enumerate() {
            let is_of_side = |row: &usize| self.index.rows.traits[*row].side_code() == code;
            let size = self.rows_of_run(at).flatten().filter(is_of_side).count() as u64;
            if size > 0 {
                *sizes.entry(run.structure.as_str()).or_default() += size;
            }
        }
        sizes
    }

    /// Positions of the pathologies that are seen in which all these words occur; none for no words.
    pub(crate) fn pathologies_with(self, words: &'a [String]) -> impl Iterator<Item = usize> + 'a {
        let has_all = |pathology: &Pathology| words.iter().all(|w| pathology.words.contains(w));
        let found = self.index.pathologies.iter().zip(&self.sight.pathologies).enumerate();
        let found = found.filter(move |(_, (text, is_seen))| **is_seen && has_all(text));
        found.map(|(position, _)| position).filter(|_| !words.is_empty())
    }
}
