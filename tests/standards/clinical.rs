//! A real arc on a real phantom: `estimate`'s dose beside the planning system's.

use anatomy::{Anatomy, Options, Region};
use estimate::{Effort, body_dose, compare};
use formats::dicom::plan::read_plan;
use formats::dicom::{CtSeries, DicomFile, DoseGrid, SeriesChoice, StructureSet};
use std::ops::ControlFlow;
use straydose_tests::reference;
use treatment::machine::{built_in, choose};

/// Source photons: voxels in the target get 4 %, organs 0.5 %.
const HISTORIES: u64 = 3_000_000;
const VOXEL_MM: f64 = 4.0;

#[test]
fn the_arc_on_the_pelvis_has_the_planned_dose_in_its_field() {
    let Some(shared) = reference::shared() else { return };
    let folder = shared.join("data/alderson-prostate-vmat");
    let file = |name: &str| folder.join(name);
    let plan = read_plan(&DicomFile::open(&file("RP.dcm")).expect("a DICOM file")).expect("a plan");
    let set = StructureSet::open(&file("RS.dcm")).expect("a structure set");
    let ct = CtSeries::read_folder(&file("CT"), &SeriesChoice::default()).expect("a CT");
    let planned = DoseGrid::open(&file("RD_plan.dcm")).expect("a dose").image;
    let regions: Vec<Region> = set.structures.into_iter().map(Region::Contours).collect();
    let anatomy = Anatomy::build(&ct.image, &regions, &Options::with_voxels(VOXEL_MM)).expect("a patient");
    let machines = built_in::built_in();
    let choices: Vec<_> = plan
        .deliveries()
        .map(|delivery| choose(&machines, delivery.beam, None).expect("a machine"))
        .collect();
    assert_eq!(choices.len(), 1, "three of four beams are for setup");

    let effort = Effort { histories: HISTORIES, seed: 1, batches: 50 };
    let mut backend = dose_core::run::Backend::cpu(None).expect("threads");
    let proceed = &mut |_, _| ControlFlow::Continue(());
    let dose = body_dose(&plan, &choices, &anatomy, None, effort, &mut backend, proceed).expect("a dose");
    let comparison = compare(&dose.dose_gy, &planned, &anatomy.body).expect("images of one patient");

    let mut misses = Vec::new();
    // What a monitor unit is worth is the clinic's choice: 1 cGy at the depth of the maximum, or 1 cGy at 10 cm depth in the
    // isocentre, which is some 15 to 20 % more. The plan does not say which; beyond that something is wrong.
    if !(0.88..=1.22).contains(&comparison.factor) {
        misses.push(format!("factor {:.3}", comparison.factor));
    }
    let gamma = comparison.gamma_pass_share.expect("voxels above 10 %");
    if gamma < 0.95 {
        misses.push(format!("gamma passes {:.1} %", 100.0 * gamma));
    }
    let organs =
        ["Body", "Bladder", "Rectum", "FemoralHead_L", "FemoralHead_R"].map(|name| (name, 0.05, 0.5));
    for (name, relative, absolute_gy) in organs.into_iter().chain([("PTV", 0.03, 0.0)]) {
        let organ = anatomy.organs.iter().find(|organ| organ.original_name == name).expect("it is drawn");
        let mean = |values: &[f32]| {
            let known =
                organ.coverage.voxels().filter(|(voxel, _)| comparison.planned_gy[*voxel].is_finite());
            let sums = known.fold((0.0, 0.0), |(sum, weight), (voxel, share)| {
                (sum + f64::from(share) * f64::from(values[voxel]), weight + f64::from(share))
            });
            sums.0 / sums.1
        };
        let ours = comparison.factor * mean(&dose.dose_gy.values);
        let theirs = mean(&comparison.planned_gy);
        println!("{name}: {ours:.2} Gy, planned {theirs:.2} Gy");
        if (ours - theirs).abs() > (relative * theirs).max(absolute_gy) {
            misses.push(format!("{name}: {ours:.2} Gy, planned {theirs:.2} Gy"));
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}
