//! The table of features.

use crate::catalogue::{Aggregation, Entry, Family};

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The region; of a ring `region/ring`.
    pub region: String,
    /// Name of the ring that it describes; empty for the region itself.
    pub ring: String,
    /// The family.
    pub family: Family,
    /// The feature.
    pub entry: &'static Entry,
    /// How it was gathered; `None` where there is nothing to gather.
    pub aggregation: Option<Aggregation>,
    /// The grey levels that it depends on (`FBS:25`, `FBN:32`, `none`); empty where it depends on none.
    pub discretisation: String,
    /// The filter whose response it describes; `none` for the image itself.
    pub filter: String,
    /// The value; NaN where it is not defined.
    pub value: f64,
    /// Why it is not defined; empty where it is.
    pub reason: &'static str,
}

impl Row {
    /// A name for a column, one word: filter, tag and aggregation.
    pub fn column(&self) -> String {
        column(&self.filter, self.entry, self.aggregation)
    }
}

/// A name for a column, one word: filter (`none` for the image itself), tag and aggregation.
pub fn column(filter: &str, entry: &Entry, aggregation: Option<Aggregation>) -> String {
    let mut name = String::new();
    if filter != "none" {
        name.push_str(filter);
        name.push('.');
    }
    name.push_str(entry.tag);
    if let Some(way) = aggregation {
        name.push('_');
        name.push_str(way.word());
    }
    name
}

/// What is known of a region besides its features.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionFacts {
    /// Its name in the table.
    pub region: String,
    /// Volume of its voxels as drawn, after resampling (mm³).
    pub volume_mm3: f64,
}

/// Values of regions, in the order of regions, filters and catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureTable {
    /// One row a value.
    pub rows: Vec<Row>,
    /// The regions in the order of the rows.
    pub regions: Vec<RegionFacts>,
}

impl FeatureTable {
    /// The value of a feature of a region by its column's name, if the table has it.
    pub fn value(&self, region: &str, column: &str) -> Option<f64> {
        self.rows.iter().find(|row| row.region == region && row.column() == column).map(|row| row.value)
    }
}
