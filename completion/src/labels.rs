//! The user's own phantom: labels, and a table of what they are (`docs/formats/phantom.md`).

use crate::Error;
use crate::model::{Model, Part};
use anatomy::Calibration;
use dose_core::material::Material;
use std::collections::BTreeMap;
use volume::Image;

/// Columns that a table must have.
const COLUMNS: [&str; 4] = ["label", "name", "material", "density_g_cm3"];
/// Labels that can be told apart.
const MOST: u32 = 60_000;
/// Densities that tissues and implants have (g/cm³).
const DENSITIES: [f64; 2] = [1e-3, 23.0];
/// Fewer centimetres than this from end to end are no body.
const SHORTEST_MM: f64 = 300.0;
/// Tissues that this program's own phantoms name; their composition goes by their density.
const OF_OUR_PHANTOMS: [&str; 8] =
    ["gland", "blood", "eye-lens", "breast", "cartilage", "teeth", "bone", "by-density"];

/// A row of the table.
#[derive(Clone, Debug)]
struct Row {
    line: u64,
    part: Part,
}

/// A model of labels in voxels, whose axes are the patient's, and the table of what they are.
///
/// # Errors
/// [`Error::Table`] names the line and says what is wrong; so do labels of the image that no line has.
pub fn model(labels: &Image<f32>, table: &str, calibration: &Calibration) -> Result<Model, Error> {
    let rows = rows(table, calibration)?;
    let places: BTreeMap<u32, usize> =
        rows.keys().enumerate().map(|(place, label)| (*label, place)).collect();
    let mut counts = vec![0usize; rows.len()];
    let mut voxels = Vec::with_capacity(labels.values.len());
    for value in &labels.values {
        if *value == 0.0 {
            voxels.push(0);
            continue;
        }
        let whole = *value > 0.0 && value.fract() == 0.0 && *value <= MOST as f32;
        let place = whole.then(|| places.get(&(*value as u32))).flatten();
        let Some(&place) = place else {
            return Err(refused(
                "label",
                format!("the image has the label {value}, which is in no line of the table; add it"),
            ));
        };
        counts[place] += 1;
        voxels.push(place as u16 + 1);
    }
    let voxel_cm3 = labels.grid.voxel_volume_mm3() / 1000.0;
    let parts: Vec<Part> = (rows.into_values().zip(&counts))
        .map(|(row, count)| Part { volume_cm3: *count as f64 * voxel_cm3, ..row.part })
        .collect();
    if counts.iter().all(|count| *count == 0) {
        return Err(refused("label", "the image has no label above 0; is it the phantom's?".into()));
    }
    let model = Model::of_voxels(parts, Image { grid: labels.grid, values: voxels });
    let [low, high] = model.bounds_mm()[2];
    if high - low < SHORTEST_MM {
        return Err(refused(
            "label",
            format!(
                "the phantom is {:.0} mm long from sole to crown; is its voxel size in millimetres?",
                high - low
            ),
        ));
    }
    Ok(model)
}

/// The rows by label.
fn rows(table: &str, calibration: &Calibration) -> Result<BTreeMap<u32, Row>, Error> {
    let mut reader =
        csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(table.as_bytes());
    let header = reader.headers().map_err(|error| refused("line 1", error.to_string()))?.clone();
    let column = |name: &str| header.iter().position(|found| found.eq_ignore_ascii_case(name));
    let mut at = [0; 4];
    for (place, name) in at.iter_mut().zip(COLUMNS) {
        *place = column(name).ok_or_else(|| {
            refused(
                "line 1",
                format!(
                    "no column {name:?}; the first line must name label, name, material and density_g_cm3"
                ),
            )
        })?;
    }
    let structure = column("structure");
    let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or_else(|| "a line".into(), |at| format!("line {}", at.line()));
            refused(&line, "it has another number of columns than the first line".into())
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |column: &str, why: String| refused(&format!("line {line}, {column}"), why);
        let [label, name, material, density] = at.map(|column| record.get(column).unwrap_or(""));
        let number: u32 =
            label.parse().ok().filter(|number| (1..=MOST).contains(number)).ok_or_else(|| {
                wrong("label", format!("{label:?} is no label; give a whole number from 1 to {MOST}"))
            })?;
        let density_g_cm3: f64 = density
            .parse()
            .ok()
            .filter(|density| (DENSITIES[0]..=DENSITIES[1]).contains(density))
            .ok_or_else(|| {
                wrong("density_g_cm3", format!("{density:?} is no density; give g/cm3 between 0.001 and 23"))
            })?;
        if name.is_empty() {
            return Err(wrong(
                "name",
                "it is empty; give the organ's name, by TG-263 where it has one".into(),
            ));
        }
        if let Some(other) = rows.get(&number) {
            return Err(wrong(
                "label",
                format!("{number} is in line {} already; each label has one line", other.line),
            ));
        }
        let material = of_name(material, density_g_cm3, calibration).ok_or_else(|| {
            let known: Vec<&str> = Material::names().chain(OF_OUR_PHANTOMS).collect();
            wrong("material", format!("{material:?} is not known; give one of {}", known.join(", ")))
        })?;
        let organ =
            structure.and_then(|column| record.get(column)).filter(|organ| !organ.is_empty()).unwrap_or(name);
        let part = Part {
            organ: organ.to_owned(),
            name: name.to_owned(),
            material,
            density_g_cm3,
            active_marrow: 0.0,
            volume_cm3: 0.0,
        };
        rows.insert(number, Row { line, part });
    }
    if rows.is_empty() {
        return Err(refused("line 2", "there is no row; give one for each label".into()));
    }
    Ok(rows)
}

