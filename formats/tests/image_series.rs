//! MR and PET series made here: values at their places, SUV worked by hand, and refusals by name.

use dicom_core::Tag;
use formats::dicom::write::DataSet;
use formats::dicom::{ImageChoice, ImageSeries, Modality, PetValues, SeriesChoice, tags, uids};
use std::path::Path;

const HALF_LIFE_S: f64 = 6586.2;

/// Slice `n` of a series of 2 × 2 pixels: 100 n + 1, 2, 3, 4, and a slope of its own.
fn slice(n: usize, modality: &str) -> DataSet {
    let pixels: Vec<u8> = (1..=4).flat_map(|p| (100 * n as u16 + p).to_le_bytes()).collect();
    DataSet::new()
        .text(tags::MODALITY, modality)
        .text(tags::SERIES_INSTANCE_UID, "2.25.5")
        .text(tags::FRAME_OF_REFERENCE_UID, "2.25.6")
        .numbers(tags::IMAGE_POSITION_PATIENT, &[0.0, 0.0, 4.0 * n as f64])
        .numbers(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
        .numbers(tags::PIXEL_SPACING, &[2.0, 2.0])
        .integer(tags::SAMPLES_PER_PIXEL, 1)
        .integer(tags::ROWS, 2)
        .integer(tags::COLUMNS, 2)
        .integer(tags::BITS_ALLOCATED, 16)
        .integer(tags::BITS_STORED, 16)
        .integer(tags::HIGH_BIT, 15)
        .integer(tags::PIXEL_REPRESENTATION, 0)
        .number(tags::RESCALE_SLOPE, 0.5 + n as f64)
        .number(tags::RESCALE_INTERCEPT, 0.0)
        .words(tags::PIXEL_DATA, pixels)
}

fn injection() -> DataSet {
    DataSet::new()
        .number(tags::RADIONUCLIDE_TOTAL_DOSE, 350e6)
        .number(tags::RADIONUCLIDE_HALF_LIFE, HALF_LIFE_S)
        .text(tags::RADIOPHARMACEUTICAL_START_TIME, "100000")
}

/// A PET slice in Bq/mL of 70 kg, injected at 10:00, scanned from 11:00 on.
fn pet(n: usize) -> DataSet {
    slice(n, "PT")
        .text(tags::UNITS, "BQML")
        .text(tags::CORRECTED_IMAGE, "NORM\\DTIM\\ATTN\\DECY")
        .text(tags::DECAY_CORRECTION, "START")
        .number(tags::PATIENT_WEIGHT, 70.0)
        .text(tags::SERIES_DATE, "20240301")
        .text(tags::SERIES_TIME, "110000.00")
        .text(tags::ACQUISITION_DATE, "20240301")
        .text(tags::ACQUISITION_TIME, if n == 2 { "110000" } else { "110300" })
        .items(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, [injection()])
}

/// Writes three slices, each changed by `change`, in an order that is not theirs.
fn written(class: &str, one: fn(usize) -> DataSet, change: impl Fn(DataSet) -> DataSet) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, n) in [("a", 1), ("b", 2), ("c", 0)] {
        let bytes = change(one(n)).file(class, &format!("2.25.10{n}"));
        std::fs::write(folder.path().join(format!("{name}.dcm")), bytes).expect("written");
    }
    folder
}

fn read(folder: &Path, pet: PetValues) -> Result<ImageSeries, formats::Error> {
    ImageSeries::read_folder(folder, &ImageChoice { pet, ..ImageChoice::default() })
}

fn read_pet(change: impl Fn(DataSet) -> DataSet) -> Result<ImageSeries, formats::Error> {
    let folder = written(uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE, pet, change);
    read(folder.path(), PetValues::SuvBodyWeight)
}

/// SUV of pixel 1 of slice 2: 201 · 2.5 Bq/mL.
fn assert_suv(series: &ImageSeries, per_bq_ml: f64) {
    let expected = 201.0 * 2.5 * per_bq_ml;
    let found = f64::from(series.image.values[8]);
    assert!((found - expected).abs() < 1e-6 * expected, "{found} for {expected}: {:?}", series.notes);
    assert_eq!((series.modality, series.unit.as_str()), (Modality::Pet, "SUV"));
}

#[test]
fn an_mr_series_is_sorted_and_scaled_slice_by_slice() {
    let folder = written(uids::MR_IMAGE_STORAGE, |n| slice(n, "MR"), |set| set);
    let series = read(folder.path(), PetValues::default()).expect("sound");
    assert_eq!((series.modality, series.unit.as_str()), (Modality::Mr, ""));
    assert_eq!((series.image.grid.shape, series.image.grid.spacing_mm), ([2, 2, 3], [2.0, 2.0, 4.0]));
    let expected: Vec<f32> =
        (0..3).flat_map(|n| (1..=4).map(move |p| (100 * n + p) as f32 * (0.5 + n as f32))).collect();
    assert_eq!(series.image.values, expected);
}

