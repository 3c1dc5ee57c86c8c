//! Everything that an estimate reads: plan, CT, structures or masks, the planned dose.

use crate::args::{EstimateArguments, SexChoice};
use crate::exit::{Failure, with_causes};
use crate::input_file::file_name;
use anatomy::Region;
use formats::dicom::plan::read_plan;
use formats::dicom::write::Identity;
use formats::dicom::{CtSeries, DicomFile, DoseGrid, PatientFacts, SeriesChoice, StructureSet, study};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use treatment::Plan;
use volume::{Image, Mask};

/// What was read.
pub struct Inputs {
    /// The plan.
    pub plan: Plan,
    /// Its file's name.
    pub plan_name: String,
    /// Whose study it is, for the dose that is written; `None` for a CT without a frame of reference.
    pub identity: Option<Identity>,
    /// The scan (HU).
    pub ct: Image<f32>,
    /// Its file's or folder's name.
    pub ct_name: String,
    /// Axes that the CT's files use, for the dose that is written.
    pub axes_of_files: Option<[[f64; 3]; 3]>,
    /// Sex, age, height and weight.
    pub patient: PatientFacts,
    /// As the CT says, such as HFS.
    pub patient_position: Option<String>,
    /// Structures or masks.
    pub regions: Vec<Region>,
    /// The planning system's dose (Gy).
    pub planned: Option<Image<f32>>,
    /// What was taken from a study folder, and by which link.
    pub took: Vec<String>,
    /// What was left there, and why.
    pub left: Vec<(String, String)>,
    /// Remarks of the readers.
    pub notes: Vec<String>,
    /// SHA-256 of each file, by its name.
    pub sha256: BTreeMap<String, String>,
}

/// The files, before they are read.
struct Files {
    plan: PathBuf,
    ct: Ct,
    structures: Option<PathBuf>,
    dose: Option<PathBuf>,
    took: Vec<String>,
    left: Vec<(String, String)>,
}

enum Ct {
    Folder(PathBuf),
    Slices(PathBuf, Vec<PathBuf>),
    Nifti(PathBuf),
}

impl Inputs {
    /// Reads what the command line names.
    pub fn read(arguments: &EstimateArguments) -> Result<Inputs, Failure> {
        let files = files(arguments)?;
        let plan_name = file_name(&files.plan);
        let plan_file = DicomFile::open(&files.plan).map_err(|e| refused(&e, &files.plan))?;
        let plan = read_plan(&plan_file).map_err(|e| refused(&e, &files.plan))?;
        let mut sha256 = BTreeMap::from([hashed(&files.plan)?]);
        let mut notes = Vec::new();

        let structures = match &files.structures {
            Some(path) => {
                sha256.extend([hashed(path)?]);
                Some(StructureSet::open(path).map_err(|e| refused(&e, path))?)
            }
            None => None,
        };
        let choice = SeriesChoice {
            series_uids: structures.iter().flat_map(|set| set.series_uids.clone()).collect(),
            frame_of_reference_uid: plan
                .frame_of_reference_uid
                .clone()
                .or_else(|| structures.as_ref()?.frame_of_reference_uid.clone()),
        };
        let scan = read_ct(&files.ct, &choice, &mut sha256)?;
        let frame = plan.frame_of_reference_uid.clone().or_else(|| scan.frame_of_reference_uid.clone());
        if let (Some(plan), Some(ct)) = (&plan.frame_of_reference_uid, &scan.frame_of_reference_uid)
            && plan != ct
        {
            notes.push("plan and CT name different frames of reference; they were taken for one".into());
        }
        let mut regions = Vec::new();
        if let Some(set) = structures {
            notes.extend(set.notes);
            regions.extend(set.structures.into_iter().map(Region::Contours));
        }
        if let Some(folder) = &arguments.masks {
            regions.extend(read_masks(folder, &scan.image, &mut sha256)?);
        }
        let planned = match &files.dose {
            Some(path) => {
                sha256.extend([hashed(path)?]);
                Some(read_dose(path, &plan, &mut notes)?)
            }
            None => None,
        };
        notes.extend(scan.notes);
        notes.extend(scan.patient.notes.iter().cloned());
        Ok(Inputs {
            identity: Identity::of(&plan_file, frame.as_deref()).ok(),
            plan,
            plan_name,
            ct: scan.image,
            ct_name: scan.name,
            axes_of_files: scan.axes_of_files,
            patient: patient(scan.patient, arguments),
            patient_position: scan.patient_position,
            regions,
            planned,
            took: files.took,
            left: files.left,
            notes,
            sha256,
        })
    }
}

fn refused(error: &formats::Error, path: &Path) -> Failure {
    Failure::refused(with_causes(error), file_name(path), "")
}

