//! What people say is wrong with shapes.

use std::path::Path;

use rusqlite::{Row, params};
use serde::Serialize;

use crate::log::{Entry, Verb};
use crate::read::parsed;
use crate::withdraw::{is_withdrawn, name_key};
use crate::{Catalog, Error, Kind, Moment, ShapeName};

/// The longest report and the longest answer, in bytes.
const MAX_TEXT: usize = 4000;

/// What somebody says is wrong with a shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its number.
    pub number: i64,
    /// The shape.
    pub name: ShapeName,
    /// When.
    pub at: Moment,
    /// Who.
    pub who: String,
    /// What is wrong.
    pub text: String,
    /// When somebody had seen to it; `None` if nobody has.
    pub closed_at: Option<Moment>,
    /// What came of it.
    pub answer: Option<String>,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportState {
    /// Nobody has seen to it.
    Open,
    /// Somebody has, and says what came of it.
    Answered,
    /// Somebody has, and there is nothing to be said.
    Closed,
}

impl Report {
    /// What became of it.
    pub fn state(&self) -> ReportState {
        match (self.closed_at, &self.answer) {
            (None, _) => ReportState::Open,
            (Some(_), Some(_)) => ReportState::Answered,
            (Some(_), None) => ReportState::Closed,
        }
    }
}

impl Catalog {
    /// Keeps what somebody says is wrong with a shape, for the curators, and gives its number.
    ///
    /// # Errors
    /// There is no such shape, or the text is empty or too long.
    pub fn report(&mut self, name: &ShapeName, text: &str) -> Result<i64, Error> {
        let (dir, clerk) = (self.dir().to_owned(), self.clerk.clone());
        let text = sound(&dir, text)?;
        self.write(|transaction| {
            let is_gone = is_withdrawn(transaction, name)?;
            let Some(key) = name_key(transaction, name)?.filter(|_| !is_gone) else {
                return Err(refused(&dir, format!("there is no shape named `{name}`")).into());
            };
            let number = transaction.query_row(
                "INSERT INTO report (name_key, at, who, text) VALUES (?1, ?2, ?3, ?4)
                RETURNING key",
                params![key, clerk.now().unix_seconds(), clerk.who(), text],
                |row| row.get(0),
            )?;
            let why = format!("report {number}");
            Ok((number, Some(Entry::new(Verb::Report, name.to_string(), why))))
        })
    }

    /// Closes a report, with what came of it.
    ///
    /// # Errors
    /// No open report has this number, or the text is empty or too long.
    pub fn answer_report(&mut self, number: i64, answer: &str) -> Result<(), Error> {
        let answer = sound(self.dir(), answer)?.to_owned();
        self.see_to_report(number, Some(&answer))
    }

    /// Closes a report of which there is nothing to be said: one that says nothing itself.
    ///
    /// # Errors
    /// No open report has this number.
    pub fn close_report(&mut self, number: i64) -> Result<(), Error> {
        self.see_to_report(number, None)
    }

    fn see_to_report(&mut self, number: i64, answer: Option<&str>) -> Result<(), Error> {
        let (dir, now) = (self.dir().to_owned(), self.clerk.now().unix_seconds());
        self.write(|transaction| {
            let closed = transaction.execute(
                "UPDATE report SET closed_at = ?2, answer = ?3
                WHERE key = ?1 AND closed_at IS NULL",
                (number, now, answer),
            )?;
            if closed == 0 {
                return Err(refused(&dir, format!("no open report has the number {number}")).into());
            }
            let said = answer.unwrap_or("closed without a word");
            Ok(((), Some(Entry::new(Verb::Answer, format!("report {number}"), said))))
        })
    }

    /// How many reports nobody has seen to.
    pub fn n_open_reports(&self) -> Result<u64, Error> {
        let sql = "SELECT count(*) FROM report WHERE closed_at IS NULL";
        self.read(|db| db.prepare_cached(sql)?.query_row((), |row| row.get(0)))
    }

    /// Reports by their numbers: those that nobody has seen to, or all.
    pub fn reports(&self, closed_too: bool) -> Result<Vec<Report>, Error> {
        let sql = "SELECT report.key, name, at, who, text, closed_at, answer
            FROM report JOIN name ON name.key = name_key
            WHERE ?1 OR closed_at IS NULL ORDER BY report.key";
        self.read(|db| db.prepare_cached(sql)?.query_map([closed_too], row)?.collect())
    }

    /// What people said is wrong with one shape, open or not, the newest first, at most `limit`.
    pub fn reports_of(&self, name: &ShapeName, limit: u32) -> Result<Vec<Report>, Error> {
        let sql = "SELECT report.key, name, at, who, text, closed_at, answer
            FROM name JOIN report ON name.key = name_key
            WHERE name = ?1 ORDER BY report.key DESC LIMIT ?2";
        let of = (name.to_string(), limit);
        self.read(|db| db.prepare_cached(sql)?.query_map(of, row)?.collect())
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<Report> {
    let closed_at: Option<i64> = row.get(5)?;
    Ok(Report {
        number: row.get(0)?,
        name: parsed(row, 1)?,
        at: Moment::from_unix_seconds(row.get(2)?),
        who: row.get(3)?,
        text: row.get(4)?,
        closed_at: closed_at.map(Moment::from_unix_seconds),
        answer: row.get(6)?,
    })
}

fn sound<'a>(dir: &Path, text: &'a str) -> Result<&'a str, Error> {
    match text.trim() {
        "" => Err(refused(dir, "a report and its answer need words".to_owned())),
        long if long.len() > MAX_TEXT => {
            Err(refused(dir, format!("a report has at most {MAX_TEXT} bytes")))
        }
        text => Ok(text),
    }
}

fn refused(dir: &Path, text: String) -> Error {
    Error::new(dir, Kind::Inconsistent(text))
}
