//! From one row a value to one row a region.

use super::cells::{Cells, Column, Frame};
use crate::exit::Failure;
use ::radiomics::{Aggregation, Entry, Family, column};
use std::collections::{BTreeMap, HashMap};

/// Columns of a long table that are the same in all rows of a region.
const OF_REGION: [&str; 6] = ["image", "region", "recipe_sha256", "image_sha256", "mask_sha256", "version"];

/// The wide form of a long table.
pub fn wide(frame: Frame, group: &str) -> Result<Frame, Failure> {
    let refused = |problem: String| {
        Failure::refused(
            problem,
            frame.name.clone(),
            "the table as `straydose radiomics` wrote it, or its --wide form",
        )
    };
    let words = |name: &str| frame.words(name).ok_or_else(|| refused(format!("it has no column {name:?}")));
    let known: HashMap<(&str, &str), &'static Entry> = Family::ALL
        .into_iter()
        .flat_map(|family| family.entries().iter().map(move |entry| ((family.name(), entry.name), entry)))
        .collect();
    let ways: BTreeMap<&str, Aggregation> = Aggregation::DIRECTED
        .into_iter()
        .chain(Aggregation::UNDIRECTED)
        .map(|way| (way.word(), way))
        .collect();
    let (families, features) = (words("family")?, words("feature")?);
    let (aggregations, filters) = (words("aggregation")?, words("filter")?);
    let (patients, regions) = (words(group)?, words("region")?);
    let images = frame.words("image").unwrap_or_else(|| vec![String::new(); patients.len()]);
    let Some(values) = frame.column("value").and_then(|column| column.cells.numbers()) else {
        return Err(refused("its column \"value\" holds words".into()));
    };
    let mut places = HashMap::<[&str; 3], usize>::new();
    let (mut first_rows, mut names) = (Vec::new(), Vec::<String>::new());
    let mut by_name = HashMap::<String, usize>::new();
    let mut filled = Vec::<Vec<f64>>::new();
    let mut is_filled = std::collections::HashSet::<(usize, usize)>::new();
    for row in 0..patients.len() {
        let Some(entry) = known.get(&(families[row].as_str(), features[row].as_str())) else {
            return Err(refused(format!(
                "row {} has a feature that is not in the catalogue: {}, {}",
                row + 1,
                families[row],
                features[row]
            )));
        };
        let name = column(&filters[row], entry, ways.get(aggregations[row].as_str()).copied());
        let place = *places.entry([&patients[row], &images[row], &regions[row]]).or_insert_with(|| {
            first_rows.push(row);
            first_rows.len() - 1
        });
        let at = *by_name.entry(name.clone()).or_insert_with(|| {
            names.push(name.clone());
            filled.push(Vec::new());
            names.len() - 1
        });
        if !is_filled.insert((at, place)) {
            return Err(refused(format!(
                "{name} of patient {}, region {} is there twice",
                patients[row], regions[row]
            )));
        }
        let own = &mut filled[at];
        own.resize(own.len().max(place + 1), f64::NAN);
        own[place] = values[row];
    }
    let mut columns: Vec<Column> = OF_REGION
        .iter()
        .copied()
        .chain([group])
        .filter_map(|name| {
            let mut column = frame.column(name)?.clone();
            column.cells.keep(&first_rows);
            Some(column)
        })
        .collect();
    columns.extend(names.into_iter().zip(filled).map(|(name, mut values)| {
        values.resize(first_rows.len(), f64::NAN);
        Column { name, cells: Cells::Numbers(values) }
    }));
    Ok(Frame { columns, ..frame })
}
