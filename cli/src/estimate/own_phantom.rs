//! The user's own phantom in place of one of the family: labels and their table.

use super::inputs::hashed;
use crate::args::EstimateArguments;
use crate::exit::{Failure, with_causes};
use crate::input_file::{InputFile, file_name};
use ::completion::{Model, labels};
use anatomy::Calibration;
use std::collections::BTreeMap;

/// Reads it and notes its files; none if there is none.
pub fn read(
    arguments: &EstimateArguments,
    sha256: &mut BTreeMap<String, String>,
) -> Result<Option<Model>, Failure> {
    let (image, table) = match (&arguments.phantom, &arguments.phantom_table) {
        (Some(image), Some(table)) => (image, table),
        _ => return Ok(None),
    };
    sha256.extend([hashed(image)?, hashed(table)?]);
    let refused = |error: &formats::Error| Failure::refused(with_causes(error), file_name(image), "");
    let labels = formats::nifti::read_image(image).map_err(|error| refused(&error))?.canonical();
    let file = InputFile::read(table, "the table of the phantom")?;
    labels::model(&labels, file.text()?, &Calibration::schneider())
        .map(Some)
        .map_err(|error| Failure::refused(with_causes(&error), file.name.clone(), ""))
}
