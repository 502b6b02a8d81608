//! What is read from a catalog, but for search.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::access::{is_seen, seen_case, sees_all_of, why_kept_back};
use crate::review::flags_of;
use crate::{
    Audience, Case, Catalog, Error, Flag, Licence, PrivacyClass, Remote, Role, Sex, Sha256, Shape,
    ShapeName, Side, Source, StoredFile, Subject, Terms,
};

/// A shape with all that is known around it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShapePage {
    /// The shape.
    pub shape: Shape,
    /// The label map that it was made from.
    pub case: Case,
    /// The person.
    pub subject: Subject,
    /// The dataset.
    pub source: Source,
    /// Hashes of the meshes that this shape had before, oldest first.
    pub superseded: Vec<Sha256>,
    /// Rules of the body that it breaks.
    pub flags: Vec<Flag>,
}

/// A shape that others publish, with all that is known around it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RemotePage {
    /// The shape.
    pub remote: Remote,
    /// The person.
    pub subject: Subject,
    /// The dataset.
    pub source: Source,
}

/// A subject with all that was made of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubjectPage {
    /// The person.
    pub subject: Subject,
    /// The dataset.
    pub source: Source,
    /// What was ingested of it: one case, and perhaps others of one shape each.
    pub cases: Vec<Case>,
    /// Shapes by structure, side and number.
    pub shapes: Vec<Shape>,
    /// Shapes that others publish and the store does not hold, in the same order.
    pub remote: Vec<Remote>,
    /// Rules of the body that its shapes break.
    pub flags: Vec<Flag>,
}

/// A source, and how much there is of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceSummary {
    /// The dataset.
    pub source: Source,
    /// Its subjects.
    pub n_subjects: u64,
    /// Its cases.
    pub n_cases: u64,
    /// Its shapes.
    pub n_shapes: u64,
    /// Its shapes that others publish and the store does not hold.
    pub n_remote: u64,
}

/// A subject, and how much there is of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SubjectSummary {
    /// The person.
    pub subject: Subject,
    /// Its shapes.
    pub n_shapes: u64,
    /// Its shapes that others publish and the store does not hold.
    pub n_remote: u64,
}

/// How much a catalog holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Shapes that the store holds.
    pub n_shapes: u64,
    /// Shapes that others publish and the store does not hold.
    pub n_remote: u64,
    /// Subjects.
    pub n_subjects: u64,
    /// Cases.
    pub n_cases: u64,
    /// Sources.
    pub n_sources: u64,
    /// Different structures, sides aside.
    pub n_structures: u64,
    /// Size of all files of all shapes and cases; a file that two of them share counts twice.
    pub n_bytes: u64,
}

impl Catalog {
    /// The shape that a name or an alias means, unless it is kept back. The name may be
    /// [withdrawn](Self::is_withdrawn); a name goes before an alias that reads the same.
    pub fn find(&self, name_or_alias: &str) -> Result<Option<ShapeName>, Error> {
        self.read(|db| find(db, self.audience, name_or_alias))
    }

