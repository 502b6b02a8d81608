//! Keeps what the rules of a body find beside the shapes: derived, and made anew whenever asked.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;

use crate::access::is_seen;
use crate::index::Traits;
use crate::log::{Entry, Verb};
use crate::read::{files, from_json, perhaps_worded, shape_row, source};
use crate::rules::{self, Flag, Spread, Spreads, Weight};
use crate::{Audience, Catalog, Error, Role, Sex, Shape, ShapeName, Source};

/// What a review of a whole store found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Review {
    /// Subjects with a shape that is held here.
    pub n_subjects: u64,
    /// Shapes that were looked at.
    pub n_shapes: u64,
    /// Subjects with a flag that makes them doubtful.
    pub n_doubtful: u64,
    /// Flags by their codes.
    pub n_by_code: BTreeMap<String, u64>,
}

/// The flags of one subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reviewed {
    /// Source id.
    pub source: String,
    /// Subject id.
    pub subject: String,
    /// What was found, in the order of the rules.
    pub flags: Vec<Flag>,
}

impl Catalog {
    /// Holds every subject against the rules and, structure by structure, against all others, and
    /// keeps what is found. Nothing else is changed.
    pub fn review(&mut self) -> Result<Review, Error> {
        self.write(|transaction| {
            let spreads = spreads(transaction)?;
            let mut shared = shared_meshes(transaction)?;
            let sql = "SELECT DISTINCT subject_key FROM shape ORDER BY subject_key";
            let keys: Vec<i64> = transaction
                .prepare(sql)?
                .query_map((), |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            transaction.execute("DELETE FROM flag", ())?;
            let mut review = Review { n_subjects: keys.len() as u64, ..Review::default() };
            for key in keys {
                let shapes = shapes(transaction, key)?;
                let mut flags = rules::flags(sex(transaction, key)?, &shapes, &spreads);
                flags.append(&mut shared.remove(&key).unwrap_or_default());
                put(transaction, key, &shapes, &flags)?;
                review.n_shapes += shapes.len() as u64;
                review.n_doubtful +=
                    u64::from(flags.iter().any(|flag| flag.weight == Weight::Doubtful));
                for flag in flags {
                    *review.n_by_code.entry(flag.code).or_default() += 1;
                }
            }
            let why =
                format!("{} of {} subjects are doubtful", review.n_doubtful, review.n_subjects);
            Ok((review, Some(Entry::new(Verb::Review, "store", why))))
        })
    }

    /// What the last review, or the ingest since, found of the subjects of a source, or of one of
    /// them, or of all. What is about shapes that are kept back is left out.
    pub fn flagged(
        &self,
        source_id: Option<&str>,
        subject: Option<&str>,
    ) -> Result<Vec<Reviewed>, Error> {
        let sql = "SELECT key, source, id FROM subject
            WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR id = ?2)
                AND EXISTS (SELECT 1 FROM flag WHERE subject_key = subject.key)
            ORDER BY source, id";
        self.read(|db| {
            let mut found = Vec::new();
            let mut subjects = db.prepare_cached(sql)?;
            let mut subjects = subjects.query(params![source_id, subject])?;
            while let Some(row) = subjects.next()? {
                let (source_id, subject): (String, String) = (row.get(1)?, row.get(2)?);
                let source = source(db, &source_id)?;
                let flags = flags_of(db, self.audience, &source, row.get(0)?)?;
                if !flags.is_empty() {
                    found.push(Reviewed { source: source_id, subject, flags });
                }
            }
            Ok(found)
        })
    }
}

/// The flags of a subject whose shapes are all there and seen.
pub(crate) fn flags_of(
    db: &Connection,
    audience: Audience,
    source: &Source,
    subject_key: i64,
) -> rusqlite::Result<Vec<Flag>> {
    let sql = "SELECT record FROM flag WHERE subject_key = ?1 ORDER BY key";
    let flags: Vec<Flag> = db
        .prepare_cached(sql)?
        .query_map([subject_key], |row| from_json(row, 0))?
        .collect::<Result<_, _>>()?;
    let mut seen = Vec::new();
    for flag in flags {
        if sees_all(db, audience, source, &flag.shapes)? {
            seen.push(flag);
        }
    }
    Ok(seen)
}

