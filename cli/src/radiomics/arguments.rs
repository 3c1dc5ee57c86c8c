//! What a user types after `straydose radiomics`.

use clap::{Args, ValueEnum};
use formats::dicom::{Modality, PetValues};
use std::path::{Path, PathBuf};

/// Arguments of `straydose radiomics`.
#[derive(Args, Debug)]
pub struct RadiomicsArguments {
    /// A NIfTI image, a folder with a DICOM series (CT, MR, PET), or an RTDOSE.
    #[arg(long, value_name = "IMG", required_unless_present = "patients", conflicts_with = "patients")]
    pub image: Option<PathBuf>,

    /// The regions: a NIfTI image of labels (each label is one), a folder of NIfTI masks, an RTSTRUCT, or a DICOM SEG.
    #[arg(long, value_name = "MASK", required_unless_present = "patients", conflicts_with = "patients")]
    pub mask: Option<PathBuf>,

    /// Many patients: a folder with a folder for each, or a table (.csv) with the columns patient_id, image, mask, roi.
    #[arg(long, value_name = "DIR|TABLE.csv")]
    pub patients: Option<PathBuf>,

    /// The recipe: processing and features.
    #[arg(long, value_name = "FILE.toml", required_unless_present = "preset", conflicts_with = "preset")]
    pub config: Option<PathBuf>,

    /// One of the standard's own recipes: ibsi-digital, ibsi-A to ibsi-E, ibsi2-A, ibsi2-B.
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,

    /// The table: .csv or .parquet.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,

    /// A second table: mean, minimum, maximum, spread and entropy over each patient's regions.
    #[arg(long, value_name = "FILE")]
    pub per_patient: Option<PathBuf>,

    /// Only regions whose whole name fits this regular expression.
    #[arg(long, value_name = "REGEX")]
    pub roi: Option<String>,

    /// One row a region, one column a feature.
    #[arg(long)]
    pub wide: bool,

    /// Which images of a folder that holds several kinds.
    #[arg(long, value_name = "KIND")]
    pub modality: Option<Kind>,

    /// What the numbers of a PET become.
    #[arg(long, value_name = "VALUES", default_value = "suv")]
    pub pet: Pet,

    /// Take regions though their frame of reference is another than the image's.
    #[arg(long)]
    pub any_frame: bool,
}

impl RadiomicsArguments {
    /// For one image, everything else as it is without options.
    pub fn of_case(image: &Path, mask: &Path) -> Self {
        Self {
            image: Some(image.to_owned()),
            mask: Some(mask.to_owned()),
            patients: None,
            config: None,
            preset: None,
            out: PathBuf::new(),
            per_patient: None,
            roi: None,
            wide: false,
            modality: None,
            pet: Pet::Suv,
            any_frame: false,
        }
    }
}

/// Kinds of images.
#[expect(missing_docs, reason = "the names say it, and clap would print more")]
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    Ct,
    Mr,
    Pet,
}

impl From<Kind> for Modality {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Ct => Self::Ct,
            Kind::Mr => Self::Mr,
            Kind::Pet => Self::Pet,
        }
    }
}

/// What the numbers of a PET become.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Pet {
    /// Standardised uptake values by body weight (g/mL).
    Suv,
    /// As the file holds them, such as Bq/mL.
    Stored,
}

impl From<Pet> for PetValues {
    fn from(pet: Pet) -> Self {
        match pet {
            Pet::Suv => Self::SuvBodyWeight,
            Pet::Stored => Self::AsStored,
        }
    }
}
