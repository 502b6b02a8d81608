//! Tables in Parquet, written and read back: columns of text, whole numbers, numbers and flags, in
//! which values may be missing.
//!
//! The same rows give the same bytes. What is read is taken to have been written here: its hash was
//! compared with one that is known.

mod read;
mod write;

pub use read::{Table, read};
pub use write::TableWriter;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// Floating-point numbers of 64 bits.
    Number,
    /// True or false.
    Flag,
}

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// None.
    Missing,
    /// Of a column of text.
    Text(&'a str),
    /// Of a column of whole numbers.
    Integer(i64),
    /// Of a column of numbers.
    Number(f64),
    /// Of a column of flags.
    Flag(bool),
}

/// The values of a column, one a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Text.
    Text(Texts),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
    /// Flags.
    Flag(Vec<Option<bool>>),
}

/// Many texts in one: short ones cost no allocation each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts {
    text: String,
    ends: Vec<usize>,
    is_there: Vec<bool>,
}

impl Texts {
    /// Adds a text, or that there is none.
    pub fn push(&mut self, text: Option<&str>) {
        self.text.push_str(text.unwrap_or_default());
        self.ends.push(self.text.len());
        self.is_there.push(text.is_some());
    }

    /// The text of a row; `None` where there is none, or no such row.
    pub fn get(&self, row: usize) -> Option<&str> {
        if !*self.is_there.get(row)? {
            return None;
        }
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..self.ends[row]])
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

impl Column {
    /// A column without rows.
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(Texts::default()),
            Kind::Integer => Self::Integer(Vec::new()),
            Kind::Number => Self::Number(Vec::new()),
            Kind::Flag => Self::Flag(Vec::new()),
        }
    }

    /// What it holds.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Integer(_) => Kind::Integer,
            Self::Number(_) => Kind::Number,
            Self::Flag(_) => Kind::Flag,
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(texts) => texts.len(),
            Self::Integer(values) => values.len(),
            Self::Number(values) => values.len(),
            Self::Flag(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a value. One of another kind than the column's counts as missing.
    pub fn push(&mut self, cell: Cell<'_>) {
        match self {
            Self::Text(texts) => texts.push(match cell {
                Cell::Text(text) => Some(text),
                _ => None,
            }),
            Self::Integer(values) => values.push(match cell {
                Cell::Integer(value) => Some(value),
                _ => None,
            }),
            Self::Number(values) => values.push(match cell {
                Cell::Number(value) => Some(value),
                _ => None,
            }),
            Self::Flag(values) => values.push(match cell {
                Cell::Flag(value) => Some(value),
                _ => None,
            }),
        }
    }

    /// The value of a row.
    pub fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Text(texts) => texts.get(row).map_or(Cell::Missing, Cell::Text),
            Self::Integer(values) => at(values, row).map_or(Cell::Missing, Cell::Integer),
            Self::Number(values) => at(values, row).map_or(Cell::Missing, Cell::Number),
            Self::Flag(values) => at(values, row).map_or(Cell::Missing, Cell::Flag),
        }
    }
}

fn at<T: Copy>(values: &[Option<T>], row: usize) -> Option<T> {
    values.get(row).copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [(&str, Kind); 4] = [
        ("name", Kind::Text),
        ("n_faces", Kind::Integer),
        ("volume_mm3", Kind::Number),
        ("closed", Kind::Flag),
    ];

    fn written(n_rows: usize, group: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = TableWriter::new(&mut bytes, &COLUMNS, "a test", group).unwrap();
        for row in 0..n_rows {
            let name = format!("shape {row}");
            let is_odd = row % 2 == 1;
            writer
                .add(&[
                    if row % 7 == 0 { Cell::Missing } else { Cell::Text(&name) },
                    if is_odd { Cell::Integer(row as i64) } else { Cell::Missing },
                    Cell::Number(row as f64 / 3.0),
                    Cell::Flag(is_odd),
                ])
                .unwrap();
        }
        writer.finish().unwrap();
        bytes
    }

    fn read_back(bytes: &[u8]) -> Table {
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
        read(file).unwrap()
    }

    #[test]
    fn every_value_and_every_gap_comes_back_however_rows_are_grouped() {
        for (n_rows, group) in [(0, 10), (1, 10), (10, 10), (95, 10), (95, 1000)] {
            let bytes = written(n_rows, group);
            assert_eq!(&bytes[..4], b"PAR1");
            let table = read_back(&bytes);
            assert_eq!(table.n_rows, n_rows);
            let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, COLUMNS.map(|(name, _)| name));
            for row in 0..n_rows {
                let name = format!("shape {row}");
                let expected = if row % 7 == 0 { Cell::Missing } else { Cell::Text(&name) };
                assert_eq!(table.column("name").unwrap().cell(row), expected);
                let number = if row % 2 == 1 { Cell::Integer(row as i64) } else { Cell::Missing };
                assert_eq!(table.column("n_faces").unwrap().cell(row), number);
                let volume = Cell::Number(row as f64 / 3.0);
                assert_eq!(table.column("volume_mm3").unwrap().cell(row), volume);
                assert_eq!(table.column("closed").unwrap().cell(row), Cell::Flag(row % 2 == 1));
            }
        }
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        assert_eq!(written(95, 10), written(95, 10));
        assert_ne!(written(95, 10), written(94, 10));
    }

    #[test]
    fn rows_of_another_width_are_refused() {
        let mut bytes = Vec::new();
        let mut writer = TableWriter::new(&mut bytes, &COLUMNS, "a test", 10).unwrap();
        assert!(writer.add(&[Cell::Missing]).is_err());
    }

    #[test]
    fn what_is_no_parquet_is_an_error() {
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, b"PAR1 and nothing else").unwrap();
        assert!(read(file).is_err());
    }
}
