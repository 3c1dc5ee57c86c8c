//! What structure sets look like in the wild, made in memory.

use formats::Error;
use formats::dicom::write::DataSet;
use formats::dicom::{DicomFile, StructureSet, tags, uids};

fn region(number: i32, name: &str) -> DataSet {
    DataSet::new().integer(tags::ROI_NUMBER, number).text(tags::ROI_NAME, name)
}

fn contour(kind: &str, numbers: &[f64]) -> DataSet {
    DataSet::new()
        .text(tags::CONTOUR_GEOMETRIC_TYPE, kind)
        .integer(tags::NUMBER_OF_CONTOUR_POINTS, numbers.len() as i32 / 3)
        .numbers(tags::CONTOUR_DATA, numbers)
}

fn contours(number: i32, contours: Vec<DataSet>) -> DataSet {
    DataSet::new().integer(tags::REFERENCED_ROI_NUMBER, number).items(tags::CONTOUR_SEQUENCE, contours)
}

fn set(regions: Vec<DataSet>, drawn: Vec<DataSet>) -> DataSet {
    DataSet::new().items(tags::STRUCTURE_SET_ROI_SEQUENCE, regions).items(tags::ROI_CONTOUR_SEQUENCE, drawn)
}

fn read(set: DataSet) -> Result<StructureSet, Error> {
    let bytes = set.file(uids::RT_STRUCTURE_SET_STORAGE, "2.25.1");
    StructureSet::read(&DicomFile::from_bytes("RS.dcm".as_ref(), &bytes)?)
}

const TRIANGLE: [f64; 9] = [0.0, 0.0, 5.0, 4.0, 0.0, 5.0, 0.0, 4.0, 5.0];

#[test]
fn contours_without_observations_or_references_are_kept() {
    let read =
        read(set(vec![region(3, "Heart")], vec![contours(3, vec![contour("CLOSED_PLANAR", &TRIANGLE)])]));
    let read = read.expect("nothing else is needed");
    let heart = &read.structures[0];
    assert_eq!((heart.number, &*heart.name, &*heart.interpreted_type), (3, "Heart", ""));
    assert_eq!(heart.contours, [vec![[0.0, 0.0, 5.0], [4.0, 0.0, 5.0], [0.0, 4.0, 5.0]]]);
    assert_eq!((read.frame_of_reference_uid, read.notes.len()), (None, 0));
}

#[test]
fn points_are_points_and_other_lines_are_noted() {
    let drawn = vec![
        contour("POINT", &[1.0, 2.0, 3.0]),
        contour("OPEN_PLANAR", &TRIANGLE),
        contour("CLOSED_PLANAR", &TRIANGLE[..6]),
        contour("CLOSED_PLANAR", &[]),
        contour("CLOSED_PLANAR", &TRIANGLE),
    ];
    let read = read(set(vec![region(1, "Mixed")], vec![contours(1, drawn)])).expect("readable");
    assert_eq!(
        (read.structures[0].contours.len(), &read.structures[0].points[..]),
        (1, &[[1.0, 2.0, 3.0]][..])
    );
    let notes = read.notes.join("\n");
    for words in ["of type OPEN_PLANAR", "of fewer than three points", "1 contours empty"] {
        assert!(notes.contains(words), "{notes}\nhas not: {words}");
    }
}

#[test]
fn data_that_are_no_triples_are_refused_with_their_place() {
    let good = contour("CLOSED_PLANAR", &TRIANGLE);
    let bad = contour("CLOSED_PLANAR", &TRIANGLE[..8]);
    let drawn = vec![contours(1, vec![]), contours(2, vec![good, bad])];
    let error =
        read(set(vec![region(1, "A"), region(2, "B")], drawn)).expect_err("eight numbers").to_string();
    let place = "ROIContourSequence[1].ContourSequence[1].ContourData (3006,0050) holds 8 numbers";
    assert!(error.contains(place), "{error}");
}

#[test]
fn a_number_that_is_none_is_refused_with_its_place() {
    let bad = contour("CLOSED_PLANAR", &TRIANGLE).text(tags::CONTOUR_DATA, "1\\2\\3\\4,5\\6\\7");
    let error =
        read(set(vec![region(1, "A")], vec![contours(1, vec![bad])])).expect_err("a comma").to_string();
    assert!(error.contains("\"4,5\", which is no number (decimals are separated by a point)"), "{error}");
}

#[test]
fn observations_give_kind_and_density() {
    let property = |value: f64| {
        DataSet::new()
            .text(tags::ROI_PHYSICAL_PROPERTY, "REL_MASS_DENSITY")
            .number(tags::ROI_PHYSICAL_PROPERTY_VALUE, value)
    };
    let observed = |value: f64| {
        let observation = DataSet::new()
            .integer(tags::REFERENCED_ROI_NUMBER, 1)
            .text(tags::RTROI_INTERPRETED_TYPE, "BOLUS")
            .items(tags::ROI_PHYSICAL_PROPERTIES_SEQUENCE, [property(value)]);
        set(vec![region(1, "Bolus")], vec![]).items(tags::RTROI_OBSERVATIONS_SEQUENCE, [observation])
    };
    let bolus = read(observed(1.03)).expect("readable").structures.remove(0);
    assert_eq!((&*bolus.interpreted_type, bolus.density_override), ("BOLUS", Some(1.03)));
    assert!(read(observed(1030.0)).expect_err("kg/m3").to_string().contains("no density relative to water"));
}

#[test]
fn regions_of_another_frame_are_left_out() {
    let near = region(1, "Here").text(tags::REFERENCED_FRAME_OF_REFERENCE_UID, "2.25.5");
    let far = region(2, "Elsewhere").text(tags::REFERENCED_FRAME_OF_REFERENCE_UID, "2.25.6");
    let read = read(set(vec![near, far], vec![])).expect("readable");
    assert_eq!(read.frame_of_reference_uid.as_deref(), Some("2.25.5"));
    assert_eq!(read.structures.len(), 1);
    assert!(read.notes[0].contains("\"Elsewhere\" is drawn in another frame"), "{:?}", read.notes);
}

#[test]
fn names_that_an_anonymiser_removed_are_said_to_be_missing() {
    let read = read(set(vec![region(4, "")], vec![])).expect("readable");
    assert_eq!(read.structures[0].name, "ROI 4");
    assert!(read.notes[0].contains("no name"), "{:?}", read.notes);
}

#[test]
fn what_contradicts_itself_is_refused() {
    let twice = read(set(vec![region(1, "A"), region(1, "B")], vec![])).expect_err("one number twice");
    assert!(twice.to_string().contains("ROINumber (3006,0022) is 1"), "{twice}");
    let bytes = set(vec![], vec![]).file(uids::RT_DOSE_STORAGE, "2.25.1");
    let file = DicomFile::from_bytes("RD.dcm".as_ref(), &bytes).expect("it opens");
    assert!(StructureSet::read(&file).expect_err("a dose").to_string().contains("give an RTSTRUCT file"));
}
