//! Tables as Parquet, written as their rows come.

use crate::Error;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// A column: its name, what it means, and how to find it in a row. One definition makes the table and the dictionary.
pub struct Column<R> {
    /// Name; quantities end in their unit.
    pub name: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Where it is.
    pub value: Value<R>,
}

/// How to find a value in a row; what is not known is null.
pub enum Value<R> {
    /// Text.
    Text(fn(&R) -> Option<&str>),
    /// A number.
    Number(fn(&R) -> Option<f64>),
    /// A whole number.
    Count(fn(&R) -> Option<i64>),
    /// Yes or no.
    Flag(fn(&R) -> Option<bool>),
}

impl<R> Value<R> {
    /// In the dictionary.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "float64",
            Self::Count(_) => "int64",
            Self::Flag(_) => "boolean",
        }
    }
}

/// Rows that are written together; it bounds the memory.
const ROWS_IN_GROUP: usize = 1 << 16;

/// A table that is being written.
pub struct TableWriter<'a, R> {
    writer: SerializedFileWriter<File>,
    columns: &'a [Column<R>],
    waiting: Vec<R>,
    what: String,
}

impl<'a, R> TableWriter<'a, R> {
    /// Begins a file; `about` goes into its metadata.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(path: &Path, columns: &'a [Column<R>], about: &[(&str, &str)]) -> Result<Self, Error> {
        let what = crate::error::name(path);
        let file = File::create(path).map_err(Error::writing(path))?;
        let begin = || {
            let fields =
                columns.iter().map(|column| field(column).map(Arc::new)).collect::<Result<_, _>>()?;
            let schema = Arc::new(Type::group_type_builder("cohort").with_fields(fields).build()?);
            let about = about.iter().map(|(key, text)| KeyValue::new((*key).into(), (*text).to_owned()));
            let properties = WriterProperties::builder()
                .set_created_by(format!("straydose {}", env!("CARGO_PKG_VERSION")))
                .set_key_value_metadata(Some(about.collect()))
                .build();
            SerializedFileWriter::new(file, schema, Arc::new(properties))
        };
        let writer = begin().map_err(|error: ParquetError| failed(&what, &error))?;
        Ok(Self { writer, columns, waiting: Vec::new(), what })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn push(&mut self, row: R) -> Result<(), Error> {
        self.waiting.push(row);
        if self.waiting.len() >= ROWS_IN_GROUP { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        let rows = std::mem::take(&mut self.waiting);
        let write = || {
            let mut group = self.writer.next_row_group()?;
            for column in self.columns {
                match column.value {
                    Value::Text(of) => {
                        put::<ByteArrayType, _>(&mut group, &rows, |row| of(row).map(ByteArray::from))?;
                    }
                    Value::Number(of) => {
                        put::<DoubleType, _>(&mut group, &rows, |row| of(row).filter(|x| !x.is_nan()))?;
                    }
                    Value::Count(of) => put::<Int64Type, _>(&mut group, &rows, of)?,
                    Value::Flag(of) => put::<BoolType, _>(&mut group, &rows, of)?,
                }
            }
            group.close().map(|_| ())
        };
        let mut write = write;
        write().map_err(|error: ParquetError| failed(&self.what, &error))
    }

    /// Writes what is left and ends the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn close(mut self) -> Result<(), Error> {
        if !self.waiting.is_empty() {
            self.flush()?;
        }
        let what = self.what;
        self.writer.close().map_err(|error| failed(&what, &error))?;
        Ok(())
    }
}

fn failed(what: &str, error: &ParquetError) -> Error {
    Error::Write { what: what.to_owned(), problem: error.to_string() }
}

fn field<R>(column: &Column<R>) -> Result<Type, ParquetError> {
    let (physical, logical) = match column.value {
        Value::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Value::Number(_) => (Physical::DOUBLE, None),
        Value::Count(_) => (Physical::INT64, None),
        Value::Flag(_) => (Physical::BOOLEAN, None),
    };
    Type::primitive_type_builder(column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

/// A column of a group: its values, and for each row whether there is one.
fn put<T: DataType, R>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    rows: &[R],
    value: impl Fn(&R) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let found: Vec<Option<T::T>> = rows.iter().map(value).collect();
    let is_there: Vec<i16> = found.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = found.into_iter().flatten().collect();
    let mut out = group.next_column()?.ok_or_else(|| ParquetError::General("a column is missing".into()))?;
    out.typed::<T>().write_batch(&values, Some(&is_there), None)?;
    out.close()
}
