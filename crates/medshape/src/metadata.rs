//! What a source's table says of its subjects: sex, age, pathology.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use medshape_catalog::{Sex, Subject, name};
use medshape_formats::Input;
use medshape_formats::table::Table;
use serde::{Deserialize, Serialize};

use crate::dataset::MetadataColumns;
use crate::{Dataset, Error, Reader};

/// What a table says, by subject id.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    rows: BTreeMap<String, Subject>,
    notes: Vec<String>,
    n_oldest: usize,
}

/// How well a table and the ingested subjects fit together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinReport {
    /// Rows of the table that name a subject.
    pub n_rows: usize,
    /// Subjects that have a row.
    pub matched: Vec<String>,
    /// Subjects that have none.
    pub subjects_without_row: Vec<String>,
    /// Rows that belong to none of the subjects.
    pub rows_without_subject: Vec<String>,
    /// Values that could not be understood.
    pub notes: Vec<String>,
}

impl Metadata {
    /// Reads a CSV, TSV or XLSX file.
    ///
    /// # Errors
    /// The file cannot be read, or no column tells the subjects.
    pub fn read(path: &Path, dataset: &Dataset, reader: &Reader) -> Result<Self, Error> {
        let table = reader.table(&Input::on_disk(path))?;
        let columns = Columns::find(&table, &dataset.metadata).ok_or_else(|| {
            let columns = table.columns.join(", ");
            Error::refused(path, format!("no column names the subjects; its columns are {columns}"))
        })?;
        let mut metadata = Self::default();
        for row in &table.rows {
            metadata.take(row, &table, &columns, &dataset.source.id);
        }
        Ok(metadata)
    }

    /// What is known of a subject; an empty record if the table has no row for it.
    pub fn subject(&self, source: &str, id: &str) -> Subject {
        self.row(id).cloned().map_or_else(
            || Subject { source: source.to_owned(), id: id.to_owned(), ..Subject::default() },
            |row| Subject { id: id.to_owned(), ..row },
        )
    }

    /// All subjects of the table, in the order of their ids.
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.rows.values()
    }

    /// Holds the table against the subjects that were ingested.
    pub fn join_report(&self, subjects: &BTreeSet<String>) -> JoinReport {
        let (matched, without): (Vec<_>, Vec<_>) =
            subjects.iter().cloned().partition(|id| self.row(id).is_some());
        let used: BTreeSet<&str> = matched.iter().map(|id| plain(id)).collect();
        let unused = self.rows.keys().filter(|id| !used.contains(id.as_str()));
        JoinReport {
            n_rows: self.rows.len(),
            subjects_without_row: without,
            rows_without_subject: unused.cloned().collect(),
            notes: self.notes.iter().cloned().chain(self.note_of_oldest()).collect(),
            matched,
        }
    }

    /// That ages were made coarser; which of them is not said.
    fn note_of_oldest(&self) -> Option<String> {
        let oldest = Subject::OLDEST_YEARS;
        let n = self.n_oldest;
        (n > 0)
            .then(|| format!("{n} ages above {oldest} are kept as {oldest}, for {oldest} and more"))
    }

    /// Whether the table has a row for a subject.
    pub fn has(&self, id: &str) -> bool {
        self.row(id).is_some()
    }

    fn row(&self, id: &str) -> Option<&Subject> {
        self.rows.get(plain(id))
    }

    fn take(&mut self, row: &[String], table: &Table, columns: &Columns, source: &str) {
        let cell = |column: Option<usize>| column.and_then(|column| said(row.get(column)?));
        let Some(id) = cell(Some(columns.subject)).and_then(name::part_from) else {
            return;
        };
        let mut subject =
            Subject { source: source.to_owned(), id: id.clone(), ..Subject::default() };
        if let Some(text) = cell(columns.sex) {
            subject.sex = sex(text);
            self.note_unless(subject.sex.is_some(), &id, "sex", text);
        }
        if let Some(text) = cell(columns.age) {
            subject.age_years = age_years(text);
            self.note_unless(subject.age_years.is_some(), &id, "age", text);
            self.n_oldest += usize::from(is_clamped(text));
        }
        subject.pathology = cell(columns.pathology).map(words);
        for &column in &columns.attributes {
            if let Some(text) = cell(Some(column)) {
                subject.attributes.insert(table.columns[column].clone(), text.to_owned());
            }
        }
        if self.rows.insert(plain(&id).to_owned(), subject).is_some() {
            self.notes.push(format!("{id} has several rows: the last one counts"));
        }
    }

    fn note_unless(&mut self, understood: bool, id: &str, what: &str, text: &str) {
        if !understood {
            self.notes.push(format!("{id}: `{text}` is no {what} that can be understood"));
        }
    }
}

