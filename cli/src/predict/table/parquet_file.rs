//! Parquet files with flat columns.

use super::cells::{Cells, Column, Frame};
use super::organs::hex;
use crate::exit::Failure;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Reads a table.
pub fn read(name: &str, bytes: &[u8], path: &Path) -> Result<Frame, Failure> {
    let sha256 = hex(&Sha256::digest(bytes));
    let columns = columns(path).map_err(|error| {
        Failure::refused(
            format!("the table cannot be read: {error}"),
            name,
            "a Parquet file of flat columns, uncompressed or with Snappy, or a CSV file",
        )
    })?;
    Ok(Frame { name: name.into(), sha256, columns, notes: Vec::new() })
}

fn columns(path: &Path) -> Result<Vec<Column>, ParquetError> {
    let file = SerializedFileReader::try_from(path)?;
    let schema = file.metadata().file_metadata().schema_descr_ptr();
    let mut columns: Vec<Column> = Vec::new();
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        for place in 0..schema.num_columns() {
            let column = schema.column(place);
            if column.max_rep_level() > 0 {
                return Err(ParquetError::General(format!("column {:?} holds lists", column.name())));
            }
            let optional = column.max_def_level();
            let cells = match group.get_column_reader(place)? {
                ColumnReader::DoubleColumnReader(reader) => numbers(reader, rows, optional, |value| *value)?,
                ColumnReader::FloatColumnReader(reader) => {
                    numbers(reader, rows, optional, |value| f64::from(*value))?
                }
                ColumnReader::Int32ColumnReader(reader) => {
                    numbers(reader, rows, optional, |value| f64::from(*value))?
                }
                ColumnReader::Int64ColumnReader(reader) => {
                    numbers(reader, rows, optional, |value| *value as f64)?
                }
                ColumnReader::BoolColumnReader(reader) => {
                    words(reader, rows, optional, |value| Ok(value.to_string()))?
                }
                ColumnReader::ByteArrayColumnReader(reader) => {
                    words(reader, rows, optional, |value: &ByteArray| Ok(value.as_utf8()?.to_owned()))?
                }
                _ => {
                    return Err(ParquetError::General(format!(
                        "column {:?} is neither of numbers nor of words",
                        column.name()
                    )));
                }
            };
            match columns.get_mut(place).map(|column| &mut column.cells) {
                None => columns.push(Column { name: column.name().to_owned(), cells }),
                Some(so_far) => match (so_far, cells) {
                    (Cells::Numbers(all), Cells::Numbers(more)) => all.extend(more),
                    (Cells::Words(all), Cells::Words(more)) => all.extend(more),
                    _ => unreachable!("a column has one type in all row groups"),
                },
            }
        }
    }
    Ok(columns)
}

fn numbers<T: DataType>(
    reader: ColumnReaderImpl<T>,
    rows: usize,
    optional: i16,
    value: impl Fn(&T::T) -> f64,
) -> Result<Cells, ParquetError> {
    let (values, present) = all(reader, rows, optional)?;
    let mut values = values.iter().map(value);
    Ok(Cells::Numbers(
        present
            .iter()
            .map(|is_there| if *is_there { values.next().unwrap_or(f64::NAN) } else { f64::NAN })
            .collect(),
    ))
}

fn words<T: DataType>(
    reader: ColumnReaderImpl<T>,
    rows: usize,
    optional: i16,
    value: impl Fn(&T::T) -> Result<String, ParquetError>,
) -> Result<Cells, ParquetError> {
    let (values, present) = all(reader, rows, optional)?;
    let values: Vec<String> = values.iter().map(value).collect::<Result<_, _>>()?;
    let mut values = values.into_iter();
    Ok(Cells::Words(
        present
            .iter()
            .map(|is_there| if *is_there { values.next().unwrap_or_default() } else { String::new() })
            .collect(),
    ))
}

/// The values that are there, and which rows have one.
fn all<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    rows: usize,
    optional: i16,
) -> Result<(Vec<T::T>, Vec<bool>), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        let (records, ..) = reader.read_records(rows - read, Some(&mut levels), None, &mut values)?;
        if records == 0 {
            break;
        }
        read += records;
    }
    let present =
        if optional > 0 { levels.iter().map(|level| *level == optional).collect() } else { vec![true; rows] };
    Ok((values, present))
}