    /// Whether a shape had this name once and no longer exists: it was [taken back](Self::withdraw), or
    /// its case was ingested again and did not make it.
    pub fn is_withdrawn(&self, name: &ShapeName) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM name WHERE name = ?1
            AND NOT EXISTS (SELECT 1 FROM shape WHERE name_key = name.key)
            AND NOT EXISTS (SELECT 1 FROM remote WHERE name_key = name.key)";
        self.read(|db| db.prepare_cached(sql)?.exists([name.to_string()]))
    }

    /// The shape of this name, or `None` if there is none or it is withdrawn.
    pub fn shape(&self, name: &ShapeName) -> Result<Option<ShapePage>, Error> {
        self.read(|db| {
            let sql = "SELECT name_key, subject_key, ingested_key
                FROM name JOIN shape ON name_key = name.key WHERE name = ?1";
            let keys: Option<(i64, i64, i64)> = db
                .prepare_cached(sql)?
                .query_row([name.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            let Some((name_key, subject_key, ingested_key)) = keys else { return Ok(None) };
            let subject = subject(db, subject_key)?;
            let source = source(db, &subject.source)?;
            let shape = shape(db, name_key)?;
            if !is_seen(self.audience, &source, &shape.name, &shape.structure) {
                return Ok(None);
            }
            let is_whole = sees_all_of(db, self.audience, &source, subject_key)?;
            let mut flags = flags_of(db, self.audience, &source, subject_key)?;
            flags.retain(|flag| flag.shapes.contains(name));
            Ok(Some(ShapePage {
                flags,
                case: seen_case(case(db, ingested_key)?, is_whole),
                superseded: superseded(db, name_key)?,
                shape,
                source,
                subject,
            }))
        })
    }

    /// The shape of this name that others publish, if the store does not hold it.
    pub fn remote(&self, name: &ShapeName) -> Result<Option<RemotePage>, Error> {
        self.read(|db| {
            let sql = "SELECT name_key, subject_key FROM name JOIN remote ON name_key = name.key
                WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM shape WHERE name_key = name.key)";
            let keys: Option<(i64, i64)> = db
                .prepare_cached(sql)?
                .query_row([name.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((name_key, subject_key)) = keys else { return Ok(None) };
            let subject = subject(db, subject_key)?;
            let source = source(db, &subject.source)?;
            let remote = remote(db, name_key)?;
            let is_seen = is_seen(self.audience, &source, &remote.name, &remote.structure);
            Ok(is_seen.then_some(RemotePage { remote, source, subject }))
        })
    }

    /// A subject with its cases and shapes; `None` also if all of them are kept back.
    pub fn subject(&self, source_id: &str, id: &str) -> Result<Option<SubjectPage>, Error> {
        self.read(|db| {
            let key: Option<i64> = db
                .prepare_cached("SELECT key FROM subject WHERE source = ?1 AND id = ?2")?
                .query_row((source_id, id), |row| row.get(0))
                .optional()?;
            let Some(key) = key else { return Ok(None) };
            let cases = "SELECT key FROM ingested WHERE subject_key = ?1 ORDER BY key";
            let shapes = "SELECT name_key FROM shape WHERE subject_key = ?1
                ORDER BY structure, side, ordinal";
            let remotes = "SELECT name_key FROM remote WHERE subject_key = ?1
                    AND NOT EXISTS (SELECT 1 FROM shape WHERE shape.name_key = remote.name_key)
                ORDER BY structure, side, ordinal";
            let source = source(db, source_id)?;
            let mut page = SubjectPage {
                subject: subject(db, key)?,
                cases: each_key(db, cases, key, case)?,
                shapes: each_key(db, shapes, key, shape)?,
                remote: each_key(db, remotes, key, remote)?,
                flags: flags_of(db, self.audience, &source, key)?,
                source,
            };
            let n_all = page.shapes.len() + page.remote.len();
            let SubjectPage { source, shapes, remote, .. } = &mut page;
            shapes.retain(|one| is_seen(self.audience, source, &one.name, &one.structure));
            remote.retain(|one| is_seen(self.audience, source, &one.name, &one.structure));
            let n_seen = shapes.len() + remote.len();
            if n_seen == 0 && self.audience == Audience::Public {
                return Ok(None);
            }
            let is_whole = n_seen == n_all;
            page.cases = page.cases.into_iter().map(|case| seen_case(case, is_whole)).collect();
            Ok(Some(page))
        })
    }

    /// The sources of which something is seen, by id; the curator sees all.
    pub fn sources(&self) -> Result<Vec<SourceSummary>, Error> {
        let sql = "SELECT source.*,
                (SELECT count(*) FROM subject WHERE subject.source = source.id) AS n_subjects,
                (SELECT count(*) FROM ingested JOIN subject ON subject.key = subject_key
                    WHERE subject.source = source.id) AS n_cases,
                (SELECT coalesce(sum(n_shapes), 0)
                    FROM ingested JOIN subject ON subject.key = subject_key
                    WHERE subject.source = source.id) AS n_shapes,
                (SELECT count(*) FROM remote JOIN subject ON subject.key = subject_key
                    WHERE subject.source = source.id
                        AND NOT EXISTS (SELECT 1 FROM shape WHERE shape.name_key = remote.name_key))
                    AS n_remote
           FROM source ORDER BY id";
        if self.audience == Audience::Public {
            return self.seen_sources();
        }
        self.read(|db| {
            db.prepare_cached(sql)?
                .query_map((), |row| {
                    Ok(SourceSummary {
                        source: source_of_row(row)?,
                        n_subjects: row.get("n_subjects")?,
                        n_cases: row.get("n_cases")?,
                        n_shapes: row.get("n_shapes")?,
                        n_remote: row.get("n_remote")?,
                    })
                })?
                .collect()
        })
    }

    /// The subjects of a source of which something is seen, by id; the curator sees all.
    pub fn subjects(&self, source_id: &str) -> Result<Vec<SubjectSummary>, Error> {
        let sql = "SELECT source, id, sex, age_years, pathology, attributes,
                (SELECT coalesce(sum(n_shapes), 0) FROM ingested
                    WHERE subject_key = subject.key),
                (SELECT count(*) FROM remote WHERE subject_key = subject.key
                    AND NOT EXISTS (SELECT 1 FROM shape WHERE shape.name_key = remote.name_key))
            FROM subject WHERE source = ?1 ORDER BY id";
        let all = self.read(|db| {
            db.prepare_cached(sql)?
                .query_map([source_id], |row| {
                    Ok(SubjectSummary {
                        subject: subject_of_row(row)?,
                        n_shapes: row.get(6)?,
                        n_remote: row.get(7)?,
                    })
                })?
                .collect()
        })?;
        match self.audience {
            Audience::Curator => Ok(all),
            Audience::Public => self.seen_subjects(source_id, all),
        }
    }

    /// How much of what the catalog holds is seen.
    pub fn counts(&self) -> Result<Counts, Error> {
        match self.audience {
            Audience::Curator => self.counts_of_all(),
            Audience::Public => self.seen_counts(),
        }
    }

    pub(crate) fn counts_of_all(&self) -> Result<Counts, Error> {
        // The structures are counted by leaps from one to the next, not by reading every row.
        let sql = "WITH RECURSIVE structures (id) AS (
                SELECT min(structure) FROM shape
                UNION ALL
                SELECT (SELECT min(structure) FROM shape WHERE structure > id)
                FROM structures WHERE id IS NOT NULL)
            SELECT coalesce(sum(n_shapes), 0),
                (SELECT count(*) FROM subject),
                count(*),
                (SELECT count(*) FROM source),
                (SELECT count(id) FROM structures),
                coalesce(sum(n_bytes), 0),
                (SELECT count(*) FROM remote
                    WHERE NOT EXISTS (SELECT 1 FROM shape WHERE shape.name_key = remote.name_key))
            FROM ingested";
        self.read(|db| {
            db.prepare_cached(sql)?.query_row((), |row| {
                Ok(Counts {
                    n_shapes: row.get(0)?,
                    n_subjects: row.get(1)?,
                    n_cases: row.get(2)?,
                    n_sources: row.get(3)?,
                    n_structures: row.get(4)?,
                    n_bytes: row.get(5)?,
                    n_remote: row.get(6)?,
                })
            })
        })
    }

    /// Reads from one state of the database, whatever others write meanwhile.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let read = self.db.unchecked_transaction().and_then(|snapshot| work(&snapshot));
        read.map_err(|cause| self.database_error(cause))
    }
}

