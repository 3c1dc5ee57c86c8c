//! CSV files.

use super::cells::{Cells, Column, Frame, number};
use super::organs::hex;
use crate::exit::Failure;
use sha2::{Digest, Sha256};

/// Columns whose values are names, though they may look like numbers.
const NAMES: [&str; 6] = ["patient_id", "image", "region", "lesion", "site", "recipe_sha256"];

/// Reads a table: a column is of numbers if each of its cells is a number or empty.
pub fn read(name: &str, bytes: &[u8], group: &str) -> Result<Frame, Failure> {
    let bytes_without_mark = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let refused = |error: csv::Error| {
        Failure::refused(
            format!("the table cannot be read: {error}"),
            name,
            "a CSV file in UTF-8, with a header",
        )
    };
    let reader = || csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes_without_mark);
    let mut first = reader();
    let head = first.headers().map_err(refused)?.clone();
    if head.len() == 1 && head[0].contains(';') {
        return Err(Failure::refused(
            "its columns are separated by semicolons",
            name,
            "saving it with commas between the columns and points in the numbers",
        ));
    }
    let mut sorted: Vec<&str> = head.iter().collect();
    sorted.sort_unstable();
    if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(Failure::refused(
            format!("column {:?} is there twice", twice[0]),
            name,
            "one of the two",
        ));
    }
    let mut are_numbers: Vec<bool> =
        head.iter().map(|column| column != group && !NAMES.contains(&column)).collect();
    let mut record = csv::StringRecord::new();
    let mut rows = 0;
    while first.read_record(&mut record).map_err(refused)? {
        rows += 1;
        for (is_number, cell) in are_numbers.iter_mut().zip(&record) {
            *is_number = *is_number && number(cell).is_some();
        }
    }
    if rows == 0 {
        return Err(Failure::refused("it has no row", name, "a table with one row a lesion or a patient"));
    }
    let mut columns: Vec<Column> = head
        .iter()
        .zip(&are_numbers)
        .map(|(column, is_number)| Column {
            name: column.to_owned(),
            cells: if *is_number {
                Cells::Numbers(Vec::with_capacity(rows))
            } else {
                Cells::Words(Vec::with_capacity(rows))
            },
        })
        .collect();
    let mut second = reader();
    while second.read_record(&mut record).map_err(refused)? {
        for (column, cell) in columns.iter_mut().zip(&record) {
            match &mut column.cells {
                Cells::Numbers(numbers) => numbers.push(number(cell).unwrap_or(f64::NAN)),
                Cells::Words(words) => words.push(cell.to_owned()),
            }
        }
    }
    Ok(Frame { name: name.into(), sha256: hex(&Sha256::digest(bytes)), columns, notes: Vec::new() })
}
