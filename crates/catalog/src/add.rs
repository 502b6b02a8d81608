//! What changes a catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;

use crate::index::Traits;
use crate::log::{Entry, Verb};
use crate::review::review_subject;
use crate::{
    Blobs, Case, Catalog, Error, Kind, Licence, Moment, Remote, Role, Sex, Sha256, Shape,
    ShapeName, Side, Source, StoredFile, Subject, let_go, read, withdraw,
};

/// What became of shapes that others publish.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddedRemote {
    /// Shapes that the store did not know of.
    pub n_new: u64,
    /// Aliases that mean another shape already and go on meaning it.
    pub taken_aliases: Vec<String>,
}

/// What became of a case that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// The subject had no shapes before.
    New {
        /// Aliases that mean another shape already and go on meaning it.
        taken_aliases: Vec<String>,
    },
    /// The subject's earlier shapes made room.
    Replaced {
        /// How many shapes the subject had.
        n: u64,
        /// Aliases that mean another shape already and go on meaning it.
        taken_aliases: Vec<String>,
    },
    /// This unit is in the catalog; nothing changed.
    AlreadyThere,
}

impl Added {
    /// Aliases that mean another shape already and go on meaning it.
    pub fn taken_aliases(&self) -> &[String] {
        match self {
            Self::New { taken_aliases } | Self::Replaced { taken_aliases, .. } => taken_aliases,
            Self::AlreadyThere => &[],
        }
    }
}

impl Catalog {
    /// Adds a case with its shapes, all or nothing: when this returns, they survive a loss of
    /// power. The blobs must be there before.
    ///
    /// A subject has one case at a time, and beside it any number of cases of
    /// [one shape](Case::part). If one came from another unit (another input, other parameters,
    /// another version of the program), the new shapes take its shapes' place: names go on, the
    /// meshes' hashes are kept as superseded, and a name whose shape is no longer made is
    /// [withdrawn](Self::is_withdrawn).
    ///
    /// A case with a shape whose name was [taken back](Self::withdraw) is refused with
    /// [`Kind::Withdrawn`]: its label map holds the structure, too.
    ///
    /// What the catalog knows of the subject stays known where `subject` says nothing.
    pub fn add_case(
        &mut self,
        source: &Source,
        subject: &Subject,
        case: &Case,
        shapes: &[Shape],
    ) -> Result<Added, Error> {
        self.check_records(source, subject, case, shapes)?;
        let (blobs, dir, now) = (self.blobs().clone(), self.dir().to_owned(), self.clerk.now());
        self.write(|transaction| {
            if has_unit(transaction, &case.unit)? {
                return Ok((Added::AlreadyThere, None));
            }
            withdraw::refuse_withdrawn(transaction, &dir, shapes)?;
            // Within the transaction, for what removes blobs does so in a transaction, too.
            check_blobs(&blobs, case, shapes)?;
            put_source(transaction, source)?;
            let subject_key = put_subject(transaction, subject)?;
            let replaced = make_room(transaction, subject_key, case, shapes, now)?;
            let ingested_key = put_case(transaction, subject_key, case, shapes)?;
            let mut taken_aliases = Vec::new();
            for shape in shapes {
                let name_key = put_shape(transaction, subject_key, ingested_key, shape)?;
                taken_aliases.extend(put_aliases(transaction, name_key, &shape.aliases)?);
            }
            forget_what_came_back(transaction, subject_key)?;
            review_subject(transaction, subject_key)?;
            let why = format!("{} shapes, unit {}", shapes.len(), case.unit);
            let entry = Entry::new(Verb::Ingest, format!("{}/{}", source.id, subject.id), why);
            let added = match replaced {
                Some(n) => Added::Replaced { n, taken_aliases },
                None => Added::New { taken_aliases },
            };
            Ok((added, Some(entry)))
        })
    }

