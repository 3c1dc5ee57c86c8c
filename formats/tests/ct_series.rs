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

#[test]
fn a_tilted_gantry_is_refused_with_its_angle() {
    // Slices shift by tan 10 degrees.
    let tilted = |z: f64| {
        slice(z).numbers(tags::IMAGE_POSITION_PATIENT, &[1.0, 2.0 + z * 10_f64.to_radians().tan(), z])
    };
    let refusal = refusal((0..6).map(|k| tilted(2.0 * f64::from(k))).collect());
    assert!(refusal.contains("tilted by 10.0 degrees"), "{refusal}");
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

#[test]
fn an_enhanced_ct_is_refused_by_name() {
    let refusal = read_as(at(&[0.0, 2.0]), uids::ENHANCED_CT_IMAGE_STORAGE, &SeriesChoice::default());
    assert!(refusal.expect_err("multi-frame").to_string().contains("enhanced multi-frame CT"));
}

#[test]
fn compressed_slices_hold_the_same_hu() {
    let plain = compressed("plain").expect("uncompressed");
    assert_eq!(plain.image.grid.shape, [12, 16, 2]);
    assert!(plain.image.values.iter().any(|&hu| hu < 0.0), "the sign is tested too");
    for name in ["rle", "jpeg_lossless", "jpeg_2000"] {
        let ct = compressed(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(ct.image, plain.image, "{name}");
    }
    let refusal = compressed("jpeg_ls").expect_err("no decoder in Rust").to_string();
    assert!(refusal.contains("JPEG-LS") && refusal.contains("convert it"), "{refusal}");
}

/// The two slices of the test data in one compression (written by GDCM: see data/make.py).
fn compressed(name: &str) -> Result<CtSeries, Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let files: Vec<PathBuf> = [0, 2].map(|z| folder.join(format!("ct_{name}_{z}.dcm"))).into();
    CtSeries::read_files(&folder, &files, &SeriesChoice::default())
}
