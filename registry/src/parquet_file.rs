//! Tables as Parquet, written as their rows come.

use crate::Error;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use std::borrow::Cow;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// A column: its name, what it means, and how to find it in a row. One definition makes the table and the dictionary.
pub struct Column<R> {
    /// Name; quantities end in their unit.
    pub name: Cow<'static, str>,
    /// What it means.
    pub meaning: Cow<'static, str>,
    /// Where it is.
    pub value: Value<R>,
}

/// How to find a text in a row.
type TextOf<R> = Box<dyn for<'a> Fn(&'a R) -> Option<Cow<'a, str>>>;
/// How to find another value in a row.
type ValueOf<R, T> = Box<dyn Fn(&R) -> Option<T>>;

/// How to find a value in a row; what is not known is null.
pub enum Value<R> {
    /// Text.
    Text(TextOf<R>),
    /// A number.
    Number(ValueOf<R, f64>),
    /// A whole number.
    Count(ValueOf<R, i64>),
    /// Yes or no.
    Flag(ValueOf<R, bool>),
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

    /// In the file.
    fn physical(&self) -> (Physical, Option<LogicalType>) {
        match self {
            Self::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Self::Number(_) => (Physical::DOUBLE, None),
            Self::Count(_) => (Physical::INT64, None),
            Self::Flag(_) => (Physical::BOOLEAN, None),
        }
    }
}

/// Rows that are written together; it bounds the memory.
const ROWS_IN_GROUP: usize = 1 << 15;

/// A table that is being written.
pub struct TableWriter<R> {
    writer: SerializedFileWriter<File>,
    columns: Vec<Box<dyn Waiting<R>>>,
    rows: usize,
    what: String,
}

impl<R: 'static> TableWriter<R> {
    /// Begins a file; `about` goes into its metadata.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(path: &Path, columns: Vec<Column<R>>, about: &[(&str, &str)]) -> Result<Self, Error> {
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
        let columns = columns.into_iter().map(|column| waiting(column.value)).collect();
        Ok(Self { writer, columns, rows: 0, what })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn push(&mut self, row: &R) -> Result<(), Error> {
        self.columns.iter_mut().for_each(|column| column.take(row));
        self.rows += 1;
        if self.rows >= ROWS_IN_GROUP { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.rows = 0;
        let (writer, columns) = (&mut self.writer, &mut self.columns);
        let mut write = || {
            let mut group = writer.next_row_group()?;
            columns.iter_mut().try_for_each(|column| column.write(&mut group))?;
            group.close().map(|_| ())
        };
        write().map_err(|error: ParquetError| failed(&self.what, &error))
    }

    /// Writes what is left and ends the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn close(mut self) -> Result<(), Error> {
        if self.rows > 0 {
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
    let (physical, logical) = column.value.physical();
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

/// A column of the rows that wait to be written.
trait Waiting<R> {
    fn take(&mut self, row: &R);
    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<(), ParquetError>;
}

/// The values that are there, and for each row whether there is one.
struct Held<R, T: DataType> {
    of: ValueOf<R, T::T>,
    values: Vec<T::T>,
    is_there: Vec<i16>,
}

fn waiting<R: 'static>(value: Value<R>) -> Box<dyn Waiting<R>> {
    match value {
        Value::Text(of) => held::<R, ByteArrayType>(Box::new(move |row| {
            of(row).map(|text| ByteArray::from(text.into_owned().into_bytes()))
        })),
        Value::Number(of) => held::<R, DoubleType>(Box::new(move |row| of(row).filter(|x| !x.is_nan()))),
        Value::Count(of) => held::<R, Int64Type>(of),
        Value::Flag(of) => held::<R, BoolType>(of),
    }
}

fn held<R: 'static, T: DataType>(of: ValueOf<R, T::T>) -> Box<dyn Waiting<R>> {
    Box::new(Held::<R, T> { of, values: Vec::new(), is_there: Vec::new() })
}

impl<R, T: DataType> Waiting<R> for Held<R, T> {
    fn take(&mut self, row: &R) {
        let value = (self.of)(row);
        self.is_there.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<(), ParquetError> {
        let mut out =
            group.next_column()?.ok_or_else(|| ParquetError::General("a column is missing".into()))?;
        out.typed::<T>().write_batch(&self.values, Some(&self.is_there), None)?;
        self.values.clear();
        self.is_there.clear();
        out.close()
    }
}
