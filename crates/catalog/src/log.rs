//! The log: what was done to a store, when, by whom and why. Rows are only added, and each holds the
//! hash of the row before.
//!
//! Hashes without a key show what was changed by accident or by someone who does not know of them.
//! Against someone who writes the whole log anew, keep its newest hash elsewhere.

use rusqlite::{Connection, Row, Transaction, params};
use serde::Serialize;

use crate::{Catalog, Clerk, Error, Moment, Sha256};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// The store was made.
    Create,
    /// Its database was brought to a newer schema.
    Migrate,
    /// A case was added.
    Ingest,
    /// Shapes that others publish were added.
    ImportNames,
    /// More became known of subjects.
    Describe,
    /// A shape was taken back.
    Withdraw,
    /// A shape was taken back, and its bytes at once.
    Erase,
    /// Somebody said what is wrong with a shape.
    Report,
    /// Somebody has seen to a report.
    Answer,
    /// What is derived of shapes was made.
    Derive,
    /// Every subject was held against the rules of a body.
    Review,
    /// Bytes were read and compared.
    Fsck,
    /// What was damaged was mended or put aside.
    Repair,
    /// What no record needs was removed.
    Gc,
    /// A release was made.
    Release,
    /// Shapes were put together for good.
    Select,
    /// An address was given a short link.
    Shorten,
    /// A copy was begun.
    Backup,
    /// This store was made of a copy.
    Restore,
}

impl Verb {
    /// The word in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Migrate => "migrate",
            Self::Ingest => "ingest",
            Self::ImportNames => "import-names",
            Self::Describe => "describe",
            Self::Withdraw => "withdraw",
            Self::Erase => "erase",
            Self::Report => "report",
            Self::Answer => "answer",
            Self::Derive => "derive",
            Self::Review => "review",
            Self::Fsck => "fsck",
            Self::Repair => "repair",
            Self::Gc => "gc",
            Self::Release => "release",
            Self::Select => "select",
            Self::Shorten => "shorten",
            Self::Backup => "backup",
            Self::Restore => "restore",
        }
    }
}

impl Verb {
    /// Whether searches may find something else afterwards.
    pub(crate) fn changes_answers(self) -> bool {
        use Verb::{Answer, Backup, Fsck, Gc, Release, Report, Select, Shorten};
        !matches!(self, Answer | Backup | Fsck | Gc | Release | Report | Select | Shorten)
    }
}

/// What goes into the log with a change.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) verb: Verb,
    /// What it was done to.
    pub(crate) subject: String,
    /// Why, or what came of it.
    pub(crate) why: String,
}

impl Entry {
    pub(crate) fn new(verb: Verb, subject: impl Into<String>, why: impl Into<String>) -> Self {
        Self { verb, subject: subject.into(), why: why.into() }
    }
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogRow {
    /// Counts from 1, without a gap.
    pub n: i64,
    /// When.
    pub at: Moment,
    /// A user of the system, or a role.
    pub who: String,
    /// What was done.
    pub verb: String,
    /// What it was done to.
    pub subject: String,
    /// Why, or what came of it.
    pub why: String,
    /// Hash of the row before; zeros in the first.
    pub before: Sha256,
    /// Hash of this row.
    pub hash: Sha256,
}

/// What is wrong with a log, and at which row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// The row does not hold the hash of the one before.
    Link(i64),
    /// Something was changed in the row.
    Altered(i64),
    /// There is no such row.
    Missing(i64),
}

impl LogRow {
    /// The hash that a row of this content has: that of the hash before, in digits, and of the
    /// content as a list in JSON on the next line.
    fn right_hash(&self) -> Sha256 {
        let Self { n, at, who, verb, subject, why, before, hash: _ } = self;
        let content = serde_json::json!([n, at.unix_seconds(), who, verb, subject, why]);
        Sha256::of(format!("{before}\n{content}\n").as_bytes())
    }
}

impl Catalog {
    /// The newest rows of the log, at most `limit`, oldest first.
    pub fn log(&self, limit: u64) -> Result<Vec<LogRow>, Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "SELECT * FROM (SELECT * FROM log ORDER BY n DESC LIMIT ?1) ORDER BY n";
        self.read(|db| db.prepare_cached(sql)?.query_map([limit], of_row)?.collect())
    }
}

/// Adds a row within the transaction of what it tells of.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    clerk: &Clerk,
    entry: Entry,
) -> rusqlite::Result<()> {
    let (n, before): (i64, Sha256) = newest(transaction)?;
    let Entry { verb, subject, why } = entry;
    let (at, who, verb) = (clerk.now(), clerk.who().to_owned(), verb.word().to_owned());
    let unsigned = LogRow { n: n + 1, at, who, verb, subject, why, before, hash: before };
    let row = LogRow { hash: unsigned.right_hash(), ..unsigned };
    transaction
        .prepare_cached("INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute(params![
            row.n,
            row.at.unix_seconds(),
            row.who,
            row.verb,
            row.subject,
            row.why,
            row.before.as_bytes(),
            row.hash.as_bytes()
        ])?;
    let sql = "UPDATE change SET log_n = ?1, log_hash = ?2";
    transaction.prepare_cached(sql)?.execute(params![row.n, row.hash.as_bytes()])?;
    Ok(())
}

/// Number and hash that the newest row must have.
fn newest(db: &Connection) -> rusqlite::Result<(i64, Sha256)> {
    db.prepare_cached("SELECT log_n, log_hash FROM change")?
        .query_row((), |row| Ok((row.get(0)?, Sha256::from_bytes(row.get(1)?))))
}

/// The first row at which the log is broken, if it is.
pub(crate) fn first_break(db: &Connection) -> rusqlite::Result<Option<Break>> {
    let (newest_n, newest_hash) = newest(db)?;
    let mut all = db.prepare("SELECT * FROM log ORDER BY n")?;
    let (mut n, mut hash) = (0, Sha256::from_bytes([0; 32]));
    for row in all.query_map((), of_row)? {
        let row = row?;
        n += 1;
        if row.n != n {
            return Ok(Some(Break::Missing(n)));
        }
        if row.right_hash() != row.hash {
            return Ok(Some(Break::Altered(n)));
        }
        if row.before != hash {
            return Ok(Some(Break::Link(n)));
        }
        hash = row.hash;
    }
    Ok(match (n, hash) {
        same if same == (newest_n, newest_hash) => None,
        (n, _) if n < newest_n => Some(Break::Missing(n + 1)),
        (n, _) => Some(Break::Link(n)),
    })
}

fn of_row(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        n: row.get(0)?,
        at: Moment::from_unix_seconds(row.get(1)?),
        who: row.get(2)?,
        verb: row.get(3)?,
        subject: row.get(4)?,
        why: row.get(5)?,
        before: Sha256::from_bytes(row.get(6)?),
        hash: Sha256::from_bytes(row.get(7)?),
    })
}
