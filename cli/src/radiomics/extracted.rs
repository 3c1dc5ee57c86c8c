//! What was extracted of one image, without the image.

use super::images::Voxels;
use super::inputs::{Opened, hex};
use super::streamed;
use crate::exit::{Failure, with_causes};
use crate::input_file::file_name;
use ::radiomics::{FeatureTable, Recipe, extract};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The table of an image and where it comes from.
#[derive(Serialize)]
pub struct Extracted {
    pub patient_id: String,
    /// Name of the image's file or folder.
    #[serde(rename = "image")]
    pub name: String,
    /// Unit of the image, where its files say.
    pub image_unit: String,
    #[serde(skip)]
    pub table: FeatureTable,
    #[serde(skip)]
    pub recipe_sha256: String,
    pub image_sha256: String,
    pub mask_sha256: String,
    pub regions: Vec<String>,
    /// How many values are not defined, by reason.
    pub undefined: BTreeMap<&'static str, usize>,
    pub notes: Vec<String>,
}

impl Extracted {
    /// All that a recipe asks for.
    pub fn of(opened: Opened, recipe: &Recipe) -> Result<Self, Failure> {
        let name = file_name(&opened.path);
        let regions = opened.regions.iter().map(|(name, _)| name.clone()).collect();
        let (table, image_sha256) = match opened.voxels {
            Voxels::Rows(rows) => streamed::extracted(&opened.path, rows, opened.regions, recipe)?,
            Voxels::Read(image, sha256) => {
                let table = extract(&image, &opened.regions, recipe)
                    .map_err(|error| Failure::refused(with_causes(&error), name.clone(), ""))?;
                (table, sha256)
            }
        };
        let mut undefined = BTreeMap::new();
        for row in table.rows.iter().filter(|row| row.value.is_nan()) {
            *undefined.entry(row.reason).or_default() += 1;
        }
        Ok(Self {
            patient_id: opened.patient_id,
            name,
            image_unit: opened.unit,
            table,
            recipe_sha256: hex(&Sha256::digest(recipe.to_toml().as_bytes())),
            image_sha256,
            mask_sha256: opened.mask_sha256,
            regions,
            undefined,
            notes: opened.notes,
        })
    }
}
