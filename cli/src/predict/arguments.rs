//! What a user types after `straydose predict`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum PredictCommand {
    /// A model from your own table, with everything that must be known of it.
    ///
    /// Writes model.json, report.html, folds.csv and run.json.
    Train(Box<TrainArguments>),
    /// Scores of lesions and of their patients, each with its interval, its reasons and its limits.
    ///
    /// Writes lesions.csv, patients.csv and run.json. A lesion that the model cannot speak about gets the verdict "no answer"
    /// with the reason.
    Apply(Box<ApplyArguments>),
    /// A model as a card: what it is for, how good it is, on whom, and what is missing.
    Inspect(InspectArguments),
    /// A synthetic cohort to learn on: virtual lesions whose texture follows their infiltration. No clinical meaning.
    Example(ExampleArguments),
}

/// Arguments of `straydose predict train`.
#[derive(Args, Debug)]
pub struct TrainArguments {
    /// The features: a table (.csv, .parquet) as `straydose radiomics` writes it, or any with one row a lesion or a patient; or
    /// a folder with a folder for each patient that holds the organs.csv of `straydose estimate`.
    #[arg(long, value_name = "TABLE|DIR")]
    pub table: PathBuf,

    /// A second table with outcomes and clinical columns, joined by patient, and by region if it has that column.
    #[arg(long, value_name = "TABLE|DIR")]
    pub join: Option<PathBuf>,

    /// Column of the outcome; for cox that of the event (yes or no).
    #[arg(long, value_name = "COLUMN")]
    pub target: String,

    /// What the outcome is: a number, yes or no, or a time to an event.
    #[arg(long, value_name = "KIND")]
    pub kind: KindChoice,

    /// Column of the time to the event, or to the end of observation.
    #[arg(long, value_name = "COLUMN", required_if_eq("kind", "cox"))]
    pub time: Option<String>,

    /// Words of the target that mean yes, such as CR,PR; all others mean no.
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub yes: Vec<String>,

    /// Column of the patient: all rows of a patient stay in one fold.
    #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
    pub group: String,

    /// The recipe that the features were extracted with; it goes into the model, and other features are refused.
    #[arg(long, value_name = "R.toml")]
    pub recipe: Option<PathBuf>,

    /// What only a person knows of the model: intended use, class, scope, licence (docs/predict.md).
    #[arg(long, value_name = "CARD.toml")]
    pub card: Option<PathBuf>,

    /// Folder for the results; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Clinical columns: offered to the model beside the features, and alone to a comparator.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub clinical: Vec<String>,

    /// Columns that bound the model's scope, such as kvp,slice_thickness_mm: beyond the values of training there is no answer.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub acquisition: Vec<String>,

    /// Only features whose whole column name fits this regular expression.
    #[arg(long, value_name = "REGEX")]
    pub variables: Option<String>,

    /// Not the features whose whole column name fits this.
    #[arg(long, value_name = "REGEX")]
    pub leave_out: Option<String>,

    /// Column of the lesion's volume (mm³) for the comparator [default: morph_volume or morph_vol_approx].
    #[arg(long, value_name = "COLUMN")]
    pub volume: Option<String>,

    /// Column of the site: its effects are learnt and taken out inside each fold (ComBat).
    #[arg(long, value_name = "COLUMN")]
    pub site: Option<String>,

    /// The features of the same lesions measured again: those that do not agree are left out inside each fold.
    #[arg(long, value_name = "TABLE")]
    pub repeat: Option<PathBuf>,

    /// What is done about rows that lack a value.
    #[arg(long, value_name = "WHAT", default_value = "refuse")]
    pub missing: MissingChoice,

    /// Folds of the outer cross-validation.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub folds: usize,

    /// Patients with the event (or in the rarer class) below which nothing is trained.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub least_events: usize,

    /// Draws of patients for the optimism and for the uncertainty of the coefficients.
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub bootstraps: usize,

    /// Correct probabilities by the calibration found on rows that were not learnt from.
    #[arg(long)]
    pub recalibrate: bool,
}

/// Arguments of `straydose predict apply`.
#[derive(Args, Debug)]
pub struct ApplyArguments {
    /// The model.
    #[arg(long, value_name = "MODEL.json")]
    pub model: PathBuf,

    /// The features: a table of `straydose radiomics`, made with the model's recipe, or a folder as `train` takes it.
    #[arg(long, value_name = "TABLE|DIR", required_unless_present = "image", conflicts_with = "image")]
    pub features: Option<PathBuf>,

    /// An image to extract them from, with the recipe in the model: a NIfTI file or a folder with a DICOM series.
    #[arg(long, value_name = "IMG", requires = "mask")]
    pub image: Option<PathBuf>,

    /// Its lesions, as `straydose radiomics` takes them.
    #[arg(long, value_name = "MASK", requires = "image")]
    pub mask: Option<PathBuf>,

    /// Only regions whose whole name fits this regular expression.
    #[arg(long, value_name = "REGEX", requires = "mask")]
    pub roi: Option<String>,

    /// Column of the patient.
    #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
    pub group: String,

    /// A second table with clinical columns, joined by patient, and by region if it has that column.
    #[arg(long, value_name = "TABLE|DIR")]
    pub join: Option<PathBuf>,

    /// A value of all rows, such as age=61 or cancer=melanoma; may be given several times.
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub given: Vec<String>,

    /// Folder for the results; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Arguments of `straydose predict inspect`.
#[derive(Args, Debug)]
pub struct InspectArguments {
    /// The model.
    #[arg(value_name = "MODEL.json")]
    pub model: PathBuf,

    /// The card as a page, with plots and tables to fill in.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// Arguments of `straydose predict example`.
#[derive(Args, Debug)]
pub struct ExampleArguments {
    /// Folder for the cohort; it must not exist.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,

    /// Patients to train on; a quarter as many new ones are made to apply the model to.
    #[arg(long, value_name = "N", default_value_t = 80)]
    pub patients: usize,
}

/// Kinds of outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KindChoice {
    /// A number.
    Linear,
    /// Yes or no.
    Logistic,
    /// A time to an event.
    Cox,
}

/// What is done about rows that lack a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MissingChoice {
    /// The table is refused, with the names of the columns.
    Refuse,
    /// Rows that lack a value are left out.
    LeaveOutRows,
    /// Variables that lack a value are left out.
    LeaveOutVariables,
}
