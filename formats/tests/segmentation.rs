//! DICOM segmentations made here: every voxel at its place, and refusals by name.

use formats::dicom::write::DataSet;
use formats::dicom::{DicomFile, Segmentation, tags, uids};
use std::path::Path;

const SPACING: [f64; 2] = [2.0, 1.5]; // rows apart, columns apart
const STEP_MM: f64 = 3.0;

/// A frame: which segment it marks, how many planes above the first it lies, and its 4 × 3 pixels along rows.
type Frame = (i32, f64, [u8; 12]);

fn item_of(frame: &Frame, with_segment: bool) -> DataSet {
    let position =
        DataSet::new().numbers(tags::IMAGE_POSITION_PATIENT, &[10.0, 20.0, 30.0 + frame.1 * STEP_MM]);
    let mut item = DataSet::new().items(tags::PLANE_POSITION_SEQUENCE, [position]);
    if with_segment {
        let segment = DataSet::new().integer(tags::REFERENCED_SEGMENT_NUMBER, frame.0);
        item = item.items(tags::SEGMENT_IDENTIFICATION_SEQUENCE, [segment]);
    }
    item
}

/// A segmentation with the segments 1 "liver" and 2 "GTV", without pixels.
fn head(kind: &str, frames: &[Frame]) -> DataSet {
    let segment = |number: i32, label: &str| {
        DataSet::new().integer(tags::SEGMENT_NUMBER, number).text(tags::SEGMENT_LABEL, label)
    };
    let measures = DataSet::new()
        .numbers(tags::PIXEL_SPACING, &SPACING)
        .number(tags::SLICE_THICKNESS, STEP_MM)
        .number(tags::SPACING_BETWEEN_SLICES, STEP_MM);
    let turn = DataSet::new().numbers(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let shared = DataSet::new()
        .items(tags::PIXEL_MEASURES_SEQUENCE, [measures])
        .items(tags::PLANE_ORIENTATION_SEQUENCE, [turn]);
    let series = DataSet::new().text(tags::SERIES_INSTANCE_UID, "2.25.11");
    DataSet::new()
        .text(tags::FRAME_OF_REFERENCE_UID, "2.25.22")
        .text(tags::SEGMENTATION_TYPE, kind)
        .items(tags::REFERENCED_SERIES_SEQUENCE, [series])
        .items(tags::SEGMENT_SEQUENCE, [segment(1, "liver"), segment(2, "GTV")])
        .items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, [shared])
        .items(
            tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
            frames.iter().map(|frame| item_of(frame, kind != "LABELMAP")),
        )
        .text(tags::NUMBER_OF_FRAMES, frames.len().to_string())
        .integer(tags::SAMPLES_PER_PIXEL, 1)
        .integer(tags::ROWS, 3)
        .integer(tags::COLUMNS, 4)
        .integer(tags::PIXEL_REPRESENTATION, 0)
}

fn bits(set: DataSet, allocated: i32) -> DataSet {
    set.integer(tags::BITS_ALLOCATED, allocated)
        .integer(tags::BITS_STORED, allocated)
        .integer(tags::HIGH_BIT, allocated - 1)
}

fn binary(frames: &[Frame]) -> DataSet {
    let mut packed = vec![0_u8; (12 * frames.len()).div_ceil(8)];
    for (n, pixel) in frames.iter().flat_map(|frame| frame.2).enumerate() {
        packed[n / 8] |= pixel << (n % 8);
    }
    bits(head("BINARY", frames), 1).words(tags::PIXEL_DATA, packed)
}

fn bytes(kind: &str, frames: &[Frame]) -> DataSet {
    let pixels = frames.iter().flat_map(|frame| frame.2).collect();
    bits(head(kind, frames), 8).words(tags::PIXEL_DATA, pixels)
}

fn read(set: DataSet) -> Result<Segmentation, formats::Error> {
    let class = uids::SEGMENTATION_STORAGE;
    Segmentation::read(&DicomFile::from_bytes(Path::new("seg.dcm"), &set.file(class, "2.25.1"))?)
}

fn read_label_map(set: DataSet) -> Segmentation {
    let bytes = set.file(uids::LABEL_MAP_SEGMENTATION_STORAGE, "2.25.1");
    Segmentation::read(&DicomFile::from_bytes(Path::new("seg.dcm"), &bytes).expect("opens")).expect("sound")
}

/// The points (mm) of a segment's voxels, sorted.
fn points(segmentation: &Segmentation, label: &str) -> Vec<[f64; 3]> {
    let segment = segmentation.segments.iter().find(|segment| segment.label == label).expect("a segment");
    let grid = segment.mask.grid;
    let mut points: Vec<[f64; 3]> =
        segment.mask.voxels().map(|place| grid.centre_mm(grid.voxel(place))).collect();
    points.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    points
}

