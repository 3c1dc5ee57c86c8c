//! What only a person knows of a model, as a TOML file.

use super::super::arguments::TrainArguments;
use super::super::notice::SYNTHETIC;
use crate::exit::Failure;
use crate::input_file::InputFile;
use ::predict::model::{Card, Class, CutOff, Missing, Scope};
use serde::Deserialize;

/// The file; every key may be left out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CardFile {
    name: String,
    intended_use: String,
    class: Option<Class>,
    cancers: Vec<String>,
    modalities: Vec<String>,
    contrast: Option<bool>,
    target: String,
    missing: Option<Missing>,
    least_volume_mm3: Option<f64>,
    cut_off: Vec<CutOffEntry>,
    licence: String,
    patent_note: String,
    references: Vec<String>,
    /// Who made the model and from what.
    note: String,
    /// Whether the data were made up.
    synthetic: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CutOffEntry {
    below: String,
    above: String,
    value: CutOffValue,
    #[serde(default)]
    origin: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum CutOffValue {
    Number(f64),
    Word(String),
}

/// The card, its note, and whether it says that the data were made up.
pub struct Stated {
    pub card: Card,
    pub note: String,
    pub is_synthetic: bool,
}

/// Lesions below this are flagged unless the card says otherwise (mm³): in melanoma the signal of a score was in lesions above
/// 1 mL (R. Sun et al., J. Immunother. Cancer 10(10), e004867 (2022), abstract).
const LEAST_VOLUME_MM3: f64 = 1000.0;

/// The card that the command line names, with what it leaves open filled in.
pub fn read(file: Option<&InputFile>, arguments: &TrainArguments) -> Result<Stated, Failure> {
    let stated: CardFile = match file {
        None => CardFile::default(),
        Some(file) => toml::from_str(file.text()?).map_err(|error| {
            Failure::refused(
                error.to_string().trim_end().to_owned(),
                file.name.clone(),
                "docs/predict.md has every key of a card",
            )
        })?,
    };
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let mut cut_offs = Vec::new();
    for entry in stated.cut_off {
        let value = match entry.value {
            CutOffValue::Number(value) if value.is_finite() => value,
            CutOffValue::Word(word) if word == "median" => f64::NAN,
            _ => {
                return Err(Failure::refused(
                    "the value of a cut-off is neither a number nor \"median\"",
                    format!("{}, [[cut_off]] value", file.map_or("", |file| &file.name)),
                    "a number, or \"median\" for the median of the scores",
                ));
            }
        };
        let origin = or(entry.origin, "as stated in the card");
        cut_offs.push(CutOff { below: entry.below, above: entry.above, value, origin });
    }
    let card = Card {
        name: or(stated.name, &arguments.target),
        intended_use: or(stated.intended_use, "not stated"),
        class: stated.class,
        scope: Scope {
            cancers: stated.cancers,
            modalities: stated.modalities,
            contrast: stated.contrast,
            ..Scope::default()
        },
        target: or(stated.target, &arguments.target),
        missing: stated.missing.unwrap_or(Missing::Refuse),
        least_volume_mm3: stated.least_volume_mm3.unwrap_or(LEAST_VOLUME_MM3),
        cut_offs,
        licence: or(stated.licence, "not stated"),
        patent_note: or(stated.patent_note, "not stated; see docs/patents.md"),
        references: stated.references,
    };
    let is_synthetic = stated.synthetic || stated.note.contains(SYNTHETIC);
    Ok(Stated { card, note: stated.note, is_synthetic })
}