pub(crate) fn find(
    db: &Connection,
    audience: Audience,
    text: &str,
) -> rusqlite::Result<Option<ShapeName>> {
    let sql = "SELECT name FROM name WHERE name = ?1
        UNION ALL
        SELECT name FROM alias JOIN name ON name.key = name_key WHERE alias = ?1
        LIMIT 1";
    let found: Option<ShapeName> =
        db.prepare_cached(sql)?.query_row([text], |row| parsed(row, 0)).optional()?;
    match found {
        Some(name) if why_kept_back(db, audience, &name)?.is_none() => Ok(Some(name)),
        _ => Ok(None),
    }
}

pub(crate) fn files(db: &Connection, name_key: i64) -> rusqlite::Result<Vec<StoredFile>> {
    db.prepare_cached(
        "SELECT role, sha256, size, error_mm FROM shape_file WHERE name_key = ?1 ORDER BY position",
    )?
    .query_map([name_key], |row| {
        Ok(StoredFile {
            role: worded(row, 0, Role::from_word)?,
            sha256: Sha256::from_bytes(row.get(1)?),
            size: row.get(2)?,
            error_mm: row.get(3)?,
        })
    })?
    .collect()
}

/// The `column` as JSON.
pub(crate) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|cause| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(cause))
    })
}

/// The `column` as the text of something.
pub(crate) fn parsed<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    row.get_ref(column)?.as_str()?.parse().map_err(|cause| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(cause))
    })
}

/// The `column` as one of few words.
pub(crate) fn worded<T>(
    row: &Row<'_>,
    column: usize,
    from_word: fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let word = row.get_ref(column)?.as_str()?;
    let unknown = || format!("`{word}` is not one of the words that stand here");
    from_word(word).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, unknown().into())
    })
}

/// The `column` as one of few words, or nothing.
pub(crate) fn perhaps_worded<T>(
    row: &Row<'_>,
    column: usize,
    from_word: fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => worded(row, column, from_word).map(Some),
    }
}

fn each_key<T>(
    db: &Connection,
    sql: &str,
    of: i64,
    record: fn(&Connection, i64) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut keys = db.prepare_cached(sql)?;
    let keys = keys.query_map([of], |row| row.get(0))?;
    keys.map(|key| record(db, key?)).collect()
}

fn shape(db: &Connection, name_key: i64) -> rusqlite::Result<Shape> {
    let shape = shape_row(db, name_key)?;
    Ok(Shape { files: files(db, name_key)?, aliases: aliases(db, name_key)?, ..shape })
}

