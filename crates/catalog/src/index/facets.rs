//! Counts what an answer holds, by everything that it could be narrowed by.

use std::collections::BTreeMap;

use serde::Serialize;

use super::question::{Group, Kind, is_of};
use super::view::View;
use super::{SubjectRow, Traits};
use crate::{QualityClass, Sex, Side};

/// How many shapes an answer would have with another value in place of those that were asked for;
/// where nothing of the kind was asked, how many it has of each value. What there is none of is
/// left out, and so is what is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Facets {
    /// By structure, sides aside; a structure's kinds and parts are counted under their own ids.
    pub structures: Vec<Count>,
    /// `left` and `right`.
    pub sides: Vec<Count>,
    /// `female` and `male`.
    pub sexes: Vec<Count>,
    /// By whole years.
    pub ages: Vec<(u8, u64)>,
    /// By id.
    pub sources: Vec<Count>,
    /// By the licence of the source.
    pub licences: Vec<Count>,
    /// By how the images of the source were made; one that has images of two kinds counts in both.
    pub modalities: Vec<Count>,
    /// By what the source's table says.
    pub pathologies: Vec<Count>,
    /// A shape counts in three classes: it is solid or flawed, cut or whole, and doubtful or sound. One
    /// that is not held here counts as `remote` only.
    pub qualities: Vec<Count>,
    /// By powers of two: `(exponent, count)` of volumes from 2^exponent mm³ to below twice that.
    pub volumes: Vec<(u8, u64)>,
}

/// A value and how many shapes have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// As the query language writes it.
    pub value: String,
    /// How many.
    pub n: u64,
}

const N_OCTAVES: usize = 48;

/// The power of two that a volume reaches, plus one; 0 for less than 1 mm³ and for what is unknown.
fn octave(volume_mm3: f32) -> usize {
    if volume_mm3 >= 1.0 {
        let exponent = (volume_mm3.to_bits() >> 23) as usize - 127;
        (exponent + 1).min(N_OCTAVES - 1)
    } else {
        0
    }
}

/// The rows that meet a question, by all that facets tell apart; rows have numbers of 32 bits.
#[derive(Debug)]
pub(super) struct Tally {
    by_run: Vec<u32>,
    by_subject: Vec<u32>,
    by_traits: Vec<u32>,
    by_octave: Vec<u32>,
    near: Vec<Near>,
}

/// The rows that fail one group only, by what that group asks about.
#[derive(Debug)]
struct Near {
    group: Group,
    by: By,
    counts: Vec<u32>,
}

/// What rows are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Run,
    Subject,
    Traits,
    Octave,
}

impl By {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Structure | Kind::Finding | Kind::Name => Self::Run,
            Kind::Side | Kind::Quality => Self::Traits,
            Kind::Volume => Self::Octave,
            Kind::Sex
            | Kind::Age
            | Kind::Source
            | Kind::Licence
            | Kind::Modality
            | Kind::Subject
            | Kind::Pathology => Self::Subject,
        }
    }

    fn zeros(self, view: View<'_>) -> Vec<u32> {
        let n = match self {
            Self::Run => view.runs().len(),
            Self::Subject => view.subjects().len(),
            Self::Traits => Traits::N,
            Self::Octave => N_OCTAVES,
        };
        vec![0; n]
    }
}

impl Tally {
    pub(super) fn new(view: View<'_>, groups: &[Group]) -> Self {
        let near = |&group: &Group| {
            let by = By::of(group.kind);
            Near { group, by, counts: by.zeros(view) }
        };
        Self {
            by_run: By::Run.zeros(view),
            by_subject: By::Subject.zeros(view),
            by_traits: By::Traits.zeros(view),
            by_octave: By::Octave.zeros(view),
            near: groups.iter().map(near).collect(),
        }
    }

    #[inline]
    pub(super) fn hit(&mut self, view: View<'_>, run: usize, row: usize) {
        let rows = view.rows();
        self.by_run[run] += 1;
        self.by_subject[rows.subjects[row] as usize] += 1;
        self.by_traits[rows.traits[row].code()] += 1;
        self.by_octave[octave(rows.volumes_mm3[row])] += 1;
    }

    #[inline]
    pub(super) fn near(&mut self, view: View<'_>, group: usize, run: usize, row: usize) {
        let near = &mut self.near[group];
        let counted = match near.by {
            By::Run => run,
            By::Subject => view.rows().subjects[row] as usize,
            By::Traits => view.rows().traits[row].code(),
            By::Octave => octave(view.rows().volumes_mm3[row]),
        };
        near.counts[counted] += 1;
    }

    /// For each group, how many rows there would be without it.
    pub(super) fn n_without(&self, total: u64) -> Vec<u64> {
        let of = |near: &Near| near.counts.iter().map(|&n| u64::from(n)).sum::<u64>();
        self.near.iter().map(|near| total + of(near)).collect()
    }

