//! CT series with every trouble that a folder of slices can have, made in memory.

use formats::Error;
use formats::dicom::write::DataSet;
use formats::dicom::{CtSeries, SeriesChoice, tags, uids};
use std::path::{Path, PathBuf};

/// A slice of 2 x 1 pixels at `z` (mm) whose HU are 10 z and 10 z + 1.
fn slice(z: f64) -> DataSet {
    let words = [10.0 * z, 10.0 * z + 1.0].map(|hu| (hu + 1024.0) as u16);
    DataSet::new()
        .text(tags::MODALITY, "CT")
        .text(tags::SERIES_INSTANCE_UID, "2.25.7")
        .text(tags::FRAME_OF_REFERENCE_UID, "2.25.9")
        .numbers(tags::IMAGE_POSITION_PATIENT, &[1.0, 2.0, z])
        .numbers(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
        .numbers(tags::PIXEL_SPACING, &[1.5, 0.5])
        .integer(tags::ROWS, 1)
        .integer(tags::COLUMNS, 2)
        .integer(tags::BITS_ALLOCATED, 16)
        .integer(tags::BITS_STORED, 16)
        .integer(tags::HIGH_BIT, 15)
        .integer(tags::PIXEL_REPRESENTATION, 0)
        .number(tags::RESCALE_SLOPE, 1.0)
        .number(tags::RESCALE_INTERCEPT, -1024.0)
        .words(tags::PIXEL_DATA, words.iter().flat_map(|word| word.to_le_bytes()).collect())
}

/// Reads slices that are written to files in the given order.
fn read(slices: Vec<DataSet>) -> Result<CtSeries, Error> {
    read_as(slices, uids::CT_IMAGE_STORAGE, &SeriesChoice::default())
}

fn read_as(slices: Vec<DataSet>, class: &str, choice: &SeriesChoice) -> Result<CtSeries, Error> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (index, slice) in slices.into_iter().enumerate() {
        let bytes = slice.file(class, &format!("2.25.{index}"));
        std::fs::write(folder.path().join(format!("{index:03}.dcm")), bytes).expect("writable");
    }
    std::fs::write(folder.path().join("README.txt"), "not DICOM").expect("writable");
    CtSeries::read_folder(folder.path(), choice)
}

fn refusal(slices: Vec<DataSet>) -> String {
    read(slices).expect_err("it should be refused").to_string()
}

fn at(positions: &[f64]) -> Vec<DataSet> {
    positions.iter().map(|&z| slice(z)).collect()
}

/// HU along z of the first pixel.
fn column(ct: &CtSeries) -> Vec<f32> {
    ct.image.values.iter().step_by(2).copied().collect()
}

fn notes(ct: &CtSeries) -> String {
    ct.notes.join("\n")
}

#[test]
fn slices_in_any_order_make_one_rising_image() {
    let ct = read(at(&[4.0, 0.0, 2.0])).expect("a series");
    assert_eq!(column(&ct), [0.0, 20.0, 40.0]);
    assert_eq!(ct.image.grid.origin_mm, [1.0, 2.0, 0.0]);
    assert_eq!(ct.image.grid.spacing_mm, [0.5, 1.5, 2.0]);
    assert_eq!(notes(&ct), "1 files that are no CT slices were passed over");
}

#[test]
fn a_missing_slice_is_filled_and_flagged() {
    let ct = read(at(&[0.0, 2.0, 4.0, 8.0, 10.0])).expect("one is missing");
    assert_eq!(column(&ct), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
    assert!(notes(&ct).contains("missing between 4.00 and 8.00 mm"), "{}", notes(&ct));
}

#[test]
fn unequal_slices_are_resampled_and_flagged() {
    let ct = read(at(&[0.0, 2.0, 4.0, 6.0, 9.0, 12.0])).expect("unequal");
    assert_eq!(ct.image.grid.spacing_mm[2], 2.0);
    assert_eq!(column(&ct), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0]);
    assert!(notes(&ct).contains("2.000 to 3.000 mm apart"), "{}", notes(&ct));
}

#[test]
fn equal_duplicates_count_once_and_conflicting_ones_are_refused() {
    let ct = read(at(&[0.0, 2.0, 2.0, 4.0])).expect("one is there twice");
    assert_eq!(column(&ct), [0.0, 20.0, 40.0]);
    assert!(notes(&ct).contains("1 slices were there twice"), "{}", notes(&ct));
    let other = slice(2.0).number(tags::RESCALE_INTERCEPT, -1000.0);
    assert!(refusal(vec![slice(0.0), slice(2.0), other, slice(4.0)]).contains("values are different"));
}

