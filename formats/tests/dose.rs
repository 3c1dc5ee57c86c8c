//! The shapes that RTDOSE comes in, made in memory.

use formats::Error;
use formats::dicom::write::DataSet;
use formats::dicom::{DicomFile, DoseGrid, tags, uids};

const UP: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
/// Feet first supine: the normal points to the feet.
const DOWN: [f64; 6] = [-1.0, 0.0, 0.0, 0.0, 1.0, 0.0];

/// Three frames of two pixels, worth 1, 2 | 3, 4 | 5, 6 in steps of 0.5 Gy, at z = 100.
fn base(orientation: &[f64; 6], offsets: &[f64]) -> DataSet {
    let pixels = [1_u16, 2, 3, 4, 5, 6].iter().flat_map(|word| word.to_le_bytes()).collect();
    DataSet::new()
        .numbers(tags::IMAGE_POSITION_PATIENT, &[-5.0, 7.0, 100.0])
        .numbers(tags::IMAGE_ORIENTATION_PATIENT, orientation)
        .numbers(tags::PIXEL_SPACING, &[3.0, 2.0])
        .integer(tags::ROWS, 1)
        .integer(tags::COLUMNS, 2)
        .text(tags::NUMBER_OF_FRAMES, "3")
        .integer(tags::BITS_ALLOCATED, 16)
        .integer(tags::BITS_STORED, 16)
        .integer(tags::HIGH_BIT, 15)
        .integer(tags::PIXEL_REPRESENTATION, 0)
        .text(tags::DOSE_UNITS, "GY")
        .text(tags::DOSE_TYPE, "PHYSICAL")
        .text(tags::DOSE_SUMMATION_TYPE, "PLAN")
        .numbers(tags::GRID_FRAME_OFFSET_VECTOR, offsets)
        .number(tags::DOSE_GRID_SCALING, 0.5)
        .words(tags::PIXEL_DATA, pixels)
}

fn read(set: DataSet) -> Result<DoseGrid, Error> {
    let bytes = set.file(uids::RT_DOSE_STORAGE, "2.25.1");
    DoseGrid::read(&DicomFile::from_bytes("dose.dcm".as_ref(), &bytes)?)
}

fn refusal(set: DataSet) -> String {
    read(set).expect_err("it should be refused").to_string()
}

/// Dose (Gy) of the first pixel of each frame, by z (mm) from below.
fn column(dose: &DoseGrid) -> Vec<(f64, f32)> {
    let grid = &dose.image.grid;
    let first = if grid.centre_mm(volume::VoxelIndex([0; 3]))[0] == -5.0 { 0 } else { grid.shape[0] - 1 };
    (0..grid.shape[2])
        .map(|k| {
            let voxel = volume::VoxelIndex([first, 0, k]);
            (grid.centre_mm(voxel)[2], dose.image.values[grid.offset(voxel)])
        })
        .collect()
}

#[test]
fn offsets_count_from_the_first_frame_or_are_coordinates() {
    let rising = [(100.0, 0.5), (104.0, 1.5), (108.0, 2.5)];
    assert_eq!(column(&read(base(&UP, &[0.0, 4.0, 8.0])).expect("relative")), rising);
    assert_eq!(column(&read(base(&UP, &[100.0, 104.0, 108.0])).expect("absolute")), rising);
    let falling = [(92.0, 2.5), (96.0, 1.5), (100.0, 0.5)];
    assert_eq!(column(&read(base(&UP, &[0.0, -4.0, -8.0])).expect("relative, descending")), falling);
    assert_eq!(column(&read(base(&UP, &[100.0, 96.0, 92.0])).expect("absolute, descending")), falling);
}

#[test]
fn feet_first_offsets_count_towards_the_feet_and_coordinates_do_not() {
    let falling = [(92.0, 2.5), (96.0, 1.5), (100.0, 0.5)];
    assert_eq!(column(&read(base(&DOWN, &[0.0, 4.0, 8.0])).expect("relative")), falling);
    assert_eq!(column(&read(base(&DOWN, &[100.0, 96.0, 92.0])).expect("absolute")), falling);
}

