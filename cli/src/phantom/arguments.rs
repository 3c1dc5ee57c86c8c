//! What a user types after `straydose phantom`.

use crate::args::SexChoice;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Arguments of `straydose phantom`.
#[derive(Args, Debug)]
pub struct PhantomArguments {
    /// Age; 20 and more is adult.
    #[arg(long, value_name = "YEARS", allow_negative_numbers = true)]
    pub age: f64,

    /// Sex.
    #[arg(long, value_name = "F|M", ignore_case = true, hide_possible_values = true)]
    pub sex: SexChoice,

    /// Height [default: the reference at that age].
    #[arg(long, value_name = "CM", allow_negative_numbers = true)]
    pub height_cm: Option<f64>,

    /// Weight [default: the reference's, as the square of the height].
    #[arg(long, value_name = "KG", allow_negative_numbers = true)]
    pub weight_kg: Option<f64>,

    /// Where the arms are.
    #[arg(long, value_name = "down|up", default_value = "down", hide_possible_values = true)]
    pub arms: ArmsChoice,

    /// Edge of a voxel.
    #[arg(long, value_name = "MM", default_value_t = crate::args::VOXEL_MM, allow_negative_numbers = true)]
    pub voxel_mm: f64,

    /// Folder for anatomy.nii.gz, hu.nii.gz, anatomy.csv, marrow.csv and run.json; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Also a CT series and an RTSTRUCT, in DIR/dicom.
    #[arg(long)]
    pub dicom: bool,
}

/// Where the arms are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ArmsChoice {
    /// Beside the trunk.
    Down,
    /// Over the head.
    Up,
}
