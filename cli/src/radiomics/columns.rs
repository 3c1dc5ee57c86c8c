//! Tables as columns, whatever file they go to.

use super::extracted::Extracted;
use ::radiomics::patient::{PatientRow, over_lesions};
use ::radiomics::{Aggregation, Entry, FeatureTable, Recipe, Row};
use std::collections::BTreeMap;

/// A column with its values.
pub struct Column<'a> {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Values<'a>,
    /// Of a feature: its code and unit.
    pub of: Option<Meaning>,
}

/// The values of a column.
pub enum Values<'a> {
    /// Words.
    Text(Vec<&'a str>),
    /// Numbers; NaN where a feature is not defined.
    Number(Vec<f64>),
    /// Whole numbers.
    Count(Vec<u64>),
}

/// What a wide table's column means.
#[derive(serde::Serialize)]
pub struct Meaning {
    /// Its family.
    pub family: &'static str,
    /// Its name.
    pub feature: &'static str,
    /// Four characters of the standard.
    pub ibsi_id: &'static str,
    /// Its unit.
    pub unit: String,
}

/// Words that every row needs and no table holds.
pub struct Words {
    units: BTreeMap<&'static str, String>,
}

impl Words {
    /// Units by the features' tags.
    pub fn new(recipe: &Recipe) -> Self {
        let entries = ::radiomics::Family::ALL.into_iter().flat_map(|family| family.entries());
        Self { units: entries.map(|entry| (entry.tag, entry.unit.text(&recipe.intensity_unit))).collect() }
    }

    fn unit(&self, entry: &Entry) -> &str {
        self.units.get(entry.tag).map_or("", String::as_str)
    }

    fn meaning(&self, family: ::radiomics::Family, entry: &'static Entry) -> Meaning {
        Meaning {
            family: family.name(),
            feature: entry.name,
            ibsi_id: entry.ibsi_id,
            unit: self.unit(entry).to_owned(),
        }
    }
}

fn text<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Column<'a> {
    Column { name: name.into(), values: Values::Text(values.collect()), of: None }
}

fn way(aggregation: Option<Aggregation>) -> &'static str {
    aggregation.map_or("", Aggregation::word)
}

/// One row a value.
pub fn long<'a>(all: &'a [Extracted], words: &'a Words) -> Vec<Column<'a>> {
    let rows = || all.iter().flat_map(|one| one.table.rows.iter().map(move |row| (one, row)));
    let mut columns = vec![
        text("image", rows().map(|(one, _)| one.name.as_str())),
        text("region", rows().map(|(_, row)| row.region.as_str())),
        text("family", rows().map(|(_, row)| row.family.name())),
        text("feature", rows().map(|(_, row)| row.entry.name)),
        text("ibsi_id", rows().map(|(_, row)| row.entry.ibsi_id)),
        text("aggregation", rows().map(|(_, row)| way(row.aggregation))),
        text("discretisation", rows().map(|(_, row)| row.discretisation.as_str())),
        text("filter", rows().map(|(_, row)| row.filter.as_str())),
        Column {
            name: "value".into(),
            values: Values::Number(rows().map(|(_, row)| row.value).collect()),
            of: None,
        },
        text("unit", rows().map(|(_, row)| words.unit(row.entry))),
        text("reason", rows().map(|(_, row)| row.reason)),
    ];
    columns.extend(provenance(rows().map(|(one, _)| one)));
    columns
}

/// One row a region.
pub fn wide<'a>(all: &'a [Extracted], words: &Words) -> Vec<Column<'a>> {
    let regions: Vec<(&Extracted, &[Row])> = all
        .iter()
        .flat_map(|one| one.table.rows.chunk_by(|a, b| a.region == b.region).map(move |rows| (one, rows)))
        .collect();
    let mut columns = vec![
        text("image", regions.iter().map(|(one, _)| one.name.as_str())),
        text("region", regions.iter().map(|(_, rows)| rows[0].region.as_str())),
    ];
    // Every region has the same rows in the same order: those of the recipe.
    let features = regions.first().map_or(0, |(_, rows)| rows.len());
    columns.extend((0..features).map(|n| {
        let row = &regions[0].1[n];
        Column {
            name: row.column(),
            values: Values::Number(regions.iter().map(|(_, rows)| rows[n].value).collect()),
            of: Some(words.meaning(row.family, row.entry)),
        }
    }));
    columns.extend(provenance(regions.iter().map(|(one, _)| *one)));
    columns
}

