//! A folder with a synthetic study is sorted out by its links.

use formats::dicom::write::{Bits, CtWriter, DataSet, DoseWriter, Identity, StructureWriter};
use formats::dicom::{DicomFile, study, tags, uids};
use std::path::{Path, PathBuf};
use volume::{Image, OrientedGrid, Structure};

/// Writes scan, structures and dose of a phantom, and a plan that names this structure set.
fn write(folder: &Path, label: &str, plan_uid: &str, names: Option<&str>) {
    std::fs::create_dir_all(folder).expect("writable");
    let identity = Identity::of_phantom(label, "F");
    let grid = OrientedGrid {
        origin_mm: [0.0; 3],
        axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        spacing_mm: [1.0; 3],
        shape: [2, 2, 3],
    };
    let image = Image { grid, values: vec![0.0; 12] };
    let ct = CtWriter {
        identity: &identity,
        image: &image,
        patient_position: "HFS",
        age_years: None,
        height_cm: None,
        weight_kg: None,
    };
    let ct = ct.save(folder).expect("written");
    let body = Structure {
        number: 1,
        name: "BODY".into(),
        interpreted_type: "EXTERNAL".into(),
        contours: vec![vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]],
        points: Vec::new(),
        density_override: None,
    };
    let set = StructureWriter { identity: &identity, label, structures: &[body], ct: &ct };
    let set_uid = set.save(&folder.join("RS.dcm")).expect("written");
    let dose = DoseWriter {
        identity: &identity,
        plan_class: uids::RT_PLAN_STORAGE,
        plan_uid,
        image: &image,
        comment: "",
        bits: Bits::ThirtyTwo,
    };
    dose.save(&folder.join("RD.dcm")).expect("written");
    by_a_planner(&folder.join("RD.dcm"));
    let reference = DataSet::reference(uids::RT_STRUCTURE_SET_STORAGE, names.unwrap_or(&set_uid));
    let plan = identity
        .elements()
        .text(tags::MODALITY, "RTPLAN")
        .items(tags::REFERENCED_STRUCTURE_SET_SEQUENCE, [reference])
        .file(uids::RT_PLAN_STORAGE, plan_uid);
    std::fs::write(folder.join("RP.dcm"), plan).expect("writable");
}

/// Makes a dose that we wrote one of a planning system.
fn by_a_planner(path: &Path) {
    let dose = DataSet::from(DicomFile::open(path).expect("readable").object);
    let dose = dose.text(tags::MANUFACTURER, "Planner");
    let uid = DicomFile::open(path).and_then(|file| file.sop_instance_uid()).expect("it has one");
    std::fs::write(path, dose.file(uids::RT_DOSE_STORAGE, &uid)).expect("writable");
}

fn name(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}

#[test]
fn a_linked_study_is_taken_whole_and_the_rest_is_listed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(&folder.path().join("a/b"), "one", "2.25.1", None);
    write(&folder.path().join("other"), "two", "2.25.2", None);
    std::fs::remove_file(folder.path().join("other/RP.dcm")).expect("it is there");
    std::fs::write(folder.path().join("notes.txt"), "no DICOM").expect("writable");
    let found = study::find(folder.path(), None).expect("one plan");
    assert!(found.plan.ends_with("a/b/RP.dcm"));
    assert!(found.structures.as_ref().is_some_and(|path| path.ends_with("a/b/RS.dcm")), "{found:?}");
    assert!(found.dose.as_ref().is_some_and(|path| path.ends_with("a/b/RD.dcm")), "{found:?}");
    assert_eq!(found.ct.len(), 3);
    assert!(found.ct.iter().all(|path| path.starts_with(folder.path().join("a/b"))), "{found:?}");
    let left: Vec<(String, &str)> = found.left.iter().map(|(path, why)| (name(path), &**why)).collect();
    assert_eq!(left.len(), 6, "{left:?}");
    for wanted in [
        ("notes.txt", "is no DICOM file"),
        ("RS.dcm", "is another structure set than the plan's"),
        ("RD.dcm", "is the dose of another plan"),
        ("ct_001.dcm", "is a CT slice of another series"),
    ] {
        assert!(left.iter().any(|(name, why)| (&**name, *why) == wanted), "{left:?} lacks {wanted:?}");
    }
}

#[test]
fn a_broken_link_is_mended_by_the_frame_of_reference_and_said_to_be() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "one", "2.25.1", Some("2.25.999"));
    let found = study::find(folder.path(), None).expect("one plan");
    assert!(found.structures.is_some());
    assert!(found.took.iter().any(|line| line.contains("the plan names another one")), "{:?}", found.took);
}

#[test]
fn several_plans_need_a_word_from_the_user() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(&folder.path().join("a"), "one", "2.25.1", None);
    write(&folder.path().join("b"), "two", "2.25.2", None);
    std::fs::rename(folder.path().join("b/RP.dcm"), folder.path().join("b/second.dcm")).expect("writable");
    let refusal = study::find(folder.path(), None).expect_err("two plans").to_string();
    assert!(refusal.contains("RP.dcm, second.dcm") && refusal.contains("--plan"), "{refusal}");
    let named: PathBuf = folder.path().join("b/second.dcm");
    let found = study::find(folder.path(), Some(&named)).expect("named");
    assert_eq!(found.plan, named);
    assert!(found.structures.is_some_and(|path| path.ends_with("b/RS.dcm")));
}

#[test]
fn no_plan_is_refused_and_a_second_series_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "one", "2.25.1", None);
    // The same scan as another series, and no structure set that names one of the two.
    let slice = DicomFile::open(&folder.path().join("ct_001.dcm")).expect("readable");
    let copy = DataSet::from(slice.object).text(tags::SERIES_INSTANCE_UID, "2.25.77");
    std::fs::write(folder.path().join("copy.dcm"), copy.file(uids::CT_IMAGE_STORAGE, "2.25.78"))
        .expect("writable");
    assert_eq!(study::find(folder.path(), None).expect("the structure set decides").ct.len(), 3);
    std::fs::remove_file(folder.path().join("RS.dcm")).expect("it is there");
    let refusal = study::find(folder.path(), None).expect_err("two series").to_string();
    assert!(refusal.contains("2 CT series") && refusal.contains("2.25.77"), "{refusal}");
    std::fs::remove_file(folder.path().join("RP.dcm")).expect("it is there");
    assert!(study::find(folder.path(), None).expect_err("no plan").to_string().contains("no RTPLAN"));
}

#[test]
fn a_dose_of_ours_is_never_taken_for_the_planned_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "one", "2.25.1", None);
    let dose = folder.path().join("RD.dcm");
    let ours = DataSet::from(DicomFile::open(&dose).expect("readable").object);
    let ours = ours.text(tags::MANUFACTURER, "straydose").file(uids::RT_DOSE_STORAGE, "2.25.55");
    std::fs::write(folder.path().join("ours.dcm"), &ours).expect("writable");
    let found = study::find(folder.path(), None).expect("one plan");
    assert_eq!(found.dose.as_deref().map(name).as_deref(), Some("RD.dcm"));
    std::fs::remove_file(&dose).expect("it is there");
    let found = study::find(folder.path(), None).expect("one plan");
    assert_eq!(found.dose, None);
    assert!(found.left.iter().any(|(_, why)| why.contains("straydose wrote")), "{:?}", found.left);
}