    /// Adds shapes that others publish, all or none; those that are there already are brought up to
    /// date, and those that were [taken back](Self::withdraw) stay so. `sources` and `subjects` are
    /// those of the shapes.
    pub fn add_remote(
        &mut self,
        sources: &[Source],
        subjects: &[Subject],
        shapes: &[Remote],
    ) -> Result<AddedRemote, Error> {
        self.check_remote(sources, subjects, shapes)?;
        self.write(|transaction| {
            for source in sources {
                put_source(transaction, source)?;
            }
            let mut subject_keys = BTreeMap::new();
            for subject in subjects {
                let key = put_subject(transaction, subject)?;
                subject_keys.insert((subject.source.as_str(), subject.id.as_str()), key);
            }
            let mut added = AddedRemote::default();
            for shape in shapes {
                if withdraw::is_withdrawn(transaction, &shape.name)? {
                    continue;
                }
                let whose = (shape.name.source(), shape.name.subject());
                let subject_key = subject_keys.get(&whose).copied();
                let subject_key = subject_key.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
                let (is_new, name_key) = put_remote(transaction, subject_key, shape)?;
                added.n_new += u64::from(is_new);
                added.taken_aliases.extend(put_aliases(transaction, name_key, &shape.aliases)?);
            }
            let ids: Vec<&str> = sources.iter().map(|source| source.id.as_str()).collect();
            let why = format!("{} shapes, {} of them new", shapes.len(), added.n_new);
            Ok((added, Some(Entry::new(Verb::ImportNames, ids.join(" "), why))))
        })
    }

    /// Joins what a table says of subjects to those that the catalog has, and counts them.
    /// Others are passed over. What is already known stays where a record says nothing.
    pub fn describe_subjects(&mut self, subjects: &[Subject]) -> Result<usize, Error> {
        self.write(|transaction| {
            let (mut n_known, mut learned) = (0, Vec::new());
            for subject in subjects {
                let Some(key) = subject_key(transaction, subject)? else { continue };
                let before = read::subject(transaction, key)?;
                put_subject(transaction, subject)?;
                n_known += 1;
                if read::subject(transaction, key)? != before {
                    learned.push(format!("{}/{}", subject.source, subject.id));
                }
            }
            let what = match &learned[..] {
                [] => return Ok((n_known, None)),
                [one] => one.clone(),
                [first, ..] => format!("{first} and {} more", learned.len() - 1),
            };
            Ok((n_known, Some(Entry::new(Verb::Describe, what, "a table says so"))))
        })
    }

    /// Whether this unit of ingest is in the catalog, so that it need not be done again.
    pub fn has_unit(&self, unit: &Sha256) -> Result<bool, Error> {
        has_unit(&self.db, unit).map_err(|cause| self.database_error(cause))
    }