#[test]
fn suv_is_activity_by_weight_over_decayed_dose() {
    let an_hour = 70_000.0 / (350e6 * (-(2.0_f64.ln()) * 3600.0 / HALF_LIFE_S).exp());
    assert_suv(&read_pet(|set| set).expect("sound"), an_hour);
    // Corrected to the injection: the dose does not decay.
    let admin = read_pet(|set| set.text(tags::DECAY_CORRECTION, "ADMIN")).expect("sound");
    assert_suv(&admin, 70_000.0 / 350e6);
    // Past midnight: from 23:30 to 00:30.
    let night = |set: DataSet| {
        let late = injection().text(tags::RADIOPHARMACEUTICAL_START_TIME, "233000");
        set.items(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, [late])
            .text(tags::SERIES_TIME, "003000")
            .text(tags::ACQUISITION_TIME, "003000")
    };
    assert_suv(&read_pet(night).expect("sound"), an_hour);
    // With its date.
    let dated = |set: DataSet| {
        let item = injection().text(tags::RADIOPHARMACEUTICAL_START_DATE_TIME, "20240301100000.000+0100");
        set.items(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, [item])
    };
    assert_suv(&read_pet(dated).expect("sound"), an_hour);
    // In grams per millilitre already.
    assert_suv(&read_pet(|set| set.text(tags::UNITS, "GML")).expect("sound"), 1.0);
}

#[test]
fn a_series_made_after_the_scan_takes_the_time_of_its_first_slice() {
    // Processed at 15:00. The first slice began at 11:00; its 120 s of decaying counts have their mean T_ave later.
    let lambda = 2.0_f64.ln() / HALF_LIFE_S;
    let decay = lambda * 120.0;
    let average_s = (decay / (1.0 - (-decay).exp())).ln() / lambda;
    let late = move |set: DataSet| {
        set.text(tags::SERIES_TIME, "150000")
            .number(tags::ACTUAL_FRAME_DURATION, 120_000.0)
            .number(tags::FRAME_REFERENCE_TIME, 1000.0 * average_s)
    };
    let series = read_pet(late).expect("sound");
    assert_suv(&series, 70_000.0 / (350e6 * (-lambda * 3600.0).exp()));
    assert!(series.notes.iter().any(|note| note.contains("after the scan")), "{:?}", series.notes);
}

#[test]
fn pet_counts_need_the_makers_factor() {
    let counts = |set: DataSet| set.text(tags::UNITS, "CNTS");
    assert!(read_pet(counts).expect_err("no factor").to_string().contains("7053,1000"));
    let private = |element: u16, value: &'static str| {
        move |set: DataSet| {
            set.text(tags::UNITS, "CNTS")
                .text(Tag(0x7053, 0x0011), "Philips PET Private Group")
                .text(Tag(0x7053, 0x1100 | element), value)
        }
    };
    assert_suv(&read_pet(private(0x00, "0.00125")).expect("a factor to SUV"), 0.00125);
    // A factor to Bq/mL, then as these.
    let an_hour = 70_000.0 / (350e6 * (-(2.0_f64.ln()) * 3600.0 / HALF_LIFE_S).exp());
    assert_suv(&read_pet(private(0x09, "2.5")).expect("a factor to Bq/mL"), 2.5 * an_hour);
    assert!(read_pet(private(0x00, "0")).is_err());
}

