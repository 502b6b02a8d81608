//! Asks the store about the words that the vocabulary does not know.

use rusqlite::{Connection, OptionalExtension};

use super::pathologies_with;
use crate::name::part_from;
use crate::words::words;
use crate::{Meaning, Query, Term, read};

/// The terms with their words understood, and the words that the store does not know either.
pub(super) fn resolve(
    db: &Connection,
    query: &Query,
) -> rusqlite::Result<(Vec<Term>, Vec<String>)> {
    let has_words = query.unknown().next().is_some();
    if has_words && let Some(meaning) = whole(db, &query.text)? {
        return Ok((vec![Term { meaning, negated: false }], Vec::new()));
    }
    let (mut terms, mut unknown) = (Vec::new(), Vec::new());
    for term in &query.terms {
        let Meaning::Word(word) = &term.meaning else {
            terms.push(term.clone());
            continue;
        };
        let meanings = meanings(db, word)?;
        if meanings.is_empty() {
            unknown.push(word.clone());
        }
        let negated = term.negated;
        terms.extend(meanings.into_iter().map(|meaning| Term { meaning, negated }));
    }
    Ok((terms, unknown))
}

/// The whole question as an old name with spaces in it, or as a label that is not coded.
fn whole(db: &Connection, text: &str) -> rusqlite::Result<Option<Meaning>> {
    if let Some(name) = read::find(db, text)? {
        return Ok(Some(Meaning::Name(name)));
    }
    uncoded(db, text)
}

/// What a word means to the store; several sources may begin alike.
fn meanings(db: &Connection, word: &str) -> rusqlite::Result<Vec<Meaning>> {
    if let Some(name) = read::find(db, word)? {
        return Ok(vec![Meaning::Name(name)]);
    }
    let sources = sources(db, word)?;
    if !sources.is_empty() {
        return Ok(sources);
    }
    let id = word.to_lowercase();
    if db.prepare_cached("SELECT 1 FROM subject WHERE id = ?1")?.exists([&id])? {
        return Ok(vec![Meaning::Subject(id)]);
    }
    if let Some(structure) = uncoded(db, word)? {
        return Ok(vec![structure]);
    }
    let is_pathology = !pathologies_with(db, word)?.is_empty();
    Ok(is_pathology.then_some(Meaning::Pathology(id)).into_iter().collect())
}

fn uncoded(db: &Connection, text: &str) -> rusqlite::Result<Option<Meaning>> {
    let Some(slug) = part_from(text) else { return Ok(None) };
    db.prepare_cached("SELECT structure FROM shape WHERE structure = ?1 LIMIT 1")?
        .query_row([slug], |row| row.get(0))
        .optional()
        .map(|found| found.map(|id| Meaning::Structure { id, side: None }))
}

/// Sources with this id, or whose title or id begins with these words.
fn sources(db: &Connection, text: &str) -> rusqlite::Result<Vec<Meaning>> {
    let wanted = words(text);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut all = db.prepare_cached("SELECT id, title FROM source ORDER BY id")?;
    let mut rows = all.query(())?;
    while let Some(row) = rows.next()? {
        let (id, title): (String, String) = (row.get(0)?, row.get(1)?);
        if words(&title).starts_with(&wanted) || words(&id).starts_with(&wanted) {
            found.push(Meaning::Source(id));
        }
    }
    Ok(found)
}
