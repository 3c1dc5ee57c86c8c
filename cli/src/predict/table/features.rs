//! What the columns of a recipe's table are.

use ::predict::model::Meaning;
use ::radiomics::{Aggregation, Family, Recipe, column};
use std::collections::BTreeMap;

/// Code, aggregation, filter and region of each column that a recipe can make.
pub fn meanings(recipe: &Recipe) -> BTreeMap<String, Meaning> {
    let mut all = BTreeMap::new();
    let filters = recipe.filter.iter().map(|filter| filter.word());
    let filters: Vec<String> = std::iter::once("none".to_owned()).chain(filters).collect();
    let ways = || Aggregation::DIRECTED.into_iter().chain(Aggregation::UNDIRECTED).map(Some);
    let regions = std::iter::once(String::new()).chain(recipe.ring.iter().map(|ring| ring.name.clone()));
    for region in regions {
        for filter in &filters {
            for entry in Family::ALL.into_iter().flat_map(|family| family.entries()) {
                for way in std::iter::once(None).chain(ways()) {
                    let name = column(filter, entry, way);
                    let (name, region) = if region.is_empty() {
                        (name, "lesion".to_owned())
                    } else {
                        (format!("{region}.{name}"), region.clone())
                    };
                    let meaning = Meaning {
                        ibsi_id: entry.ibsi_id.into(),
                        aggregation: way.map_or("", Aggregation::word).into(),
                        filter: filter.clone(),
                        region,
                    };
                    all.insert(name, meaning);
                }
            }
        }
    }
    all
}
