//! Regions on the voxels of the image.

use super::cases::Case;
use super::regions::Found;
use crate::exit::{Failure, with_causes};
use crate::input_file::file_name;
use ::radiomics::Mask;
use ::radiomics::placement::{Relation, covering, place, relation};
use std::path::Path;
use volume::OrientedGrid;

/// Regions of another frame of reference lie elsewhere in the patient; refused unless they are to be taken all the same.
pub fn same_frame(
    of_image: Option<&String>,
    of_regions: Option<&String>,
    case: &Case,
    any_frame: bool,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
    let Some((of_image, of_regions)) = of_image.zip(of_regions) else {
        return Ok(());
    };
    if of_image == of_regions {
        return Ok(());
    }
    let problem = format!(
        "the regions' frame of reference ({of_regions}) is not that of the image {} ({of_image}), so they may lie elsewhere in the patient",
        file_name(&case.image)
    );
    if any_frame {
        notes.push(format!("{problem}; taken as they are, as --any-frame says"));
        return Ok(());
    }
    Err(Failure::refused(
        problem,
        file_name(&case.mask),
        "the image that they were drawn on, or --any-frame where you know that both frames are one",
    ))
}

/// Contours and masks of any grid as masks on the image's voxels.
pub fn placed(
    found: Found,
    image: &OrientedGrid,
    path: &Path,
    notes: &mut Vec<String>,
) -> Result<Vec<(String, Mask)>, Failure> {
    let (regions, grid) = match found {
        Found::Voxels { regions, grid } => (regions, grid),
        Found::Drawn(structures) => {
            return structures
                .into_iter()
                .map(|structure| {
                    let mask = Mask::of(&structure, image, None)
                        .map_err(|error| Failure::refused(with_causes(&error), file_name(path), ""))?;
                    Ok((structure.name, mask))
                })
                .collect();
        }
    };
    let own =
        grid.or_else(|| regions.iter().find(|(_, mask)| !mask.inside.is_empty()).map(|(_, mask)| mask.grid));
    if let Some(own) = own {
        match relation(image, &own) {
            Relation::Same => {}
            Relation::Shifted(_) if grid.is_none() => {}
            Relation::Shifted(shift) => notes.push(format!(
                "the mask has {:?} voxels and the image {:?}, {shift:?} apart; the mask was renumbered",
                own.shape, image.shape
            )),
            Relation::Other => notes.push(format!(
                "the mask lies on other voxels ({}) than the image ({}) and was resampled: linear, inside from a half on",
                described(&own),
                described(image)
            )),
        }
    }
    let mut all = Vec::with_capacity(regions.len());
    for (name, mask) in regions {
        let (placed, lost) = place(&mask, image);
        let before = mask.inside.iter().filter(|inside| **inside).count();
        let [low, high] = covering(&mask, image, [0.0; 3]);
        if before > 0 && (lost == before || (0..3).any(|a| high[a] < low[a])) {
            return Err(Failure::refused(
                format!(
                    "region {name:?} lies outside the image (mask: {}; image: {})",
                    described(&mask.grid),
                    described(image)
                ),
                file_name(path),
                "the image that it was drawn on, or --roi to leave it out",
            ));
        }
        if lost > 0 {
            notes.push(format!(
                "{lost} of {before} voxels of region {name:?} lie beyond the image and were left out"
            ));
        }
        all.push((name, placed));
    }
    Ok(all)
}

/// A grid in a few words.
fn described(grid: &OrientedGrid) -> String {
    let [x, y, z] = grid.spacing_mm;
    let [a, b, c] = grid.origin_mm;
    format!("{x:.3} x {y:.3} x {z:.3} mm from ({a:.1}, {b:.1}, {c:.1}) mm")
}
