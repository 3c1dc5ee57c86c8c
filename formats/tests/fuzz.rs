//! Damaged files: no reader panics, takes long or takes much memory, whatever the bytes.
//!
//! `STRAYDOSE_FUZZ_CASES` sets the number of inputs for each kind of file (default 300); with `STRAYDOSE_SHARED` the
//! small files of the shared test data are damaged too. A case that fails is written to a file that the message names.

#[path = "../../fuzz/damage.rs"]
mod damage;
#[expect(dead_code, reason = "plans are damaged in plan_fuzz.rs")]
#[path = "../../fuzz/readers.rs"]
mod readers;

use damage::{Random, damage};
use formats::dicom::write::{Bits, CtWriter, DataSet, DoseWriter, Identity, StructureWriter};
use formats::dicom::{DicomFile, DoseGrid, ImageChoice, ImageSeries, PatientFacts, StructureSet, tags, uids};
use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use volume::{Image, OrientedGrid, Structure};

/// Most memory that one input of a few kilobytes may take (bytes).
const MOST_MEMORY: usize = 96 << 20;
/// Longest time for it.
const LONGEST: Duration = Duration::from_secs(5);

/// The system's allocator, counting what is in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on unchanged to the system's allocator; the counters do not touch the memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `GlobalAlloc::dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn cases() -> u64 {
    std::env::var("STRAYDOSE_FUZZ_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

/// Runs `read` on damaged copies of the seeds; `read` says whether it accepted the input.
fn fuzz(kind: &str, seeds: &[Vec<u8>], read: impl Fn(&[u8]) -> bool) {
    for (index, seed) in seeds.iter().enumerate() {
        assert!(read(seed), "seed {index} of {kind} is refused even undamaged");
    }
    fuzz_any(kind, seeds, read);
}

fn fuzz_any(kind: &str, seeds: &[Vec<u8>], read: impl Fn(&[u8]) -> bool) {
    let mut accepted = 0;
    for case in 0..cases() {
        let mut random = Random(case ^ (kind.len() as u64 * 0x1234_5678_9ABC));
        let mut bytes = seeds[random.below(seeds.len())].clone();
        damage(&mut bytes, &mut random);
        let before = IN_USE.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let start = Instant::now();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(&bytes)));
        let memory = PEAK.load(Ordering::Relaxed).saturating_sub(before);
        let problem = match outcome {
            Err(_) => "panics".to_owned(),
            Ok(_) if start.elapsed() > LONGEST => format!("takes {:?}", start.elapsed()),
            Ok(_) if memory > MOST_MEMORY => format!("takes {memory} bytes of memory"),
            Ok(was_accepted) => {
                accepted += u64::from(was_accepted);
                continue;
            }
        };
        let path = std::env::temp_dir().join(format!("straydose_fuzz_{kind}_{case}.bin"));
        std::fs::write(&path, &bytes).expect("the temporary folder is writable");
        panic!("{kind}, case {case}: reading {path:?} {problem}");
    }
    // Damage that everything survives, or that nothing survives, would test little.
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{kind}: {} inputs, {accepted} accepted", cases());
}

const PATH: &str = "fuzz.dcm";

fn image() -> Image<f32> {
    let grid = OrientedGrid {
        origin_mm: [-3.0, 4.5, 100.0],
        axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        spacing_mm: [2.0, 2.5, 3.0],
        shape: [4, 3, 3],
    };
    Image { grid, values: (0..36).map(|v| v as f32).collect() }
}

fn dose(bits: Bits) -> Vec<u8> {
    let identity = Identity::of_phantom("fuzz", "F");
    let image = image();
    DoseWriter {
        identity: &identity,
        plan_class: uids::RT_PLAN_STORAGE,
        plan_uid: "2.25.1",
        image: &image,
        comment: "",
        bits,
    }
    .bytes(PATH.as_ref())
    .expect("a sound dose")
}

fn structures() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let identity = Identity::of_phantom("fuzz", "F");
    let square = |z: f64| vec![[0.0, 0.0, z], [4.0, 0.0, z], [4.0, 4.0, z], [0.0, 4.25, z]];
    let structure = Structure {
        number: 1,
        name: "BODY".into(),
        interpreted_type: "EXTERNAL".into(),
        contours: vec![square(100.0), square(103.0)],
        points: vec![[1.0, 2.0, 3.0]],
        density_override: Some(1.0),
    };
    let image = image();
    let ct = CtWriter {
        identity: &identity,
        image: &image,
        patient_position: "HFS",
        age_years: Some(5.0),
        height_cm: None,
        weight_kg: Some(20.0),
    };
    let ct = ct.save(folder.path()).expect("a sound scan");
    let path = folder.path().join("RS.dcm");
    StructureWriter { identity: &identity, label: "fuzz", structures: &[structure], ct: &ct }
        .save(&path)
        .expect("a sound structure set");
    std::fs::read(path).expect("it was just written")
}

fn slices() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let names = ["plain", "rle", "jpeg_lossless", "jpeg_ls", "jpeg_2000"];
    names.map(|name| std::fs::read(folder.join(format!("ct_{name}_0.dcm"))).expect("test data")).into()
}

