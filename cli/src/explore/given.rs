//! The plan that is given, and the files around it.

use super::arguments::{ExploreArguments, whole};
use crate::exit::{Failure, with_causes};
use crate::input_file::file_name;
use formats::dicom::plan::read_plan;
use formats::dicom::write::Identity;
use formats::dicom::{DicomFile, StructureSet, study};
use std::path::{Path, PathBuf};
use treatment::Plan;
use treatment::machine::{Machine, choose};

/// A plan and its study.
pub struct Given {
    /// The plan.
    pub plan: Plan,
    /// Its file.
    pub file: PathBuf,
    /// Whose it is, for the variants' files.
    pub identity: Identity,
    /// The machine of each of its beams.
    pub machines: Vec<Machine>,
    /// Options that name images and structures.
    pub images: Vec<String>,
    /// Files that have to be linked into a folder for the CT, where it lies among others.
    pub slices: Vec<PathBuf>,
}

/// Where the links to the CT's slices are, in the folder that the estimates are run in.
pub const SLICES: &str = "ct";

impl Given {
    /// Finds and reads the plan; images are left to `estimate`.
    pub fn read(arguments: &ExploreArguments) -> Result<Self, Failure> {
        let own = &arguments.estimate;
        let found = match &own.study {
            Some(folder) => {
                Some(study::find(folder, own.plan.as_deref()).map_err(|error| refused(&error, folder))?)
            }
            None => None,
        };
        let file = found.as_ref().map(|study| study.plan.clone()).or_else(|| own.plan.clone());
        let file = file.expect("options::check asks for --plan or --study");
        let dicom = DicomFile::open(&file).map_err(|error| refused(&error, &file))?;
        let plan = read_plan(&dicom).map_err(|error| refused(&error, &file))?;
        let structures = own.structures.clone().or_else(|| found.as_ref()?.structures.clone());
        let mut images = Vec::new();
        let mut frame = plan.frame_of_reference_uid.clone();
        if let Some(path) = structures.filter(|_| own.masks.is_none()) {
            if frame.is_none() {
                frame = StructureSet::open(&path).map_err(|e| refused(&e, &path))?.frame_of_reference_uid;
            }
            images.extend(["--structures".to_owned(), whole(&path)?]);
        }
        let slices = match (&own.ct, found) {
            (Some(ct), _) => {
                images.extend(["--ct".to_owned(), whole(ct)?]);
                Vec::new()
            }
            (None, Some(study)) if !study.ct.is_empty() => study.ct,
            _ => {
                return Err(Failure::refused(
                    "the study has no CT",
                    own.study.as_deref().map(file_name).unwrap_or_default(),
                    "--ct with a folder of slices or a NIfTI image in HU",
                ));
            }
        };
        let identity = Identity::of(&dicom, frame.as_deref()).map_err(|error| refused(&error, &file))?;
        let machines = machines(&plan, arguments, &file)?;
        Ok(Self { plan, file, identity, machines, images, slices })
    }
}

/// The machine of each beam, found as `estimate` finds it.
fn machines(plan: &Plan, arguments: &ExploreArguments, file: &Path) -> Result<Vec<Machine>, Failure> {
    let (known, wish) = crate::estimate::machines(&arguments.estimate)?;
    let chosen = plan
        .beams
        .iter()
        .map(|beam| choose(&known, beam, wish.as_deref()).map(|choice| choice.machine.clone()));
    chosen
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::refused(with_causes(&error), file_name(file), ""))
}

fn refused(error: &formats::Error, path: &Path) -> Failure {
    Failure::refused(with_causes(error), file_name(path), "")
}
