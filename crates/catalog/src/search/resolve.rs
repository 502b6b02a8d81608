//! Asks the store about the words that the vocabulary does not know.

use rusqlite::Connection;

use super::spelling;
use crate::index::view::View;
use crate::name::part_from;
use crate::words::words;
use crate::{Meaning, Query, Term, read};

/// A query as vocabulary and store together understand it.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) terms: Vec<Term>,
    /// The words that neither knows.
    pub(super) unknown: Vec<String>,
    /// Words that were taken for typing errors, each with the word that was read instead.
    pub(super) corrected: Vec<(String, String)>,
}

/// Understands a query; what nobody knows is read once more with its typing errors mended.
pub(super) fn resolve(
    db: &Connection,
    view: View<'_>,
    query: &Query,
) -> rusqlite::Result<Resolved> {
    let resolved = with_store(db, view, query)?;
    if resolved.unknown.is_empty() {
        return Ok(resolved);
    }
    let (text, corrected) = spelling::correct(view, &query.text, &resolved.unknown);
    if corrected.is_empty() {
        return Ok(resolved);
    }
    let again = with_store(db, view, &Query::parse(&text))?;
    Ok(Resolved { corrected, ..again })
}

fn with_store(db: &Connection, view: View<'_>, query: &Query) -> rusqlite::Result<Resolved> {
    let mut resolved = Resolved { terms: Vec::new(), unknown: Vec::new(), corrected: Vec::new() };
    let has_words = query.unknown().next().is_some();
    if has_words && let Some(meaning) = whole(db, view, &query.text)? {
        resolved.terms.push(Term { meaning, negated: false });
        return Ok(resolved);
    }
    for term in &query.terms {
        let Meaning::Word(word) = &term.meaning else {
            resolved.terms.push(term.clone());
            continue;
        };
        let meanings = meanings(db, view, word)?;
        if meanings.is_empty() {
            resolved.unknown.push(word.clone());
        }
        let negated = term.negated;
        resolved.terms.extend(meanings.into_iter().map(|meaning| Term { meaning, negated }));
    }
    Ok(resolved)
}

/// The whole question as an old name with spaces in it, or as a label that is not coded.
fn whole(db: &Connection, view: View<'_>, text: &str) -> rusqlite::Result<Option<Meaning>> {
    let named = read::find(db, view.audience(), text)?.map(Meaning::Name);
    Ok(named.or_else(|| uncoded(view, text)))
}

/// What a word means to the store; several sources may begin alike.
fn meanings(db: &Connection, view: View<'_>, word: &str) -> rusqlite::Result<Vec<Meaning>> {
    if let Some(name) = read::find(db, view.audience(), word)? {
        return Ok(vec![Meaning::Name(name)]);
    }
    let sources = sources(view, word);
    if !sources.is_empty() {
        return Ok(sources);
    }
    let id = word.to_lowercase();
    if view.has_subject(&id) {
        return Ok(vec![Meaning::Subject(id)]);
    }
    if let Some(structure) = uncoded(view, word) {
        return Ok(vec![structure]);
    }
    let is_pathology = view.pathologies_with(&words(word)).next().is_some();
    Ok(is_pathology.then_some(Meaning::Pathology(id)).into_iter().collect())
}

fn uncoded(view: View<'_>, text: &str) -> Option<Meaning> {
    let id = part_from(text).filter(|id| view.has(id))?;
    Some(Meaning::Structure { id, side: None })
}

/// Sources with this id, or whose title or id begins with these words.
fn sources(view: View<'_>, text: &str) -> Vec<Meaning> {
    let wanted = words(text);
    let begins = |name: &str| words(name).starts_with(&wanted);
    let seen = view.seen_sources().into_iter().map(|source| &view.sources()[source]);
    let all = seen.filter(|_| !wanted.is_empty());
    let found = all.filter(|source| begins(&source.title) || begins(&source.id));
    found.map(|source| Meaning::Source(source.id.clone())).collect()
}
