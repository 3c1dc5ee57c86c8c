//! Columns of numbers or words.

use crate::predict::notice::SYNTHETIC;

/// A file's table.
pub struct Frame {
    /// The file's name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its columns, of equal length.
    pub columns: Vec<Column>,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// A column.
#[derive(Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its values.
    pub cells: Cells,
}

/// The values of a column.
#[derive(Clone)]
pub enum Cells {
    /// Words; empty where nothing is known.
    Words(Vec<String>),
    /// Numbers; NaN where nothing is known.
    Numbers(Vec<f64>),
}

impl Cells {
    /// The values as words.
    pub fn words(&self) -> Vec<String> {
        match self {
            Cells::Words(words) => words.clone(),
            Cells::Numbers(numbers) => numbers.iter().map(|number| word(*number)).collect(),
        }
    }

    /// The numbers, where they are numbers.
    pub fn numbers(&self) -> Option<&[f64]> {
        match self {
            Cells::Words(_) => None,
            Cells::Numbers(numbers) => Some(numbers),
        }
    }

    /// Keeps the values at these places, in this order.
    pub fn keep(&mut self, places: &[usize]) {
        match self {
            Cells::Words(words) => *words = places.iter().map(|&at| words[at].clone()).collect(),
            Cells::Numbers(numbers) => *numbers = places.iter().map(|&at| numbers[at]).collect(),
        }
    }
}

impl Frame {
    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The words of a column.
    pub fn words(&self, name: &str) -> Option<Vec<String>> {
        self.column(name).map(|column| column.cells.words())
    }

    /// Whether the table says that it was made up.
    pub fn is_synthetic(&self) -> bool {
        let notices = self.words("notice").unwrap_or_default();
        notices.iter().any(|notice| notice.contains(SYNTHETIC))
    }
}

/// A number in its shortest form, nothing for none.
fn word(number: f64) -> String {
    if number.is_nan() { String::new() } else { number.to_string() }
}

/// The number that a cell holds: NaN for an empty one, `None` for a word.
pub fn number(cell: &str) -> Option<f64> {
    match cell.trim() {
        "" | "nan" | "NaN" | "NA" | "N/A" | "n/a" | "na" | "null" => Some(f64::NAN),
        cell => cell.parse().ok(),
    }
}
