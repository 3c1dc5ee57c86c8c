//! Every awkward file of the shared test data: read with its known facts, or refused by name.
//!
//! The files are found by `STRAYDOSE_SHARED`; without it the tests say so and return. A file that is not there, or one
//! that is there and not listed, is a failure.

use formats::dicom::{CtSeries, DicomFile, DoseGrid, SeriesChoice, StructureSet, tags};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What is known of a file.
enum Fact {
    /// RTPLAN: the plan reader has its own tests; here it opens and says what it is.
    Plan,
    /// RTDOSE: shape, largest dose (Gy).
    Dose([usize; 3], f32),
    /// RTDOSE in relative units, refused; read as Gy it has this shape and largest value.
    RelativeDose([usize; 3], f32),
    /// RTSTRUCT: regions, contours, points.
    Structures(usize, usize, usize),
    /// A CT slice: columns, rows.
    Ct(usize, usize),
    /// Another image, with its modality: it opens, and is no CT.
    Image(&'static str),
    /// Refused when opened, or when read as what it is; the message has these words.
    Refused(&'static str),
}

use Fact::*;

const FILES: [(&str, Fact); 48] = [
    ("bad_plan_damaged_tags.dcm", Refused("is damaged at (0008,FE00)")),
    ("bad_struct_damaged_tags.dcm", Refused("is damaged at (352E,312E)")),
    ("ct_for_struct_rtutils_1.dcm", Ct(512, 512)),
    ("ct_for_struct_rtutils_2.dcm", Ct(512, 512)),
    ("dose_header_only_FFS.dcm", Refused("PixelData (7FE0,0010) is missing or empty")),
    ("dose_header_only_HFDL.dcm", Refused("PixelData (7FE0,0010) is missing or empty")),
    ("dose_header_only_HFP.dcm", Refused("PixelData (7FE0,0010) is missing or empty")),
    ("dose_header_only_HFS.dcm", Refused("PixelData (7FE0,0010) is missing or empty")),
    ("dose_planar_2d_1mm.dcm", Dose([145, 193, 1], 0.640_342_5)),
    ("dose_raystation_water_wedge_16bit.dcm", Dose([75, 130, 60], 1.959_589_6)),
    ("ionplan_eclipse_mono160.dcm", Plan),
    ("ionplan_raystation_134mev.dcm", Plan),
    ("oblique_ct_0.dcm", Ct(100, 50)),
    ("oblique_ct_1.dcm", Ct(100, 50)),
    ("oblique_ct_2.dcm", Ct(100, 50)),
    ("plan_brainlab_versa_fff_2arc.dcm", Plan),
    ("plan_eclipse_ethos_prostate_2arc.dcm", Plan),
    ("plan_eclipse_truebeam_hd_vmat_1arc.dcm", Plan),
    ("plan_eclipse_unique_prostate_2arc.dcm", Plan),
    ("plan_minimal_no_isocentre.dcm", Plan),
    ("plan_minimal_no_jaw_values.dcm", Plan),
    ("plan_monaco_versahd_fff_1arc.dcm", Plan),
    ("plan_monaco_versahd_fff_noncoplanar_5arc.dcm", Plan),
    ("plan_pinnacle_3_fraction_groups.dcm", Plan),
    ("plan_pinnacle_electron_9mev.dcm", Plan),
    ("plan_pinnacle_open_10x10.dcm", Plan),
    ("plan_pinnacle_versahd_2arc.dcm", Plan),
    ("plan_pinnacle_wedge45.dcm", Plan),
    ("plan_viewray_mridian_30beam.dcm", Plan),
    ("plan_xio_static_mlc_no_preamble.dcm", Plan),
    ("pydicom_CT_small.dcm", Ct(128, 128)),
    ("pydicom_ExplVR_BigEnd.dcm", Image("US")),
    ("pydicom_JPEG2000.dcm", Image("NM")),
    ("pydicom_MR_small.dcm", Image("MR")),
    ("pydicom_badVR.dcm", Refused("DoseUnits (3004,0002) is \"RELATIVE\"")),
    ("pydicom_image_dfl.dcm", Image("OT")),
    ("pydicom_no_meta.dcm", Refused("is no DICOM file")),
    ("pydicom_rtdose.dcm", RelativeDose([10, 10, 15], 1.254)),
    ("pydicom_rtdose_1frame.dcm", RelativeDose([10, 10, 1], 1.254)),
    ("pydicom_rtdose_expb.dcm", RelativeDose([10, 10, 15], 1.254)),
    ("pydicom_rtdose_rle.dcm", RelativeDose([10, 10, 15], 1.254)),
    ("pydicom_rtplan.dcm", Plan),
    ("pydicom_rtplan_truncated.dcm", Refused("is damaged at IsocenterPosition (300A,012C)")),
    ("pydicom_rtstruct.dcm", Structures(3, 3, 2)),
    // Its one contour has no points.
    ("struct_minimal_template.dcm", Structures(1, 0, 0)),
    ("struct_raystation_template.dcm", Structures(1, 3, 0)),
    ("struct_refs_missing_images.dcm", Structures(4, 12, 0)),
    ("struct_rtutils_2slices.dcm", Structures(1, 2, 0)),
];

#[test]
fn every_file_is_read_with_its_facts_or_refused_by_name() {
    let Some(folder) = shared("rt-files") else { return };
    let mut wrong = Vec::new();
    for (name, fact) in &FILES {
        if let Err(problem) = check(&folder.join(name), fact) {
            wrong.push(format!("{name}: {problem}"));
        }
    }
    let listed: BTreeSet<&str> = FILES.iter().map(|(name, _)| *name).collect();
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let name = entry.expect("readable").file_name().to_string_lossy().into_owned();
        if !listed.contains(name.as_str()) {
            wrong.push(format!("{name} is not listed here"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(path: &Path, fact: &Fact) -> Result<(), String> {
    assert!(path.is_file(), "{path:?} is not there");
    let message = |error: formats::Error| error.to_string();
    let same = |found: &dyn std::fmt::Debug, wanted: &dyn std::fmt::Debug| {
        let (found, wanted) = (format!("{found:?}"), format!("{wanted:?}"));
        if found == wanted { Ok(()) } else { Err(format!("has {found}, not {wanted}")) }
    };
    match fact {
        Plan => modality(path)?.eq("RTPLAN").then_some(()).ok_or("is no plan".into()),
        Image(wanted) => {
            same(&modality(path)?, wanted)?;
            let refusal = refusal(
                CtSeries::read_files(path, &[path.to_owned()], &SeriesChoice::default()).map(|_| ()),
            )?;
            if refusal.contains("there is no CT slice") { Ok(()) } else { Err(refusal) }
        }
        Ct(columns, rows) => {
            same(&modality(path)?, &"CT")?;
            let file = DicomFile::open(path).map_err(message)?;
            let size = |tag| file.root().required_integer(tag).map_err(message);
            same(&[size(tags::COLUMNS)?, size(tags::ROWS)?], &[*columns as i64, *rows as i64])
        }
        Dose(shape, maximum) => {
            let dose = DoseGrid::open(path).map_err(message)?;
            same(&dose.image.grid.shape, shape)?;
            same(&dose.image.values.iter().copied().fold(0.0, f32::max), maximum)
        }
        RelativeDose(shape, maximum) => {
            let words = refusal(DoseGrid::open(path).map(|_| ()))?;
            if !words.contains("is \"RELATIVE\"") {
                return Err(words);
            }
            let dose = DoseGrid::read(&in_gray(path)).map_err(message)?;
            same(&dose.image.grid.shape, shape)?;
            same(&dose.image.values.iter().copied().fold(0.0, f32::max), maximum)
        }
        Structures(regions, contours, points) => {
            let set = StructureSet::open(path).map_err(message)?;
            let count = |of: fn(&volume::Structure) -> usize| set.structures.iter().map(of).sum::<usize>();
            same(
                &[set.structures.len(), count(|s| s.contours.len()), count(|s| s.points.len())],
                &[*regions, *contours, *points],
            )
        }
        Refused(words) => {
            let outcome = DicomFile::open(path).and_then(|file| match modality(path).as_deref() {
                Ok("RTDOSE") => DoseGrid::read(&file).map(|_| ()),
                _ => Ok(()),
            });
            let refusal = refusal(outcome)?;
            if refusal.contains(words) { Ok(()) } else { Err(refusal) }
        }
    }
}

#[test]
fn one_dose_in_four_encodings_is_the_same_dose() {
    let Some(folder) = shared("rt-files") else { return };
    let read = |name: &str| DoseGrid::read(&in_gray(&folder.join(name))).expect("readable").image;
    let plain = read("pydicom_rtdose.dcm");
    // By hand from the header: position (189.43125, 199.43125, -761.87), 10 mm pixels, frames 5 mm apart.
    assert_eq!(plain.grid.origin_mm, [189.43125, 199.43125, -761.87]);
    assert_eq!(plain.grid.spacing_mm, [10.0, 10.0, 5.0]);
    assert_eq!(plain.values[7], 1.254, "the largest value is the eighth of the first row");
    assert_eq!(read("pydicom_rtdose_expb.dcm"), plain, "big endian");
    assert_eq!(read("pydicom_rtdose_rle.dcm"), plain, "RLE");
    let frame = read("pydicom_rtdose_1frame.dcm");
    assert_eq!(frame.values, plain.values[..100], "a single frame");
}

#[test]
fn an_oblique_scan_keeps_its_axes() {
    let Some(folder) = shared("rt-files") else { return };
    let files: Vec<PathBuf> = (0..3).map(|k| folder.join(format!("oblique_ct_{k}.dcm"))).collect();
    let ct = CtSeries::read_files(&folder, &files, &SeriesChoice::default()).expect("readable");
    let grid = ct.image.grid;
    assert_eq!((grid.shape, grid.origin_mm), ([100, 50, 3], [123.0, -432.0, 30.0]));
    assert!((grid.axes[0][0] - 0.954_166_6).abs() < 1e-6 && grid.is_right_handed());
    // The third slice starts where its own file says.
    let third = grid.point_mm([0.0, 0.0, 2.0]);
    for (found, wanted) in third.iter().zip([122.0159697, -428.1596334, 38.0798058]) {
        assert!((found - wanted).abs() < 1e-4, "{third:?}");
    }
}

#[test]
fn padding_pixels_are_air() {
    let Some(folder) = shared("rt-files") else { return };
    let files: Vec<PathBuf> = (1..3).map(|k| folder.join(format!("ct_for_struct_rtutils_{k}.dcm"))).collect();
    let ct = CtSeries::read_files(&folder, &files, &SeriesChoice::default()).expect("readable");
    assert_eq!(ct.image.grid.spacing_mm, [0.488281, 0.488281, 5.0]);
    assert_eq!(ct.image.values[0], -1000.0);
    assert!(ct.notes.iter().any(|note| note.contains("PixelPaddingValue")), "{:?}", ct.notes);
}

/// Folder, shape, spacing (mm), mean HU, and smallest and largest HU, as pydicom and numpy give them.
type Series = (&'static str, [usize; 3], [f64; 3], f64, [f32; 2]);

#[test]
fn whole_series_have_their_hu() {
    const SERIES: [Series; 2] = [
        ("ibsi/ct_phantom_pat1/CT", [204, 201, 60], [0.977, 0.977, 3.0], -266.470_367_1, [-1000.0, 3065.0]),
        ("radiomics/lung-pat2/CT", [141, 138, 41], [0.977, 0.977, 3.0], -251.156_473_4, [-1000.0, 2254.0]),
    ];
    for (name, shape, spacing_mm, mean, range) in SERIES {
        let Some(folder) = shared(name) else { return };
        let ct = CtSeries::read_folder(&folder, &SeriesChoice::default()).expect("readable");
        assert_eq!(ct.image.grid.shape, shape, "{name}");
        for (found, wanted) in ct.image.grid.spacing_mm.iter().zip(spacing_mm) {
            assert!((found - wanted).abs() < 1e-6, "{name}");
        }
        let sum: f64 = ct.image.values.iter().map(|&hu| f64::from(hu)).sum();
        assert!((sum / ct.image.values.len() as f64 - mean).abs() < 1e-6, "{name}");
        let ends = ct.image.values.iter().fold([f32::MAX, f32::MIN], |[l, h], &v| [l.min(v), h.max(v)]);
        assert_eq!(ends, range, "{name}");
    }
}

#[test]
fn a_junk_age_is_dropped_and_a_hashed_sex_too() {
    let Some(folder) = shared("alderson-prostate-vmat/CT") else { return };
    let file = DicomFile::open_header(&folder.join("ct_001.dcm")).expect("readable");
    let facts = formats::dicom::PatientFacts::read(&file.root());
    assert_eq!((facts.age_years, facts.sex), (None, Some(formats::dicom::Sex::Male)));
    let Some(folder) = shared("oesophagus-imrt-hd120/CT") else { return };
    let file = DicomFile::open_header(&folder.join("ct_001.dcm")).expect("readable");
    assert_eq!(formats::dicom::PatientFacts::read(&file.root()).sex, None);
}

#[test]
fn studies_are_sorted_out_despite_their_traps() {
    let Some(alderson) = shared("alderson-prostate-vmat") else { return };
    let study = formats::dicom::study::find(&alderson, None).expect("one plan");
    assert_eq!(study.ct.len(), 160);
    assert!(study.dose.as_ref().is_some_and(|path| path.ends_with("RD_plan.dcm")), "{study:?}");
    assert!(study.structures.is_some_and(|path| path.ends_with("RS.dcm")));
    assert!(
        study.left.iter().any(|(path, why)| path.ends_with("RD_beam1.dcm") && why.contains("whole plan"))
    );
    let Some(oesophagus) = shared("oesophagus-imrt-hd120") else { return };
    let study = formats::dicom::study::find(&oesophagus, None).expect("one plan");
    assert_eq!((study.ct.len(), study.dose.is_none()), (105, true));
    assert!(study.structures.is_some_and(|path| path.ends_with("RS_converted.dcm")));
    assert!(study.took.iter().any(|line| line.contains("names another one")), "{:?}", study.took);
    assert!(study.left.iter().any(|(path, _)| path.ends_with("heart.nii.gz")));
    let Some(rando) = shared("rando-prostate-3dcrt") else { return };
    let study = formats::dicom::study::find(&rando, None).expect("one plan");
    assert!(study.structures.is_some() && study.ct.is_empty());
    let Some(tg119) = shared("tg119-cshape") else { return };
    let refusal = formats::dicom::study::find(&tg119, None).expect_err("two plans").to_string();
    assert!(refusal.contains("--plan") && refusal.contains("RP_truebeam_2arc.dcm"), "{refusal}");
    let named = formats::dicom::study::find(&tg119, Some(&tg119.join("RP_truebeam_2arc.dcm")));
    assert!(named.expect("named").plan.ends_with("RP_truebeam_2arc.dcm"));
}

#[test]
fn published_nifti_files_lie_where_their_headers_say() {
    let Some(folder) = shared("rando-prostate-3dcrt") else { return };
    let dose = formats::nifti::read_image(&folder.join("dose.nii.gz")).expect("readable");
    assert_eq!(dose.grid.shape, [136, 86, 92]);
    // The published NRRD: origin (-162.826, -105.017, -122.5) in DICOM axes, 2.5 mm, at most 47.0757 Gy.
    for (found, wanted) in dose.grid.origin_mm.iter().zip([-162.826, -105.017, -122.5]) {
        assert!((found - wanted).abs() < 1e-2, "{:?}", dose.grid);
    }
    assert!((dose.values.iter().copied().fold(0.0, f32::max) - 47.0757).abs() < 1e-4);
}

fn refusal(outcome: Result<(), formats::Error>) -> Result<String, String> {
    match outcome {
        Ok(()) => Err("was not refused".into()),
        Err(error) => Ok(error.to_string()),
    }
}

fn modality(path: &Path) -> Result<String, String> {
    let file = DicomFile::open_header(path).map_err(|error| error.to_string())?;
    file.root().required_text(tags::MODALITY).map_err(|error| error.to_string())
}

/// A dose in relative units, called Gy so that its numbers can be compared.
fn in_gray(path: &Path) -> DicomFile {
    let mut file = DicomFile::open(path).expect("it opens");
    file.object.put_str(tags::DOSE_UNITS, dicom_core::VR::CS, "GY");
    file
}

/// A folder of the shared data; `None`, with a word on stderr, where the data are not at hand.
fn shared(name: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("STRAYDOSE_SHARED") else {
        use std::io::Write as _;
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: set STRAYDOSE_SHARED to the shared test data to run this");
        return None;
    };
    let folder = Path::new(&root).join("data").join(name);
    assert!(folder.is_dir(), "STRAYDOSE_SHARED is set and {folder:?} is not there");
    Some(folder)
}
