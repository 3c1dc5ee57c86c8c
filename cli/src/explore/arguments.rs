//! What a user types, and what a child is told.

use crate::args::EstimateArguments;
use crate::exit::Failure;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Arguments of `straydose explore`.
#[derive(Args, Debug)]
#[command(
    override_usage = "straydose explore --study DIR --vary WHAT[,WHAT] --out DIR [OPTIONS of estimate]"
)]
pub struct ExploreArguments {
    /// What to vary: collimator, energy, fff, couch; several with commas or again.
    #[arg(long, value_name = "WHAT", required = true, value_delimiter = ',', hide_possible_values = true)]
    pub vary: Vec<Vary>,

    /// By how much collimators are turned.
    #[arg(
        long,
        value_name = "DEGREES,…",
        value_delimiter = ',',
        allow_hyphen_values = true,
        default_value = "-45,45,90"
    )]
    pub collimator_turns: Vec<f64>,

    /// Energies that are tried, of those that the machine has.
    #[arg(long, value_name = "MV,…", value_delimiter = ',', default_value = "6,10,15")]
    pub energies: Vec<f64>,

    /// By how much the couch is turned.
    #[arg(
        long,
        value_name = "DEGREES,…",
        value_delimiter = ',',
        allow_hyphen_values = true,
        default_value = "-30,30"
    )]
    pub couch_turns: Vec<f64>,

    /// An organ that counts in the ranking, by its name in organs.csv; again for more [default: all outside the 5 % isodose].
    #[arg(long, value_name = "NAME")]
    pub organ: Vec<String>,

    /// Variants whose mean dose in the field changes by more than this are not ranked.
    #[arg(long, value_name = "PERCENT", default_value_t = 2.0)]
    pub mean_limit: f64,

    /// Variants of whose field less than this part of what passes gamma (3 %, 3 mm) for the given plan with another seed
    /// passes it are not ranked.
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0)]
    pub gamma_limit: f64,

    /// Another program than this one, for tests.
    #[arg(long, value_name = "FILE", hide = true)]
    pub program: Option<PathBuf>,

    /// What `straydose estimate` takes.
    #[command(flatten)]
    pub estimate: EstimateArguments,
}

/// What can be varied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Vary {
    /// The collimator's angle, with the same aperture.
    Collimator,
    /// The energy, with other monitor units.
    Energy,
    /// With or without flattening filter, with other monitor units.
    Fff,
    /// The couch's angle.
    Couch,
}

impl ExploreArguments {
    /// Refuses what cannot be meant.
    pub fn check(&self) -> Result<(), Failure> {
        crate::estimate::check(&self.estimate)?;
        if self.estimate.dose.is_some() {
            return Err(Failure::command_line(
                "--dose is the dose of the given plan, and no variant has one",
                "leaving it out: all runs show the dose that is computed here",
            ));
        }
        let numbers = [
            ("--collimator-turns", &self.collimator_turns, 180.0),
            ("--couch-turns", &self.couch_turns, 180.0),
            ("--energies", &self.energies, 50.0),
        ];
        for (option, values, most) in numbers {
            if let Some(value) = values.iter().find(|value| !(value.abs() <= most && **value != 0.0)) {
                return Err(Failure::command_line(
                    format!("{option} {value} is out of range"),
                    format!("numbers up to {most}, other than 0"),
                ));
            }
        }
        for (option, percent) in [("--mean-limit", self.mean_limit), ("--gamma-limit", self.gamma_limit)] {
            if !(0.0..=100.0).contains(&percent) {
                return Err(Failure::command_line(format!("{option} {percent} is out of range"), "0 to 100"));
            }
        }
        Ok(())
    }

    /// What every estimate is told besides plan, images, effort and seed. Paths are whole: a child runs elsewhere.
    pub fn of_every_run(&self) -> Result<Vec<String>, Failure> {
        let own = &self.estimate;
        let mut options = Vec::new();
        let machine_file = own.machine.as_ref().filter(|name| name.ends_with(".toml"));
        let phantom_paths = [("--phantom", &own.phantom), ("--phantom-table", &own.phantom_table)];
        for (option, path) in phantom_paths.into_iter().chain([("--masks", &own.masks)]) {
            if let Some(path) = path {
                options.extend([option.to_owned(), whole(path)?]);
            }
        }
        if let Some(name) = &own.machine {
            let value = machine_file.map_or_else(|| Ok(name.clone()), |file| whole(Path::new(file)))?;
            options.extend(["--machine".to_owned(), value]);
        }
        let sex = own.sex.and_then(|sex| sex.to_possible_value()).map(|value| value.get_name().to_owned());
        let text = |value: Option<f64>| value.map(|value| value.to_string());
        let values = [
            ("--age", text(own.age)),
            ("--sex", sex),
            ("--height-cm", text(own.height_cm)),
            ("--weight-kg", text(own.weight_kg)),
            ("--voxel-mm", text(Some(own.voxel_mm))),
            ("--fractions", own.fractions.map(|n| n.to_string())),
        ];
        for (option, value) in values {
            options.extend(value.into_iter().flat_map(|value| [option.to_owned(), value]));
        }
        if own.scan_only {
            options.push("--scan-only".into());
        }
        Ok(options)
    }

    /// How hard every variant is tried.
    pub fn effort(&self) -> Vec<String> {
        let own = &self.estimate;
        let histories = own.histories.map(|n| ["--histories".to_owned(), n.to_string()]);
        let target = own.target_uncertainty.map(|p| ["--target-uncertainty".to_owned(), p.to_string()]);
        histories.into_iter().chain(target).flatten().collect()
    }
}

/// A path from the root.
pub fn whole(path: &Path) -> Result<String, Failure> {
    let absolute = std::path::absolute(path)
        .map_err(|error| Failure::failed(format!("a path cannot be made whole: {error}"), ""))?;
    Ok(absolute.to_string_lossy().into_owned())
}
