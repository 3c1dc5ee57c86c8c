//! `straydose manifest`: a first table of cases from folders of DICOM files.

use super::arguments::ManifestArguments;
use super::failure;
use crate::args::Common;
use crate::console;
use crate::exit::Failure;
use crate::input_file::file_name;
use ::registry::{Case, Manifest};
use formats::dicom::{DicomFile, PatientFacts, Sex, tags, uids};
use std::path::{Path, PathBuf};

/// Deepest subfolder of a patient that is looked into.
const DEEPEST: usize = 12;

/// What a patient's folder holds.
#[derive(Default)]
struct Found {
    plans: Vec<PathBuf>,
    /// Of the CT's first file.
    patient: Option<PatientFacts>,
}

/// Runs the command.
///
/// Cases get numbers, since folders are often called by names. A folder with several plans makes several cases.
pub fn run(arguments: &ManifestArguments, common: &Common) -> Result<(), Failure> {
    let folders = folders(&arguments.folder)?;
    let base = arguments.out.parent().and_then(|base| std::path::absolute(base).ok()).unwrap_or_default();
    let mut manifest = Manifest::default();
    let mut without = 0;
    let digits = folders.len().to_string().len().max(4);
    for (n, folder) in folders.iter().enumerate() {
        let mut found = Found::default();
        look(folder, 0, &mut found)?;
        without += usize::from(found.plans.is_empty());
        let several = found.plans.len() > 1;
        for (m, plan) in found.plans.iter().enumerate() {
            let mut case = Case { case_id: format!("C{:0digits$}", n + 1), ..Case::default() };
            case.paths.insert("study", relative(folder, &base));
            if several {
                case.case_id.push_str(&format!("-{}", m + 1));
                case.paths.insert("plan", relative(plan, &base));
            }
            let facts = found.patient.clone().unwrap_or_default();
            let sex = facts.sex.map(|sex| if sex == Sex::Female { "F" } else { "M" }.to_owned());
            let number = |value: Option<f64>| value.map(|x| format!("{}", (1000.0 * x).round() / 1000.0));
            let options = [
                ("age_years", number(facts.age_years)),
                ("sex", sex),
                ("height_cm", number(facts.height_cm)),
                ("weight_kg", number(facts.weight_kg)),
            ];
            case.options = options.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            manifest.cases.push(case);
        }
    }
    if manifest.cases.is_empty() {
        return Err(Failure::refused(
            "no folder in it holds an RTPLAN",
            file_name(&arguments.folder),
            "a folder with a folder for each patient",
        ));
    }
    manifest.write_csv(&arguments.out).map_err(|error| failure(&error))?;
    if !common.quiet {
        console::result(&format!("{} cases of {} folders", manifest.cases.len(), folders.len()));
        if without > 0 {
            console::note(&format!("{without} folders hold no RTPLAN and were passed over"));
        }
    }
    Ok(())
}

fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> Failure {
    let name = file_name(path);
    move |error| {
        Failure::refused(format!("it cannot be read: {error}"), name.clone(), "a folder that may be read")
    }
}

/// The folders in a folder, by name.
fn folders(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(path).map_err(unreadable(path))? {
        let path = entry.map_err(unreadable(path))?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

fn look(folder: &Path, depth: usize, found: &mut Found) -> Result<(), Failure> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        entries.push(entry.map_err(unreadable(folder))?.path());
    }
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if depth < DEEPEST {
                look(&path, depth + 1, found)?;
            }
        } else if let Ok(file) = DicomFile::open_header(&path) {
            let root = file.root();
            let class = root.text(tags::SOP_CLASS_UID).ok().flatten().unwrap_or_default();
            let is_ct = root.text(tags::MODALITY).ok().flatten().as_deref() == Some("CT");
            if class == uids::RT_PLAN_STORAGE {
                found.plans.push(path);
            } else if is_ct && found.patient.is_none() {
                found.patient = Some(PatientFacts::read(&root));
            }
        }
    }
    Ok(())
}

/// A path as it stands in the manifest: from its folder where it lies below.
fn relative(path: &Path, base: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole.strip_prefix(base).map(Path::to_owned).unwrap_or(whole)
}
