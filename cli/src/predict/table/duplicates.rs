//! Rows that are there twice: the same lesion, or the same patient under two names.

use super::{Rows, cells::Cells};
use crate::exit::Failure;
use std::collections::HashMap;

/// Numbers that two rows must share before they count as the same measurement.
const LEAST_NUMBERS: usize = 5;

/// Refuses a lesion that is named twice, and patients that share an image or all numbers of a row: a fold of the cross-validation would
/// be judged by a patient that it has learnt from.
pub fn refuse(rows: &Rows, images: Option<&[String]>, name: &str) -> Result<(), Failure> {
    let mut seen = HashMap::new();
    let scans = rows.words("image").unwrap_or_else(|| vec![String::new(); rows.len()]);
    for (row, scan) in scans.iter().enumerate() {
        let key = (&rows.patients[row], &rows.lesions[row], scan);
        if let Some(first) = seen.insert(key, row) {
            return Err(Failure::refused(
                format!("{} is there twice (rows {} and {})", rows.who(row), first + 1, row + 1),
                name,
                "one row for each lesion; different lesions need different names in the column region",
            ));
        }
    }
    if let Some(images) = images {
        let mut of = HashMap::<&str, usize>::new();
        for row in (0..rows.len().min(images.len())).filter(|&row| !images[row].is_empty()) {
            let first = *of.entry(&images[row]).or_insert(row);
            same_patient(rows, first, row, "have the same image", name)?;
        }
    }
    let numbers: Vec<&[f64]> = rows
        .columns
        .iter()
        .filter(|column| !rows.joined.contains(&column.name))
        .filter_map(|column| match &column.cells {
            Cells::Numbers(numbers) => Some(numbers.as_slice()),
            Cells::Words(_) => None,
        })
        .collect();
    if numbers.len() >= LEAST_NUMBERS {
        let mut of = HashMap::<Vec<u64>, usize>::new();
        for row in 0..rows.len() {
            let values: Vec<u64> = numbers.iter().map(|column| column[row].to_bits()).collect();
            let first = *of.entry(values).or_insert(row);
            same_patient(rows, first, row, "have the same value in every column", name)?;
        }
    }
    Ok(())
}

fn same_patient(rows: &Rows, first: usize, row: usize, what: &str, name: &str) -> Result<(), Failure> {
    if rows.patients[first] == rows.patients[row] {
        return Ok(());
    }
    Err(Failure::refused(
        format!(
            "{} and {} {what}: they seem to be one patient under two names, and the model would be judged by somebody it has learnt from",
            rows.who(first),
            rows.who(row)
        ),
        name,
        "one name for each patient",
    ))
}