fn sees_all(
    db: &Connection,
    audience: Audience,
    of_subject: &Source,
    shapes: &[ShapeName],
) -> rusqlite::Result<bool> {
    let sql = "SELECT structure FROM shape JOIN name ON name.key = name_key WHERE name = ?1";
    let mut structure = db.prepare_cached(sql)?;
    for name in shapes {
        let found: Option<String> =
            structure.query_row([name.to_string()], |row| row.get(0)).optional()?;
        let Some(structure) = found else { return Ok(false) };
        let is_shown = if name.source() == of_subject.id {
            is_seen(audience, of_subject, name, &structure)
        } else {
            is_seen(audience, &source(db, name.source())?, name, &structure)
        };
        if !is_shown {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Evaluates what can be told of a subject by itself.
pub(crate) fn review_subject(
    transaction: &Transaction<'_>,
    subject_key: i64,
) -> rusqlite::Result<()> {
    let shapes = shapes(transaction, subject_key)?;
    let flags = rules::flags(sex(transaction, subject_key)?, &shapes, &Spreads::new());
    transaction
        .prepare_cached("DELETE FROM flag WHERE subject_key = ?1")?
        .execute([subject_key])?;
    put(transaction, subject_key, &shapes, &flags)
}

fn put(
    transaction: &Transaction<'_>,
    subject_key: i64,
    shapes: &[Shape],
    flags: &[Flag],
) -> rusqlite::Result<()> {
    let mut insert =
        transaction.prepare_cached("INSERT INTO flag (subject_key, record) VALUES (?1, ?2)")?;
    for flag in flags {
        let record = serde_json::to_string(flag)
            .map_err(|cause| rusqlite::Error::ToSqlConversionFailure(Box::new(cause)))?;
        insert.execute((subject_key, record))?;
    }
    let mut mark = transaction.prepare_cached(
        "UPDATE shape SET flags = (flags & ~?2) | iif(?3, ?2, 0)
        WHERE name_key = (SELECT key FROM name WHERE name = ?1)
            AND flags <> (flags & ~?2) | iif(?3, ?2, 0)",
    )?;
    let doubtful = |name: &ShapeName| {
        { flags.iter() }.any(|f| f.weight == Weight::Doubtful && f.shapes.contains(name))
    };
    for shape in shapes {
        mark.execute(params![shape.name.to_string(), Traits::DOUBTFUL, doubtful(&shape.name)])?;
    }
    Ok(())
}

fn sex(db: &Connection, subject_key: i64) -> rusqlite::Result<Option<Sex>> {
    db.prepare_cached("SELECT sex FROM subject WHERE key = ?1")?
        .query_row([subject_key], |row| perhaps_worded(row, 0, Sex::from_word))
}

fn shapes(db: &Connection, subject_key: i64) -> rusqlite::Result<Vec<Shape>> {
    let sql = "SELECT name_key FROM shape WHERE subject_key = ?1 ORDER BY structure, side, ordinal";
    let mut keys = db.prepare_cached(sql)?;
    let keys = keys.query_map([subject_key], |row| row.get(0))?;
    keys.map(|key| {
        let key = key?;
        Ok(Shape { files: files(db, key)?, ..shape_row(db, key)? })
    })
    .collect()
}

/// How the volumes of each structure spread, of those that the image does not cut.
fn spreads(db: &Connection) -> rusqlite::Result<Spreads> {
    let sql = "SELECT structure, volume_mm3 FROM shape
        WHERE coded AND volume_mm3 > 0 AND NOT flags & ?1";
    let mut logs: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut rows = db.prepare(sql)?;
    let mut rows = rows.query([Traits::TOUCHES_BORDER])?;
    while let Some(row) = rows.next()? {
        logs.entry(row.get(0)?).or_default().push(row.get::<_, f64>(1)?.ln());
    }
    Ok(logs.into_iter().map(|(structure, logs)| (structure, spread(logs))).collect())
}

fn spread(mut logs: Vec<f64>) -> Spread {
    let n = logs.len() as u64;
    let median = median(&mut logs);
    let mut distances: Vec<f64> = logs.iter().map(|log| (log - median).abs()).collect();
    // Of a normal distribution the median distance is 0.6745 deviations (Hampel, 1974).
    Spread { median, deviation: 1.4826 * self::median(&mut distances), n }
}

/// The lower of the two middle ones of an even number.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

/// Meshes that stand for shapes of several subjects, as flags for each of these.
fn shared_meshes(db: &Connection) -> rusqlite::Result<BTreeMap<i64, Vec<Flag>>> {
    let sql = "SELECT sha256, subject_key, name
        FROM shape_file JOIN shape USING (name_key) JOIN name ON name.key = name_key
        WHERE role = ?1 AND sha256 IN (
            SELECT sha256 FROM shape_file JOIN shape USING (name_key)
            WHERE role = ?1 GROUP BY sha256 HAVING count(DISTINCT subject_key) > 1)
        ORDER BY sha256, name";
    let mut by_mesh: BTreeMap<Vec<u8>, Vec<(i64, ShapeName)>> = BTreeMap::new();
    let mut rows = db.prepare(sql)?;
    let mut rows = rows.query([Role::Mesh.word()])?;
    while let Some(row) = rows.next()? {
        let name = crate::read::parsed(row, 2)?;
        by_mesh.entry(row.get(0)?).or_default().push((row.get(1)?, name));
    }
    let mut flags: BTreeMap<i64, Vec<Flag>> = BTreeMap::new();
    for shapes in by_mesh.into_values() {
        let names: Vec<ShapeName> = shapes.iter().map(|(_, name)| name.clone()).collect();
        let listed: Vec<String> = names.iter().take(5).map(ToString::to_string).collect();
        let flag = Flag {
            code: "same-mesh".to_owned(),
            weight: Weight::Doubtful,
            text: format!("one and the same mesh in several subjects: {}", listed.join(", ")),
            evidence: BTreeMap::from([("n_shapes".to_owned(), names.len() as f64)]),
            shapes: names,
        };
        let mut subjects: Vec<i64> = shapes.into_iter().map(|(subject, _)| subject).collect();
        subjects.dedup();
        for subject in subjects {
            flags.entry(subject).or_default().push(flag.clone());
        }
    }
    Ok(flags)
}