#[test]
fn a_pet_that_cannot_be_suv_is_refused_with_the_reason() {
    let item =
        |set: DataSet, item: DataSet| set.items(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, [item]);
    type Damage = Box<dyn Fn(DataSet) -> DataSet>;
    let cases: [(&str, Damage); 12] = [
        ("PatientWeight", Box::new(|set| set.text(tags::PATIENT_WEIGHT, ""))),
        ("not believable", Box::new(|set| set.number(tags::PATIENT_WEIGHT, 70_000.0))),
        ("MBq", Box::new(move |set| item(set, injection().number(tags::RADIONUCLIDE_TOTAL_DOSE, 350.0)))),
        (
            "RadionuclideTotalDose",
            Box::new(move |set| item(set, injection().text(tags::RADIONUCLIDE_TOTAL_DOSE, ""))),
        ),
        (
            "RadionuclideHalfLife",
            Box::new(move |set| item(set, injection().text(tags::RADIONUCLIDE_HALF_LIFE, ""))),
        ),
        (
            "RadiopharmaceuticalStartTime",
            Box::new(move |set| item(set, injection().text(tags::RADIOPHARMACEUTICAL_START_TIME, ""))),
        ),
        (
            "before the scan",
            Box::new(move |set| item(set, injection().text(tags::RADIOPHARMACEUTICAL_START_TIME, "120000"))),
        ),
        ("ATTN", Box::new(|set| set.text(tags::CORRECTED_IMAGE, "NORM\\DECY"))),
        ("DECY", Box::new(|set| set.text(tags::CORRECTED_IMAGE, "NORM\\ATTN"))),
        ("DecayCorrection", Box::new(|set| set.text(tags::DECAY_CORRECTION, "NONE"))),
        ("PROPCPS", Box::new(|set| set.text(tags::UNITS, "PROPCPS"))),
        ("SUVType", Box::new(|set| set.text(tags::UNITS, "GML").text(tags::SUV_TYPE, "LBM"))),
    ];
    for (word, change) in cases {
        let refusal = read_pet(change).expect_err(word).to_string();
        assert!(refusal.contains(word), "{word}: {refusal}");
    }
    // As they are stored, they are not refused.
    let folder = written(uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE, pet, |set| {
        set.text(tags::PATIENT_WEIGHT, "")
    });
    let stored = read(folder.path(), PetValues::AsStored).expect("sound");
    assert_eq!((stored.unit.as_str(), stored.image.values[8]), ("BQML", 201.0 * 2.5));
}

#[test]
fn unclear_folders_are_refused_and_the_regions_series_is_taken() {
    let folder = written(uids::MR_IMAGE_STORAGE, |n| slice(n, "MR"), |set| set);
    for n in 0..2 {
        let other =
            pet(n).text(tags::SERIES_INSTANCE_UID, "2.25.7").text(tags::FRAME_OF_REFERENCE_UID, "2.25.8");
        let bytes = other.file(uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE, &format!("2.25.20{n}"));
        std::fs::write(folder.path().join(format!("pet{n}.dcm")), bytes).expect("written");
    }
    let refusal = read(folder.path(), PetValues::default()).expect_err("two series").to_string();
    assert!(refusal.contains("MR 2.25.5 (3 files)") && refusal.contains("PET 2.25.7"), "{refusal}");
    let with =
        |choice: ImageChoice| ImageSeries::read_folder(folder.path(), &choice).expect("sound").modality;
    let series = |series_uids: Vec<String>, frame: Option<&str>| ImageChoice {
        series: SeriesChoice { series_uids, frame_of_reference_uid: frame.map(str::to_owned) },
        ..ImageChoice::default()
    };
    assert_eq!(with(series(vec!["2.25.7".into()], None)), Modality::Pet);
    assert_eq!(with(series(vec![], Some("2.25.6"))), Modality::Mr);
    assert_eq!(with(ImageChoice { modality: Some(Modality::Pet), ..ImageChoice::default() }), Modality::Pet);
    let ct = ImageChoice { modality: Some(Modality::Ct), ..ImageChoice::default() };
    let refusal = ImageSeries::read_folder(folder.path(), &ct).expect_err("no CT").to_string();
    assert!(refusal.contains("no CT image"), "{refusal}");
}

#[test]
fn echoes_localizers_and_multi_frame_images_are_refused() {
    let refusal = |class: &str, one: fn(usize) -> DataSet, change: fn(DataSet) -> DataSet| {
        let folder = written(class, one, change);
        read(folder.path(), PetValues::default()).expect_err("refused").to_string()
    };
    let mr: fn(usize) -> DataSet = |n| slice(n, "MR");
    let echoes =
        refusal(uids::MR_IMAGE_STORAGE, mr, |set| set.numbers(tags::IMAGE_POSITION_PATIENT, &[0.0; 3]));
    assert!(echoes.contains("echoes"), "{echoes}");
    let localizer = refusal(
        uids::MR_IMAGE_STORAGE,
        |n| {
            let turn = if n == 1 { [0.0, 1.0, 0.0, 0.0, 0.0, 1.0] } else { [1.0, 0.0, 0.0, 0.0, 1.0, 0.0] };
            slice(n, "MR").numbers(tags::IMAGE_ORIENTATION_PATIENT, &turn)
        },
        |set| set,
    );
    assert!(localizer.contains("orientation"), "{localizer}");
    let enhanced = refusal(uids::ENHANCED_MR_IMAGE_STORAGE, mr, |set| set);
    assert!(enhanced.contains("multi-frame MR"), "{enhanced}");
}
