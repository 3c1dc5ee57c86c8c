//! Which columns become variables, and the tables of the comparators.

use super::super::arguments::{MissingChoice, TrainArguments};
use super::super::table::join::named;
use super::super::table::{Cells, Rows};
use crate::exit::Failure;
use ::predict::Table;
use ::predict::model::Meaning;
use ndarray::Array2;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

/// A variable: a column of numbers, or whether a column says a word.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The variable's name, `column` or `column=word`.
    pub name: String,
    /// Its values; NaN where nothing is known.
    pub values: Vec<f64>,
    /// Whether it is a clinical one.
    pub is_clinical: bool,
}

/// The variables that a table offers.
pub fn sources(rows: &Rows, arguments: &TrainArguments, file: &str) -> Result<Vec<Source>, Failure> {
    let [only, not] =
        [&arguments.variables, &arguments.leave_out].map(|pattern| pattern.as_deref().map(whole).transpose());
    let (only, not) = (only?, not?);
    let apart: BTreeSet<&str> = std::iter::once(arguments.target.as_str())
        .chain(arguments.time.as_deref())
        .chain(arguments.site.as_deref())
        .chain(arguments.clinical.iter().map(String::as_str))
        .chain(arguments.acquisition.iter().map(String::as_str))
        .collect();
    let mut sources = Vec::new();
    for column in &rows.columns {
        let name = column.name.as_str();
        if Rows::is_provenance(name, &arguments.group) || apart.contains(name) || rows.joined.contains(name) {
            continue;
        }
        let wanted = only.as_ref().is_none_or(|only| only.is_match(name))
            && not.as_ref().is_none_or(|not| !not.is_match(name));
        if let (true, Some(values)) = (wanted, column.cells.numbers()) {
            sources.push(Source { name: name.into(), values: values.to_vec(), is_clinical: false });
        }
    }
    for name in &arguments.clinical {
        clinical(rows, arguments, name, file, &mut sources)?;
    }
    if sources.is_empty() {
        return Err(Failure::refused(
            "no column is left as a variable",
            file,
            "a table with columns of numbers, and --variables and --leave-out that keep some of them",
        ));
    }
    Ok(sources)
}

/// A warning about columns that no recipe makes and that the user has not called clinical: in a table that holds everything
/// they may be other outcomes.
pub fn foreign(sources: &[Source], meanings: &BTreeMap<String, Meaning>) -> Option<String> {
    let is_dose = |name: &str| {
        name.contains('.') && (name.ends_with("_gy") || name.ends_with("_cm3") || name.ends_with("_cm"))
    };
    let foreign: Vec<String> = sources
        .iter()
        .filter(|source| {
            !source.is_clinical && !meanings.contains_key(&source.name) && !is_dose(&source.name)
        })
        .map(|source| source.name.clone())
        .collect();
    (!foreign.is_empty()).then(|| {
        format!(
            "{} of the variables are no features of the recipe ({}): was each of them known before the outcome? --leave-out takes \
             away what was not",
            foreign.len(),
            named(&foreign)
        )
    })
}

fn whole(pattern: &str) -> Result<Regex, Failure> {
    Regex::new(&format!("^(?:{pattern})$")).map_err(|error| {
        Failure::command_line(format!("{pattern:?} is no regular expression: {error}"), "such as 'cm_.*'")
    })
}

fn clinical(
    rows: &Rows,
    arguments: &TrainArguments,
    name: &str,
    file: &str,
    sources: &mut Vec<Source>,
) -> Result<(), Failure> {
    if name == arguments.target || Some(name) == arguments.time.as_deref() {
        return Err(Failure::refused(
            format!("{name:?} is the outcome and cannot predict itself"),
            "--clinical",
            "leaving it out",
        ));
    }
    let Some(column) = rows.column(name) else {
        return Err(Failure::refused(
            format!("there is no column {name:?}"),
            file,
            "--clinical with columns of the tables",
        ));
    };
    match &column.cells {
        Cells::Numbers(values) => {
            sources.push(Source { name: name.into(), values: values.clone(), is_clinical: true });
        }
        Cells::Words(words) => {
            let known: BTreeSet<&String> = words.iter().filter(|word| !word.is_empty()).collect();
            if known.len() > 20 {
                return Err(Failure::refused(
                    format!(
                        "column {name:?} has {} different words, which is too many for classes",
                        known.len()
                    ),
                    file,
                    "a column with few words or with numbers",
                ));
            }
            // The first word is what the others are compared with.
            for word in known.iter().skip(1) {
                let value = |of: &String| match of {
                    of if of.is_empty() => f64::NAN,
                    of => f64::from(u8::from(of == *word)),
                };
                sources.push(Source {
                    name: format!("{name}={word}"),
                    values: words.iter().map(value).collect(),
                    is_clinical: true,
                });
            }
        }
    }
    Ok(())
}

