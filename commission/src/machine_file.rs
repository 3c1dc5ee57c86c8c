//! A machine file with the fitted numbers in it: every other line, remarks too, stays as it is.

use crate::Error;
use crate::fit::{Fit, Fitted, Verdict, component_errors};
use crate::model::{Model, Number};
use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike, Value};
use treatment::machine::Machine;

/// Ending of the name of a machine that was commissioned.
pub const SUFFIX: &str = "-commissioned";

/// Writes the fitted numbers into a machine file. `text` is the file, `quality` the beam's place in it, `source` says what the
/// numbers were fitted to.
///
/// # Errors
/// The file is no machine file, or the result is none (a fitted value out of the format's range); `name` is its name in
/// messages.
pub fn write(
    name: &str,
    text: &str,
    quality: usize,
    model: &Model,
    fit: &Fit,
    source: &str,
) -> Result<String, Error> {
    // Checks what the editing below takes for granted.
    let machine = Machine::from_toml(name, text)?;
    let broken = |why: &str| Error::Machine {
        machine: machine.name.clone(),
        why: format!("its file cannot be edited: {why}"),
        remedy: "write its numbers as { value = …, source = … }".into(),
    };
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| broken(error.message()))?;
    document["name"] = toml_edit::value(format!("{}{SUFFIX}", machine.name.trim_end_matches(SUFFIX)));
    let fitted =
        |number: Number| fit.of(number).filter(|fitted| fitted.verdict != Verdict::NotDetermined).cloned();
    if let Some(density) = fitted(Number::Density) {
        for material in &machine.materials {
            let used = machine.devices.iter().any(|device| device.material == material.name);
            let place = document["material"][&material.name].as_table_like_mut();
            if let Some(table) = place.filter(|_| used) {
                let value = material.density_g_cm3 * density.value;
                set(table, "density_g_cm3", value.into(), density.sigma_relative, source);
            }
        }
    }
    let beam = document["beam"].as_array_of_tables_mut().and_then(|beams| beams.get_mut(quality));
    let beam = beam.ok_or_else(|| broken("its beams are no [[beam]]"))?;
    if let (Some(unit), Some(table)) = (fitted(Number::GyPerMu), beam["reference"].as_table_like_mut()) {
        set(table, "gy_per_mu", unit.value.into(), unit.sigma_relative, source);
    }
    if let Some(ratio) = fitted(Number::ExtraFocalRatio)
        && let Some(table) = beam["extra_focal"].as_table_like_mut()
    {
        let share = ratio.value / (1.0 + ratio.value);
        set(table, "share", share.into(), ratio.sigma_relative * (1.0 - share), source);
    }
    if let Some(width) = fitted(Number::ExtraFocalWidth)
        && let Some(table) = beam["extra_focal"].as_table_like_mut()
    {
        set(table, "sigma_mm", width.value.into(), width.sigma_relative, source);
    }
    if let Some(level) = fitted(Number::Electrons)
        && let Some(table) = beam.get_mut("electrons").and_then(Item::as_table_like_mut)
    {
        set(table, "level", level.value.into(), level.sigma_relative, source);
    }
    leakage(beam, &machine, quality, model, fit, source);
    uncertainties(beam, model, fit, source);
    let written = document.to_string();
    Machine::from_toml("the commissioned machine", &written)?;
    Ok(written)
}

/// Level and table. Where the table's nodes were all held, the file's own table stays; else the new one keeps the file's values
/// beyond the nodes.
fn leakage(
    beam: &mut toml_edit::Table,
    machine: &Machine,
    quality: usize,
    model: &Model,
    fit: &Fit,
    source: &str,
) {
    let Some(described) = machine.beams[quality].leakage.as_ref() else { return };
    let Some(level) = fit.of(Number::LeakageLevel) else { return };
    let Some(table) = beam.get_mut("leakage").and_then(Item::as_table_like_mut) else { return };
    if level.verdict != Verdict::NotDetermined {
        set(table, "level", level.value.into(), level.sigma_relative, source);
    }
    let is_node = |fitted: &&Fitted| matches!(fitted.parameter.number, Number::LeakageAngle(_));
    let nodes = fit.numbers.iter().filter(is_node);
    if nodes.clone().all(|node| node.verdict == Verdict::NotDetermined) {
        return;
    }
    let largest = nodes.clone().map(|node| node.sigma_relative).fold(0.0, f64::max);
    let angles = model.angles();
    let inside = angles.iter().zip(nodes).map(|(angle, node)| [*angle, node.value]);
    let last = angles.last().copied().unwrap_or(0.0);
    let beyond = described.by_angle.iter().copied().filter(|[angle, _]| *angle > last);
    let points: Array = inside
        .chain(beyond)
        .map(|[angle, relative]| Value::Array([angle, rounded(relative)].into_iter().collect()))
        .collect();
    set(table, "by_angle", Value::Array(points), largest, source);
}

/// Model uncertainties of the components that have a fitted number.
fn uncertainties(beam: &mut toml_edit::Table, model: &Model, fit: &Fit, source: &str) {
    let known = component_errors(model, fit);
    let Some(table) = beam.get_mut("model_uncertainty").and_then(Item::as_table_like_mut) else { return };
    for (key, error) in
        ["in_field", "head_scatter", "collimator", "leakage", "electrons"].into_iter().zip(known)
    {
        if let Some(error) = error {
            let source = format!("{source}: errors of the fitted numbers, median over the points");
            let number: Value = rounded(error.min(2.0)).into();
            table.insert(key, Item::Value(Value::InlineTable(sourced(number, None, &source))));
        }
    }
}

/// Sets a number with its source and its relative standard error.
fn set(table: &mut dyn TableLike, key: &str, value: Value, sigma_relative: f64, source: &str) {
    let value = match value.as_float() {
        Some(number) => rounded(number).into(),
        None => value,
    };
    table.insert(key, Item::Value(Value::InlineTable(sourced(value, Some(sigma_relative), source))));
}

fn sourced(value: Value, sigma_relative: Option<f64>, source: &str) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("value", value);
    if let Some(sigma) = sigma_relative {
        table.insert("uncertainty_percent", rounded(100.0 * sigma).into());
    }
    table.insert("source", source.into());
    table
}

/// With five digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().expect("a number that was one")
}
