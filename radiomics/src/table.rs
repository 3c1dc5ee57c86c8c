//! The table of features.

use crate::catalogue::{Aggregation, Entry, Family};

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The region.
    pub region: String,
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
        let mut name = String::new();
        if self.filter != "none" {
            name.push_str(&self.filter);
            name.push('.');
        }
        name.push_str(self.entry.tag);
        if let Some(way) = self.aggregation {
            name.push('_');
            name.push_str(way.word());
        }
        name
    }
}

/// Values of regions, in the order of regions, filters and catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeatureTable {
    /// One row a value.
    pub rows: Vec<Row>,
}

impl FeatureTable {
    /// The value of a feature of a region by its column's name, if the table has it.
    pub fn value(&self, region: &str, column: &str) -> Option<f64> {
        self.rows.iter().find(|row| row.region == region && row.column() == column).map(|row| row.value)
    }
}
