//! Reads an index from the database.

use std::collections::{BTreeMap, HashMap};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::view::Sight;
use super::{Index, Pathology, Rows, Run, SourceRow, SubjectRow, Traits, side_code};
use crate::read::{perhaps_worded, source_of_row};
use crate::words::words;
use crate::{Audience, Sex, Side, Source};

/// How many changes the store has seen.
pub(super) fn n_changes(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT n FROM change")?.query_row((), |row| row.get(0))
}

/// Takes time in proportion to the store: some 0.6 s for a million shapes.
pub(super) fn build(db: &Connection, n_changes: i64) -> rusqlite::Result<Index> {
    let sources = sources(db)?;
    let (mut subjects, pathologies, by_key) = subjects(db, &sources)?;
    let (runs, rows) = rows(db, &by_key)?;
    let by_subject = by_subject(&rows, &mut subjects);
    let mut index = Index {
        n_changes,
        runs,
        rows,
        by_subject,
        subjects,
        sources,
        pathologies,
        public: Sight::default(),
        curator: Sight::default(),
    };
    index.public = Sight::new(&index, Audience::Public);
    index.curator = Sight::new(&index, Audience::Curator);
    Ok(index)
}

fn sources(db: &Connection) -> rusqlite::Result<Vec<SourceRow>> {
    each(db, "SELECT * FROM source ORDER BY id", |row| {
        let source = source_of_row(row)?;
        let keywords = source.keywords.iter().map(|keyword| words(keyword)).collect();
        let Source { id, title, licence, privacy_class, modalities, .. } = source;
        Ok(SourceRow { id, title, licence, privacy_class, modalities, keywords })
    })
}

/// Positions of subjects by their keys.
type ByKey = HashMap<i64, u32>;

fn subjects(
    db: &Connection,
    sources: &[SourceRow],
) -> rusqlite::Result<(Vec<SubjectRow>, Vec<Pathology>, ByKey)> {
    let sql = "SELECT key, source, id, sex, age_years, pathology FROM subject ORDER BY source, id";
    let (mut subjects, mut by_key) = (Vec::new(), ByKey::new());
    let mut pathologies: BTreeMap<String, u32> = BTreeMap::new();
    let mut all = db.prepare(sql)?;
    let mut found = all.query(())?;
    while let Some(row) = found.next()? {
        let source = row.get_ref(1)?.as_str()?;
        let source = sources.partition_point(|other| other.id.as_str() < source);
        let next = pathologies.len() as u32;
        let pathology = row.get::<_, Option<String>>(5)?;
        by_key.insert(row.get(0)?, subjects.len() as u32);
        subjects.push(SubjectRow {
            source: source as u32,
            id: row.get(2)?,
            sex: perhaps_worded(row, 3, Sex::from_word)?,
            age_years: row.get(4)?,
            pathology: pathology.map(|text| *pathologies.entry(text).or_insert(next)),
            rows: 0..0,
        });
    }
    let mut in_order: Vec<_> = pathologies.into_iter().collect();
    in_order.sort_unstable_by_key(|&(_, position)| position);
    let pathology = |(text, _): (String, u32)| Pathology { words: words(&text), text };
    Ok((subjects, in_order.into_iter().map(pathology).collect(), by_key))
}

/// A row as it is read, before it has its place.
struct Unplaced {
    /// Structure and finding, subject, side and number: the order of answers.
    order: (u32, u32, usize, u32),
    name_key: i64,
    traits: Traits,
    volume_mm3: f32,
}

/// The rows in the order of answers: by structure, finding, source, subject, side and number.
fn rows(db: &Connection, subjects: &ByKey) -> rusqlite::Result<(Vec<Run>, Rows)> {
    let mut kinds = Kinds::default();
    let mut unplaced = held(db, subjects, &mut kinds)?;
    unplaced.append(&mut remote(db, subjects, &mut kinds)?);
    let (mut runs, rank) = kinds.in_order();
    for row in &mut unplaced {
        row.order.0 = rank[row.order.0 as usize];
    }
    unplaced.sort_unstable_by_key(|row| row.order);
    let mut rows = Rows::default();
    for (position, row) in (0_u32..).zip(unplaced) {
        let (kind, subject, ..) = row.order;
        let run = &mut runs[kind as usize].rows;
        let first = if run.start == run.end { position } else { run.start };
        *run = first..position + 1;
        rows.name_keys.push(row.name_key);
        rows.subjects.push(subject);
        rows.runs.push(kind);
        rows.traits.push(row.traits);
        rows.volumes_mm3.push(row.volume_mm3);
    }
    Ok((runs, rows))
}

