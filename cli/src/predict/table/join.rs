//! A second table beside the first, by patient and, if it has that column, by lesion.

use super::Rows;
use super::cells::{Cells, Column, Frame};
use crate::exit::Failure;
use std::collections::{HashMap, HashSet};

/// Most names that a message lists.
const MOST_NAMES: usize = 5;

/// Adds the columns of a table. Rows without a partner get empty cells, and are counted in the notes.
pub fn join(rows: &mut Rows, frame: Frame, group: &str) -> Result<(), Failure> {
    let refused = |problem: String, remedy: &str| Err(Failure::refused(problem, frame.name.clone(), remedy));
    let Some(patients) = frame.words(group) else {
        return refused(
            format!("it has no column {group:?} to join by"),
            "the patient's column under that name",
        );
    };
    let lesions = ["region", "lesion"].iter().find_map(|name| frame.words(name));
    let key = |patient: &str, lesion: &str| match lesions {
        Some(_) => (patient.to_owned(), lesion.to_owned()),
        None => (patient.to_owned(), String::new()),
    };
    let mut places = HashMap::<(String, String), usize>::new();
    for (row, patient) in patients.iter().enumerate() {
        let lesion = lesions.as_ref().map_or("", |lesions| &lesions[row]);
        if places.insert(key(patient, lesion), row).is_some() {
            let of = if lesion.is_empty() { String::new() } else { format!(", lesion {lesion},") };
            return refused(
                format!(
                    "patient {patient}{of} is there twice (row {} is the second), and which one counts nobody knows",
                    row + 1
                ),
                "one row for each patient, or a column region with one row for each lesion",
            );
        }
    }
    let partners: Vec<Option<usize>> = (0..rows.len())
        .map(|row| places.get(&key(&rows.patients[row], &rows.lesions[row])).copied())
        .collect();
    let without: Vec<String> =
        (0..rows.len()).filter(|&row| partners[row].is_none()).map(|row| rows.who(row)).collect();
    if without.len() == rows.len() {
        return refused(
            format!("none of its rows belongs to a row of the features (such as {})", without[0]),
            "the same names of patients and lesions in both tables",
        );
    }
    if !without.is_empty() {
        rows.notes.push(format!(
            "{} have no row in {}: {}",
            counted(without.len()),
            frame.name,
            named(&without)
        ));
    }
    let met: HashSet<usize> = partners.iter().flatten().copied().collect();
    if met.len() < patients.len() {
        let alone: Vec<String> = (0..patients.len())
            .filter(|row| !met.contains(row))
            .map(|row| format!("patient {}", patients[row]))
            .collect();
        rows.notes.push(format!(
            "{} of {} have no features: {}",
            counted(alone.len()),
            frame.name,
            named(&alone)
        ));
    }
    rows.is_synthetic |= frame.is_synthetic();
    for column in &frame.columns {
        let is_key = column.name == group
            || (lesions.is_some() && ["region", "lesion"].contains(&column.name.as_str()));
        if is_key || column.name == "notice" {
            continue;
        }
        if rows.column(&column.name).is_some() {
            return refused(
                format!("column {:?} is in both tables", column.name),
                "another name in one of them",
            );
        }
        let cells = match &column.cells {
            Cells::Numbers(numbers) => {
                Cells::Numbers(partners.iter().map(|at| at.map_or(f64::NAN, |at| numbers[at])).collect())
            }
            Cells::Words(words) => Cells::Words(
                partners.iter().map(|at| at.map_or_else(String::new, |at| words[at].clone())).collect(),
            ),
        };
        rows.joined.insert(column.name.clone());
        rows.columns.push(Column { name: column.name.clone(), cells });
    }
    rows.files.push((frame.name, frame.sha256));
    rows.notes.extend(frame.notes);
    Ok(())
}

fn counted(rows: usize) -> String {
    if rows == 1 { "1 row".into() } else { format!("{rows} rows") }
}

/// The first few names.
pub fn named(names: &[String]) -> String {
    let mut shown = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join("; ");
    if names.len() > MOST_NAMES {
        shown.push_str(&format!(" and {} more", names.len() - MOST_NAMES));
    }
    shown
}
