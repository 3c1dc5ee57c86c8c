//! The table as a file, and the record beside it.

use super::inputs::Inputs;
use crate::args::INTENDED_USE;
use crate::exit::Failure;
use crate::input_file::file_name;
use ::radiomics::{FeatureTable, Recipe, Row};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where values come from; in every row.
#[derive(Serialize)]
pub struct Provenance {
    recipe_sha256: String,
    image_sha256: String,
    mask_sha256: String,
    version: &'static str,
}

impl Provenance {
    /// Of a run.
    pub fn new(recipe: &Recipe, inputs: &Inputs) -> Self {
        let hash = Sha256::digest(recipe.to_toml().as_bytes());
        Self {
            recipe_sha256: hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            image_sha256: inputs.image_sha256.clone(),
            mask_sha256: inputs.mask_sha256.clone(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    fn cells(&self) -> [&str; 4] {
        [&self.recipe_sha256, &self.image_sha256, &self.mask_sha256, self.version]
    }
}

const PROVENANCE: [&str; 4] = ["recipe_sha256", "image_sha256", "mask_sha256", "version"];

/// The file's ending says the format.
pub fn check_name(path: &Path) -> Result<(), Failure> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => Ok(()),
        _ => Err(Failure::command_line(
            format!("--out {} does not say a format that can be written", path.display()),
            "a name that ends in .csv",
        )),
    }
}

/// The record: all that is needed to repeat the run.
#[derive(Serialize)]
struct Record<'a> {
    program: &'static str,
    version: &'static str,
    intended_use: &'static str,
    image: &'a str,
    table: String,
    recipe: String,
    recipe_sha256: &'a str,
    image_sha256: &'a str,
    mask_sha256: &'a str,
    regions: Vec<&'a str>,
    undefined: BTreeMap<&'static str, usize>,
    notes: &'a [String],
}

/// Writes table and record.
pub fn write(
    path: &Path,
    wide: bool,
    table: &FeatureTable,
    recipe: &Recipe,
    inputs: &Inputs,
    provenance: &Provenance,
) -> Result<(), Failure> {
    let cells = if wide {
        wide_table(table, inputs, provenance)
    } else {
        long_table(table, recipe, inputs, provenance)
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in cells {
        writer.write_record(&row).map_err(|error| cannot(path, &error))?;
    }
    let bytes = writer.into_inner().map_err(|error| cannot(path, &error))?;
    let mut undefined = BTreeMap::new();
    for row in table.rows.iter().filter(|row| row.value.is_nan()) {
        *undefined.entry(row.reason).or_default() += 1;
    }
    let record = Record {
        program: "straydose",
        version: provenance.version,
        intended_use: INTENDED_USE,
        image: &inputs.name,
        table: file_name(path),
        recipe: recipe.to_toml(),
        recipe_sha256: &provenance.recipe_sha256,
        image_sha256: &provenance.image_sha256,
        mask_sha256: &provenance.mask_sha256,
        regions: inputs.regions.iter().map(|(name, _)| name.as_str()).collect(),
        undefined,
        notes: &inputs.notes,
    };
    let record = serde_json::to_vec_pretty(&record).map_err(|error| cannot(path, &error))?;
    save(path, &bytes)?;
    save(&path.with_extension("run.json"), &record)
}

fn cannot(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::failed(
        format!("{} cannot be written: {error}", path.display()),
        "another --out, in a folder that exists and that you may write to",
    )
}

/// Under another name first, so that a file with the right name is whole.
fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part: PathBuf = path.with_file_name(name);
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&part);
        cannot(path, &error)
    })
}

fn number(value: f64) -> String {
    if value.is_nan() { "nan".into() } else { format!("{value}") }
}

fn long_table(
    table: &FeatureTable,
    recipe: &Recipe,
    inputs: &Inputs,
    provenance: &Provenance,
) -> Vec<Vec<String>> {
    let head = [
        "image",
        "region",
        "family",
        "feature",
        "ibsi_id",
        "aggregation",
        "discretisation",
        "filter",
        "value",
        "unit",
        "reason",
    ];
    let mut cells = vec![head.into_iter().chain(PROVENANCE).map(str::to_owned).collect()];
    for row in &table.rows {
        let mut line = vec![
            inputs.name.clone(),
            row.region.clone(),
            row.family.name().into(),
            row.entry.name.into(),
            row.entry.ibsi_id.into(),
            row.aggregation.map_or("", |way| way.word()).into(),
            row.discretisation.clone(),
            row.filter.clone(),
            number(row.value),
            row.entry.unit.text(&recipe.intensity_unit),
            row.reason.into(),
        ];
        line.extend(provenance.cells().map(str::to_owned));
        cells.push(line);
    }
    cells
}

fn wide_table(table: &FeatureTable, inputs: &Inputs, provenance: &Provenance) -> Vec<Vec<String>> {
    let by_region: Vec<&[Row]> = table.rows.chunk_by(|a, b| a.region == b.region).collect();
    let columns: Vec<String> =
        by_region.first().map_or(Vec::new(), |rows| rows.iter().map(Row::column).collect());
    let head = ["image", "region"].map(str::to_owned).into_iter().chain(columns);
    let mut cells = vec![head.chain(PROVENANCE.map(str::to_owned)).collect()];
    for rows in by_region {
        let mut line = vec![inputs.name.clone(), rows[0].region.clone()];
        line.extend(rows.iter().map(|row| number(row.value)));
        line.extend(provenance.cells().map(str::to_owned));
        cells.push(line);
    }
    cells
}
