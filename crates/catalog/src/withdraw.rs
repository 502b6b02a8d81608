//! Shapes that are taken back: what stays of one is its name, and when and why it went.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use crate::log::{Entry, Verb};
use crate::read::{case, parsed, worded};
use crate::release::put_tombstone;
use crate::review::review_subject;
use crate::write::GivenUp;
use crate::{Case, Catalog, Error, Kind, Moment, Sha256, Shape, ShapeName, StoredFile, let_go};

/// Why a shape is taken back; anybody may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The person, or who speaks for them, does not agree any more.
    Consent,
    /// It shows who somebody is.
    Privacy,
    /// It may not be passed on.
    Licence,
    /// Its source asked for it.
    Source,
    /// It is not what its name says.
    WrongLabel,
    /// Its surface is of no use.
    Quality,
    /// It is there under another name.
    Duplicate,
    /// Something else.
    Other,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Consent,
        Self::Privacy,
        Self::Licence,
        Self::Source,
        Self::WrongLabel,
        Self::Quality,
        Self::Duplicate,
        Self::Other,
    ];

    /// The word for it in JSON and in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Privacy => "privacy",
            Self::Licence => "licence",
            Self::Source => "source",
            Self::WrongLabel => "wrong-label",
            Self::Quality => "quality",
            Self::Duplicate => "duplicate",
            Self::Other => "other",
        }
    }

    /// What a [word](Self::word) means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }

    /// For people, as the end of a sentence that says that a shape was withdrawn.
    pub fn about(self) -> &'static str {
        match self {
            Self::Consent => "consent was taken back",
            Self::Privacy => "it could show who somebody is",
            Self::Licence => "its licence does not let it be passed on",
            Self::Source => "its source asked for it",
            Self::WrongLabel => "it was not what its name says",
            Self::Quality => "its surface was of no use",
            Self::Duplicate => "it is there under another name",
            Self::Other => "for another reason",
        }
    }
}

/// What is left of a shape that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tombstone {
    /// Its name, which is never given again.
    pub name: ShapeName,
    /// When.
    pub withdrawn_at: Moment,
    /// Why.
    pub reason: Reason,
    /// Whether its bytes went at once.
    pub erased: bool,
    /// What a curator wrote down; not for the public.
    #[serde(skip)]
    pub note: String,
}

/// How to take a shape back.
#[derive(Debug, Clone)]
pub struct Withdrawal {
    /// Why, for everybody.
    pub reason: Reason,
    /// Why, for the curators.
    pub note: String,
    /// Whether its bytes go at once, not when their grace is over.
    pub erase: bool,
    /// The label map that its case has now, and the one without the structure that takes its place.
    pub label_map: Option<(Sha256, StoredFile)>,
}

impl Catalog {
    /// Takes a shape back for good, one that others publish too: it is found no more, and another
    /// ingest does not bring it back. Of one that is withdrawn already the bytes can still be
    /// erased; else nothing changes.
    ///
    /// Blobs that no other record names are let go: `gc` takes them after their grace. When an
    /// erasure returns they are gone.
    ///
    /// # Errors
    /// No shape ever had this name, or the case was changed since its label map was read.
    pub fn withdraw(
        &mut self,
        name: &ShapeName,
        withdrawal: &Withdrawal,
    ) -> Result<Tombstone, Error> {
        let (dir, now) = (self.dir().to_owned(), self.clerk.now());
        if withdrawal.erase {
            // What the database deletes is overwritten, too.
            let sure = self.db.pragma_update(None, "secure_delete", true);
            sure.map_err(|cause| self.database_error(cause))?;
        }
        let tombstone = self.write(|transaction| {
            let Some(name_key) = name_key(transaction, name)? else {
                return Err(inconsistent(&dir, format!("no shape was ever named `{name}`")).into());
            };
            let before = tombstone(transaction, name_key)?;
            if let Some(before) = before.filter(|before| before.erased || !withdrawal.erase) {
                return Ok((before, None));
            }
            take_back(transaction, &dir, name, name_key, withdrawal, now)?;
            let (verb, Withdrawal { reason, note, .. }) =
                (if withdrawal.erase { Verb::Erase } else { Verb::Withdraw }, withdrawal);
            let why = format!("{}: {note}", reason.word());
            let entry = Entry::new(verb, name.to_string(), why.trim_end_matches([' ', ':']));
            let after = tombstone(transaction, name_key)?;
            Ok((after.ok_or(rusqlite::Error::QueryReturnedNoRows)?, Some(entry)))
        })?;
        if withdrawal.erase {
            self.remove_erased()?;
        }
        Ok(tombstone)
    }

    /// What is left of a shape, if it was [taken back](Self::withdraw).
    pub fn tombstone(&self, name: &ShapeName) -> Result<Option<Tombstone>, Error> {
        self.read(|db| match name_key(db, name)? {
            Some(key) => tombstone(db, key),
            None => Ok(None),
        })
    }
}

