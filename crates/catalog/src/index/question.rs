//! Turns terms into what can be held against a row in a few instructions.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension};

use super::view::View;
use super::{SubjectRow, Traits, side_code};
use crate::words::words;
use crate::{Anatomy, Meaning, QualityClass, Term};

/// A set of groups, a bit each.
pub(super) type Groups = u64;

/// Terms of one kind, of which one must hold, or, if they are excluded, none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) negated: bool,
    pub(super) kind: Kind,
    /// Tells terms apart that must hold together although they are of one kind.
    position: usize,
}

/// What a group asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Structure,
    Finding,
    Side,
    Sex,
    Age,
    Source,
    Licence,
    Modality,
    Subject,
    Pathology,
    Quality,
    Volume,
    Name,
}

impl Kind {
    fn of(term: &Term) -> Option<Self> {
        Some(match &term.meaning {
            Meaning::Structure { .. } if term.is_finding() => Self::Finding,
            Meaning::Structure { .. } => Self::Structure,
            Meaning::Side(_) => Self::Side,
            Meaning::Sex(_) => Self::Sex,
            Meaning::Age { .. } => Self::Age,
            Meaning::Source(_) => Self::Source,
            Meaning::Licence(_) => Self::Licence,
            Meaning::Modality(_) => Self::Modality,
            Meaning::Subject(_) => Self::Subject,
            Meaning::Pathology(_) => Self::Pathology,
            Meaning::Quality(_) => Self::Quality,
            Meaning::Volume { .. } => Self::Volume,
            Meaning::Name(_) => Self::Name,
            Meaning::Word(_) => return None,
        })
    }

    /// Whether several terms of this kind narrow an answer instead of widening it.
    fn adds_up(self) -> bool {
        matches!(self, Self::Finding | Self::Age | Self::Pathology | Self::Quality | Self::Volume)
    }
}

/// What holds of a row is the union of what holds of its structure and side, of its subject and of
/// itself. A group is met if that has its bit, or, where it excludes, has not.
#[derive(Debug)]
pub(crate) struct Question {
    pub(super) groups: Vec<Group>,
    /// The group that each term belongs to.
    group_of_terms: Vec<usize>,
    pub(super) negated: Groups,
    /// Whether a finding is asked for: `liver tumour` finds tumours that sit in a liver.
    asks_of_findings: bool,
    /// By run and side.
    pub(super) of_runs: Vec<[Groups; 3]>,
    pub(super) of_subjects: Vec<Groups>,
    pub(super) of_rows: Vec<(Groups, RowTest)>,
}

/// What only the row itself can tell.
#[derive(Debug)]
pub(super) enum RowTest {
    Volume { min_mm3: f64, max_mm3: f64 },
    Quality(QualityClass),
    Name(i64),
}

impl RowTest {
    pub(super) fn holds(&self, view: View<'_>, row: usize) -> bool {
        match self {
            Self::Volume { min_mm3, max_mm3 } => {
                (*min_mm3..=*max_mm3).contains(&f64::from(view.rows().volumes_mm3[row]))
            }
            Self::Quality(class) => is_of(*class, view.rows().traits[row]),
            Self::Name(key) => view.rows().name_keys[row] == *key,
        }
    }
}

/// Whether these traits make a shape of this class.
pub(super) fn is_of(class: QualityClass, traits: Traits) -> bool {
    const SOLID: u8 = Traits::CLOSED | Traits::MANIFOLD | Traits::ORIENTED;
    if traits.has(Traits::REMOTE) {
        return class == QualityClass::Remote;
    }
    match class {
        QualityClass::Remote => false,
        QualityClass::Solid => traits.has(SOLID),
        QualityClass::Flawed => !traits.has(SOLID),
        QualityClass::Cut => traits.has(Traits::TOUCHES_BORDER),
        QualityClass::Whole => !traits.has(Traits::TOUCHES_BORDER),
        QualityClass::Doubtful => traits.has(Traits::DOUBTFUL),
        QualityClass::Sound => !traits.has(Traits::DOUBTFUL),
    }
}

impl Question {
    pub(crate) fn new(db: &Connection, view: View<'_>, terms: &[Term]) -> rusqlite::Result<Self> {
        let mut question = Self {
            groups: Vec::new(),
            group_of_terms: vec![0; terms.len()],
            negated: 0,
            asks_of_findings: terms.iter().any(|term| term.is_finding() && !term.negated),
            of_runs: vec![[0; 3]; view.runs().len()],
            of_subjects: vec![0; view.subjects().len()],
            of_rows: Vec::new(),
        };
        for (group, terms) in groups(terms) {
            let bit = 1 << question.groups.len();
            question.negated |= if group.negated { bit } else { 0 };
            for (position, term) in terms {
                question.group_of_terms[position] = question.groups.len();
                question.ask(db, view, term, bit)?;
            }
            question.groups.push(group);
        }
        Ok(question)
    }

    /// Numbers by group as numbers by term.
    pub(super) fn by_term(&self, by_group: &[u64]) -> Vec<u64> {
        self.group_of_terms.iter().map(|&group| by_group[group]).collect()
    }

    /// All groups.
    pub(super) fn all(&self) -> Groups {
        (1 << self.groups.len()) - 1
    }

