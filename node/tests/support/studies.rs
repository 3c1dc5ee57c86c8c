//! Small studies of made-up patients, and a dose for one.

use dicom_object::open_file;
use dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN;
use formats::dicom::write::{Bits, CtWriter, DoseWriter, Identity, PdfWriter, PlanWriter, StructureWriter};
use formats::dicom::{DicomFile, uids};
use std::fs;
use std::path::Path;
use treatment::iec61217::PatientPosition;
use treatment::synthetic::{self, Target};
use volume::{Image, OrientedGrid, Structure};

/// An object as it is sent.
#[derive(Clone, Debug)]
pub struct Object {
    pub class: String,
    pub uid: String,
    /// Its data set, explicit little endian.
    pub bytes: Vec<u8>,
}

fn image(values: f32) -> Image<f32> {
    let grid = OrientedGrid {
        origin_mm: [-6.0, -6.0, 0.0],
        axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        spacing_mm: [4.0, 4.0, 3.0],
        shape: [4, 4, 3],
    };
    Image { grid, values: vec![values; 48] }
}

/// Three slices, a structure set on them and a plan, in this order.
pub fn study(label: &str) -> Vec<Object> {
    let folder = tempfile::tempdir().expect("a folder");
    let identity = Identity::of_phantom(label, "F");
    let image = image(0.0);
    let ct = CtWriter {
        identity: &identity,
        image: &image,
        patient_position: "HFS",
        age_years: Some(5.0),
        height_cm: None,
        weight_kg: None,
    };
    let slices = folder.path().join("ct");
    fs::create_dir(&slices).expect("made");
    let ct = ct.save(&slices).expect("a scan");
    let square = |z: f64| vec![[-4.0, -4.0, z], [4.0, -4.0, z], [4.0, 4.0, z], [-4.0, 4.0, z]];
    let structure = Structure {
        number: 1,
        name: "BODY".into(),
        interpreted_type: "EXTERNAL".into(),
        contours: vec![square(0.0), square(3.0), square(6.0)],
        points: Vec::new(),
        density_override: None,
    };
    let set = StructureWriter { identity: &identity, label: "test", structures: &[structure], ct: &ct };
    let set_uid = set.save(&folder.path().join("set.dcm")).expect("a structure set");
    let target = Target {
        centre_mm: [0.0, 0.0, 3.0],
        radius_mm: 5.0,
        position: PatientPosition::Hfs,
        dose_gy: 10.0,
        fractions: 5,
        mu: 100.0,
    };
    let plan = synthetic::four_fields(
        &target,
        &synthetic::Identity {
            uid: String::new(),
            frame_of_reference_uid: identity.frame_of_reference_uid.clone(),
            structure_set_uid: Some(set_uid),
        },
    );
    let path = folder.path().join("plan.dcm");
    PlanWriter { identity: &identity, plan: &plan }.save(&path).expect("a plan");
    let mut files: Vec<_> =
        fs::read_dir(&slices).expect("slices").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.extend([folder.path().join("set.dcm"), path]);
    files.iter().map(|path| object(path)).collect()
}

/// A file as an object.
pub fn object(path: &Path) -> Object {
    let file = open_file(path).expect("a DICOM file");
    let mut bytes = Vec::new();
    file.write_dataset_with_ts(&mut bytes, &EXPLICIT_VR_LITTLE_ENDIAN.erased()).expect("written");
    let text = |uid: &str| uid.trim_end_matches('\0').to_owned();
    Object {
        class: text(file.meta().media_storage_sop_class_uid()),
        uid: text(file.meta().media_storage_sop_instance_uid()),
        bytes,
    }
}

/// A dose of a plan, as `straydose estimate` would leave it.
pub fn write_dose(plan: &Path, out: &Path) {
    let file = DicomFile::open(plan).expect("the plan that was sent");
    let frame = formats::dicom::plan::read_plan(&file).expect("a plan").frame_of_reference_uid;
    let identity = Identity::of(&file, frame.as_deref()).expect("an identity");
    fs::create_dir_all(out).expect("made");
    let writer = DoseWriter {
        identity: &identity,
        plan_class: uids::RT_PLAN_STORAGE,
        plan_uid: &file.sop_instance_uid().expect("a UID"),
        image: &image(1.0),
        comment: "stub",
        bits: Bits::ThirtyTwo,
    };
    writer.save(&out.join("dose.dcm")).expect("a dose");
    fs::write(out.join("run.json"), "{}").expect("written");
}

/// A report of a plan beside its dose.
pub fn write_report(plan: &Path, out: &Path) {
    let file = DicomFile::open(plan).expect("the plan that was sent");
    let identity = Identity::of(&file, Some("")).expect("an identity");
    let plan_uid = &file.sop_instance_uid().expect("a UID");
    let writer = PdfWriter {
        identity: &identity,
        plan_class: uids::RT_PLAN_STORAGE,
        plan_uid,
        title: "stub",
        pdf: b"%PDF",
    };
    writer.save(&out.join(node::REPORT)).expect("a report");
}