#[test]
fn a_single_slice_and_an_empty_folder_are_refused_with_a_reason() {
    assert!(refusal(at(&[0.0])).contains("single slice (its thickness"));
    assert!(refusal(at(&[2.0, 2.0])).contains("single slice"));
    assert!(refusal(Vec::new()).contains("there is no CT slice"));
}

#[test]
fn a_wide_gap_is_refused_with_its_place() {
    assert!(refusal(at(&[0.0, 2.0, 4.0, 40.0, 42.0])).contains("missing between 4.00 and 40.00 mm"));
}

/// HU of a field that linear interpolation reads exactly.
fn linear_hu([x, y, z]: [f64; 3]) -> f64 {
    100.0 + 3.0 * x - 2.0 * y + 5.0 * z
}

/// Slices of 7 x 6 pixels under a gantry tilted about x, `step_mm` apart along the couch.
fn tilted(degrees: f64, step_mm: f64, count: u32) -> Vec<DataSet> {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let tilted = |k: u32| {
        let z = step_mm * f64::from(k);
        let hu = |pixel: u32| {
            let [along_row, along_column] = [0.5 * f64::from(pixel % 7), 1.5 * f64::from(pixel / 7)];
            linear_hu([1.0 + along_row, 2.0 + along_column * cos, z + along_column * sin])
        };
        let words = (0..42).flat_map(|pixel| (((hu(pixel) + 1024.0) / 0.05).round() as u16).to_le_bytes());
        slice(0.0)
            .numbers(tags::IMAGE_POSITION_PATIENT, &[1.0, 2.0, z])
            .numbers(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.0, cos, sin])
            .integer(tags::ROWS, 6)
            .integer(tags::COLUMNS, 7)
            .number(tags::RESCALE_SLOPE, 0.05)
            .words(tags::PIXEL_DATA, words.collect())
    };
    (0..count).map(tilted).collect()
}

#[test]
fn a_tilted_gantry_is_straightened_and_every_value_stays_at_its_point() {
    for degrees in [10.0, -20.0] {
        let ct = read(tilted(degrees, 2.0, 8)).expect("tilted");
        assert!(notes(&ct).contains(&format!("tilted by {:.1} degrees", degrees.abs())), "{}", notes(&ct));
        let grid = ct.image.grid;
        let mut compared = 0;
        for (at, hu) in ct.image.values.iter().enumerate() {
            // Around the slices there is air, and half of it next to them.
            let point = grid.centre_mm(grid.voxel(at));
            let expected = linear_hu(point);
            if (f64::from(*hu) - expected).abs() < 0.05 {
                compared += 1;
            } else {
                assert!(f64::from(*hu) < expected - 1.0, "{hu} HU at {point:?}, not {expected}");
            }
        }
        assert!(compared >= 7 * 4 * 8, "{compared} of {} voxels hold the field", grid.len());
    }
}

#[test]
fn slices_beside_the_line_of_the_others_and_an_impossible_tilt_are_refused() {
    let mut askew = tilted(10.0, 2.0, 5);
    askew[2] = askew[2].clone().numbers(tags::IMAGE_POSITION_PATIENT, &[4.0, 2.0, 4.0]);
    let said = refusal(askew);
    assert!(said.contains("3.0 mm beside the line of the others"), "{said}");
    let said = refusal(tilted(60.0, 2.0, 5));
    assert!(said.contains("tilted by 60.0 degrees"), "{said}");
}

#[test]
fn slices_that_differ_are_refused_by_what_differs() {
    let cases = [
        (slice(4.0).numbers(tags::PIXEL_SPACING, &[1.5, 0.6]), "orientation or pixel spacing"),
        (
            slice(4.0).numbers(tags::IMAGE_ORIENTATION_PATIENT, &[0.0, 1.0, 0.0, -1.0, 0.0, 0.0]),
            "orientation or pixel spacing",
        ),
        (slice(4.0).integer(tags::COLUMNS, 1).integer(tags::ROWS, 2), "number of pixels"),
        (slice(4.0).text(tags::FRAME_OF_REFERENCE_UID, "2.25.10"), "frame of reference"),
    ];
    for (odd, words) in cases {
        let refusal = refusal(vec![slice(0.0), slice(2.0), odd]);
        assert!(refusal.contains(words) && refusal.contains("002.dcm"), "{refusal}");
    }
}

#[test]
fn localizers_are_passed_over() {
    let scout = slice(1.0).text(tags::IMAGE_TYPE, "ORIGINAL\\PRIMARY\\LOCALIZER");
    let ct = read(vec![slice(0.0), scout, slice(2.0)]).expect("a series");
    assert_eq!(column(&ct), [0.0, 20.0]);
    assert!(notes(&ct).contains("1 localizer images"), "{}", notes(&ct));
}

