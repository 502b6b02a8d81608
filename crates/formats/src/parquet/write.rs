use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, GzipLevel, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{Type, TypePtr};

use super::{Cell, Column, Kind};

/// Writes a table row by row; a group of rows is in memory at a time.
pub struct TableWriter<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    kinds: Vec<Kind>,
    group: Vec<Column>,
    group_size: usize,
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a table of these columns. `program` says who wrote it; `group_size` rows stand together.
    ///
    /// # Errors
    /// `out` refuses.
    pub fn new(
        out: W,
        columns: &[(&str, Kind)],
        program: &str,
        group_size: usize,
    ) -> io::Result<Self> {
        let properties = WriterProperties::builder()
            .set_created_by(program.to_owned())
            .set_compression(Compression::GZIP(GzipLevel::default()))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .build();
        let schema = schema(columns).map_err(refused)?;
        let writer =
            SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(refused)?;
        let kinds: Vec<Kind> = columns.iter().map(|(_, kind)| *kind).collect();
        let group = kinds.iter().copied().map(Column::new).collect();
        Ok(Self { writer, kinds, group, group_size: group_size.max(1) })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The row is not as long as there are columns, or `out` refuses.
    pub fn add(&mut self, row: &[Cell<'_>]) -> io::Result<()> {
        if row.len() != self.group.len() {
            return Err(io::Error::other("a row has not as many values as there are columns"));
        }
        for (column, cell) in self.group.iter_mut().zip(row) {
            column.push(*cell);
        }
        if self.group.first().is_some_and(|column| column.len() >= self.group_size) {
            self.write_group()?;
        }
        Ok(())
    }

    /// Writes what is left, and the end.
    ///
    /// # Errors
    /// `out` refuses.
    pub fn finish(mut self) -> io::Result<()> {
        if self.group.first().is_some_and(|column| !column.is_empty()) {
            self.write_group()?;
        }
        self.writer.close().map_err(refused)?;
        Ok(())
    }

    fn write_group(&mut self) -> io::Result<()> {
        let empty = self.kinds.iter().copied().map(Column::new).collect();
        let columns = std::mem::replace(&mut self.group, empty);
        let mut write = || {
            let mut group = self.writer.next_row_group()?;
            for column in &columns {
                let missing = || ParquetError::General("a column has no place".to_owned());
                let mut out = group.next_column()?.ok_or_else(missing)?;
                write_column(&mut out, column)?;
                out.close()?;
            }
            group.close().map(|_| ())
        };
        write().map_err(refused)
    }
}

fn schema(columns: &[(&str, Kind)]) -> Result<TypePtr, ParquetError> {
    let field = |(name, kind): &(&str, Kind)| {
        let (physical, logical) = match kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Integer => (Physical::INT64, None),
            Kind::Number => (Physical::DOUBLE, None),
            Kind::Flag => (Physical::BOOLEAN, None),
        };
        let column = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        Ok(Arc::new(column))
    };
    let fields = columns.iter().map(field).collect::<Result<_, ParquetError>>()?;
    Type::group_type_builder("table").with_fields(fields).build().map(Arc::new)
}

fn write_column(out: &mut SerializedColumnWriter<'_>, column: &Column) -> Result<(), ParquetError> {
    // A level of 1 stands for a value, one of 0 for a gap.
    fn levels<T>(values: &[Option<T>]) -> Vec<i16> {
        values.iter().map(|value| i16::from(value.is_some())).collect()
    }
    fn present<T: Copy>(values: &[Option<T>]) -> Vec<T> {
        values.iter().copied().flatten().collect()
    }
    match column {
        Column::Text(texts) => {
            let rows = || (0..texts.len()).map(|row| texts.get(row));
            let levels: Vec<i16> = rows().map(|text| i16::from(text.is_some())).collect();
            let values: Vec<ByteArray> = rows().flatten().map(ByteArray::from).collect();
            out.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
        }
        Column::Integer(values) => {
            let (present, levels) = (present(values), levels(values));
            out.typed::<Int64Type>().write_batch(&present, Some(&levels), None)?;
        }
        Column::Number(values) => {
            let (present, levels) = (present(values), levels(values));
            out.typed::<DoubleType>().write_batch(&present, Some(&levels), None)?;
        }
        Column::Flag(values) => {
            let (present, levels) = (present(values), levels(values));
            out.typed::<BoolType>().write_batch(&present, Some(&levels), None)?;
        }
    }
    Ok(())
}

/// What the system said, where it did.
fn refused(cause: ParquetError) -> io::Error {
    match cause {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) => *cause,
            Err(cause) => io::Error::other(cause),
        },
        other => io::Error::other(other),
    }
}