const CORNER: [u8; 12] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const EDGE: [u8; 12] = [0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];

#[test]
fn binary_frames_lie_where_they_say_whatever_their_order_and_gaps() {
    // The liver on planes 4 and 0, the GTV on plane 1; planes 2 and 3 are left out.
    let found = read(binary(&[(1, 4.0, CORNER), (2, 1.0, EDGE), (1, 0.0, EDGE)])).expect("sound");
    assert_eq!(found.frame_of_reference_uid.as_deref(), Some("2.25.22"));
    assert_eq!(found.series_uids, ["2.25.11"]);
    // Column i lies at 10 + 1.5 i, row j at 20 + 2 j.
    let liver = [[10.0, 20.0, 42.0], [11.5, 20.0, 30.0], [13.0, 20.0, 30.0], [14.5, 24.0, 42.0]];
    assert_eq!(points(&found, "liver"), liver);
    assert_eq!(points(&found, "GTV"), [[11.5, 20.0, 33.0], [13.0, 20.0, 33.0]]);
    let mask = &found.segments[0].mask;
    assert_eq!((mask.grid.spacing_mm, mask.grid.shape), ([1.5, 2.0, 3.0], [4, 3, 5]));
}

#[test]
fn fractions_count_from_a_half_on() {
    let frame = [127, 128, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let set = bytes("FRACTIONAL", &[(2, 0.0, frame), (2, 1.0, [0; 12])])
        .text(tags::SEGMENTATION_FRACTIONAL_TYPE, "PROBABILITY")
        .integer(tags::MAXIMUM_FRACTIONAL_VALUE, 255);
    let found = read(set).expect("sound");
    assert_eq!(points(&found, "GTV"), [[11.5, 20.0, 30.0], [13.0, 20.0, 30.0]]);
    assert!(found.notes.iter().any(|note| note.contains("\"liver\" has no voxel")), "{:?}", found.notes);
    assert!(found.notes.iter().any(|note| note.contains("fractional")), "{:?}", found.notes);
}

#[test]
fn a_label_map_holds_all_segments_in_each_frame() {
    let frame = [1, 2, 2, 0, 0, 0, 0, 0, 9, 0, 0, 0];
    let found = read_label_map(bytes("LABELMAP", &[(0, 0.0, frame), (0, 1.0, [0; 12])]));
    assert_eq!(points(&found, "liver"), [[10.0, 20.0, 30.0]]);
    assert_eq!(points(&found, "GTV").len(), 2);
    assert!(found.notes.iter().any(|note| note.contains("segment 9")), "{:?}", found.notes);
}

#[test]
fn what_is_not_handled_is_refused_by_name() {
    let two = [(1, 0.0, CORNER), (1, 1.0, CORNER)];
    let turned = |set: DataSet| {
        let turn = DataSet::new().numbers(tags::IMAGE_ORIENTATION_PATIENT, &[0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
        let mut items: Vec<DataSet> = two.iter().map(|frame| item_of(frame, true)).collect();
        items[1] = items[1].clone().items(tags::PLANE_ORIENTATION_SEQUENCE, [turn]);
        set.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, items)
    };
    let cases = [
        (binary(&two).text(tags::SEGMENTATION_TYPE, "VECTOR"), "SegmentationType"),
        (binary(&two).integer(tags::TOTAL_PIXEL_MATRIX_COLUMNS, 4000), "a slide"),
        (binary(&two).words(tags::PIXEL_DATA, vec![0; 2]), "PixelData"),
        (binary(&two).text(tags::NUMBER_OF_FRAMES, "3"), "NumberOfFrames"),
        (binary(&[(1, 0.0, CORNER), (1, 1.0, CORNER), (1, 1.4, CORNER)]), "multiple"),
        (turned(binary(&two)), "turns frame 2"),
        (bytes("FRACTIONAL", &two), "MaximumFractionalValue"),
        (bytes("BINARY", &two), "BitsAllocated"),
        (binary(&two).items(tags::SEGMENT_SEQUENCE, []), "SegmentSequence"),
    ];
    for (set, word) in cases {
        let refusal = read(set).expect_err(word).to_string();
        assert!(refusal.contains(word) && refusal.contains("seg.dcm"), "{word}: {refusal}");
    }
    let surface = binary(&two).file(uids::SURFACE_SEGMENTATION_STORAGE, "2.25.1");
    let file = DicomFile::from_bytes(Path::new("seg.dcm"), &surface).expect("opens");
    assert!(Segmentation::read(&file).expect_err("a surface").to_string().contains("surfaces"));
}
