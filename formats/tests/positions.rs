//! Doses and scans in all eight patient positions come back at the same place in the patient.

use formats::dicom::write::{Bits, CtWriter, DoseWriter, Identity};
use formats::dicom::{CtSeries, DicomFile, DoseGrid, SeriesChoice, tags, uids};
use volume::{Image, OrientedGrid, VoxelIndex};

/// The voxel that is looked for.
const HOT: [usize; 3] = [3, 2, 1];

type Vector = [f64; 3];

/// Patient position, directions of rows and columns in the patient, and where voxel (3, 2, 1) lies (mm).
///
/// Worked by hand from voxel (0, 0, 0) at (10, 20, 30), 2 mm along a row, 3 mm along a column and 5 mm from plane to
/// plane along row x column: head first supine (10 + 6, 20 + 6, 30 + 5), and so on.
const POSITIONS: [(&str, Vector, Vector, Vector); 8] = [
    ("HFS", [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [16.0, 26.0, 35.0]),
    ("HFP", [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [4.0, 14.0, 35.0]),
    ("FFS", [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [4.0, 26.0, 25.0]),
    ("FFP", [1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [16.0, 14.0, 25.0]),
    ("HFDL", [0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [16.0, 14.0, 35.0]),
    ("HFDR", [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [4.0, 26.0, 35.0]),
    ("FFDL", [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [16.0, 26.0, 25.0]),
    ("FFDR", [0.0, -1.0, 0.0], [-1.0, 0.0, 0.0], [4.0, 14.0, 25.0]),
];

/// Unequal in every way, so that a swap or a flip shows.
fn image(row: Vector, column: Vector, values: impl Fn(usize) -> f32) -> Image<f32> {
    let [a, b] = [row, column];
    let normal = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let grid = OrientedGrid {
        origin_mm: [10.0, 20.0, 30.0],
        axes: [row, column, normal],
        spacing_mm: [2.0, 3.0, 5.0],
        shape: [4, 3, 2],
    };
    Image { grid, values: (0..24).map(values).collect() }
}

#[test]
fn a_dose_lies_where_the_hand_worked_point_says() {
    let identity = Identity::of_phantom("positions", "F");
    for (name, row, column, hot_mm) in POSITIONS {
        for (bits, resolution) in [(Bits::Sixteen, 1.0 / 65_535.0), (Bits::ThirtyTwo, 1e-7)] {
            let image = image(row, column, |v| v as f32 * 0.37);
            assert_eq!(image.grid.centre_mm(VoxelIndex(HOT)), hot_mm, "{name}: the grid itself");
            let writer = DoseWriter {
                identity: &identity,
                plan_class: uids::RT_PLAN_STORAGE,
                plan_uid: "2.25.42",
                image: &image,
                comment: "",
                bits,
            };
            let bytes = writer.bytes("dose.dcm".as_ref()).expect("written");
            let file = DicomFile::from_bytes("dose.dcm".as_ref(), &bytes).expect("readable");
            let back = DoseGrid::read(&file).expect("a dose");
            assert_eq!(back.image.grid.axes, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);
            for offset in 0..24 {
                let point_mm = image.grid.centre_mm(image.grid.voxel(offset));
                let found = back.image.linear_at(point_mm).expect("inside");
                let wanted = f64::from(image.values[offset]);
                assert!(
                    (found - wanted).abs() <= 23.0 * 0.37 * resolution,
                    "{name}: {found} is not {wanted}"
                );
            }
            let hottest = (0..24).max_by(|&a, &b| back.image.values[a].total_cmp(&back.image.values[b]));
            let hottest = back.image.grid.voxel(hottest.expect("there are voxels"));
            assert_eq!(back.image.grid.centre_mm(hottest), hot_mm, "{name}");
            assert_eq!(back.plan_uids, ["2.25.42"]);
        }
    }
}

#[test]
fn a_scan_lies_where_the_hand_worked_point_says() {
    for (name, row, column, hot_mm) in POSITIONS {
        let identity = Identity::of_phantom(name, "M");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let image = image(row, column, |v| v as f32 * 40.0 - 900.0);
        let writer = CtWriter {
            identity: &identity,
            image: &image,
            patient_position: name,
            age_years: Some(5.0),
            height_cm: Some(110.0),
            weight_kg: Some(19.0),
        };
        writer.save(folder.path()).expect("written");
        let ct = CtSeries::read_folder(folder.path(), &SeriesChoice::default()).expect("a series");
        assert_eq!(
            (ct.image.grid.shape.iter().product::<usize>(), ct.notes.len()),
            (24, 0),
            "{:?}",
            ct.notes
        );
        assert_eq!(ct.image.linear_at(hot_mm), Some(20.0), "{name}"); // 23 * 40 - 900
        assert_eq!(ct.patient_position.as_deref(), Some(name));
        let facts = (ct.patient.age_years, ct.patient.height_cm, ct.patient.weight_kg);
        assert_eq!(facts, (Some(5.0), Some(110.0 / 100.0 * 100.0), Some(19.0)));
    }
}

#[test]
fn the_file_keeps_every_rule_of_rtdose() {
    let identity = Identity::of_phantom("rules", "F");
    let (_, row, column, _) = POSITIONS[2];
    let image = image(row, column, |v| v as f32 * 1e-4);
    let writer = DoseWriter {
        identity: &identity,
        plan_class: uids::RT_PLAN_STORAGE,
        plan_uid: "2.25.42",
        image: &image,
        comment: "whole course",
        bits: Bits::ThirtyTwo,
    };
    let bytes = writer.bytes("dose.dcm".as_ref()).expect("written");
    assert_eq!(bytes, writer.bytes("dose.dcm".as_ref()).expect("written"), "the same dose is the same bytes");
    let file = DicomFile::from_bytes("dose.dcm".as_ref(), &bytes).expect("readable");
    let root = file.root();
    let pointer = file.object.get(tags::FRAME_INCREMENT_POINTER).expect("there").value().to_tag();
    assert_eq!(pointer.expect("a tag"), tags::GRID_FRAME_OFFSET_VECTOR);
    assert_eq!(root.numbers(tags::GRID_FRAME_OFFSET_VECTOR).expect("numbers"), [0.0, 5.0]);
    assert_eq!(root.numbers(tags::PIXEL_SPACING).expect("numbers"), [3.0, 2.0], "row, then column");
    assert!(file.object.get(tags::SLICE_THICKNESS).is_some(), "there though empty");
    let text = |tag| root.required_text(tag).expect("there");
    assert_eq!(text(tags::FRAME_OF_REFERENCE_UID), identity.frame_of_reference_uid);
    assert_eq!(text(tags::STUDY_INSTANCE_UID), identity.study_uid);
    assert_eq!(text(tags::SPECIFIC_CHARACTER_SET), "ISO_IR 192");
    assert_eq!(text(tags::PATIENT_ID), "rules");
    assert_eq!(text(tags::DOSE_COMMENT), "whole course; research use only");
    assert_eq!(
        [text(tags::DOSE_UNITS), text(tags::DOSE_TYPE), text(tags::DOSE_SUMMATION_TYPE)],
        ["GY", "PHYSICAL", "PLAN"]
    );
    assert!(text(tags::DOSE_GRID_SCALING).len() <= 16);
    assert!(text(tags::SOP_INSTANCE_UID).starts_with("2.25."));
    // Type 2 elements are there even where nothing is known.
    for tag in [tags::STUDY_DATE, tags::REFERRING_PHYSICIAN_NAME, tags::OPERATORS_NAME, tags::STUDY_ID] {
        assert!(file.object.get(tag).is_some(), "{tag} is missing");
    }
}

#[test]
fn a_dose_that_changes_has_another_uid() {
    let identity = Identity::of_phantom("uids", "F");
    let uid = |scale: f32, plan_uid: &str| {
        let image = image(POSITIONS[0].1, POSITIONS[0].2, |v| v as f32 * scale);
        let writer = DoseWriter {
            identity: &identity,
            plan_class: uids::RT_PLAN_STORAGE,
            plan_uid,
            image: &image,
            comment: "",
            bits: Bits::ThirtyTwo,
        };
        let bytes = writer.bytes("dose.dcm".as_ref()).expect("written");
        DicomFile::from_bytes("dose.dcm".as_ref(), &bytes)
            .expect("readable")
            .sop_instance_uid()
            .expect("there")
    };
    assert_eq!(uid(1.0, "2.25.1"), uid(1.0, "2.25.1"));
    assert_ne!(uid(1.0, "2.25.1"), uid(2.0, "2.25.1"), "the scaling differs");
    assert_ne!(uid(1.0, "2.25.1"), uid(1.0, "2.25.2"), "the plan differs");
}

#[test]
fn a_dose_that_cannot_be_stored_is_refused() {
    let identity = Identity::of_phantom("refused", "F");
    for wrong in [-1.0, f32::NAN, f32::INFINITY] {
        let image = image(POSITIONS[0].1, POSITIONS[0].2, |v| if v == 7 { wrong } else { 1.0 });
        let writer = DoseWriter {
            identity: &identity,
            plan_class: uids::RT_PLAN_STORAGE,
            plan_uid: "2.25.1",
            image: &image,
            comment: "",
            bits: Bits::ThirtyTwo,
        };
        assert!(writer.bytes("dose.dcm".as_ref()).is_err(), "{wrong} Gy was stored");
    }
}
