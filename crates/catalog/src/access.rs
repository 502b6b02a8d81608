//! Who may see and take what: the one rule that every door asks.
//!
//! A [`Catalog`] is opened for an [`Audience`] and answers only with what that may see, so no door can
//! forget to ask. The rule looks at the source's licence and at how far the structure identifies a
//! person; it is written out for people in `docs/licences.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use crate::read::source;
use crate::{
    Anatomy, Case, Catalog, Counts, Error, Licence, PrivacyClass, ShapeName, Source, SourceSummary,
    SubjectSummary,
};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Anybody: sees what may be passed on to anybody.
    Public,
    /// Whoever keeps the collection, on a machine of their own: sees all of it.
    #[default]
    Curator,
}

impl Audience {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Curator => "curator",
        }
    }

    /// Who is served at this address if nobody says: the curator where only programs of the same
    /// machine reach it, otherwise the public.
    pub fn at(address: IpAddr) -> Self {
        if address.is_loopback() { Self::Curator } else { Self::Public }
    }

    /// What a [word](Self::word) means.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Public, Self::Curator].into_iter().find(|audience| audience.word() == word)
    }

    /// Whether shapes of this structure from this source are for this audience; if not, why.
    pub fn may_see(self, source: &Source, structure: &str) -> Result<(), Reserve> {
        match self {
            Self::Curator => Ok(()),
            Self::Public => may_publish(&source.licence, source.privacy_class, structure),
        }
    }
}

/// Why a shape is kept back from the public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reserve {
    /// Nobody has said what the source's licence is.
    LicenceUnknown,
    /// Nobody has compared what is said of the licence with the source itself.
    LicenceUnchecked,
    /// Each recipient must sign an agreement with the owner.
    AgreementRequired,
    /// The licence does not let meshes be passed on.
    NotRedistributable,
    /// It shows a face, or may show one.
    Face,
    /// It identifies people further than the source's description says that its shapes do.
    MoreThanDescribed,
}

impl fmt::Display for Reserve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LicenceUnknown => "nobody has said what the licence of its source is",
            Self::LicenceUnchecked => {
                "what is said of its source's licence was not compared with the source itself"
            }
            Self::AgreementRequired => "each recipient must sign an agreement with its source",
            Self::NotRedistributable => {
                "the licence of its source does not let meshes be passed on"
            }
            Self::Face => "it shows, or may show, a person's face",
            Self::MoreThanDescribed => {
                "it identifies a person further than its source's description foresees"
            }
        })
    }
}

/// What somebody is told who asks for a shape that is kept back.
///
/// It is told of the name, whether or not there is such a shape, so that it says nothing of the shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptBack {
    /// Why.
    pub reason: Reserve,
    /// Where the source is described: whom to ask, besides whoever keeps the collection.
    pub ask: Option<String>,
}

/// How far a shape identifies a person.
///
/// Nothing of a source that shows nobody (P0) identifies anybody. Otherwise the vocabulary says it of
/// the structure, be it more or less than the source's class; of what the vocabulary does not know,
/// the source's class is taken.
pub fn privacy_class(of_source: PrivacyClass, structure: &str) -> PrivacyClass {
    match Anatomy::builtin().structure(structure) {
        _ if of_source == PrivacyClass::P0 => PrivacyClass::P0,
        Some(known) => known.privacy,
        None => of_source,
    }
}

/// Whether shapes of a structure may be shown and given to anybody; if not, why.
pub(crate) fn may_publish(
    licence: &Licence,
    of_source: PrivacyClass,
    structure: &str,
) -> Result<(), Reserve> {
    may_pass_on(licence)?;
    match privacy_class(of_source, structure) {
        PrivacyClass::P3 => Err(Reserve::Face),
        class if class > of_source => Err(Reserve::MoreThanDescribed),
        _ => Ok(()),
    }
}

fn may_pass_on(licence: &Licence) -> Result<(), Reserve> {
    if licence.is_unknown() {
        Err(Reserve::LicenceUnknown)
    } else if licence.terms.dua_required {
        Err(Reserve::AgreementRequired)
    } else if !licence.terms.redistributable {
        Err(Reserve::NotRedistributable)
    } else if !licence.is_checked() {
        Err(Reserve::LicenceUnchecked)
    } else {
        Ok(())
    }
}