#[test]
fn of_several_series_the_referenced_one_is_taken() {
    let other = |z: f64| {
        slice(z).text(tags::SERIES_INSTANCE_UID, "2.25.8").text(tags::FRAME_OF_REFERENCE_UID, "2.25.11")
    };
    let both = || vec![slice(0.0), slice(2.0), other(5.0), other(6.0)];
    let refused = refusal(both());
    assert!(refused.contains("2.25.7 (2 slices), 2.25.8 (2 slices)"), "{refused}");
    let by_series = SeriesChoice { series_uids: vec!["2.25.8".into()], ..SeriesChoice::default() };
    let ct = read_as(both(), uids::CT_IMAGE_STORAGE, &by_series).expect("named");
    assert_eq!(column(&ct), [50.0, 60.0]);
    let by_frame = SeriesChoice { frame_of_reference_uid: Some("2.25.9".into()), ..SeriesChoice::default() };
    assert_eq!(
        read_as(both(), uids::CT_IMAGE_STORAGE, &by_frame).expect("in the frame").series_uid,
        "2.25.7"
    );
}

#[test]
fn rescale_is_each_slices_own() {
    let doubled = slice(2.0).number(tags::RESCALE_SLOPE, 2.0).number(tags::RESCALE_INTERCEPT, -2048.0);
    assert_eq!(column(&read(vec![slice(0.0), doubled]).expect("a series")), [0.0, 40.0]);
}

#[test]
fn twelve_signed_bits_lose_what_stands_above_them() {
    // -24 in twelve bits, with an overlay above; and 5.
    let words = [0xAFE8_u16, 0x3005];
    let signed = |z| {
        slice(z)
            .integer(tags::BITS_STORED, 12)
            .integer(tags::HIGH_BIT, 11)
            .integer(tags::PIXEL_REPRESENTATION, 1)
            .number(tags::RESCALE_INTERCEPT, 0.0)
            .words(tags::PIXEL_DATA, words.iter().flat_map(|word| word.to_le_bytes()).collect())
    };
    assert_eq!(read(vec![signed(0.0), signed(2.0)]).expect("a series").image.values[..2], [-24.0, 5.0]);
}

#[test]
fn padding_is_air() {
    let padded = slice(2.0).integer(tags::PIXEL_PADDING_VALUE, 1044); // stored value of 20 HU
    let ct = read(vec![slice(0.0), padded]).expect("a series");
    assert_eq!(ct.image.values, [0.0, 1.0, -1000.0, 21.0]);
    assert!(notes(&ct).contains("1 pixels hold PixelPaddingValue"), "{}", notes(&ct));
}

/// An enhanced CT of three planes 2 mm apart, written out of order, with slope and spacing shared and the rest a frame's
/// own; the frames' HU are those of `slice`.
fn enhanced() -> DataSet {
    let frame = |z: f64| {
        DataSet::new()
            .items(
                tags::PLANE_POSITION_SEQUENCE,
                [DataSet::new().numbers(tags::IMAGE_POSITION_PATIENT, &[1.0, 2.0, z])],
            )
            .items(
                tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
                [DataSet::new()
                    .number(tags::RESCALE_INTERCEPT, -1000.0 - z)
                    .number(tags::RESCALE_SLOPE, 2.0)
                    .text(tags::RESCALE_TYPE, "HU")],
            )
    };
    let shared = DataSet::new()
        .items(
            tags::PIXEL_MEASURES_SEQUENCE,
            [DataSet::new().numbers(tags::PIXEL_SPACING, &[1.5, 0.5]).number(tags::SLICE_THICKNESS, 2.5)],
        )
        .items(
            tags::PLANE_ORIENTATION_SEQUENCE,
            [DataSet::new().numbers(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])],
        );
    let order = [4.0, 0.0, 2.0];
    let stored = |z: f64| [10.0 * z, 10.0 * z + 2.0].map(|hu| ((hu + 1000.0 + z) / 2.0) as u16);
    DataSet::new()
        .text(tags::MODALITY, "CT")
        .text(tags::SERIES_INSTANCE_UID, "2.25.7")
        .text(tags::FRAME_OF_REFERENCE_UID, "2.25.9")
        .integer(tags::ROWS, 1)
        .integer(tags::COLUMNS, 2)
        .text(tags::NUMBER_OF_FRAMES, "3")
        .integer(tags::BITS_ALLOCATED, 16)
        .integer(tags::BITS_STORED, 16)
        .integer(tags::HIGH_BIT, 15)
        .integer(tags::PIXEL_REPRESENTATION, 0)
        .items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, [shared])
        .items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, order.map(frame))
        .words(tags::PIXEL_DATA, order.iter().flat_map(|z| stored(*z)).flat_map(u16::to_le_bytes).collect())
}