/// Which column means what.
struct Columns {
    subject: usize,
    sex: Option<usize>,
    age: Option<usize>,
    pathology: Option<usize>,
    attributes: Vec<usize>,
}

impl Columns {
    fn find(table: &Table, named: &MetadataColumns) -> Option<Self> {
        let column = |name: &str| {
            table.columns.iter().position(|column| column.trim().eq_ignore_ascii_case(name))
        };
        let find = |named: &Option<String>, usual: &[&str]| match named {
            Some(name) => column(name),
            None => usual.iter().copied().find_map(column),
        };
        const SUBJECT: [&str; 8] = [
            "subject",
            "subject_id",
            "participant_id",
            "image_id",
            "case_id",
            "patient_id",
            "case",
            "id",
        ];
        Some(Self {
            subject: find(&named.subject, &SUBJECT)?,
            sex: find(&named.sex, &["sex", "gender"]),
            age: find(&named.age, &["age", "age_years", "age_at_nephrectomy"]),
            pathology: find(&named.pathology, &["pathology", "diagnosis", "disease"]),
            attributes: named.attributes.iter().filter_map(|name| column(name)).collect(),
        })
    }
}

/// An id as tables and folders share it: BIDS writes `sub-01` where folders may say `01`.
fn plain(id: &str) -> &str {
    id.strip_prefix("sub-").unwrap_or(id)
}

/// What a cell says; `None` for the many ways to say nothing.
fn said(cell: &str) -> Option<&str> {
    const NOTHING: [&str; 7] = ["", "n/a", "na", "nan", "none", "unknown", "-"];
    let text = cell.trim();
    let is_nothing = NOTHING.iter().any(|nothing| text.eq_ignore_ascii_case(nothing));
    (!is_nothing).then_some(text)
}

fn sex(text: &str) -> Option<Sex> {
    match text.to_ascii_lowercase().as_str() {
        "f" | "female" | "woman" | "w" => Some(Sex::Female),
        "m" | "male" | "man" => Some(Sex::Male),
        _ => None,
    }
}

fn age_years(text: &str) -> Option<u32> {
    stated_age_years(text).map(|age| (age.floor() as u32).min(Subject::OLDEST_YEARS))
}

fn stated_age_years(text: &str) -> Option<f64> {
    let age: f64 = text.trim_end_matches('+').trim().parse().ok()?;
    (0.0..=130.0).contains(&age).then_some(age)
}

fn is_clamped(text: &str) -> bool {
    let oldest = f64::from(Subject::OLDEST_YEARS);
    stated_age_years(text).is_some_and(|age| age.floor() > oldest)
}

fn words(text: &str) -> String {
    text.to_lowercase().split(|c: char| c == '_' || c.is_whitespace()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(text: &str) -> Metadata {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, text).unwrap();
        Metadata::read(&path, &Dataset::find("local").unwrap(), &Reader::default()).unwrap()
    }

    #[test]
    fn rows_are_found_by_subject() {
        let table = metadata("image_id,age,gender,pathology\ns01,61.7,m,no_pathology\ns02,95,F,\n");
        let first = table.subject("local", "s01");
        assert_eq!((first.sex, first.age_years), (Some(Sex::Male), Some(61)));
        assert_eq!(first.pathology.as_deref(), Some("no pathology"));
        let second = table.subject("local", "s02");
        assert_eq!((second.age_years, second.pathology), (Some(90), None));
        assert_eq!(table.subject("local", "s03").sex, None);
    }

    #[test]
    fn what_is_not_understood_is_reported() {
        let table = metadata("participant_id,age,sex\nsub-01,ninety,M\nsub-02,-1,x\nsub-03,n/a,\n");
        let subjects = ["01", "07"].map(str::to_owned).into();
        let report = table.join_report(&subjects);
        assert_eq!(report.n_rows, 3);
        assert_eq!(report.matched, ["01"]);
        assert_eq!(report.subjects_without_row, ["07"]);
        assert_eq!(report.rows_without_subject, ["02", "03"]);
        assert_eq!(report.notes.len(), 3);
    }

    #[test]
    fn a_table_without_subjects_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.tsv");
        std::fs::write(&path, "colour\tage\nred\t3\n").unwrap();
        let message = Metadata::read(&path, &Dataset::find("local").unwrap(), &Reader::default())
            .unwrap_err();
        assert!(message.to_string().contains("its columns are colour, age"), "{message}");
    }
}