    fn ask(
        &mut self,
        db: &Connection,
        view: View<'_>,
        term: &Term,
        bit: Groups,
    ) -> rusqlite::Result<()> {
        match &term.meaning {
            Meaning::Structure { id, side } => {
                let sides =
                    side.map_or(0..3, |side| side_code(Some(side))..side_code(Some(side)) + 1);
                self.ask_runs(view, id, sides, bit);
                if term.is_finding() {
                    let Known { pathologies, sources } = known_finding(view, id);
                    self.ask_subjects(view, bit, |s| {
                        is_one_of(s.pathology, &pathologies) || sources[s.source as usize]
                    });
                }
            }
            Meaning::Side(side) => {
                for of_run in &mut self.of_runs {
                    of_run[side_code(Some(*side))] |= bit;
                }
            }
            Meaning::Quality(class) => self.of_rows.push((bit, RowTest::Quality(*class))),
            Meaning::Volume { min_mm3, max_mm3 } => {
                let (min_mm3, max_mm3) = (*min_mm3, *max_mm3);
                self.of_rows.push((bit, RowTest::Volume { min_mm3, max_mm3 }));
            }
            Meaning::Name(name) => {
                let key = db
                    .prepare_cached("SELECT key FROM name WHERE name = ?1")?
                    .query_row([name.to_string()], |row| row.get(0))
                    .optional()?;
                self.of_rows.extend(key.map(|key| (bit, RowTest::Name(key))));
            }
            of_subject => self.ask_of_subject(view, of_subject, bit),
        }
        Ok(())
    }

    fn ask_of_subject(&mut self, view: View<'_>, meaning: &Meaning, bit: Groups) {
        match meaning {
            Meaning::Sex(sex) => self.ask_subjects(view, bit, |s| s.sex == Some(*sex)),
            Meaning::Age { min, max } => self.ask_subjects(view, bit, |s| {
                s.age_years.is_some_and(|age| (*min..=*max).contains(&u32::from(age)))
            }),
            Meaning::Source(id) => {
                let source = view.sources().iter().position(|source| source.id == *id);
                self.ask_subjects(view, bit, |s| Some(s.source as usize) == source);
            }
            Meaning::Licence(class) => {
                let fits: Vec<bool> =
                    view.sources().iter().map(|source| class.holds(&source.licence)).collect();
                self.ask_subjects(view, bit, |s| fits[s.source as usize]);
            }
            Meaning::Modality(word) => {
                self.ask_subjects(view, bit, |s| {
                    view.sources()[s.source as usize].modalities.contains(word)
                });
            }
            Meaning::Subject(id) => self.ask_subjects(view, bit, |s| *s.id == **id),
            Meaning::Pathology(text) => {
                let known: BTreeSet<_> = view.pathologies_with(&words(text)).collect();
                self.ask_subjects(view, bit, |s| is_one_of(s.pathology, &known));
            }
            _ => {}
        }
    }

    /// Sets the bit for a structure and all its kinds and parts.
    fn ask_runs(
        &mut self,
        view: View<'_>,
        structure: &str,
        sides: std::ops::Range<usize>,
        bit: Groups,
    ) {
        let below = Anatomy::builtin().descendants(structure);
        let ids: BTreeSet<&str> = below.iter().map(|part| part.id.as_str()).collect();
        for (run, of_run) in view.runs().iter().zip(&mut self.of_runs) {
            let shows = |id: &str| id == structure || ids.contains(id);
            let site = if self.asks_of_findings { site(&run.structure) } else { None };
            let beside = [run.finding.as_deref(), site];
            if shows(&run.structure) || beside.into_iter().flatten().any(shows) {
                for of_side in &mut of_run[sides.clone()] {
                    *of_side |= bit;
                }
            }
        }
    }

    fn ask_subjects(&mut self, view: View<'_>, bit: Groups, holds: impl Fn(&SubjectRow) -> bool) {
        for (subject, of_subject) in view.subjects().iter().zip(&mut self.of_subjects) {
            *of_subject |= if holds(subject) { bit } else { 0 };
        }
    }
}

/// The terms of each group, with their positions.
fn groups(terms: &[Term]) -> BTreeMap<Group, Vec<(usize, &Term)>> {
    let mut groups: BTreeMap<Group, Vec<(usize, &Term)>> = BTreeMap::new();
    for (at, term) in terms.iter().enumerate() {
        let Some(kind) = Kind::of(term) else { continue };
        let position = if kind.adds_up() && !term.negated { at } else { 0 };
        let group = Group { negated: term.negated, kind, position };
        groups.entry(group).or_default().push((at, term));
    }
    groups
}

/// Where a finding is known of without a shape that shows it.
struct Known {
    /// Pathologies of subjects in which one of its names occurs.
    pathologies: BTreeSet<usize>,
    /// Whether each source says that it is about the finding.
    sources: Vec<bool>,
}

fn known_finding(view: View<'_>, id: &str) -> Known {
    let mut known =
        Known { pathologies: BTreeSet::new(), sources: vec![false; view.sources().len()] };
    for structure in Anatomy::builtin().descendants(id) {
        for name in structure.names() {
            let words = words(name);
            known.pathologies.extend(view.pathologies_with(&words));
            for (source, is_known) in view.sources().iter().zip(&mut known.sources) {
                *is_known |= source.keywords.contains(&words);
            }
        }
    }
    known
}

/// Where a finding sits.
fn site(structure: &str) -> Option<&'static str> {
    Anatomy::builtin().structure(structure)?.site.as_deref()
}

fn is_one_of(pathology: Option<u32>, known: &BTreeSet<usize>) -> bool {
    pathology.is_some_and(|position| known.contains(&(position as usize)))
}