/// An enhanced CT of two frames.
fn enhanced() -> Vec<u8> {
    let item = |tag, values: &[f64]| DataSet::new().numbers(tag, values);
    let frame = |z: f64| {
        let scale = DataSet::new().number(tags::RESCALE_INTERCEPT, -1000.0).number(tags::RESCALE_SLOPE, 1.0);
        DataSet::new()
            .items(tags::PLANE_POSITION_SEQUENCE, [item(tags::IMAGE_POSITION_PATIENT, &[0.0, z, z])])
            .items(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, [scale])
    };
    let plane = item(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let shared = DataSet::new()
        .items(tags::PIXEL_MEASURES_SEQUENCE, [item(tags::PIXEL_SPACING, &[1.5, 1.5])])
        .items(tags::PLANE_ORIENTATION_SEQUENCE, [plane]);
    DataSet::new()
        .text(tags::SERIES_INSTANCE_UID, "2.25.7")
        .integer(tags::ROWS, 2)
        .integer(tags::COLUMNS, 3)
        .text(tags::NUMBER_OF_FRAMES, "2")
        .integer(tags::BITS_ALLOCATED, 16)
        .integer(tags::PIXEL_REPRESENTATION, 0)
        .items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, [shared])
        .items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, [frame(0.0), frame(2.0)])
        .words(tags::PIXEL_DATA, (0..12).flat_map(|n: u16| (900 + n).to_le_bytes()).collect())
        .file(uids::ENHANCED_CT_IMAGE_STORAGE, "2.25.8")
}

#[test]
fn damaged_doses() {
    fuzz("dose", &[dose(Bits::Sixteen), dose(Bits::ThirtyTwo)], readers::dose);
}

#[test]
fn damaged_compressed_doses() {
    // The same reader on compressed frames: the slices, called doses.
    let seeds: Vec<Vec<u8>> = slices()
        .iter()
        .map(|bytes| {
            let mut file = DicomFile::from_bytes(PATH.as_ref(), bytes).expect("test data");
            let extra = DataSet::new()
                .text(tags::DOSE_UNITS, "GY")
                .text(tags::DOSE_TYPE, "PHYSICAL")
                .number(tags::DOSE_GRID_SCALING, 0.5)
                .file(uids::RT_DOSE_STORAGE, "2.25.1");
            for element in DicomFile::from_bytes(PATH.as_ref(), &extra).expect("just written").object {
                file.object.put(element);
            }
            let meta = dicom_object::FileMetaTableBuilder::new().transfer_syntax(&file.transfer_syntax);
            let meta = meta.media_storage_sop_class_uid("1").media_storage_sop_instance_uid("1");
            let mut bytes = Vec::new();
            file.object
                .with_exact_meta(meta.build().expect("complete"))
                .write_all(&mut bytes)
                .expect("memory takes all");
            bytes
        })
        .collect();
    fuzz("compressed", &seeds, readers::dose);
}

#[test]
fn damaged_structure_sets() {
    fuzz("structures", &[structures()], readers::structures);
}

/// A segmentation of two segments on two planes, of one bit or of eight.
fn segmentation(kind: &str, bits: i32) -> Vec<u8> {
    let item = |tag, values: &[f64]| DataSet::new().numbers(tag, values);
    let frame = |n: i32| {
        let segment = DataSet::new().integer(tags::REFERENCED_SEGMENT_NUMBER, 1 + n % 2);
        DataSet::new()
            .items(
                tags::PLANE_POSITION_SEQUENCE,
                [item(tags::IMAGE_POSITION_PATIENT, &[0.0, 1.0, 3.0 * f64::from(n)])],
            )
            .items(tags::SEGMENT_IDENTIFICATION_SEQUENCE, [segment])
    };
    let plane = item(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let measures = item(tags::PIXEL_SPACING, &[1.5, 1.5]).number(tags::SPACING_BETWEEN_SLICES, 3.0);
    let shared = DataSet::new()
        .items(tags::PIXEL_MEASURES_SEQUENCE, [measures])
        .items(tags::PLANE_ORIENTATION_SEQUENCE, [plane]);
    let segment = |n: i32| {
        DataSet::new().integer(tags::SEGMENT_NUMBER, n).text(tags::SEGMENT_LABEL, format!("lesion {n}"))
    };
    DataSet::new()
        .text(tags::SEGMENTATION_TYPE, kind)
        .integer(tags::MAXIMUM_FRACTIONAL_VALUE, 255)
        .integer(tags::ROWS, 2)
        .integer(tags::COLUMNS, 4)
        .text(tags::NUMBER_OF_FRAMES, "3")
        .integer(tags::SAMPLES_PER_PIXEL, 1)
        .integer(tags::BITS_ALLOCATED, bits)
        .integer(tags::BITS_STORED, bits)
        .integer(tags::HIGH_BIT, bits - 1)
        .integer(tags::PIXEL_REPRESENTATION, 0)
        .items(tags::SEGMENT_SEQUENCE, [segment(1), segment(2)])
        .items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, [shared])
        .items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, [0, 1, 4].map(frame))
        .words(tags::PIXEL_DATA, (0..24).map(|n: u8| n.wrapping_mul(37)).collect())
        .file(uids::SEGMENTATION_STORAGE, "2.25.9")
}

