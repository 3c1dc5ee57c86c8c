//! The standard's own configurations, as recipes.

use crate::error::Error;
use crate::recipe::Recipe;

/// Names and texts of the built-in recipes.
pub const PRESETS: [(&str, &str); 8] = [
    ("ibsi-digital", include_str!("../presets/ibsi-digital.toml")),
    ("ibsi-A", include_str!("../presets/ibsi-A.toml")),
    ("ibsi-B", include_str!("../presets/ibsi-B.toml")),
    ("ibsi-C", include_str!("../presets/ibsi-C.toml")),
    ("ibsi-D", include_str!("../presets/ibsi-D.toml")),
    ("ibsi-E", include_str!("../presets/ibsi-E.toml")),
    ("ibsi2-A", include_str!("../presets/ibsi2-A.toml")),
    ("ibsi2-B", include_str!("../presets/ibsi2-B.toml")),
];

/// A built-in recipe by its name; `None` if there is none.
///
/// # Errors
/// Never for the recipes as they are; a test reads them all.
pub fn preset(name: &str) -> Option<Result<Recipe, Error>> {
    let (_, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
    Some(Recipe::from_toml(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_recipe_and_survives_being_written() {
        for (name, _) in PRESETS {
            let recipe = preset(name).expect("known").expect("sound");
            assert_eq!(recipe.name, name);
            assert_eq!(Recipe::from_toml(&recipe.to_toml()), Ok(recipe));
        }
    }
}
