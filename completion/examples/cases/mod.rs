//! Scans that are parts of bodies: slabs of phantoms of other persons than they are completed with, and real ones.

// Every program uses some of it.
#![allow(dead_code)]

use anatomy::{Anatomy, Calibration, Options, Organ, Region};
use completion::{Patient, Wish};
use formats::dicom::{CtSeries, SeriesChoice, StructureSet};
use phantoms::{Body, Person, Sex};
use std::path::{Path, PathBuf};
use volume::{Image, VoxelIndex};

/// Edge of a voxel (mm).
pub const VOXEL_MM: f64 = 4.0;

/// A part of a body, and who it is said to be.
pub struct Case {
    pub name: String,
    pub scan: Anatomy,
    pub wish: Wish,
    /// The whole, where it is known.
    pub truth: Option<Anatomy>,
}

/// The age that is told, as a share of the true one: the body was cut from another than the family's of that age.
pub const TOLD_AGE: f64 = 0.88;

/// A case that is not made yet.
pub struct Later {
    pub name: String,
    make: Box<dyn Fn() -> Case>,
}

impl std::ops::Deref for Later {
    type Target = dyn Fn() -> Case;
    fn deref(&self) -> &Self::Target {
        &*self.make
    }
}

/// A slab of a body: shares of the height from the sole.
pub struct Slab {
    pub name: &'static str,
    pub age: f64,
    pub sex: Sex,
    /// Height and weight over the reference's.
    pub tall: f64,
    pub heavy: f64,
    pub from_to: [f64; 2],
    /// Height and weight are said.
    pub said: bool,
    /// Only the outline is drawn.
    pub bare: bool,
}

const fn slab(
    name: &'static str,
    age: f64,
    sex: Sex,
    [tall, heavy]: [f64; 2],
    from_to: [f64; 2],
    [said, bare]: [bool; 2],
) -> Slab {
    Slab { name, age, sex, tall, heavy, from_to, said, bare }
}

/// The slabs of phantoms.
pub const SLABS: [Slab; 11] = [
    slab("head_5f", 5.0, Sex::Female, [1.06, 1.10], [0.80, 1.02], [true, false]),
    slab("head_12m", 12.4, Sex::Male, [0.95, 0.90], [0.81, 1.02], [false, false]),
    slab("chest_5m", 5.5, Sex::Male, [0.93, 1.20], [0.58, 0.80], [true, false]),
    slab("chest_adult_f", 30.0, Sex::Female, [1.05, 1.25], [0.60, 0.84], [false, false]),
    slab("abdomen_3f", 3.2, Sex::Female, [1.04, 0.92], [0.42, 0.66], [true, false]),
    slab("abdomen_15m", 15.0, Sex::Male, [0.97, 1.15], [0.44, 0.66], [false, false]),
    slab("pelvis_8f", 8.0, Sex::Female, [1.02, 1.10], [0.40, 0.58], [true, false]),
    slab("head_1m", 0.8, Sex::Male, [0.97, 1.05], [0.72, 1.02], [true, false]),
    slab("neck_chest_10f", 10.0, Sex::Female, [1.05, 0.95], [0.66, 0.92], [true, false]),
    slab("bare_chest_5m", 5.5, Sex::Male, [0.93, 1.20], [0.58, 0.80], [true, true]),
    slab("bare_abdomen_3f", 3.2, Sex::Female, [1.04, 0.92], [0.42, 0.66], [true, true]),
];

/// A part of a real scan: shares of its length from its lower end.
pub struct Part {
    pub name: &'static str,
    pub from_to: [f64; 2],
    /// Only the outline is drawn, or nothing.
    pub bare: bool,
}

const fn part_of(name: &'static str, from_to: [f64; 2]) -> Part {
    Part { name, from_to, bare: false }
}

/// The parts of real scans.
pub const PARTS: [Part; 9] = [
    part_of("alderson", [0.0, 1.0]),
    part_of("alderson_lower", [0.0, 0.5]),
    part_of("alderson_upper", [0.5, 1.0]),
    part_of("oesophagus", [0.0, 1.0]),
    part_of("oesophagus_lower", [0.0, 0.5]),
    part_of("oesophagus_upper", [0.5, 1.0]),
    part_of("liver_trunk", [0.0, 1.0]),
    part_of("liver_trunk_lower", [0.0, 0.5]),
    part_of("liver_trunk_upper", [0.5, 1.0]),
];

/// All of them.
pub fn all() -> Vec<Later> {
    let slabs = SLABS.iter().map(|slab| Later { name: slab.name.into(), make: Box::new(|| cut(slab)) });
    slabs.chain(later(&PARTS)).collect()
}

/// Parts of real scans; none without them.
pub fn later(parts: &'static [Part]) -> impl Iterator<Item = Later> {
    let shared = std::env::var_os("STRAYDOSE_SHARED").map(PathBuf::from);
    shared.into_iter().flat_map(move |shared| {
        parts.iter().map(move |part| {
            let shared = shared.clone();
            Later { name: part.name.into(), make: Box::new(move || real(&shared, part)) }
        })
    })
}

fn patient(age: f64, sex: Sex, height_cm: Option<f64>, weight_kg: Option<f64>) -> Patient {
    Patient { age_years: Some(age), sex: Some(sex), height_cm, weight_kg }
}

