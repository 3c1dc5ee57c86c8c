//! The column of the outcome, as a predictor needs it.

use super::super::arguments::{KindChoice, TrainArguments};
use super::super::table::join::named;
use super::super::table::{Cells, Rows};
use crate::exit::Failure;
use ::predict::Outcome;
use std::collections::BTreeMap;

/// Words that mean yes or no without being told.
const YES: [&str; 5] = ["1", "yes", "true", "y", "responder"];
const NO: [&str; 6] = ["0", "no", "false", "n", "non-responder", "nonresponder"];

/// More different words than this are numbers, or names.
const MOST_CLASSES: usize = 12;

/// The outcome. Rows without one are left out of `rows`, and counted in its notes.
pub fn outcome(rows: &mut Rows, arguments: &TrainArguments, file: &str) -> Result<Outcome, Failure> {
    let target = &arguments.target;
    for name in std::iter::once(target).chain(&arguments.time) {
        if rows.column(name).is_none() {
            let candidates: Vec<String> = rows
                .columns
                .iter()
                .filter(|column| rows.joined.is_empty() || rows.joined.contains(&column.name))
                .map(|column| column.name.clone())
                .collect();
            return Err(Failure::refused(
                format!("there is no column {name:?}"),
                file,
                format!("one of the columns ({}), or --join with the table that has it", named(&candidates)),
            ));
        }
    }
    let words = rows.words(target).unwrap_or_default();
    let times = arguments.time.as_ref().and_then(|time| rows.words(time));
    let known: Vec<usize> = (0..rows.len())
        .filter(|&row| {
            !words[row].trim().is_empty() && times.as_ref().is_none_or(|times| !times[row].trim().is_empty())
        })
        .collect();
    if known.len() < rows.len() {
        let unknown = rows.len() - known.len();
        rows.notes.push(format!("{unknown} of {} rows have no outcome and were left out", rows.len()));
        rows.keep(&known);
    }
    match arguments.kind {
        KindChoice::Linear => Ok(Outcome::Continuous(numbers(rows, target, file)?)),
        KindChoice::Logistic => Ok(Outcome::Binary(classes(rows, arguments, file)?)),
        KindChoice::Cox => {
            let time = numbers(rows, arguments.time.as_deref().unwrap_or_default(), file)?;
            if let Some(row) = time.iter().position(|time| *time <= 0.0) {
                return Err(Failure::refused(
                    format!("the time of {} is {}, and a time must be above 0", rows.who(row), time[row]),
                    file,
                    "the time from the scan to the event or to the last visit; a patient with an event at once gets half a day",
                ));
            }
            Ok(Outcome::Survival { time, event: classes(rows, arguments, file)? })
        }
    }
}

fn numbers(rows: &Rows, name: &str, file: &str) -> Result<Vec<f64>, Failure> {
    match rows.column(name).map(|column| &column.cells) {
        Some(Cells::Numbers(numbers)) => Ok(numbers.clone()),
        _ => {
            let words = rows.words(name).unwrap_or_default();
            let bad = words.iter().position(|word| word.trim().parse::<f64>().is_err()).unwrap_or(0);
            Err(Failure::refused(
                format!(
                    "column {name:?} is {:?} for {}, which is no number",
                    words.get(bad).map_or("", String::as_str),
                    rows.who(bad)
                ),
                file,
                "numbers with a point; for classes --kind logistic",
            ))
        }
    }
}

fn classes(rows: &Rows, arguments: &TrainArguments, file: &str) -> Result<Vec<bool>, Failure> {
    let target = &arguments.target;
    let words = rows.words(target).unwrap_or_default();
    let mut counts = BTreeMap::<&str, usize>::new();
    words.iter().for_each(|word| *counts.entry(word.as_str()).or_default() += 1);
    let listed: Vec<String> = counts.iter().map(|(word, n)| format!("{word} ({n})")).collect();
    if !arguments.yes.is_empty() {
        if let Some(missing) = arguments.yes.iter().find(|word| !counts.contains_key(word.as_str())) {
            return Err(Failure::refused(
                format!("no row of {target:?} says {missing:?}; it says {}", named(&listed)),
                file,
                "--yes with words as they stand in the table",
            ));
        }
        return Ok(words.iter().map(|word| arguments.yes.contains(word)).collect());
    }
    let meaning = |word: &str| {
        let word = word.to_lowercase();
        if YES.contains(&word.as_str()) {
            Some(true)
        } else if NO.contains(&word.as_str()) {
            Some(false)
        } else {
            None
        }
    };
    match words.iter().map(|word| meaning(word)).collect::<Option<Vec<bool>>>() {
        Some(classes) => Ok(classes),
        None => Err(Failure::refused(
            format!("{target:?} says {}, and it is not clear which of these mean yes", named(&listed)),
            file,
            if counts.len() > MOST_CLASSES {
                "--kind linear for a number"
            } else {
                "--yes with the words that mean yes, such as --yes CR,PR; all others then mean no"
            },
        )),
    }
}
