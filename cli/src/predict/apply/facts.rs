//! All that is known of a lesion, as a model asks for it.

use super::super::table::cells::number;
use super::super::table::{Cells, Rows};
use crate::exit::Failure;
use ::predict::model::{Answer, Model, Scorer};
use std::collections::BTreeMap;

/// Columns that hold a lesion's volume (mm³).
const VOLUMES: [&str; 2] = ["morph_volume", "morph_vol_approx"];

/// Values that hold for all rows.
pub struct Given(BTreeMap<String, String>);

impl Given {
    /// From `COLUMN=VALUE`.
    pub fn read(texts: &[String]) -> Result<Given, Failure> {
        let pair = |text: &String| {
            text.split_once('=')
                .map(|(column, value)| (column.trim().to_owned(), value.trim().to_owned()))
                .ok_or_else(|| {
                    Failure::command_line(
                        format!("--given {text} is no COLUMN=VALUE"),
                        "such as --given age=61",
                    )
                })
        };
        texts.iter().map(pair).collect::<Result<_, _>>().map(Given)
    }

    /// Column and value.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }
}

/// A lesion.
#[derive(Clone, Default)]
pub struct Facts {
    pub patient: String,
    pub lesion: String,
    pub recipe_sha256: String,
    pub numbers: BTreeMap<String, f64>,
    pub words: BTreeMap<String, String>,
    pub volume_mm3: Option<f64>,
}

impl Facts {
    /// Of every row of a table.
    pub fn of_rows(rows: &Rows, given: &Given) -> Vec<Facts> {
        let empty = super::hash("");
        (0..rows.len())
            .map(|row| {
                let mut facts = Facts {
                    patient: rows.patients[row].clone(),
                    lesion: rows.lesions[row].clone(),
                    recipe_sha256: rows.recipes.as_ref().map_or_else(|| empty.clone(), |of| of[row].clone()),
                    ..Facts::default()
                };
                for column in &rows.columns {
                    match &column.cells {
                        Cells::Numbers(numbers) => {
                            facts.numbers.insert(column.name.clone(), numbers[row]);
                        }
                        Cells::Words(words) => {
                            facts.words.insert(column.name.clone(), words[row].clone());
                        }
                    }
                }
                facts.take(given);
                facts
            })
            .collect()
    }

    /// Takes what holds for all, and finds the volume.
    pub fn take(&mut self, given: &Given) {
        for (column, value) in given.iter() {
            match number(value).filter(|number| !number.is_nan()) {
                Some(number) => {
                    self.numbers.insert(column.clone(), number);
                    // It may be a name that looks like a number.
                    self.words.insert(column.clone(), value.clone());
                }
                None => {
                    self.words.insert(column.clone(), value.clone());
                }
            }
        }
        if let Some(patient) = given.0.get("patient_id") {
            self.patient.clone_from(patient);
        }
        let found = VOLUMES.iter().find_map(|name| self.numbers.get(*name)).copied();
        self.volume_mm3 = found.or(self.volume_mm3).filter(|volume| volume.is_finite());
    }

    /// Whether the table has the column of a variable, be it empty in this row.
    pub fn knows(&self, variable: &str) -> bool {
        self.numbers.contains_key(variable)
            || variable.split_once('=').is_some_and(|(column, _)| self.words.contains_key(column))
    }

    fn number(&self, variable: &str) -> Option<f64> {
        if let Some(value) = self.numbers.get(variable) {
            return Some(*value).filter(|value| value.is_finite());
        }
        let (column, word) = variable.split_once('=')?;
        let found = self.word(column)?;
        Some(f64::from(u8::from(found == word)))
    }

    fn word(&self, column: &str) -> Option<String> {
        let number = || self.numbers.get(column).filter(|value| value.is_finite()).map(f64::to_string);
        self.words.get(column).filter(|word| !word.is_empty()).cloned().or_else(number)
    }

    /// Whether this lesion was biopsied, where a table says so.
    pub fn is_biopsied(&self) -> bool {
        let says = self.word("biopsied").unwrap_or_default().to_lowercase();
        ["1", "yes", "true", "y"].contains(&says.as_str())
    }

    /// What the model says of it.
    pub fn answer(&self, model: &Model, scorer: &Scorer) -> Answer {
        let (modality, cancer) = (self.word("modality"), self.word("cancer"));
        let contrast = self.word("contrast").and_then(|word| match word.to_lowercase().as_str() {
            "1" | "yes" | "true" | "with" => Some(true),
            "0" | "no" | "false" | "without" => Some(false),
            _ => None,
        });
        let site = model.harmonisation.as_ref().and_then(|harmonisation| self.word(&harmonisation.column));
        scorer.score(&::predict::model::Given {
            value: &|variable| self.number(variable),
            word: &|column| self.word(column),
            recipe_sha256: &self.recipe_sha256,
            modality: modality.as_deref(),
            cancer: cancer.as_deref(),
            contrast,
            site: site.as_deref(),
            volume_mm3: self.volume_mm3,
        })
    }
}