    fn check_records(
        &self,
        source: &Source,
        subject: &Subject,
        case: &Case,
        shapes: &[Shape],
    ) -> Result<(), Error> {
        let refuse = |text| Err(Error::new(self.dir(), Kind::Inconsistent(text)));
        let whose = format!("{}/{}", source.id, subject.id);
        if ShapeName::new(&source.id, &subject.id, "x", NonZeroU32::MIN).is_err() {
            return refuse(format!("`{whose}` cannot begin a shape's name"));
        }
        if subject.source != source.id || case.source != source.id || case.subject != subject.id {
            return refuse(format!("the subject or the case is not of `{whose}`"));
        }
        let mut names: Vec<_> = shapes.iter().map(|shape| &shape.name).collect();
        names.sort();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return refuse(format!("two shapes are named `{}`", twice[0]));
        }
        if let Some(part) = case.part.as_ref().filter(|part| names != [*part]) {
            return refuse(format!("the case is not the shape `{part}` alone"));
        }
        match names.iter().find(|name| name.source() != source.id || name.subject() != subject.id) {
            Some(stray) => refuse(format!("the shape `{stray}` is not of `{whose}`")),
            None => self.check_part(case),
        }
    }

    /// A shape that came with others cannot be replaced alone: they were surfaced together.
    fn check_part(&self, case: &Case) -> Result<(), Error> {
        let Some(part) = &case.part else { return Ok(()) };
        match self.shape(part)? {
            Some(held) if held.case.part.is_none() => {
                let text = format!("`{part}` is held, and came with others of its subject");
                Err(Error::new(self.dir(), Kind::Inconsistent(text)))
            }
            _ => Ok(()),
        }
    }

    fn check_remote(
        &self,
        sources: &[Source],
        subjects: &[Subject],
        shapes: &[Remote],
    ) -> Result<(), Error> {
        let refuse = |text| Err(Error::new(self.dir(), Kind::Inconsistent(text)));
        let sources: BTreeSet<&str> = sources.iter().map(|source| source.id.as_str()).collect();
        let subjects: BTreeSet<(&str, &str)> =
            subjects.iter().map(|subject| (subject.source.as_str(), subject.id.as_str())).collect();
        if let Some((source, _)) = subjects.iter().find(|(source, _)| !sources.contains(source)) {
            return refuse(format!("the source `{source}` is not given"));
        }
        let is_stray =
            |shape: &&Remote| !subjects.contains(&(shape.name.source(), shape.name.subject()));
        match shapes.iter().find(is_stray) {
            Some(stray) => refuse(format!("the subject of `{}` is not given", stray.name)),
            None => Ok(()),
        }
    }
}

fn check_blobs(blobs: &Blobs, case: &Case, shapes: &[Shape]) -> Result<(), Error> {
    let of_shapes = shapes.iter().flat_map(|shape| &shape.files);
    for file in of_shapes.chain(case.image.as_ref().map(|image| &image.label_map)) {
        if blobs.size(&file.sha256)? != Some(file.size) {
            let path = blobs.path(&file.sha256);
            let text = format!("no blob of {} bytes is here yet", file.size);
            return Err(Error::new(&path, Kind::Inconsistent(text)));
        }
    }
    Ok(())
}

fn has_unit(db: &rusqlite::Connection, unit: &Sha256) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM ingested WHERE unit = ?1")?.exists([unit.as_bytes()])
}

fn put_source(transaction: &Transaction<'_>, source: &Source) -> rusqlite::Result<()> {
    let sql = "INSERT INTO source (
            id, title, citation, licence, licence_evidence, url, version, attribution, share_alike,
            non_commercial, no_derivatives, redistributable, dua_required, licence_checked_by,
            licence_checked_on, privacy_class, modalities, keywords)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
        ON CONFLICT (id) DO UPDATE SET
            title = excluded.title, citation = excluded.citation, licence = excluded.licence,
            licence_evidence = excluded.licence_evidence, url = excluded.url,
            version = excluded.version, attribution = excluded.attribution,
            share_alike = excluded.share_alike, non_commercial = excluded.non_commercial,
            no_derivatives = excluded.no_derivatives, redistributable = excluded.redistributable,
            dua_required = excluded.dua_required, licence_checked_by = excluded.licence_checked_by,
            licence_checked_on = excluded.licence_checked_on,
            privacy_class = excluded.privacy_class, modalities = excluded.modalities,
            keywords = excluded.keywords";
    let Source { id, title, version, citation, licence, privacy_class, url, modalities, keywords } =
        source;
    let Licence { id: licence, terms, evidence, checked_by, checked_on } = licence;
    transaction.prepare_cached(sql)?.execute(params![
        id,
        title,
        citation,
        licence,
        evidence,
        url,
        version,
        terms.attribution,
        terms.share_alike,
        terms.non_commercial,
        terms.no_derivatives,
        terms.redistributable,
        terms.dua_required,
        checked_by,
        checked_on,
        privacy_class.word(),
        to_json(modalities)?,
        to_json(keywords)?,
    ])?;
    Ok(())
}

fn subject_key(transaction: &Transaction<'_>, subject: &Subject) -> rusqlite::Result<Option<i64>> {
    transaction
        .prepare_cached("SELECT key FROM subject WHERE source = ?1 AND id = ?2")?
        .query_row((&subject.source, &subject.id), |row| row.get(0))
        .optional()
}