#[test]
fn unequal_frames_are_resampled_and_said_to_be() {
    let dose = read(base(&UP, &[0.0, 2.0, 6.0])).expect("one frame is missing");
    assert_eq!(column(&dose), [(100.0, 0.5), (102.0, 1.5), (104.0, 2.0), (106.0, 2.5)]);
    assert!(dose.notes.iter().any(|note| note.contains("resampled")), "{:?}", dose.notes);
}

#[test]
fn offsets_that_make_no_sense_are_refused_by_name() {
    for offsets in [&[0.0, 4.0][..], &[3.0, 7.0, 11.0], &[0.0, 4.0, 4.0], &[0.0, 4.0, 400.0], &[]] {
        let refusal = refusal(base(&UP, offsets));
        assert!(refusal.contains("GridFrameOffsetVector (3004,000C)"), "{offsets:?}: {refusal}");
    }
    // Coordinates are only defined for transverse planes.
    let sagittal = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0];
    assert!(refusal(base(&sagittal, &[100.0, 104.0, 108.0])).contains("transverse"));
}

#[test]
fn signed_values_keep_their_sign() {
    let negative = (-2_i16).to_le_bytes();
    let pixels = [negative, [1, 0], [0, 0], [0, 0], [0, 0], [0, 0]].concat();
    let set =
        base(&UP, &[0.0, 4.0, 8.0]).integer(tags::PIXEL_REPRESENTATION, 1).words(tags::PIXEL_DATA, pixels);
    let dose = read(set).expect("an error dose may be negative");
    assert_eq!(dose.image.values[..2], [-1.0, 0.5]);
    assert!(dose.notes[0].contains("negative"), "{:?}", dose.notes);
}

#[test]
fn what_is_no_dose_is_refused_by_name() {
    let sound = || base(&UP, &[0.0, 4.0, 8.0]);
    let cases = [
        (sound().text(tags::DOSE_UNITS, "RELATIVE"), "DoseUnits (3004,0002) is \"RELATIVE\""),
        (sound().text(tags::DOSE_UNITS, ""), "DoseUnits (3004,0002) is missing or empty"),
        (sound().number(tags::DOSE_GRID_SCALING, 0.0), "DoseGridScaling (3004,000E) is 0"),
        (sound().text(tags::DOSE_GRID_SCALING, "0,5"), "decimals are separated by a point"),
        (sound().text(tags::DOSE_GRID_SCALING, "nan"), "is no number"),
        (sound().words(tags::PIXEL_DATA, vec![0; 10]), "PixelData (7FE0,0010) has 10 bytes"),
        (sound().words(tags::PIXEL_DATA, vec![]), "PixelData (7FE0,0010) is missing or empty"),
        (sound().integer(tags::BITS_STORED, 17), "BitsStored (0028,0101) is 17"),
        (sound().integer(tags::BITS_ALLOCATED, 12), "BitsAllocated (0028,0100) is 12"),
        (sound().integer(tags::SAMPLES_PER_PIXEL, 3), "SamplesPerPixel (0028,0002) is 3"),
        (sound().integer(tags::ROWS, 0), "Rows (0028,0010) is 0"),
        (sound().numbers(tags::PIXEL_SPACING, &[3.0, 0.0]), "PixelSpacing (0028,0030)"),
        (sound().numbers(tags::PIXEL_SPACING, &[3.0]), "holds 1 numbers where 2 belong"),
        (
            sound().numbers(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.7, 0.7, 0.0]),
            "ImageOrientationPatient (0020,0037)",
        ),
    ];
    for (set, words) in cases {
        let refusal = refusal(set);
        assert!(refusal.contains(words) && refusal.contains("dose.dcm"), "{refusal}\nhas not: {words}");
    }
}

#[test]
fn a_huge_claim_costs_nothing() {
    // 65535 x 65535 pixels in a thousand frames, and twelve bytes of them.
    let set = base(&UP, &[0.0, 4.0, 8.0])
        .integer(tags::ROWS, 65_535)
        .integer(tags::COLUMNS, 65_535)
        .text(tags::NUMBER_OF_FRAMES, "1000");
    assert!(refusal(set).contains("pixels"));
}