fn read_enhanced(file: DataSet) -> Result<CtSeries, Error> {
    read_as(vec![file], uids::ENHANCED_CT_IMAGE_STORAGE, &SeriesChoice::default())
}

#[test]
fn an_enhanced_ct_is_read_frame_by_frame() {
    let ct = read_enhanced(enhanced()).expect("an enhanced CT");
    assert_eq!(ct.image.values, [0.0, 2.0, 20.0, 22.0, 40.0, 42.0]);
    let grid = ct.image.grid;
    assert_eq!((grid.origin_mm, grid.spacing_mm), ([1.0, 2.0, 0.0], [0.5, 1.5, 2.0]));
    assert_eq!((ct.files.len(), &ct.slice_thicknesses_mm[..]), (1, &[2.5][..]));
    assert_eq!(notes(&ct), "1 files that are no CT slices were passed over");
}

#[test]
fn what_an_enhanced_ct_lacks_is_named_with_its_place() {
    let refusal = |file: DataSet| read_enhanced(file).expect_err("it should be refused").to_string();
    let said = refusal(enhanced().text(tags::NUMBER_OF_FRAMES, "4"));
    assert!(said.contains("PerFrameFunctionalGroupsSequence") && said.contains("3 frames"), "{said}");
    let said = refusal(enhanced().items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, []));
    assert!(said.contains("PixelMeasuresSequence"), "{said}");
    let spectral = DataSet::new()
        .number(tags::RESCALE_INTERCEPT, 0.0)
        .number(tags::RESCALE_SLOPE, 1.0)
        .text(tags::RESCALE_TYPE, "Z_EFF");
    let position = DataSet::new().numbers(tags::IMAGE_POSITION_PATIENT, &[0.0; 3]);
    let frame = DataSet::new()
        .items(tags::PLANE_POSITION_SEQUENCE, [position])
        .items(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, [spectral]);
    let one = enhanced().text(tags::NUMBER_OF_FRAMES, "1");
    let said = refusal(one.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, [frame]));
    assert!(said.contains("RescaleType") && said.contains("no Hounsfield units"), "{said}");
}

#[test]
fn localizer_frames_are_left_out() {
    let kind = DataSet::new().text(tags::FRAME_TYPE, "ORIGINAL\\PRIMARY\\LOCALIZER\\NONE");
    let shared = DataSet::new().items(tags::CT_IMAGE_FRAME_TYPE_SEQUENCE, [kind]);
    let said = read_enhanced(enhanced().items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, [shared]));
    assert!(said.expect_err("no frame is left").to_string().contains("there is no CT slice"));
}

#[test]
fn compressed_slices_hold_the_same_hu() {
    let plain = compressed("plain").expect("uncompressed");
    assert_eq!(plain.image.grid.shape, [12, 16, 2]);
    assert!(plain.image.values.iter().any(|&hu| hu < 0.0), "the sign is tested too");
    for name in ["rle", "jpeg_lossless", "jpeg_ls", "jpeg_2000"] {
        let ct = compressed(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(ct.image, plain.image, "{name}");
    }
}

#[test]
fn a_compression_without_a_decoder_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [0, 2].map(|z| {
        let mut bytes = std::fs::read(test_file("jpeg_ls", z)).expect("test data");
        let uid = b"1.2.840.10008.1.2.4.80";
        let at = bytes.windows(uid.len()).position(|window| window == uid).expect("its transfer syntax");
        bytes[at..at + uid.len()].copy_from_slice(b"1.2.840.10008.1.2.4.94");
        let path = folder.path().join(format!("{z}.dcm"));
        std::fs::write(&path, bytes).expect("space");
        path
    });
    let refusal = CtSeries::read_files(folder.path(), &files, &SeriesChoice::default());
    let refusal = refusal.expect_err("pixels elsewhere").to_string();
    assert!(refusal.contains("JPIP") && refusal.contains("convert it"), "{refusal}");
}

/// The two slices of the test data in one compression (written by GDCM: see data/make.py).
fn compressed(name: &str) -> Result<CtSeries, Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let files: Vec<PathBuf> = [0, 2].map(|z| test_file(name, z)).into();
    CtSeries::read_files(&folder, &files, &SeriesChoice::default())
}

fn test_file(name: &str, z: usize) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/ct_{name}_{z}.dcm"))
}
