use std::fs::File;
use std::io;

use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, ByteArrayType, DataType};
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};

use super::{Cell, Column, Kind, Texts};

/// A whole table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Number of rows.
    pub n_rows: usize,
    /// Columns by name, in the order of the file.
    pub columns: Vec<(String, Column)>,
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(known, _)| known == name).map(|(_, column)| column)
    }
}

/// Reads a table whole.
///
/// # Errors
/// The file cannot be read, or a column is of a kind that is not written here.
pub fn read(file: File) -> io::Result<Table> {
    read_table(file).map_err(io::Error::other)
}

fn read_table(file: File) -> Result<Table, ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let mut table = Table { n_rows: 0, columns: Vec::new() };
    for column in schema.columns() {
        let kind = match column.physical_type() {
            ::parquet::basic::Type::BYTE_ARRAY => Kind::Text,
            ::parquet::basic::Type::INT64 => Kind::Integer,
            ::parquet::basic::Type::DOUBLE => Kind::Number,
            ::parquet::basic::Type::BOOLEAN => Kind::Flag,
            other => {
                let text = format!("column `{}` is of type {other}", column.name());
                return Err(ParquetError::General(text));
            }
        };
        table.columns.push((column.name().to_owned(), Column::new(kind)));
    }
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index)?;
        let n_rows = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
        for (place, (_, column)) in table.columns.iter_mut().enumerate() {
            read_column(group.get_column_reader(place)?, n_rows, column)?;
        }
        table.n_rows += n_rows;
    }
    Ok(table)
}

fn read_column(
    reader: ColumnReader,
    n_rows: usize,
    column: &mut Column,
) -> Result<(), ParquetError> {
    match (reader, column) {
        (ColumnReader::ByteArrayColumnReader(reader), Column::Text(texts)) => {
            read_texts(reader, n_rows, texts)
        }
        (ColumnReader::Int64ColumnReader(reader), column) => {
            each(reader, n_rows, |value| column.push(value.map_or(Cell::Missing, Cell::Integer)))
        }
        (ColumnReader::DoubleColumnReader(reader), column) => {
            each(reader, n_rows, |value| column.push(value.map_or(Cell::Missing, Cell::Number)))
        }
        (ColumnReader::BoolColumnReader(reader), column) => {
            each(reader, n_rows, |value| column.push(value.map_or(Cell::Missing, Cell::Flag)))
        }
        _ => Err(ParquetError::General("a column is not of the type of its table".to_owned())),
    }
}

fn read_texts(
    reader: ColumnReaderImpl<ByteArrayType>,
    n_rows: usize,
    texts: &mut Texts,
) -> Result<(), ParquetError> {
    let mut error = None;
    each(reader, n_rows, |value: Option<ByteArray>| {
        match value.as_ref().map(ByteArray::as_utf8).transpose() {
            Ok(text) => texts.push(text),
            Err(cause) => error = Some(cause),
        }
    })?;
    error.map_or(Ok(()), Err)
}

/// Shows `visit` the values of a column chunk, gaps included.
fn each<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    n_rows: usize,
    mut visit: impl FnMut(Option<T::T>),
) -> Result<(), ParquetError> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let mut n_read = 0;
    while n_read < n_rows {
        levels.clear();
        values.clear();
        let (n, ..) = reader.read_records(n_rows - n_read, Some(&mut levels), None, &mut values)?;
        if n == 0 {
            return Err(ParquetError::EOF("a column has fewer values than rows".to_owned()));
        }
        let mut present = values.drain(..);
        for level in &levels {
            visit(if *level == 0 { None } else { present.next() });
        }
        n_read += n;
    }
    Ok(())
}
