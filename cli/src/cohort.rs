//! `straydose cohort`: made-up children with plans of typical sites, as DICOM studies with partial scans.

mod child;
mod plans;
mod words;

use crate::args::Common;
use crate::console;
use crate::exit::{Failure, with_causes};
use crate::interrupt;
use ::registry::{Case, Manifest};
use child::Child;
use clap::Args;
use std::path::{Path, PathBuf};

/// The manifest, and what is known of each child beyond it.
const MANIFEST: &str = "cohort.csv";
const CHILDREN: &str = "children.csv";

/// Arguments of `straydose cohort`.
#[derive(Args, Debug)]
pub struct CohortArguments {
    /// How many children.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub n: u32,

    /// Folder for the studies, cohort.csv (the manifest for `straydose batch`) and children.csv; made if missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Runs the command. A child hangs on the seed and its number alone; studies that are there are kept.
pub fn run(arguments: &CohortArguments, common: &Common) -> Result<(), Failure> {
    interrupt::watch();
    if let Some(threads) = common.threads {
        // Fails only if a pool is there already, and then that one is used.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    let out = &arguments.out;
    let seed = common.seed.unwrap_or(1);
    let cannot = |error: &dyn std::error::Error| {
        Failure::failed(
            format!("the cohort cannot be written to {}: {}", out.display(), with_causes(error)),
            "another --out, with more space",
        )
    };
    std::fs::create_dir_all(out).map_err(|error| cannot(&error))?;
    let mut manifest = Manifest::default();
    let mut children = csv::Writer::from_writer(Vec::new());
    let head =
        ["case_id", "site", "technique", "dose_gy", "fractions", "target_x_mm", "target_y_mm", "target_z_mm"];
    children.write_record(head).map_err(|error| cannot(&error))?;
    for number in 1..=arguments.n {
        if interrupt::requested() {
            return Err(Failure::interrupted());
        }
        let child = Child::draw(seed, number)?;
        let case_id = format!("S{number:05}");
        let study = out.join(&case_id);
        if !study.exists() {
            whole(&study, |aside| child.write(&case_id, aside))?;
        }
        let number_of = |x: f64| format!("{}", (100.0 * x).round() / 100.0);
        let person = child.body.person();
        let sex = if person.sex() == phantoms::Sex::Female { "F" } else { "M" };
        manifest.cases.push(Case {
            case_id: case_id.clone(),
            paths: [("study", PathBuf::from(&case_id))].into(),
            options: [
                ("age_years", number_of(person.age_years())),
                ("sex", sex.to_owned()),
                ("height_cm", number_of(person.height_cm())),
                ("weight_kg", number_of(person.weight_kg())),
            ]
            .into(),
        });
        let mut row = vec![case_id, child.site.name.into(), child.technique.word().into()];
        row.extend([child.site.dose_gy, f64::from(child.site.fractions)].map(number_of));
        row.extend(child.target.centre_mm.map(number_of));
        children.write_record(row).map_err(|error| cannot(&error))?;
        if !common.quiet {
            console::note(&format!(
                "{number} of {}: {}, {}",
                arguments.n,
                child.site.name,
                child.technique.word()
            ));
        }
    }
    let text = children.into_inner().map_err(|error| cannot(&error))?;
    std::fs::write(out.join(CHILDREN), text).map_err(|error| cannot(&error))?;
    manifest.write_csv(&out.join(MANIFEST)).map_err(|error| cannot(&error))?;
    if !common.quiet {
        console::result(&format!("straydose batch --manifest {} --out DIR", out.join(MANIFEST).display()));
    }
    Ok(())
}

/// Writes a folder beside its place and moves it there when it is complete.
fn whole(folder: &Path, write: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::failed(format!("a study cannot be written: {error}"), "another --out, with more space")
    };
    let parent = folder.parent().unwrap_or(Path::new(""));
    let aside = tempfile::Builder::new().prefix(".study-").tempdir_in(parent).map_err(failed)?;
    let made = aside.path().join("study");
    write(&made)?;
    std::fs::rename(&made, folder).map_err(failed)
}