/// A shape without its files and aliases.
pub(crate) fn shape_row(db: &Connection, name_key: i64) -> rusqlite::Result<Shape> {
    let sql =
        "SELECT name, structure, coded, side, label_value, label_name, measures, quality, finding
        FROM shape JOIN name ON name.key = name_key WHERE name_key = ?1";
    db.prepare_cached(sql)?.query_row([name_key], |row| {
        Ok(Shape {
            name: parsed(row, 0)?,
            structure: row.get(1)?,
            coded: row.get(2)?,
            side: perhaps_worded(row, 3, Side::from_word)?,
            label_value: row.get(4)?,
            label_name: row.get(5)?,
            measures: from_json(row, 6)?,
            quality: from_json(row, 7)?,
            finding: row.get(8)?,
            files: Vec::new(),
            aliases: Vec::new(),
        })
    })
}

fn remote(db: &Connection, name_key: i64) -> rusqlite::Result<Remote> {
    let remote = remote_row(db, name_key)?;
    Ok(Remote { aliases: aliases(db, name_key)?, ..remote })
}

/// A shape that is not held, without its aliases.
pub(crate) fn remote_row(db: &Connection, name_key: i64) -> rusqlite::Result<Remote> {
    let sql = "SELECT name, structure, coded, side, finding, label_name, url
        FROM remote JOIN name ON name.key = name_key WHERE name_key = ?1";
    db.prepare_cached(sql)?.query_row([name_key], |row| {
        Ok(Remote {
            name: parsed(row, 0)?,
            structure: row.get(1)?,
            coded: row.get(2)?,
            side: perhaps_worded(row, 3, Side::from_word)?,
            finding: row.get(4)?,
            label_name: row.get(5)?,
            url: row.get(6)?,
            aliases: Vec::new(),
        })
    })
}

fn aliases(db: &Connection, name_key: i64) -> rusqlite::Result<Vec<String>> {
    db.prepare_cached("SELECT alias FROM alias WHERE name_key = ?1 ORDER BY alias")?
        .query_map([name_key], |row| row.get(0))?
        .collect()
}

fn superseded(db: &Connection, name_key: i64) -> rusqlite::Result<Vec<Sha256>> {
    db.prepare_cached("SELECT sha256 FROM superseded WHERE name_key = ?1 ORDER BY key")?
        .query_map([name_key], |row| row.get(0).map(Sha256::from_bytes))?
        .collect()
}

pub(crate) fn case(db: &Connection, ingested_key: i64) -> rusqlite::Result<Case> {
    db.prepare_cached("SELECT record FROM ingested WHERE key = ?1")?
        .query_row([ingested_key], |row| from_json(row, 0))
}

pub(crate) fn subject(db: &Connection, key: i64) -> rusqlite::Result<Subject> {
    db.prepare_cached(
        "SELECT source, id, sex, age_years, pathology, attributes FROM subject WHERE key = ?1",
    )?
    .query_row([key], subject_of_row)
}

fn subject_of_row(row: &Row<'_>) -> rusqlite::Result<Subject> {
    Ok(Subject {
        source: row.get(0)?,
        id: row.get(1)?,
        sex: perhaps_worded(row, 2, Sex::from_word)?,
        age_years: row.get(3)?,
        pathology: row.get(4)?,
        attributes: from_json(row, 5)?,
    })
}

pub(crate) fn source(db: &Connection, id: &str) -> rusqlite::Result<Source> {
    db.prepare_cached("SELECT * FROM source WHERE id = ?1")?.query_row([id], source_of_row)
}

pub(crate) fn source_of_row(row: &Row<'_>) -> rusqlite::Result<Source> {
    let terms = Terms {
        attribution: row.get("attribution")?,
        share_alike: row.get("share_alike")?,
        non_commercial: row.get("non_commercial")?,
        no_derivatives: row.get("no_derivatives")?,
        redistributable: row.get("redistributable")?,
        dua_required: row.get("dua_required")?,
    };
    let licence = Licence {
        id: row.get("licence")?,
        terms,
        evidence: row.get("licence_evidence")?,
        checked_by: row.get("licence_checked_by")?,
        checked_on: row.get("licence_checked_on")?,
    };
    let class: String = row.get("privacy_class")?;
    Ok(Source {
        id: row.get("id")?,
        title: row.get("title")?,
        version: row.get("version")?,
        citation: row.get("citation")?,
        licence,
        // A class that this program does not know is taken for the highest.
        privacy_class: PrivacyClass::from_word(&class).unwrap_or(PrivacyClass::P3),
        url: row.get("url")?,
        modalities: from_json(row, row.as_ref().column_index("modalities")?)?,
        keywords: from_json(row, row.as_ref().column_index("keywords")?)?,
    })
}
