//! Files of a result.

use crate::exit::{Failure, with_causes};
use crate::output_folder::OutputFolder;

/// Writes a text.
pub fn text(output: &OutputFolder, name: &str, text: &str) -> Result<(), Failure> {
    std::fs::write(output.file(name), text).map_err(|error| cannot(name, &error))
}

/// Writes a table, row by row.
pub fn table(
    output: &OutputFolder,
    name: &str,
    header: &[String],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<(), Failure> {
    let failed = |error: csv::Error| cannot(name, &error);
    let mut writer = csv::Writer::from_path(output.file(name)).map_err(failed)?;
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    writer.flush().map_err(|error| cannot(name, &error))
}

/// A number for a table: six significant digits, nothing where there is none.
pub fn number(value: impl Into<Option<f64>>) -> String {
    match value.into().filter(|value| value.is_finite()) {
        None => String::new(),
        Some(0.0) => "0".into(),
        Some(value) if value.abs() < 1e-3 || value.abs() >= 1e6 => format!("{value:.5e}"),
        Some(value) => {
            let decimals = (5 - value.abs().log10().floor() as i32).max(0) as usize;
            format!("{value:.decimals$}")
        }
    }
}

fn cannot(name: &str, error: &dyn std::error::Error) -> Failure {
    Failure::failed(
        format!("{name} cannot be written: {}", with_causes(error)),
        "another --out, with more space",
    )
}