/// Rows and variables without gaps, by the user's choice.
pub fn without_gaps(
    rows: &mut Rows,
    sources: &mut Vec<Source>,
    choice: MissingChoice,
    file: &str,
) -> Result<Vec<usize>, Failure> {
    let all: Vec<usize> = (0..rows.len()).collect();
    let gaps = |source: &Source| source.values.iter().filter(|value| !value.is_finite()).count();
    let bad: Vec<String> = sources
        .iter()
        .filter_map(|source| match gaps(source) {
            0 => None,
            n => Some(format!("{} ({n})", source.name)),
        })
        .collect();
    if bad.is_empty() {
        return Ok(all);
    }
    match choice {
        MissingChoice::Refuse => Err(Failure::refused(
            format!("{} of {} variables lack values in some rows: {}", bad.len(), sources.len(), named(&bad)),
            file,
            "--missing leave-out-rows, --missing leave-out-variables, or --leave-out with the columns; small lesions have features \
             that are not defined",
        )),
        MissingChoice::LeaveOutVariables => {
            rows.notes.push(format!(
                "{} variables lack values and were left out: {}",
                bad.len(),
                named(&bad)
            ));
            sources.retain(|source| gaps(source) == 0);
            Ok(all)
        }
        MissingChoice::LeaveOutRows => {
            let whole: Vec<usize> = all
                .into_iter()
                .filter(|&row| sources.iter().all(|source| source.values[row].is_finite()))
                .collect();
            rows.notes.push(format!(
                "{} of {} rows lack values and were left out",
                rows.len() - whole.len(),
                rows.len()
            ));
            rows.keep(&whole);
            for source in sources {
                source.values = whole.iter().map(|&row| source.values[row]).collect();
            }
            Ok(whole)
        }
    }
}

/// The variables as a table.
pub fn table(rows: &Rows, sources: &[&Source]) -> Table {
    let mut values = Array2::zeros((sources.len(), rows.len()));
    for (source, mut row) in sources.iter().zip(values.rows_mut()) {
        row.iter_mut().zip(&source.values).for_each(|(to, from)| *to = *from);
    }
    Table {
        names: sources.iter().map(|source| source.name.clone()).collect(),
        values,
        groups: numbered(&rows.patients).1,
        sites: None,
        repeat: None,
    }
}

/// The variables of the same lesions in a second table; NaN where it has none.
pub fn repeated(rows: &Rows, table: &Table, again: &Rows) -> Array2<f64> {
    let places: BTreeMap<(&str, &str), usize> = (0..again.len())
        .map(|row| ((again.patients[row].as_str(), again.lesions[row].as_str()), row))
        .collect();
    let partner =
        |row: usize| places.get(&(rows.patients[row].as_str(), rows.lesions[row].as_str())).copied();
    let partners: Vec<Option<usize>> = (0..rows.len()).map(partner).collect();
    let mut values = Array2::from_elem(table.values.dim(), f64::NAN);
    for (name, (mut row, own)) in
        table.names.iter().zip(values.rows_mut().into_iter().zip(table.values.rows()))
    {
        // What is not measured twice, such as an age, agrees with itself.
        let Some(found) = again.column(name).and_then(|column| column.cells.numbers()) else {
            row.assign(&own);
            continue;
        };
        row.iter_mut().zip(&partners).for_each(|(to, at)| *to = at.map_or(f64::NAN, |at| found[at]));
    }
    values
}

/// The different words in the order of the alphabet, and the number of each row's.
pub fn numbered(words: &[String]) -> (Vec<String>, Vec<usize>) {
    let names: BTreeSet<&String> = words.iter().collect();
    let numbers: BTreeMap<&String, usize> = names.iter().enumerate().map(|(n, name)| (*name, n)).collect();
    (names.into_iter().cloned().collect(), words.iter().map(|word| numbers[word]).collect())
}

/// Columns that hold a lesion's volume (mm³), if the user names none.
const VOLUMES: [&str; 2] = ["morph_volume", "morph_vol_approx"];

/// The volume's column.
pub fn volume(rows: &Rows, named: Option<&str>) -> Option<String> {
    let known = named.into_iter().chain(if named.is_none() { VOLUMES.to_vec() } else { Vec::new() });
    known
        .into_iter()
        .find(|name| rows.column(name).is_some_and(|c| c.cells.numbers().is_some()))
        .map(str::to_owned)
}

/// Simpler models to stand beside: clinical columns, the volume, the number of lesions.
pub fn comparators(
    rows: &Rows,
    sources: &[Source],
    volume: Option<&str>,
    file: &str,
) -> Result<Vec<(String, Table)>, Failure> {
    let mut comparators = Vec::new();
    let clinical: Vec<&Source> = sources.iter().filter(|source| source.is_clinical).collect();
    if !clinical.is_empty() {
        comparators.push(("clinical columns".to_owned(), table(rows, &clinical)));
    }
    if let Some(values) = volume.and_then(|name| rows.column(name)?.cells.numbers()) {
        if let Some(row) = values.iter().position(|value| !value.is_finite()) {
            return Err(Failure::refused(
                format!("the volume of {} is not known", rows.who(row)),
                file,
                "--volume with a column that has one for each lesion",
            ));
        }
        let source = Source { name: "volume".into(), values: values.to_vec(), is_clinical: false };
        comparators.push(("lesion volume".to_owned(), table(rows, &[&source])));
    }
    let (_, groups) = numbered(&rows.patients);
    let count = |row: usize| groups.iter().filter(|&&group| group == groups[row]).count() as f64;
    let mut counts = BTreeMap::new();
    let values =
        (0..rows.len()).map(|row| *counts.entry(groups[row]).or_insert_with(|| count(row))).collect();
    let source = Source { name: "number of lesions".into(), values, is_clinical: false };
    comparators.push(("number of lesions".to_owned(), table(rows, &[&source])));
    Ok(comparators)
}