fn put_subject(transaction: &Transaction<'_>, subject: &Subject) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO subject (source, id, sex, age_years, pathology, attributes)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (source, id) DO UPDATE SET
            sex = coalesce(excluded.sex, sex),
            age_years = coalesce(excluded.age_years, age_years),
            pathology = coalesce(excluded.pathology, pathology),
            attributes = iif(excluded.attributes = '{}', attributes, excluded.attributes)
        RETURNING key";
    let Subject { source, id, sex, age_years, pathology, attributes } = subject;
    let age_years = age_years.map(|years| years.min(Subject::OLDEST_YEARS));
    transaction.prepare_cached(sql)?.query_row(
        params![source, id, sex.map(Sex::word), age_years, pathology, to_json(attributes)?],
        |row| row.get(0),
    )
}

/// Removes the subject's cases whose place the new one takes, and says how many shapes they had.
fn make_room(
    transaction: &Transaction<'_>,
    subject_key: i64,
    case: &Case,
    shapes: &[Shape],
    now: Moment,
) -> rusqlite::Result<Option<u64>> {
    let names: BTreeSet<String> = shapes.iter().map(|shape| shape.name.to_string()).collect();
    let mut replaced = None;
    for (key, part, n_shapes) in cases_of(transaction, subject_key)? {
        let is_same = part == part_word(case);
        if is_same || names.contains(&part) {
            remove_case(transaction, key, now)?;
            replaced = Some(replaced.unwrap_or(0) + n_shapes);
        }
    }
    Ok(replaced)
}

