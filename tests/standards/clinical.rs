//! Real plans on real scans: `estimate`'s dose beside the planning systems'.
//!
//! The tolerances are the goal: 3 % for targets, 5 % or 0.5 Gy for organs, gamma 3 %/3 mm at least 95 %.

use anatomy::{Anatomy, Options, Organ, Region};
use estimate::{Effort, NothingKnown, body_dose, calibrate, compare};
use formats::dicom::plan::read_plan;
use formats::dicom::{CtSeries, DicomFile, DoseGrid, SeriesChoice, StructureSet};
use std::ops::ControlFlow;
use std::path::Path;
use straydose_tests::reference;
use treatment::Plan;
use treatment::machine::{built_in, choose};
use volume::{Image, Mask};

const VOXEL_MM: f64 = 4.0;

/// A plan and its patient.
struct Case {
    plan: Plan,
    anatomy: Anatomy,
}

impl Case {
    fn new(plan: &Path, ct: &Image<f32>, regions: &[Region]) -> Case {
        let plan = read_plan(&DicomFile::open(plan).expect("a DICOM file")).expect("a plan");
        let anatomy = Anatomy::build(ct, regions, &Options::with_voxels(VOXEL_MM)).expect("a patient");
        Case { plan, anatomy }
    }

    /// Our dose of all fractions (Gy).
    fn dose(&self, histories: u64, deliveries: usize) -> Image<f32> {
        let machines = built_in::built_in();
        let choices: Vec<_> = (self.plan.deliveries())
            .map(|delivery| choose(&machines, delivery.beam, None).expect("a machine"))
            .collect();
        assert_eq!(choices.len(), deliveries, "beams that treat");
        let effort = Effort {
            histories,
            seed: 1,
            batches: 50,
            variance_reduction: dose_core::run::VarianceReduction::Auto,
        };
        let mut backend = dose_core::run::Backend::cpu(None).expect("threads");
        let units = &mut |_| ControlFlow::Continue(());
        let calibrated = calibrate(&self.plan, &choices, effort.seed, &mut NothingKnown, &mut backend, units);
        let proceed = &mut |_, _| ControlFlow::Continue(());
        let calibrated = calibrated.expect("monitor units");
        let dose = body_dose(&self.plan, &calibrated, &self.anatomy, None, effort, &mut backend, proceed);
        dose.expect("a dose").dose_gy
    }

    fn organ(&self, name: &str) -> &Organ {
        let organ = self.anatomy.organs.iter().find(|organ| organ.original_name == name);
        organ.unwrap_or_else(|| panic!("{name} is drawn"))
    }

    /// Mean by volume where both doses are known.
    fn mean(&self, name: &str, values: &[f32], known: &[f32]) -> f64 {
        let voxels = self.organ(name).coverage.voxels().filter(|(voxel, _)| known[*voxel].is_finite());
        let (sum, volume) = voxels.fold((0.0, 0.0), |(sum, volume), (voxel, share)| {
            (sum + f64::from(share) * f64::from(values[voxel]), volume + f64::from(share))
        });
        sum / volume
    }

    /// What lies further from the planned mean than its tolerance.
    fn misses(
        &self,
        factor: f64,
        ours: &Image<f32>,
        planned_gy: &[f32],
        rows: &[(&str, f64, f64)],
    ) -> Vec<String> {
        let pairs = rows.iter().map(|(name, relative, absolute_gy)| {
            let ours = factor * self.mean(name, &ours.values, planned_gy);
            (*name, ours, self.mean(name, planned_gy, planned_gy), *relative, *absolute_gy)
        });
        misses(pairs)
    }
}

/// Name, ours and planned (Gy), and the relative and absolute (Gy) tolerance, of which the wider counts.
fn misses<'a>(rows: impl Iterator<Item = (&'a str, f64, f64, f64, f64)>) -> Vec<String> {
    let told = rows.filter_map(|(name, ours, planned, relative, absolute_gy)| {
        let off = ours / planned - 1.0;
        let met = (ours - planned).abs() <= (relative * planned).max(absolute_gy); // not met by NaN
        (!met).then(|| format!("{name}: {ours:.2} Gy, planned {planned:.2} Gy ({:+.1} %)", 100.0 * off))
    });
    told.collect()
}

fn contours(path: &Path) -> Vec<Region> {
    let set = StructureSet::open(path).expect("a structure set");
    set.structures.into_iter().map(Region::Contours).collect()
}