/// The rows of each subject together, in their order, and where they stand.
fn by_subject(rows: &Rows, subjects: &mut [SubjectRow]) -> Vec<u32> {
    for &subject in &rows.subjects {
        subjects[subject as usize].rows.end += 1;
    }
    let mut start = 0;
    for SubjectRow { rows, .. } in &mut *subjects {
        let n = rows.end;
        *rows = start..start;
        start += n;
    }
    let mut by_subject = vec![0; rows.subjects.len()];
    for (row, &subject) in (0..).zip(&rows.subjects) {
        let place = &mut subjects[subject as usize].rows.end;
        by_subject[*place as usize] = row;
        *place += 1;
    }
    by_subject
}

fn held(db: &Connection, subjects: &ByKey, kinds: &mut Kinds) -> rusqlite::Result<Vec<Unplaced>> {
    let sql = "SELECT structure, finding, subject_key, side, ordinal, name_key, flags, volume_mm3
        FROM shape INDEXED BY shape_order";
    each(db, sql, |row| {
        let side = perhaps_worded(row, 3, Side::from_word)?;
        let volume: Option<f64> = row.get(7)?;
        Ok(Unplaced {
            order: (kinds.number(row)?, subjects[&row.get(2)?], side_code(side), row.get(4)?),
            name_key: row.get(5)?,
            traits: Traits::new(side, row.get(6)?),
            volume_mm3: volume.map_or(f32::NAN, |volume| volume as f32),
        })
    })
}

fn remote(db: &Connection, subjects: &ByKey, kinds: &mut Kinds) -> rusqlite::Result<Vec<Unplaced>> {
    let sql = "SELECT structure, finding, subject_key, side, ordinal, name_key FROM remote
        WHERE NOT EXISTS (SELECT 1 FROM shape WHERE shape.name_key = remote.name_key)";
    each(db, sql, |row| {
        let side = perhaps_worded(row, 3, Side::from_word)?;
        Ok(Unplaced {
            order: (kinds.number(row)?, subjects[&row.get(2)?], side_code(side), row.get(4)?),
            name_key: row.get(5)?,
            traits: Traits::new(side, Traits::REMOTE),
            volume_mm3: f32::NAN,
        })
    })
}

fn each<T>(
    db: &Connection,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    db.prepare(sql)?.query_map((), read)?.collect()
}

fn finding<'a>(row: &'a Row<'_>) -> rusqlite::Result<Option<&'a str>> {
    match row.get_ref(1)? {
        ValueRef::Null => Ok(None),
        text => Ok(Some(text.as_str()?)),
    }
}

/// Structures with their findings, numbered as they come.
#[derive(Default)]
struct Kinds {
    numbers: HashMap<(String, Option<String>), u32>,
    // Rows of one structure often follow each other.
    last: Option<((String, Option<String>), u32)>,
}

impl Kinds {
    /// The number of the structure and the finding in the first two columns.
    fn number(&mut self, row: &Row<'_>) -> rusqlite::Result<u32> {
        let structure = row.get_ref(0)?.as_str()?;
        let finding = finding(row)?;
        if let Some((kind, number)) = &self.last
            && (kind.0.as_str(), kind.1.as_deref()) == (structure, finding)
        {
            return Ok(*number);
        }
        let kind = (structure.to_owned(), finding.map(str::to_owned));
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(kind.clone()).or_insert(next);
        self.last = Some((kind, number));
        Ok(number)
    }

    /// Empty runs in their order, and the place of each number.
    fn in_order(self) -> (Vec<Run>, Vec<u32>) {
        let mut kinds: Vec<_> = self.numbers.into_iter().collect();
        kinds.sort_unstable();
        let mut rank = vec![0; kinds.len()];
        for (place, (_, number)) in (0..).zip(&kinds) {
            rank[*number as usize] = place;
        }
        let run = |((structure, finding), _)| Run { structure, finding, rows: 0..0 };
        (kinds.into_iter().map(run).collect(), rank)
    }
}
