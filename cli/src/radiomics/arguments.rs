//! What a user types after `straydose radiomics`.

use clap::Args;
use std::path::PathBuf;

/// Arguments of `straydose radiomics`.
#[derive(Args, Debug)]
pub struct RadiomicsArguments {
    /// A NIfTI image, a folder with a DICOM series, or an RTDOSE.
    #[arg(long, value_name = "IMG")]
    pub image: PathBuf,

    /// The regions: a NIfTI image of labels (each label is one), or an RTSTRUCT.
    #[arg(long, value_name = "MASK")]
    pub mask: PathBuf,

    /// The recipe: processing and features.
    #[arg(long, value_name = "FILE.toml", required_unless_present = "preset", conflicts_with = "preset")]
    pub config: Option<PathBuf>,

    /// One of the standard's own recipes: ibsi-digital, ibsi-A to ibsi-E.
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,

    /// The table: .csv.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,

    /// Only regions whose whole name fits this regular expression.
    #[arg(long, value_name = "REGEX")]
    pub roi: Option<String>,

    /// One row a region, one column a feature.
    #[arg(long)]
    pub wide: bool,
}
