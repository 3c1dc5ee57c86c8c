//! Who was in training, a line a column.

use super::super::arguments::TrainArguments;
use super::super::table::join::named;
use super::super::table::{Cells, Rows};
use crate::estimate::report::numbers::significant;
use ::predict::model::Described;
use std::collections::{BTreeMap, BTreeSet};

/// Columns that are described where a table has them.
const USUAL: [&str; 9] =
    ["age", "sex", "cancer", "modality", "site", "kvp", "slice_thickness_mm", "contrast", "location"];

/// The outcome, what the user named, and what is usual.
pub fn described(rows: &Rows, arguments: &TrainArguments) -> Vec<Described> {
    let names = std::iter::once(arguments.target.as_str())
        .chain(arguments.time.as_deref())
        .chain(arguments.clinical.iter().map(String::as_str))
        .chain(arguments.acquisition.iter().map(String::as_str))
        .chain(arguments.site.as_deref())
        .chain(USUAL);
    let mut seen = BTreeSet::new();
    names
        .filter(|name| seen.insert(name.to_owned()))
        .filter_map(|name| {
            let column = rows.column(name)?;
            Some(Described { column: name.into(), values: values(&column.cells) })
        })
        .collect()
}

fn values(cells: &Cells) -> String {
    match cells {
        Cells::Numbers(numbers) => {
            let mut known: Vec<f64> = numbers.iter().copied().filter(|value| value.is_finite()).collect();
            known.sort_by(f64::total_cmp);
            match known.as_slice() {
                [] => "not known".into(),
                [least, ..] => format!(
                    "median {}, {} to {} ({} rows)",
                    short(known[known.len() / 2]),
                    short(*least),
                    short(known[known.len() - 1]),
                    known.len()
                ),
            }
        }
        Cells::Words(words) => {
            let mut counts = BTreeMap::<&str, usize>::new();
            words.iter().for_each(|word| *counts.entry(word).or_default() += 1);
            let all: Vec<String> = counts
                .into_iter()
                .map(|(word, n)| format!("{} {n}", if word.is_empty() { "not known" } else { word }))
                .collect();
            format!("{} rows", named(&all))
        }
    }
}

/// Three digits, without zeros at the end.
fn short(value: f64) -> String {
    let text = significant(value, 3);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