fn take_back(
    transaction: &Transaction<'_>,
    dir: &Path,
    name: &ShapeName,
    name_key: i64,
    withdrawal: &Withdrawal,
    now: Moment,
) -> Result<(), GivenUp> {
    let subject_key: i64 = transaction.query_row(
        "SELECT key FROM subject WHERE source = ?1 AND id = ?2",
        (name.source(), name.subject()),
        |row| row.get(0),
    )?;
    let Withdrawal { reason, note, erase, label_map } = withdrawal;
    let_go::shape(transaction, name_key, subject_key, now, *erase)?;
    if let Some((old, new)) = label_map {
        let_go::label_map(transaction, subject_key, now, *erase)?;
        if !replace_label_map(transaction, subject_key, old, new)? {
            let text = format!("the case of `{name}` was changed meanwhile: try again");
            return Err(inconsistent(dir, text).into());
        }
    }
    for table in ["superseded", "shape", "remote"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE name_key = ?1"), [name_key])?;
    }
    recount(transaction, subject_key)?;
    review_subject(transaction, subject_key)?;
    transaction.execute(
        "INSERT INTO withdrawn VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET erased = excluded.erased",
        params![name_key, now.unix_seconds(), reason.word(), note, erase],
    )?;
    if *erase {
        let_go::erase(transaction, name_key, subject_key)?;
        for blob in let_go::erased_of(transaction, name_key, subject_key)? {
            put_tombstone(transaction, &blob, &now.date().to_string(), reason.word())?;
        }
    }
    let close = "UPDATE report SET closed_at = ?2, answer = 'withdrawn'
        WHERE name_key = ?1 AND closed_at IS NULL";
    transaction.execute(close, (name_key, now.unix_seconds()))?;
    Ok(())
}

/// Gives the subject's case another label map, unless it has no longer the one that is thought.
fn replace_label_map(
    transaction: &Transaction<'_>,
    subject_key: i64,
    old: &Sha256,
    new: &StoredFile,
) -> Result<bool, GivenUp> {
    let key: Option<i64> = transaction
        .query_row(
            "SELECT key FROM ingested WHERE subject_key = ?1 AND label_map_sha256 = ?2",
            (subject_key, old.as_bytes()),
            |row| row.get(0),
        )
        .optional()?;
    let Some(key) = key else { return Ok(false) };
    let mut record: Case = case(transaction, key)?;
    let Some(image) = &mut record.image else { return Ok(false) };
    image.label_map = new.clone();
    transaction.execute(
        "UPDATE ingested SET label_map_sha256 = ?2, label_map_size = ?3, record = ?4
        WHERE key = ?1",
        params![key, new.sha256.as_bytes(), new.size, crate::add::to_json(&record)?],
    )?;
    Ok(true)
}

/// Counts anew what a subject's case holds.
pub(crate) fn recount(transaction: &Transaction<'_>, subject_key: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE ingested SET
            n_shapes = (SELECT count(*) FROM shape WHERE ingested_key = ingested.key),
            n_bytes = coalesce(label_map_size, 0)
                + (SELECT coalesce(sum(size), 0) FROM shape JOIN shape_file USING (name_key)
                    WHERE ingested_key = ingested.key)
        WHERE subject_key = ?1";
    transaction.execute(sql, [subject_key])?;
    Ok(())
}

/// Refuses shapes that were taken back: what was made of them, such as a label map, holds them as well.
pub(crate) fn refuse_withdrawn(
    db: &Connection,
    dir: &Path,
    shapes: &[Shape],
) -> Result<(), GivenUp> {
    for shape in shapes {
        if is_withdrawn(db, &shape.name)? {
            return Err(Error::new(dir, Kind::Withdrawn(shape.name.clone())).into());
        }
    }
    Ok(())
}

pub(crate) fn is_withdrawn(db: &Connection, name: &ShapeName) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM name JOIN withdrawn ON name_key = key WHERE name = ?1";
    db.prepare_cached(sql)?.exists([name.to_string()])
}

pub(crate) fn name_key(db: &Connection, name: &ShapeName) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT key FROM name WHERE name = ?1")?
        .query_row([name.to_string()], |row| row.get(0))
        .optional()
}

pub(crate) fn tombstone(db: &Connection, name_key: i64) -> rusqlite::Result<Option<Tombstone>> {
    let sql = "SELECT name, at, reason, erased, note
        FROM withdrawn JOIN name ON name.key = name_key WHERE name_key = ?1";
    let read = |row: &Row<'_>| {
        Ok(Tombstone {
            name: parsed(row, 0)?,
            withdrawn_at: Moment::from_unix_seconds(row.get(1)?),
            reason: worded(row, 2, Reason::from_word)?,
            erased: row.get(3)?,
            note: row.get(4)?,
        })
    };
    db.prepare_cached(sql)?.query_row([name_key], read).optional()
}

fn inconsistent(dir: &Path, text: String) -> Error {
    Error::new(dir, Kind::Inconsistent(text))
}