/// See [`Catalog::kept_back`].
pub(crate) fn why_kept_back(
    db: &Connection,
    audience: Audience,
    name: &ShapeName,
) -> rusqlite::Result<Option<KeptBack>> {
    if audience == Audience::Curator {
        return Ok(None);
    }
    let Some(source) = source(db, name.source()).optional()? else { return Ok(None) };
    let reason = audience.may_see(&source, structure_of(name)).err();
    Ok(reason.map(|reason| KeptBack { reason, ask: source.url }))
}

/// The structure that a name says.
fn structure_of(name: &ShapeName) -> &str {
    let slug = name.structure();
    Anatomy::builtin().code(slug).map_or(slug, |coded| coded.structure.id.as_str())
}

/// Whether a shape is seen, by its name and by its structure, should the two ever differ.
pub(crate) fn is_seen(
    audience: Audience,
    source: &Source,
    name: &ShapeName,
    structure: &str,
) -> bool {
    let by_name = audience.may_see(source, structure_of(name));
    by_name.and_then(|()| audience.may_see(source, structure)).is_ok()
}

/// Whether no shape of a subject is kept back.
pub(crate) fn sees_all_of(
    db: &Connection,
    audience: Audience,
    source: &Source,
    subject_key: i64,
) -> rusqlite::Result<bool> {
    if audience == Audience::Curator {
        return Ok(true);
    }
    let sql = "SELECT structure FROM shape WHERE subject_key = ?1
        UNION SELECT structure FROM remote WHERE subject_key = ?1";
    let mut structures = db.prepare_cached(sql)?;
    let mut structures = structures.query([subject_key])?;
    while let Some(row) = structures.next()? {
        if audience.may_see(source, row.get_ref(0)?.as_str()?).is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A case as it is seen. Its notes may speak of shapes that are kept back; then none is seen.
pub(crate) fn seen_case(case: Case, is_whole: bool) -> Case {
    let notes = if is_whole { case.notes } else { Vec::new() };
    Case { notes, ..case }
}

impl Catalog {
    /// The same store as this audience sees it. What every method reads is bounded by that.
    #[must_use]
    pub fn seen_by(mut self, audience: Audience) -> Self {
        self.audience = audience;
        self
    }

    /// Who sees the store so.
    pub fn audience(&self) -> Audience {
        self.audience
    }

    /// Why the shape of this name is, or would be, kept back from this audience. `None` if it is not,
    /// and of a source that the store does not know.
    pub fn kept_back(&self, name: &ShapeName) -> Result<Option<KeptBack>, Error> {
        self.read(|db| why_kept_back(db, self.audience, name))
    }

    /// How many shapes, held or not, are kept back from the public.
    pub fn n_kept_back(&self) -> Result<u64, Error> {
        let index = self.read(|db| self.index.of(db))?;
        let n = |audience| index.seen_by(audience).sizes().values().sum::<u64>();
        Ok(n(Audience::Curator) - n(Audience::Public))
    }

    /// The sources as [`sources`](Self::sources) lists them, counted in the index.
    pub(crate) fn seen_sources(&self) -> Result<Vec<SourceSummary>, Error> {
        self.read(|db| {
            let index = self.index.of(db)?;
            let view = index.seen_by(self.audience);
            let mut summaries = BTreeMap::new();
            for (at, subject) in view.subjects().iter().enumerate() {
                let seen = view.of_subject(at);
                if seen.n() == 0 {
                    continue;
                }
                let counts: &mut Counts = summaries.entry(subject.source).or_default();
                counts.n_subjects += 1;
                counts.n_cases += u64::from(seen.n_held > 0);
                counts.n_shapes += u64::from(seen.n_held);
                counts.n_remote += u64::from(seen.n_remote);
            }
            let summary = |(at, counts): (u32, Counts)| {
                let Counts { n_subjects, n_cases, n_shapes, n_remote, .. } = counts;
                let source = source(db, &view.sources()[at as usize].id)?;
                Ok(SourceSummary { source, n_subjects, n_cases, n_shapes, n_remote })
            };
            summaries.into_iter().map(summary).collect()
        })
    }

    /// Those of a source's subjects of which something is seen, with how much.
    pub(crate) fn seen_subjects(
        &self,
        source_id: &str,
        all: Vec<SubjectSummary>,
    ) -> Result<Vec<SubjectSummary>, Error> {
        let index = self.read(|db| self.index.of(db))?;
        let view = index.seen_by(self.audience);
        let mut seen = BTreeMap::new();
        for (at, subject) in view.subjects().iter().enumerate() {
            if view.sources()[subject.source as usize].id == source_id {
                seen.insert(&*subject.id, view.of_subject(at));
            }
        }
        let with_counts = |one: SubjectSummary| {
            let of_it = seen.get(one.subject.id.as_str()).filter(|seen| seen.n() > 0)?;
            let (n_shapes, n_remote) = (u64::from(of_it.n_held), u64::from(of_it.n_remote));
            Some(SubjectSummary { n_shapes, n_remote, ..one })
        };
        Ok(all.into_iter().filter_map(with_counts).collect())
    }

    /// How much is seen. A case has the size of its shapes that are seen.
    pub(crate) fn seen_counts(&self) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for summary in self.seen_sources()? {
            counts.n_shapes += summary.n_shapes;
            counts.n_remote += summary.n_remote;
            counts.n_subjects += summary.n_subjects;
            counts.n_cases += summary.n_cases;
            counts.n_sources += 1;
        }
        self.read(|db| {
            let index = self.index.of(db)?;
            let view = index.seen_by(self.audience);
            let held = view.held_structures();
            counts.n_structures =
                held.iter().map(|(_, structure)| structure).collect::<BTreeSet<_>>().len() as u64;
            let sql = "SELECT coalesce(sum(size), 0) FROM shape JOIN shape_file USING (name_key)
                WHERE structure = ?2 AND source = ?1";
            let mut size = db.prepare_cached(sql)?;
            for (source, structure) in held {
                counts.n_bytes +=
                    size.query_row([source, structure], |row| row.get::<_, u64>(0))?;
            }
            Ok(counts)
        })
    }

    /// As [`kept_back`](Self::kept_back), of a source and all that is of it.
    pub fn source_kept_back(&self, id: &str) -> Result<Option<KeptBack>, Error> {
        let Ok(any) = ShapeName::new(id, "any", "liver", NonZeroU32::MIN) else { return Ok(None) };
        // Nobody is recognised by a liver: what keeps it back keeps everything back.
        self.kept_back(&any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn licence(id: &str, is_checked: bool) -> Licence {
        let by = is_checked.then(|| "a test".to_owned());
        Licence { checked_by: by.clone(), checked_on: by, ..Licence::of(id, "made for a test") }
    }

    fn check(licence: Licence, class: PrivacyClass, structure: &str, expected: Option<Reserve>) {
        let found = may_publish(&licence, class, structure).err();
        assert_eq!(found, expected, "{} {class:?} {structure}", licence.id);
    }

    #[test]
    fn what_nobody_has_said_or_checked_is_kept_back() {
        use PrivacyClass::P1;
        check(licence("LicenseRef-unknown", true), P1, "liver", Some(Reserve::LicenceUnknown));
        check(licence("CC-BY-4.0", false), P1, "liver", Some(Reserve::LicenceUnchecked));
        check(licence("CC-BY-NC-ND-4.0", true), P1, "liver", Some(Reserve::NotRedistributable));
        let mut agreement = licence("CC-BY-4.0", true);
        agreement.terms.dua_required = true;
        check(agreement, P1, "liver", Some(Reserve::AgreementRequired));
        check(licence("CC-BY-4.0", true), P1, "liver", None);
        check(licence("CC-BY-NC-SA-4.0", true), P1, "liver", None);
    }

    #[test]
    fn faces_are_kept_back_whatever_the_source_says() {
        use PrivacyClass::{P0, P1, P2, P3};
        for structure in ["skin", "face", "head", "external-ear", "lip", "whole-body"] {
            check(licence("CC0-1.0", true), P3, structure, Some(Reserve::Face));
            check(licence("CC0-1.0", true), P1, structure, Some(Reserve::Face));
            check(licence("CC0-1.0", true), P0, structure, None);
        }
        for structure in ["skull", "tooth", "brain", "mandible"] {
            check(licence("CC0-1.0", true), P2, structure, None);
            check(licence("CC0-1.0", true), P1, structure, Some(Reserve::MoreThanDescribed));
        }
        check(licence("CC0-1.0", true), P3, "liver", None);
    }

    #[test]
    fn what_the_vocabulary_does_not_know_is_of_the_sources_class() {
        use PrivacyClass::{P1, P2, P3};
        check(licence("CC0-1.0", true), P3, "label-7", Some(Reserve::Face));
        check(licence("CC0-1.0", true), P2, "label-7", None);
        check(licence("CC0-1.0", true), P1, "label-7", None);
    }
}