fn of_name(name: &str, density_g_cm3: f64, calibration: &Calibration) -> Option<Material> {
    if OF_OUR_PHANTOMS.contains(&name) {
        return Some(calibration.material(calibration.of_density(density_g_cm3)).clone());
    }
    let of_calibration = || calibration.materials().iter().find(|material| material.name == name).cloned();
    Material::named(name).or_else(of_calibration)
}

fn refused(place: &str, why: String) -> Error {
    Error::Table { place: place.to_owned(), why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume::OrientedGrid;

    fn image(values: Vec<f32>) -> Image<f32> {
        let grid = OrientedGrid {
            origin_mm: [0.0; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [100.0, 100.0, 200.0],
            shape: [1, 1, values.len()],
        };
        Image { grid, values }
    }

    fn said(table: &str, values: Vec<f32>) -> String {
        let model = model(&image(values), table, &Calibration::schneider());
        model.err().map_or_else(|| "fine".into(), |error| error.to_string())
    }

    const HEAD: &str = "label,name,material,density_g_cm3\n";

    #[test]
    fn a_good_table_makes_a_model() {
        let table = format!("# mine\n{HEAD}7,Brain,brain,1.04\n2,Liver,gland,1.06\n");
        let model = model(&image(vec![2.0, 0.0, 7.0]), &table, &Calibration::schneider()).expect("a model");
        assert_eq!(model.organs(), ["Liver", "Brain"]);
        assert_eq!(
            model.part_at([0.0, 0.0, 400.0]).map(|part| model.parts()[part].name.as_str()),
            Some("Brain")
        );
        assert_eq!(model.part_at([0.0, 0.0, 200.0]), None);
        assert_eq!(model.parts()[0].material.name, "soft-tissue", "by density");
    }

    #[test]
    fn bad_tables_are_refused_with_line_and_reason() {
        let two = vec![1.0, 1.0];
        for (table, words) in [
            ("label,name,material\n", &["line 1", "density_g_cm3"][..]),
            (HEAD, &["line 2", "no row"]),
            (&format!("{HEAD}x,Brain,brain,1"), &["line 2, label", "\"x\""]),
            (&format!("{HEAD}1,Brain,brain,1\n0,Liver,gland,1"), &["line 3, label", "whole number from 1"]),
            (&format!("{HEAD}1,Brain,brain,1\n1,Liver,gland,1"), &["line 3", "in line 2 already"]),
            (&format!("{HEAD}1,Brain,brain,0"), &["line 2, density_g_cm3", "\"0\""]),
            (&format!("{HEAD}1,Brain,brain,heavy"), &["line 2, density_g_cm3", "heavy"]),
            (&format!("{HEAD}1,,brain,1"), &["line 2, name", "empty"]),
            (&format!("{HEAD}1,Brain,cheese,1"), &["line 2, material", "cheese", "soft-tissue"]),
            (&format!("{HEAD}1,Brain,brain,1,9"), &["line 2", "number of columns"]),
            (&format!("{HEAD}2,Brain,brain,1"), &["label 1", "no line of the table"]),
        ] {
            let told = said(table, two.clone());
            assert!(words.iter().all(|word| told.contains(word)), "{table}: {told}");
        }
        let table = format!("{HEAD}1,Brain,brain,1");
        assert!(said(&table, vec![0.0, 0.0]).contains("no label above 0"));
        assert!(said(&table, vec![1.0, 1.5]).contains("1.5"));
        assert!(said(&table, vec![1.0]).contains("200 mm long"));
    }
}
