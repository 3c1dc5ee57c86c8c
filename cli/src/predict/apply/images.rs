//! Scores straight from an image and its lesions, with what they are worth when the mask or the bins change.

use super::super::arguments::ApplyArguments;
use super::facts::{Facts, Given};
use super::moved::{moved, with_bins};
use super::{AllScored, Scored};
use crate::exit::{Failure, with_causes};
use crate::follow::Follow;
use crate::input_file::file_name;
use crate::radiomics::{Inputs, read_case};
use ::predict::model::{Answer, Model};
use ::radiomics::{FeatureTable, Image, Mask, Recipe, Ring, extract};
use formats::dicom::{DicomFile, tags};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How far the surface of a lesion is moved (mm).
const MOVED_MM: f64 = 1.0;
/// Factor of the bins' width.
const WIDER: f64 = 1.25;

/// Scores of all lesions of an image.
pub fn scored(
    model: &Model,
    recipe: &Recipe,
    [image, mask]: [&PathBuf; 2],
    arguments: &ApplyArguments,
    given: &Given,
    follower: &dyn Follow,
) -> Result<AllScored, Failure> {
    let inputs = read_case(image, mask, arguments.roi.as_deref(), &roomy(recipe))?;
    let acquired = acquisition(image);
    let of =
        |regions: &[(String, Mask)], recipe: &Recipe| table(&inputs.image, regions, recipe, &inputs.name);
    let basic = of(&inputs.regions, recipe)?;
    follower.note(&format!("{} lesions; now with the mask and the bins changed", inputs.regions.len()));
    let with = |by_mm: f64| -> Vec<(String, Mask)> {
        inputs.regions.iter().map(|(name, mask)| (name.clone(), moved(mask, by_mm))).collect()
    };
    let mut variants = vec![
        ("score_mask_1mm_smaller", Some(of(&with(-MOVED_MM), recipe)?)),
        ("score_mask_1mm_larger", Some(of(&with(MOVED_MM), recipe)?)),
    ];
    for (name, wider) in [("score_bins_narrower", 1.0 / WIDER), ("score_bins_wider", WIDER)] {
        let other = with_bins(recipe, wider).map(|other| of(&inputs.regions, &other)).transpose()?;
        variants.push((name, other));
    }
    let facts = |table: &FeatureTable, name: &str| {
        let mut facts = facts(table, name, recipe, &inputs, model);
        facts.words.extend(acquired.words.clone());
        facts.numbers.extend(acquired.numbers.clone());
        facts.take(given);
        facts
    };
    let scorer = model.scorer();
    let one = |(name, _): &(String, Mask)| {
        let own = facts(&basic, name);
        let answer = own.answer(model, &scorer);
        let score = |table: &Option<FeatureTable>| match table {
            None => Err("the recipe has no bins".to_owned()),
            Some(table) => match facts(table, name).answer(model, &scorer) {
                Answer::Score(score) => Ok(score.score),
                Answer::None { reasons } => Err(reasons.join("; ")),
            },
        };
        let variants = variants.iter().map(|(what, table)| (*what, score(table))).collect();
        Scored { facts: own, answer, variants }
    };
    let scored = inputs.regions.iter().map(one).collect();
    let files =
        vec![(file_name(image), inputs.image_sha256.clone()), (file_name(mask), inputs.mask_sha256.clone())];
    Ok((scored, files, inputs.notes, false))
}

/// The recipe with a ring more, so that enough of the image is read for lesions that are larger.
fn roomy(recipe: &Recipe) -> Recipe {
    let most = recipe.ring.iter().map(|ring| ring.outside_mm).fold(0.0, f64::max);
    let room = Ring {
        name: "room".into(),
        inside_mm: 0.0,
        outside_mm: most + 10.0 * MOVED_MM,
        air_below: None,
        avoid_regions: false,
    };
    Recipe { ring: recipe.ring.iter().cloned().chain([room]).collect(), ..recipe.clone() }
}

fn table(
    image: &Image<f32>,
    regions: &[(String, Mask)],
    recipe: &Recipe,
    name: &str,
) -> Result<FeatureTable, Failure> {
    extract(image, regions, recipe).map_err(|error| Failure::refused(with_causes(&error), name, ""))
}

/// The features of a lesion and of its rings.
fn facts(table: &FeatureTable, region: &str, recipe: &Recipe, inputs: &Inputs, model: &Model) -> Facts {
    let mut numbers = BTreeMap::new();
    for row in &table.rows {
        if row.region == region && row.ring.is_empty() {
            numbers.insert(row.column(), row.value);
        } else if recipe
            .ring
            .iter()
            .any(|ring| row.ring == ring.name && row.region == format!("{region}/{}", ring.name))
        {
            numbers.insert(format!("{}.{}", row.ring, row.column()), row.value);
        }
    }
    Facts {
        patient: inputs.patient_id.clone(),
        lesion: region.into(),
        // It was made with it, or differs from it on purpose.
        recipe_sha256: model.recipe_sha256.clone(),
        volume_mm3: table.regions.iter().find(|facts| facts.region == region).map(|facts| facts.volume_mm3),
        numbers,
        words: BTreeMap::new(),
    }
}

/// What the headers of a series say of its acquisition.
#[derive(Default)]
struct Acquisition {
    words: BTreeMap<String, String>,
    numbers: BTreeMap<String, f64>,
}

fn acquisition(image: &Path) -> Acquisition {
    let mut found = Acquisition::default();
    let mut files: Vec<PathBuf> = std::fs::read_dir(image)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    files.sort();
    let text = |file: &DicomFile, tag| file.root().text(tag).ok().flatten();
    let images = ["CT", "MR", "PT"];
    let Some(file) = files
        .iter()
        .filter_map(|path| DicomFile::open_header(path).ok())
        .find(|file| text(file, tags::MODALITY).is_some_and(|modality| images.contains(&modality.as_str())))
    else {
        return found;
    };
    if let Some(modality) = text(&file, tags::MODALITY) {
        found.words.insert("modality".into(), modality);
    }
    if text(&file, tags::CONTRAST_BOLUS_AGENT).is_some_and(|agent| !agent.trim().is_empty()) {
        found.words.insert("contrast".into(), "yes".into());
    }
    for (name, tag) in [("kvp", tags::KVP), ("slice_thickness_mm", tags::SLICE_THICKNESS)] {
        if let Some(value) = file.root().number(tag).ok().flatten() {
            found.numbers.insert(name.into(), value);
        }
    }
    found
}