/// Body and patient of a slab.
pub fn cut(slab: &Slab) -> Case {
    let usual = Person::reference(slab.age, slab.sex).expect("an age");
    let height_cm = slab.tall * usual.height_cm();
    let usual_kg = Person::new(slab.age, slab.sex, Some(height_cm), None).expect("a height").weight_kg();
    let weight_kg = slab.heavy * usual_kg;
    let person = Person::new(slab.age, slab.sex, Some(height_cm), Some(weight_kg)).expect("a weight");
    let body = Body::new(&person);
    let voxels = body.voxels(&body.grid([3.0, 3.0, 4.0], 20.0));
    let regions: Vec<Region> = body.structures(&voxels).into_iter().map(Region::Contours).collect();
    let sole_mm = body.bounds_mm()[2][0];
    let at = |share: f64| sole_mm + share * 10.0 * height_cm;
    let options = Options::with_voxels(VOXEL_MM);
    let truth = Anatomy::build(&voxels.hu, &regions, &options).expect("a body");
    let (scan_ct, mut scan_regions) = part(&voxels.hu, regions, slab.from_to.map(at));
    if slab.bare {
        scan_regions.retain(|region| region.role() == anatomy::region::Role::Outline);
    }
    let scan = Anatomy::build(&scan_ct, &scan_regions, &options).expect("a part of a body");
    let said = |value: f64| slab.said.then_some(value);
    Case {
        name: slab.name.into(),
        wish: Wish {
            patient: patient(TOLD_AGE * slab.age, slab.sex, said(height_cm), said(weight_kg)),
            model: None,
            calibration: Calibration::schneider(),
            scanned_mm: box_of(&scan_ct),
        },
        scan,
        truth: Some(truth),
    }
}

/// The slices between two heights (mm), and the contours on them.
pub fn part(ct: &Image<f32>, regions: Vec<Region>, between_mm: [f64; 2]) -> (Image<f32>, Vec<Region>) {
    let z = |k: usize| ct.grid.centre_mm(VoxelIndex([0, 0, k]))[2];
    let kept: Vec<usize> =
        (0..ct.grid.shape[2]).filter(|k| (between_mm[0]..between_mm[1]).contains(&z(*k))).collect();
    let layer = ct.grid.shape[0] * ct.grid.shape[1];
    let mut grid = ct.grid;
    grid.origin_mm = ct.grid.centre_mm(VoxelIndex([0, 0, kept[0]]));
    grid.shape[2] = kept.len();
    let values = ct.values[kept[0] * layer..(kept[kept.len() - 1] + 1) * layer].to_vec();
    let half = 0.4 * ct.grid.spacing_mm[2];
    let [low, high] = [z(kept[0]) - half, z(kept[kept.len() - 1]) + half];
    let regions = regions.into_iter().filter_map(|region| match region {
        Region::Contours(mut structure) => {
            structure.contours.retain(|contour| (low..high).contains(&contour[0][2]));
            (!structure.contours.is_empty()).then_some(Region::Contours(structure))
        }
        other => Some(other),
    });
    (Image { grid, values }, regions.collect())
}

/// The box of a scan's voxels along the patient's axes (mm).
pub fn box_of(ct: &Image<f32>) -> [[f64; 2]; 3] {
    anatomy::placement::Axes::along(&ct.grid).extent_mm(&ct.grid, [0; 3], ct.grid.shape)
}

/// Whether an organ reaches an end of its scan.
pub fn is_cut(truth: &Anatomy, organ: &Organ) -> bool {
    let [low, long] = [organ.coverage.lower[2], organ.coverage.shape[2]];
    low <= 1 || low + long + 1 >= truth.grid.shape[2]
}

/// A part of a real scan. Age, sex and height are made up, but for the Alderson phantom's: no header says them.
fn real(shared: &Path, part_of: &Part) -> Case {
    let (ct, regions, patient) = scanned(&shared.join("data"), part_of.name);
    let whole = Anatomy::build(&ct, &regions, &Options::with_voxels(VOXEL_MM)).expect("a body");
    let [low, high] = box_of(&ct)[2];
    let between = part_of.from_to.map(|share| low + share * (high - low));
    let (ct, mut regions) = part(&ct, regions, between);
    if part_of.bare {
        regions.retain(|region| region.role() == anatomy::region::Role::Outline);
    }
    let scan = Anatomy::build(&ct, &regions, &Options::with_voxels(VOXEL_MM)).expect("a body");
    let wish = Wish { patient, model: None, calibration: Calibration::schneider(), scanned_mm: box_of(&ct) };
    Case { name: part_of.name.into(), scan, wish, truth: Some(whole) }
}

/// Image, structures, and who it is.
fn scanned(data: &Path, name: &str) -> (Image<f32>, Vec<Region>, Patient) {
    let adult = patient(55.0, Sex::Male, None, None);
    if name.starts_with("liver") {
        let file = data.join("radiomics/liver-trunk-ct/ct.nii.gz");
        return (formats::nifti::read_image(&file).expect("an image").canonical(), Vec::new(), adult);
    }
    let (folder, set, patient) = if name.starts_with("alderson") {
        ("alderson-prostate-vmat", "RS.dcm", patient(40.0, Sex::Male, Some(175.0), None))
    } else {
        ("oesophagus-imrt-hd120", "RS_converted.dcm", adult)
    };
    let folder = data.join(folder);
    let ct = CtSeries::read_folder(&folder.join("CT"), &SeriesChoice::default()).expect("a CT");
    let set = StructureSet::open(&folder.join(set)).expect("structures").structures;
    (ct.image.canonical(), set.into_iter().map(Region::Contours).collect(), patient)
}