/// Key, part and number of shapes of each case of a subject.
fn cases_of(
    transaction: &Transaction<'_>,
    subject_key: i64,
) -> rusqlite::Result<Vec<(i64, String, u64)>> {
    transaction
        .prepare_cached("SELECT key, part, n_shapes FROM ingested WHERE subject_key = ?1")?
        .query_map([subject_key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

/// The column `part` of a case.
fn part_word(case: &Case) -> String {
    case.part.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn remove_case(
    transaction: &Transaction<'_>,
    ingested_key: i64,
    now: Moment,
) -> rusqlite::Result<()> {
    let keep = "INSERT OR IGNORE INTO superseded (name_key, sha256, size)
        SELECT shape_file.name_key, sha256, size
        FROM shape JOIN shape_file USING (name_key)
        WHERE ingested_key = ?1 AND role = ?2
        ORDER BY shape_file.name_key, position";
    transaction.prepare_cached(keep)?.execute((ingested_key, Role::Mesh.word()))?;
    let_go::case(transaction, ingested_key, now)?;
    transaction.prepare_cached("DELETE FROM ingested WHERE key = ?1")?.execute([ingested_key])?;
    Ok(())
}

fn put_case(
    transaction: &Transaction<'_>,
    subject_key: i64,
    case: &Case,
    shapes: &[Shape],
) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO ingested (unit, subject_key, label_map_sha256, label_map_size,
            n_shapes, n_bytes, record, part)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING key";
    let label_map = case.image.as_ref().map(|image| &image.label_map);
    let of_shapes = shapes.iter().flat_map(|shape| &shape.files);
    let n_bytes: u64 = of_shapes.chain(label_map).map(|file| file.size).sum();
    let record = to_json(case)?;
    transaction.prepare_cached(sql)?.query_row(
        params![
            case.unit.as_bytes(),
            subject_key,
            label_map.map(|file| file.sha256.as_bytes()),
            label_map.map(|file| file.size),
            shapes.len(),
            n_bytes,
            record,
            part_word(case),
        ],
        |row| row.get(0),
    )
}

fn put_shape(
    transaction: &Transaction<'_>,
    subject_key: i64,
    ingested_key: i64,
    shape: &Shape,
) -> rusqlite::Result<i64> {
    let name_key = put_name(transaction, &shape.name)?;
    let sql = "INSERT INTO shape (name_key, subject_key, ingested_key, structure, side, source,
            subject, ordinal, coded, label_value, label_name, measures, quality, volume_mm3, flags,
            finding)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    transaction.prepare_cached(sql)?.execute(params![
        name_key,
        subject_key,
        ingested_key,
        shape.structure,
        shape.side.map(Side::word),
        shape.name.source(),
        shape.name.subject(),
        shape.name.ordinal().get(),
        shape.coded,
        shape.label_value,
        shape.label_name,
        to_json(&shape.measures)?,
        to_json(&shape.quality)?,
        shape.measures.volume_mm3,
        Traits::flags(&shape.quality),
        shape.finding,
    ])?;
    put_files(transaction, name_key, &shape.files)?;
    Ok(name_key)
}

/// Whether it is new, and the key of its name.
fn put_remote(
    transaction: &Transaction<'_>,
    subject_key: i64,
    shape: &Remote,
) -> rusqlite::Result<(bool, i64)> {
    let name_key = put_name(transaction, &shape.name)?;
    let is_known = transaction
        .prepare_cached("SELECT 1 FROM remote WHERE name_key = ?1")?
        .exists([name_key])?;
    let sql =
        "INSERT OR REPLACE INTO remote (name_key, subject_key, structure, side, ordinal, coded,
            finding, label_name, url)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    transaction.prepare_cached(sql)?.execute(params![
        name_key,
        subject_key,
        shape.structure,
        shape.side.map(Side::word),
        shape.name.ordinal().get(),
        shape.coded,
        shape.finding,
        shape.label_name,
        shape.url,
    ])?;
    Ok((!is_known, name_key))
}

fn put_files(
    transaction: &Transaction<'_>,
    name_key: i64,
    files: &[StoredFile],
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO shape_file (name_key, position, role, sha256, size, error_mm)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut insert = transaction.prepare_cached(sql)?;
    for (position, file) in files.iter().enumerate() {
        let StoredFile { role, sha256, size, error_mm } = file;
        let hash = sha256.as_bytes();
        insert.execute(params![name_key, position, role.word(), hash, size, error_mm])?;
    }
    Ok(())
}

fn put_name(transaction: &Transaction<'_>, name: &ShapeName) -> rusqlite::Result<i64> {
    let name = name.to_string();
    transaction
        .prepare_cached("INSERT INTO name (name) VALUES (?1) ON CONFLICT DO NOTHING")?
        .execute([&name])?;
    transaction
        .prepare_cached("SELECT key FROM name WHERE name = ?1")?
        .query_row([&name], |row| row.get(0))
}

/// Gives a name its aliases, and returns those that belong to another.
fn put_aliases(
    transaction: &Transaction<'_>,
    name_key: i64,
    aliases: &[String],
) -> rusqlite::Result<Vec<String>> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO alias (alias, name_key) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?;
    let mut owner = transaction.prepare_cached("SELECT name_key FROM alias WHERE alias = ?1")?;
    let mut taken = Vec::new();
    for alias in aliases {
        insert.execute((alias, name_key))?;
        if owner.query_row([alias], |row| row.get::<_, i64>(0))? != name_key {
            taken.push(alias.clone());
        }
    }
    Ok(taken)
}

/// A mesh that is current is not superseded, even if it was for a time.
fn forget_what_came_back(transaction: &Transaction<'_>, subject_key: i64) -> rusqlite::Result<()> {
    let sql = "DELETE FROM superseded WHERE key IN (
        SELECT superseded.key
        FROM shape
            JOIN shape_file USING (name_key)
            JOIN superseded USING (name_key, sha256)
        WHERE subject_key = ?1)";
    transaction.prepare_cached(sql)?.execute([subject_key])?;
    Ok(())
}

pub(crate) fn to_json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|cause| rusqlite::Error::ToSqlConversionFailure(Box::new(cause)))
}