#[test]
fn damaged_segmentations() {
    let seeds = [segmentation("BINARY", 1), segmentation("FRACTIONAL", 8), segmentation("LABELMAP", 8)];
    fuzz("segmentation", &seeds, readers::segmentation);
}

/// A slice of a PET series in Bq/mL.
fn pet(n: usize) -> Vec<u8> {
    let injection = DataSet::new()
        .number(tags::RADIONUCLIDE_TOTAL_DOSE, 350e6)
        .number(tags::RADIONUCLIDE_HALF_LIFE, 6586.2)
        .text(tags::RADIOPHARMACEUTICAL_START_TIME, "100000");
    DataSet::new()
        .text(tags::MODALITY, "PT")
        .text(tags::SERIES_INSTANCE_UID, "2.25.5")
        .numbers(tags::IMAGE_POSITION_PATIENT, &[0.0, 0.0, 4.0 * n as f64])
        .numbers(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
        .numbers(tags::PIXEL_SPACING, &[2.0, 2.0])
        .integer(tags::ROWS, 2)
        .integer(tags::COLUMNS, 2)
        .integer(tags::BITS_ALLOCATED, 16)
        .integer(tags::PIXEL_REPRESENTATION, 0)
        .text(tags::UNITS, "BQML")
        .text(tags::CORRECTED_IMAGE, "ATTN\\DECY")
        .text(tags::DECAY_CORRECTION, "START")
        .number(tags::PATIENT_WEIGHT, 70.0)
        .text(tags::SERIES_DATE, "20240301")
        .text(tags::SERIES_TIME, "110000.00")
        .text(tags::ACQUISITION_DATE, "20240301")
        .text(tags::ACQUISITION_TIME, "110000")
        .items(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, [injection])
        .words(tags::PIXEL_DATA, vec![1; 8])
        .file(uids::POSITRON_EMISSION_TOMOGRAPHY_IMAGE_STORAGE, &format!("2.25.10{n}"))
}

#[test]
fn damaged_pet_slices_beside_sound_ones() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for n in 1..3 {
        std::fs::write(folder.path().join(format!("sound{n}.dcm")), pet(n)).expect("writable");
    }
    fuzz("pet", &[pet(0)], |bytes| {
        std::fs::write(folder.path().join("any.dcm"), bytes).expect("writable");
        ImageSeries::read_folder(folder.path(), &ImageChoice::default()).is_ok()
    });
}

#[test]
fn damaged_scans() {
    let seeds: Vec<Vec<u8>> = slices().into_iter().chain([enhanced()]).collect();
    fuzz("scan", &seeds, readers::ct_slice);
}

#[test]
fn damaged_machine_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../treatment/machines");
    let files = std::fs::read_dir(folder).expect("machine files").map(|entry| entry.expect("one").path());
    let mut paths: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).expect("readable")).collect();
    assert!(seeds.len() > 5);
    fuzz("machine", &seeds, readers::machine);
}

#[test]
fn damaged_nifti_images() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("image.nii.gz");
    formats::nifti::write_image(&path, &image()).expect("a sound image");
    let compressed = std::fs::read(&path).expect("it was just written");
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&compressed[..]), &mut plain).expect("gzip");
    fuzz("nifti", &[plain, compressed], readers::nifti);
}

#[test]
fn damaged_shared_files_through_every_reader() {
    let Some(root) = std::env::var_os("STRAYDOSE_SHARED") else {
        use std::io::Write as _;
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: set STRAYDOSE_SHARED to the shared test data to run this");
        return;
    };
    let folder = Path::new(&root).join("data/rt-files");
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("the shared data are there") {
        let bytes = std::fs::read(entry.expect("readable").path()).expect("readable");
        if bytes.len() < 20_000 {
            seeds.push(bytes);
        }
    }
    assert!(seeds.len() > 15, "{} small files", seeds.len());
    fuzz_any("shared", &seeds, |bytes| {
        let Ok(file) = DicomFile::from_bytes(PATH.as_ref(), bytes) else { return false };
        let facts = PatientFacts::read(&file.root());
        // Calling every reader on every file, as a dose whatever it is.
        let mut as_dose = file.clone();
        as_dose.object.put_str(tags::DOSE_UNITS, dicom_core::VR::CS, "GY");
        as_dose.object.put_str(tags::DOSE_GRID_SCALING, dicom_core::VR::DS, "0.5");
        as_dose.object.put_str(tags::SOP_CLASS_UID, dicom_core::VR::UI, uids::RT_DOSE_STORAGE);
        let is_dose = DoseGrid::read(&as_dose).is_ok();
        let is_set = StructureSet::read(&file).is_ok();
        let is_plan = formats::dicom::plan::read_plan(&file).is_ok();
        is_dose || is_set || is_plan || facts.sex.is_some()
    });
}