    pub(super) fn facets(&self, view: View<'_>) -> Facets {
        let runs = view.runs().iter().map(|run| run.structure.as_str());
        let sources = self.by_subject(view, Kind::Source, view.sources().len(), |subject| {
            Some(subject.source as usize)
        });
        let licences = self.by_subject(view, Kind::Licence, view.sources().len(), |subject| {
            Some(subject.source as usize)
        });
        let pathologies =
            self.by_subject(view, Kind::Pathology, view.pathologies().len(), |subject| {
                subject.pathology.map(|position| position as usize)
            });
        Facets {
            structures: merged(runs.zip(self.sums(Kind::Structure, &self.by_run))),
            sides: self.sides(),
            sexes: self.sexes(view),
            ages: self.ages(view),
            sources: counts(view.sources().iter().map(|source| source.id.as_str()).zip(sources)),
            licences: merged(
                view.sources().iter().map(|source| source.licence.id.as_str()).zip(licences),
            ),
            modalities: self.modalities(view),
            pathologies: counts(
                view.pathologies().iter().map(|known| known.text.as_str()).zip(pathologies),
            ),
            qualities: self.qualities(),
            volumes: self.volumes(),
        }
    }

    /// Counts of a facet: of the rows that were found, and of those that fail nothing but what was
    /// asked of this facet.
    fn sums<'a>(&'a self, kind: Kind, hits: &'a [u32]) -> impl Iterator<Item = u64> + 'a {
        let of_kind = |near: &&Near| near.group.kind == kind && !near.group.negated;
        let near: Vec<&[u32]> =
            self.near.iter().filter(of_kind).map(|near| &near.counts[..]).collect();
        let sum = move |(at, &n): (usize, &u32)| {
            u64::from(n) + near.iter().map(|counts| u64::from(counts[at])).sum::<u64>()
        };
        hits.iter().enumerate().map(sum)
    }

    /// Adds up what is counted by subject, by a number below `n_values` that each has.
    fn by_subject(
        &self,
        view: View<'_>,
        kind: Kind,
        n_values: usize,
        value: impl Fn(&SubjectRow) -> Option<usize>,
    ) -> Vec<u64> {
        let mut by_value = vec![0; n_values];
        for (subject, n) in view.subjects().iter().zip(self.sums(kind, &self.by_subject)) {
            if let Some(value) = value(subject) {
                by_value[value] += n;
            }
        }
        by_value
    }

    fn modalities(&self, view: View<'_>) -> Vec<Count> {
        let n_sources = view.sources().len();
        let by_source = self
            .by_subject(view, Kind::Modality, n_sources, |subject| Some(subject.source as usize));
        let counted = view.sources().iter().zip(by_source);
        merged(
            counted.flat_map(|(source, n)| source.modalities.iter().map(move |m| (m.as_str(), n))),
        )
    }

    fn sexes(&self, view: View<'_>) -> Vec<Count> {
        const SEXES: [Sex; 2] = [Sex::Female, Sex::Male];
        let position = |sex: Sex| SEXES.iter().position(|other| *other == sex);
        let by_sex = self.by_subject(view, Kind::Sex, SEXES.len(), |s| s.sex.and_then(position));
        counts(SEXES.map(Sex::word).into_iter().zip(by_sex))
    }

    fn ages(&self, view: View<'_>) -> Vec<(u8, u64)> {
        let by_age = self.by_subject(view, Kind::Age, 256, |s| s.age_years.map(usize::from));
        (0..=u8::MAX).zip(by_age).filter(|&(_, n)| n > 0).collect()
    }

    fn sides(&self) -> Vec<Count> {
        let by_traits: Vec<u64> = self.sums(Kind::Side, &self.by_traits).collect();
        let of = |side: Side| {
            let code = super::side_code(Some(side));
            (side.word(), sum_where(&by_traits, |traits| traits.side_code() == code))
        };
        counts([Side::Left, Side::Right].map(of))
    }

    fn qualities(&self) -> Vec<Count> {
        let by_traits: Vec<u64> = self.sums(Kind::Quality, &self.by_traits).collect();
        let of = |class: QualityClass| {
            (class.word(), sum_where(&by_traits, |traits| is_of(class, traits)))
        };
        counts(QualityClass::ALL.map(of))
    }

    fn volumes(&self) -> Vec<(u8, u64)> {
        let by_octave = self.sums(Kind::Volume, &self.by_octave);
        (0..).zip(by_octave.skip(1)).filter(|&(_, n)| n > 0).collect()
    }
}

fn sum_where(by_traits: &[u64], holds: impl Fn(Traits) -> bool) -> u64 {
    let counted = (0..=u8::MAX).map(Traits).zip(by_traits);
    counted.filter(|(traits, _)| holds(*traits)).map(|(_, n)| n).sum()
}

fn counts<'a>(counted: impl IntoIterator<Item = (&'a str, u64)>) -> Vec<Count> {
    let some = counted.into_iter().filter(|&(_, n)| n > 0);
    some.map(|(value, n)| Count { value: value.to_owned(), n }).collect()
}

/// One count for each value, in their order.
fn merged<'a>(counted: impl IntoIterator<Item = (&'a str, u64)>) -> Vec<Count> {
    let mut sums = BTreeMap::new();
    for (value, n) in counted {
        *sums.entry(value).or_default() += n;
    }
    counts(sums)
}