/// Where values come from.
fn provenance<'a>(rows: impl Iterator<Item = &'a Extracted> + Clone) -> [Column<'a>; 5] {
    [
        text("recipe_sha256", rows.clone().map(|one| one.recipe_sha256.as_str())),
        text("image_sha256", rows.clone().map(|one| one.image_sha256.as_str())),
        text("mask_sha256", rows.clone().map(|one| one.mask_sha256.as_str())),
        text("version", rows.clone().map(|_| env!("CARGO_PKG_VERSION"))),
        text("patient_id", rows.map(|one| one.patient_id.as_str())),
    ]
}

/// Statistics over each patient's regions.
pub struct Patients<'a> {
    rows: Vec<(&'a str, &'a str, Vec<PatientRow>)>,
}

impl<'a> Patients<'a> {
    /// Of all images of each patient, in the order in which they come.
    pub fn new(all: &'a [Extracted], entropy_bins: u32) -> Self {
        let mut order: Vec<&str> = Vec::new();
        let mut tables: BTreeMap<&str, (&str, Vec<&FeatureTable>)> = BTreeMap::new();
        for one in all {
            let (_, tables) = tables.entry(&one.patient_id).or_insert_with(|| {
                order.push(&one.patient_id);
                (&one.recipe_sha256, Vec::new())
            });
            tables.push(&one.table);
        }
        let of = |patient: &'a str| {
            let (recipe, tables) = &tables[patient];
            (patient, *recipe, over_lesions(tables, entropy_bins))
        };
        Self { rows: order.into_iter().map(of).collect() }
    }

    /// One row a statistic.
    pub fn long<'b>(&'b self, words: &'b Words) -> Vec<Column<'b>> {
        let rows = || {
            self.rows
                .iter()
                .flat_map(|(patient, sha, rows)| rows.iter().map(move |row| (*patient, *sha, row)))
        };
        let count = |name: &str, values: Vec<u64>| Column {
            name: name.into(),
            values: Values::Count(values),
            of: None,
        };
        vec![
            text("patient_id", rows().map(|(patient, _, _)| patient)),
            text("ring", rows().map(|(_, _, row)| row.ring.as_str())),
            text("family", rows().map(|(_, _, row)| row.family.name())),
            text("feature", rows().map(|(_, _, row)| row.entry.name)),
            text("ibsi_id", rows().map(|(_, _, row)| row.entry.ibsi_id)),
            text("aggregation", rows().map(|(_, _, row)| way(row.aggregation))),
            text("discretisation", rows().map(|(_, _, row)| row.discretisation.as_str())),
            text("filter", rows().map(|(_, _, row)| row.filter.as_str())),
            text("statistic", rows().map(|(_, _, row)| row.statistic.word())),
            Column {
                name: "value".into(),
                values: Values::Number(rows().map(|(_, _, row)| row.value).collect()),
                of: None,
            },
            text("unit", rows().map(|(_, _, row)| unit_of(row, words))),
            count("lesions", rows().map(|(_, _, row)| row.lesions as u64).collect()),
            count("undefined", rows().map(|(_, _, row)| row.undefined as u64).collect()),
            text("reason", rows().map(|(_, _, row)| row.reason)),
            text("recipe_sha256", rows().map(|(_, sha, _)| sha)),
            text("version", rows().map(|_| env!("CARGO_PKG_VERSION"))),
        ]
    }

    /// One row a patient.
    pub fn wide<'b>(&'b self, words: &Words) -> Vec<Column<'b>> {
        let mut columns = vec![text("patient_id", self.rows.iter().map(|(patient, _, _)| *patient))];
        let features = self.rows.first().map_or(0, |(_, _, rows)| rows.len());
        columns.extend((0..features).map(|n| {
            let row = &self.rows[0].2[n];
            let mut meaning = words.meaning(row.family, row.entry);
            meaning.unit = unit_of(row, words).to_owned();
            Column {
                name: row.column(),
                values: Values::Number(self.rows.iter().map(|(_, _, rows)| rows[n].value).collect()),
                of: Some(meaning),
            }
        }));
        columns.push(text("recipe_sha256", self.rows.iter().map(|(_, sha, _)| *sha)));
        columns.push(text("version", self.rows.iter().map(|_| env!("CARGO_PKG_VERSION"))));
        columns
    }
}

/// An entropy is in bits, all other statistics in the feature's unit.
fn unit_of<'a>(row: &PatientRow, words: &'a Words) -> &'a str {
    if row.statistic == ::radiomics::patient::Statistic::Entropy { "bit" } else { words.unit(row.entry) }
}
