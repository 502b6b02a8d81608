//! Reads an index from the database.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use super::{Index, Pathology, Rows, Run, SourceRow, SubjectRow, Traits};
use crate::read::perhaps_worded;
use crate::words::words;
use crate::{Sex, Side};

/// How many changes the store has seen.
pub(super) fn n_changes(db: &Connection) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT n FROM change")?.query_row((), |row| row.get(0))
}

/// Takes time in proportion to the store: some 0.6 s for a million shapes.
pub(super) fn build(db: &Connection, n_changes: i64) -> rusqlite::Result<Index> {
    let sources = sources(db)?;
    let (mut subjects, pathologies, by_key) = subjects(db, &sources)?;
    let (runs, rows) = rows(db, &by_key)?;
    for &subject in &rows.subjects {
        subjects[subject as usize].n_shapes += 1;
    }
    Ok(Index { n_changes, runs, rows, subjects, sources, pathologies })
}

fn sources(db: &Connection) -> rusqlite::Result<Vec<SourceRow>> {
    let mut all = db.prepare("SELECT id, title, licence FROM source ORDER BY id")?;
    let sources = all.query_map((), |row| {
        Ok(SourceRow { id: row.get(0)?, title: row.get(1)?, licence: row.get(2)? })
    })?;
    sources.collect()
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
            n_shapes: 0,
        });
    }
    let mut in_order: Vec<_> = pathologies.into_iter().collect();
    in_order.sort_unstable_by_key(|&(_, position)| position);
    let pathology = |(text, _): (String, u32)| Pathology { words: words(&text), text };
    Ok((subjects, in_order.into_iter().map(pathology).collect(), by_key))
}

/// The rows in the order of answers: by structure, source, subject, side and number.
fn rows(db: &Connection, subjects: &ByKey) -> rusqlite::Result<(Vec<Run>, Rows)> {
    let sql = "SELECT structure, subject_key, side, name_key, flags, volume_mm3
        FROM shape ORDER BY structure, source, subject, side, ordinal";
    let (mut runs, mut rows): (Vec<Run>, Rows) = Default::default();
    let mut all = db.prepare(sql)?;
    let mut found = all.query(())?;
    while let Some(row) = found.next()? {
        let structure = row.get_ref(0)?.as_str()?;
        let position = rows.name_keys.len() as u32;
        match runs.last_mut().filter(|run| run.structure == structure) {
            Some(run) => run.rows.end = position + 1,
            None => {
                runs.push(Run { structure: structure.to_owned(), rows: position..position + 1 })
            }
        }
        rows.subjects.push(subjects[&row.get(1)?]);
        let side = perhaps_worded(row, 2, Side::from_word)?;
        rows.name_keys.push(row.get(3)?);
        rows.traits.push(Traits::new(side, row.get(4)?));
        let volume: Option<f64> = row.get(5)?;
        rows.volumes_mm3.push(volume.map_or(f32::NAN, |volume| volume as f32));
    }
    Ok((runs, rows))
}