/// The files that the command line names, or that a study folder holds.
fn files(arguments: &EstimateArguments) -> Result<Files, Failure> {
    let mut files = match &arguments.study {
        Some(folder) => {
            let found =
                study::find(folder, arguments.plan.as_deref()).map_err(|error| refused(&error, folder))?;
            let left = found.left.iter().map(|(path, why)| (file_name(path), why.clone()));
            Files {
                plan: found.plan,
                ct: Ct::Slices(folder.clone(), found.ct),
                structures: found.structures,
                dose: found.dose,
                took: found.took,
                left: left.collect(),
            }
        }
        None => Files {
            plan: arguments.plan.clone().expect("options::check asks for --plan or --study"),
            ct: Ct::Slices(PathBuf::new(), Vec::new()),
            structures: None,
            dose: None,
            took: Vec::new(),
            left: Vec::new(),
        },
    };
    if let Some(path) = &arguments.ct {
        files.ct = if path.is_dir() { Ct::Folder(path.clone()) } else { Ct::Nifti(path.clone()) };
    }
    if let Ct::Slices(folder, slices) = &files.ct
        && slices.is_empty()
    {
        return Err(Failure::refused(
            "the study has no CT",
            file_name(folder),
            "--ct with a folder of slices or a NIfTI image in HU",
        ));
    }
    if arguments.masks.is_some() {
        files.structures = None;
    }
    files.structures = arguments.structures.clone().or(files.structures);
    files.dose = arguments.dose.clone().or(files.dose);
    Ok(files)
}

/// A scan from any source.
struct Scan {
    image: Image<f32>,
    name: String,
    axes_of_files: Option<[[f64; 3]; 3]>,
    frame_of_reference_uid: Option<String>,
    patient: PatientFacts,
    patient_position: Option<String>,
    notes: Vec<String>,
}

fn read_ct(ct: &Ct, choice: &SeriesChoice, sha256: &mut BTreeMap<String, String>) -> Result<Scan, Failure> {
    let (series, folder) = match ct {
        Ct::Nifti(path) => {
            sha256.extend([hashed(path)?]);
            let image = formats::nifti::read_image(path).map_err(|e| refused(&e, path))?;
            return Ok(Scan {
                image: image.canonical(),
                name: file_name(path),
                axes_of_files: None,
                frame_of_reference_uid: None,
                patient: PatientFacts::default(),
                patient_position: None,
                notes: vec![
                    "the CT is a NIfTI image: it has no frame of reference to compare with the plan's".into(),
                ],
            });
        }
        Ct::Folder(folder) => (CtSeries::read_folder(folder, choice), folder),
        Ct::Slices(folder, files) => (CtSeries::read_files(folder, files, choice), folder),
    };
    let series = series.map_err(|e| refused(&e, folder))?;
    for file in &series.files {
        sha256.extend([hashed(file)?]);
    }
    Ok(Scan {
        image: series.image,
        name: file_name(folder),
        axes_of_files: Some(series.axes_of_files),
        frame_of_reference_uid: series.frame_of_reference_uid,
        patient: series.patient,
        patient_position: series.patient_position,
        notes: series.notes,
    })
}

fn read_dose(path: &Path, plan: &Plan, notes: &mut Vec<String>) -> Result<Image<f32>, Failure> {
    if file_name(path).ends_with(".nii") || file_name(path).ends_with(".nii.gz") {
        return Ok(formats::nifti::read_image(path).map_err(|e| refused(&e, path))?.canonical());
    }
    let dose = DoseGrid::open(path).map_err(|e| refused(&e, path))?;
    if !dose.plan_uids.is_empty() && !dose.plan_uids.contains(&plan.uid) {
        notes.push(format!("{} belongs to another plan than the one given", file_name(path)));
    }
    if dose.summation_type != "PLAN" {
        notes.push(format!("{} is a dose of summation type {}", file_name(path), dose.summation_type));
    }
    notes.extend(dose.notes);
    Ok(dose.image)
}

/// The masks of a folder; a file's name is the region's.
fn read_masks(
    folder: &Path,
    ct: &Image<f32>,
    sha256: &mut BTreeMap<String, String>,
) -> Result<Vec<Region>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::refused(
            format!("the folder of masks cannot be read: {error}"),
            file_name(folder),
            "--masks DIR",
        )
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = file_name(&path);
        if name.ends_with(".nii.gz") || name.ends_with(".nii") {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(Failure::refused("it holds no NIfTI file", file_name(folder), "masks as NAME.nii.gz"));
    }
    let mut regions = Vec::with_capacity(paths.len());
    for path in paths {
        sha256.extend([hashed(&path)?]);
        let image = formats::nifti::read_image(&path).map_err(|e| refused(&e, &path))?;
        let image = image.along(&ct.grid.axes);
        let name = file_name(&path).trim_end_matches(".gz").trim_end_matches(".nii").to_owned();
        let mask = Mask {
            lower: [0; 3],
            shape: image.grid.shape,
            inside: image.values.iter().map(|&value| value > 0.5).collect(),
            grid: image.grid,
            notes: Vec::new(),
        };
        regions.push(Region::Voxels { name, mask });
    }
    Ok(regions)
}

/// The patient's facts: what the user says goes before what the header says.
fn patient(mut facts: PatientFacts, arguments: &EstimateArguments) -> PatientFacts {
    facts.age_years = arguments.age.or(facts.age_years);
    facts.height_cm = arguments.height_cm.or(facts.height_cm);
    facts.weight_kg = arguments.weight_kg.or(facts.weight_kg);
    facts.sex = arguments.sex.map(SexChoice::into_sex).or(facts.sex);
    facts
}

/// A file's name and SHA-256.
pub fn hashed(path: &Path) -> Result<(String, String), Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::refused(format!("it cannot be read: {error}"), file_name(path), "a file that may be read")
    };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut piece).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
    }
    let hash = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((file_name(path), hash))
}