#[test]
fn the_arc_on_the_pelvis_has_the_planned_dose_in_its_field() {
    let Some(shared) = reference::shared() else { return };
    let folder = shared.join("data/alderson-prostate-vmat");
    let ct = CtSeries::read_folder(&folder.join("CT"), &SeriesChoice::default()).expect("a CT");
    let case = Case::new(&folder.join("RP.dcm"), &ct.image, &contours(&folder.join("RS.dcm")));
    let planned = DoseGrid::open(&folder.join("RD_plan.dcm")).expect("a dose").image;
    // Three of four beams are for setup. Voxels in the target get 4 %, organs 0.5 %.
    let dose = case.dose(3_000_000, 1);
    let comparison = compare(&dose, &planned, &case.anatomy.body).expect("images of one patient");
    let mut misses = case.misses(
        comparison.factor,
        &dose,
        &comparison.planned_gy,
        &[
            ("PTV", 0.03, 0.0),
            ("Body", 0.05, 0.5),
            ("Bladder", 0.05, 0.5),
            ("Rectum", 0.05, 0.5),
            ("FemoralHead_L", 0.05, 0.5),
            ("FemoralHead_R", 0.05, 0.5),
        ],
    );
    // What a monitor unit is worth is the clinic's choice: 1 cGy at the depth of the maximum, or 1 cGy at 10 cm depth in the
    // isocentre, which is some 15 to 20 % more. The plan does not say which; beyond that something is wrong.
    if !(0.88..=1.22).contains(&comparison.factor) {
        misses.push(format!("factor {:.3}", comparison.factor));
    }
    let gamma = comparison.gamma_pass_share.expect("voxels above 10 %");
    if gamma < 0.95 {
        misses.push(format!("gamma passes {:.1} %", 100.0 * gamma));
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn the_box_on_the_pelvis_has_the_planned_means() {
    let Some(shared) = reference::shared() else { return };
    let folder = shared.join("data/rando-prostate-3dcrt");
    let image = |name: &str| formats::nifti::read_image(&folder.join(name)).expect("an image").canonical();
    let ct = image("ct_from_contours_derived.nii.gz");
    let case = Case::new(&folder.join("RP.dcm"), &ct, &contours(&folder.join("RS.dcm")));
    let planned = image("dose.nii.gz");
    let dose = case.dose(1_000_000, 4);
    // Without gamma (98 % in a long run): here the voxels are too few histories for it.
    let grid = dose.grid;
    let at =
        |voxel: usize| planned.linear_at(grid.centre_mm(grid.voxel(voxel))).map_or(f32::NAN, |gy| gy as f32);
    let planned_gy: Vec<f32> = (0..grid.len()).map(at).collect();
    let most = planned.values.iter().copied().fold(0.0, f32::max);
    let high = (0..grid.len()).filter(|at| planned_gy[*at] > 0.5 * most && case.anatomy.body[*at] > 0.5);
    let sums = high.fold([0.0; 2], |[planned, ours], at| {
        [planned + f64::from(planned_gy[at]), ours + f64::from(dose.values[at])]
    });
    let factor = sums[0] / sums[1];
    let mut misses = case.misses(
        factor,
        &dose,
        &planned_gy,
        &[
            ("PTV", 0.03, 0.0),
            ("Bladder", 0.05, 0.0),
            ("Rectum", 0.05, 0.0),
            ("Femoral Head Lt", 0.05, 0.0),
            ("Femoral Head RT", 0.05, 0.0),
            ("BODY", 0.05, 0.0),
        ],
    );
    if (factor - 1.0).abs() > 0.12 {
        misses.push(format!("factor {factor:.3}"));
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

/// Means (Gy) by integrating the publisher's histograms of the dose that is not public (`data/README.md`).
const OESOPHAGUS_GY: [(&str, f64); 6] = [
    ("ptv_41.4", 42.75),
    ("heart", 24.26),
    ("liver", 16.02),
    ("rt_lung", 15.53),
    ("lt_lung", 16.61),
    ("cord", 13.99),
];

#[test]
fn the_sliding_windows_on_the_oesophagus_have_the_planned_means() {
    let Some(shared) = reference::shared() else { return };
    let folder = shared.join("data/oesophagus-imrt-hd120");
    let ct = CtSeries::read_folder(&folder.join("CT"), &SeriesChoice::default()).expect("a CT").image;
    let names = OESOPHAGUS_GY.iter().map(|(name, _)| *name).chain(["body"]);
    let regions: Vec<Region> = names.map(|name| region(&folder, name, &ct)).collect();
    let case = Case::new(&folder.join("RP.dcm"), &ct, &regions);
    // The publisher's body has 38.1 litres, of which 15 are board and air below the patient.
    let body_cm3 = case.organ("body").volume_cm3;
    assert!((22_000.0..24_500.0).contains(&body_cm3), "{body_cm3} cm³");
    let dose = case.dose(1_000_000, 7);
    let ours = |name: &str| case.mean(name, &dose.values, &dose.values);
    let factor = OESOPHAGUS_GY[0].1 / ours(OESOPHAGUS_GY[0].0);
    let rows = OESOPHAGUS_GY.iter().map(|(name, planned)| (*name, factor * ours(name), *planned, 0.05, 0.0));
    let mut misses = misses(rows);
    if (factor - 1.0).abs() > 0.12 {
        misses.push(format!("factor {factor:.3}"));
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

/// One of the publisher's masks.
fn region(folder: &Path, name: &str, ct: &Image<f32>) -> Region {
    let path = folder.join("masks").join(format!("{name}.nii.gz"));
    let image = formats::nifti::read_image(&path).expect("a mask").along(&ct.grid.axes);
    let inside = image.values.iter().map(|value| *value > 0.5).collect();
    let mask = Mask { grid: image.grid, lower: [0; 3], shape: image.grid.shape, inside, notes: Vec::new() };
    Region::Voxels { name: name.into(), mask }
}
