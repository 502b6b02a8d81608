//! Turns terms into SQL.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use rusqlite::types::Value;

use super::{Condition, pathologies_with};
use crate::{Anatomy, Meaning, Side, Term};

/// What a shape must be. Terms of one kind are alternatives; kinds, ages, pathologies, findings
/// and all that is excluded must hold together.
pub(super) fn condition(db: &Connection, terms: &[Term]) -> rusqlite::Result<Condition> {
    let (excluded, wanted): (Vec<&Term>, Vec<&Term>) = terms.iter().partition(|t| t.negated);
    // What is asked of subjects is asked once a subject, not once a shape.
    let (mut of_subject, mut of_shape) = (Vec::new(), Vec::new());
    for alternatives in alternatives(&wanted) {
        let about = if is_of_subject(alternatives[0]) { &mut of_subject } else { &mut of_shape };
        about.push(any(db, &alternatives)?);
    }
    for term in excluded {
        let about = if is_of_subject(term) { &mut of_subject } else { &mut of_shape };
        let Condition { sql, values } = any(db, &[term])?;
        // What is not known is not what is excluded.
        about.push(Condition { sql: format!("({sql}) IS NOT TRUE"), values });
    }
    if !of_subject.is_empty() {
        of_shape.push(of_subjects(join(of_subject, " AND ", "TRUE")));
    }
    Ok(join(of_shape, " AND ", "TRUE"))
}

/// Whether a term asks about the columns of a subject.
fn is_of_subject(term: &Term) -> bool {
    matches!(
        term.meaning,
        Meaning::Sex(_)
            | Meaning::Age { .. }
            | Meaning::Source(_)
            | Meaning::Subject(_)
            | Meaning::Pathology(_)
    )
}

/// The terms by what they ask about.
fn alternatives<'a>(terms: &[&'a Term]) -> Vec<Vec<&'a Term>> {
    let mut by_kind: BTreeMap<(u8, usize), Vec<&Term>> = BTreeMap::new();
    for (position, &term) in terms.iter().enumerate() {
        let kind = match &term.meaning {
            Meaning::Structure { .. } if term.is_finding() => (1, position),
            Meaning::Structure { .. } => (0, 0),
            Meaning::Side(_) => (2, 0),
            Meaning::Sex(_) => (3, 0),
            Meaning::Age { .. } => (4, position),
            Meaning::Source(_) => (5, 0),
            Meaning::Subject(_) => (6, 0),
            Meaning::Pathology(_) => (7, position),
            Meaning::Name(_) => (8, 0),
            Meaning::Word(_) => continue,
        };
        by_kind.entry(kind).or_default().push(term);
    }
    by_kind.into_values().collect()
}

fn any(db: &Connection, terms: &[&Term]) -> rusqlite::Result<Condition> {
    let mut structures: Vec<(&str, Option<Side>)> = Vec::new();
    let mut alternatives = Vec::new();
    for term in terms {
        match &term.meaning {
            Meaning::Structure { id, side } => {
                structures.push((id, *side));
                if term.is_finding() {
                    alternatives.push(known_finding(db, id)?);
                }
            }
            other => alternatives.push(plain(db, other)?),
        }
    }
    if !structures.is_empty() {
        alternatives.push(shows(&structures));
    }
    Ok(join(alternatives, " OR ", "FALSE"))
}

fn plain(db: &Connection, meaning: &Meaning) -> rusqlite::Result<Condition> {
    let text = |text: &str| Value::Text(text.to_owned());
    Ok(match meaning {
        Meaning::Side(side) => with("side = ?", vec![text(side.word())]),
        Meaning::Sex(sex) => with("sex = ?", vec![text(sex.word())]),
        Meaning::Age { min, max } => {
            with("age_years BETWEEN ? AND ?", vec![(*min).into(), (*max).into()])
        }
        Meaning::Source(id) => with("source = ?", vec![text(id)]),
        Meaning::Subject(id) => with("id = ?", vec![text(id)]),
        Meaning::Pathology(word) => one_of("pathology", pathologies_with(db, word)?),
        Meaning::Name(name) => with(
            "name_key = (SELECT key FROM name WHERE name = ?)",
            vec![Value::Text(name.to_string())],
        ),
        Meaning::Structure { .. } | Meaning::Word(_) => with("FALSE", Vec::new()),
    })
}

/// Shapes of one of these structures, or of a kind or a part of one.
fn shows(structures: &[(&str, Option<Side>)]) -> Condition {
    let mut by_side: BTreeMap<Option<Side>, BTreeSet<String>> = BTreeMap::new();
    for (id, side) in structures {
        by_side.entry(*side).or_default().extend(with_parts(id));
    }
    let all: BTreeSet<String> = by_side.values().flatten().cloned().collect();
    let within = one_of("structure", all);
    if by_side.len() == 1 && by_side.contains_key(&None) {
        return within;
    }
    let sides = by_side.into_iter().map(|(side, ids)| {
        let Condition { sql, mut values } = one_of("structure", ids);
        let Some(side) = side else { return Condition { sql, values } };
        values.push(Value::Text(side.word().to_owned()));
        Condition { sql: format!("{sql} AND side = ?"), values }
    });
    // The first part is for the index, the second for the truth.
    join(vec![within, join(sides.collect(), " OR ", "FALSE")], " AND ", "TRUE")
}

/// Ids of a structure and of all its kinds and parts.
fn with_parts(id: &str) -> Vec<String> {
    let known: Vec<String> =
        Anatomy::builtin().descendants(id).iter().map(|part| part.id.clone()).collect();
    if known.is_empty() { vec![id.to_owned()] } else { known }
}

/// Subjects of whom one of the finding's names is known.
fn known_finding(db: &Connection, id: &str) -> rusqlite::Result<Condition> {
    let mut pathologies = BTreeSet::new();
    for structure in Anatomy::builtin().descendants(id) {
        for name in std::iter::once(&structure.name).chain(&structure.synonyms) {
            pathologies.extend(pathologies_with(db, name)?);
        }
    }
    Ok(of_subjects(one_of("pathology", pathologies)))
}

fn of_subjects(Condition { sql, values }: Condition) -> Condition {
    with(&format!("subject_key IN (SELECT key FROM subject WHERE {sql})"), values)
}

fn one_of(column: &str, texts: impl IntoIterator<Item = String>) -> Condition {
    let values: Vec<Value> = texts.into_iter().map(Value::Text).collect();
    let marks = vec!["?"; values.len()].join(", ");
    Condition { sql: format!("{column} IN ({marks})"), values }
}

fn with(sql: &str, values: Vec<Value>) -> Condition {
    Condition { sql: sql.to_owned(), values }
}

fn join(conditions: Vec<Condition>, operator: &str, empty: &str) -> Condition {
    let mut sql = Vec::new();
    let mut values = Vec::new();
    for condition in conditions {
        sql.push(format!("({})", condition.sql));
        values.extend(condition.values);
    }
    let sql = if sql.is_empty() { empty.to_owned() } else { sql.join(operator) };
    Condition { sql, values }
}
