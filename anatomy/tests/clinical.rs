//! Whole files: structures, mass and doses of the reference cases against what other programs found.

use anatomy::gamma::{Criteria, compare};
use anatomy::isodose::Isodose;
use anatomy::{Anatomy, DoseFields, Options, OrganDose, Region};
use formats::dicom::{CtSeries, DoseGrid, SeriesChoice, StructureSet};
use std::fmt::Write;
use std::path::PathBuf;
use volume::{Coverage, Image, Mask};

/// The folder of reference data; without it these tests are skipped, with it a missing file is a failure.
fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("STRAYDOSE_SHARED").map(PathBuf::from);
    if folder.is_none() {
        // The one place where a skipped test can say so.
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: STRAYDOSE_SHARED is not set");
        }
    }
    folder
}

fn ct(folder: &std::path::Path) -> Image<f32> {
    CtSeries::read_folder(folder, &SeriesChoice::default()).expect("the CT can be read").image
}

/// Volume (cm³) and mean dose (Gy) by linear interpolation on contours filled at 1.48 × 1.48 × 2 mm with another
/// program (`data/README.md`).
const ALDERSON: &[(&str, f64, f64)] = &[
    ("PTV", 15.1, 60.07),
    ("Bladder", 65.0, 6.31),
    ("Rectum", 26.1, 15.6),
    ("FemoralHead_L", 19.3, 15.43),
    ("FemoralHead_R", 19.9, 16.51),
    ("Body", 16433.0, 2.01),
];

#[test]
fn alderson_structures_have_their_volumes_and_doses() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("data/alderson-prostate-vmat");
    let ct = ct(&folder.join("CT"));
    let structures =
        StructureSet::open(&folder.join("RS.dcm")).expect("the structures can be read").structures;
    let dose = DoseGrid::open(&folder.join("RD_plan.dcm")).expect("the dose can be read").image;
    let regions: Vec<Region> = structures.into_iter().map(Region::Contours).collect();
    let anatomy = Anatomy::build(&ct, &regions, &Options::with_voxels(2.0)).expect("a body");
    let centre = |n: usize| anatomy.grid.centre_mm(anatomy.grid.voxel(n));
    let sampled =
        (0..anatomy.grid.len()).map(|n| dose.linear_at(centre(n)).unwrap_or(f64::NAN) as f32).collect();
    let dose = Image { grid: anatomy.grid, values: sampled };
    let fields = DoseFields {
        dose_gy: &dose,
        relative_sigma: None,
        components_gy: None,
        electrons_gy: None,
        density_g_cm3: &anatomy.voxel_density_g_cm3,
    };
    let isodose = Isodose::new(&dose, 30.0);
    let mut misses = String::new();
    for (name, volume_cm3, mean_gy) in ALDERSON {
        let organ = anatomy
            .organs
            .iter()
            .find(|organ| organ.original_name == *name)
            .expect("a structure of the case");
        let row = OrganDose::of(name, &organ.coverage, &fields, None, Some(&isodose)).expect("covered");
        // The reference filled whole pixels: small structures differ by some of their surface.
        let off = [100.0 * (organ.volume_cm3 / volume_cm3 - 1.0), 100.0 * (row.mean_gy / mean_gy - 1.0)];
        if off[0].abs() > 2.0 || off[1].abs() > 2.0 {
            writeln!(
                misses,
                "{name}: {:.2} cm3 of {volume_cm3} ({:+.1} %), {:.2} Gy of {mean_gy} ({:+.1} %)",
                organ.volume_cm3, off[0], row.mean_gy, off[1]
            )
            .expect("writing to a string");
        }
        assert!(row.distance_cm.is_some(), "{name}");
    }
    assert!(misses.is_empty(), "{misses}");
}

#[test]
fn a_dose_shifted_by_two_millimetres_agrees_with_itself_within_three() {
    let Some(shared) = shared() else { return };
    let dose = DoseGrid::open(&shared.join("data/alderson-prostate-vmat/RD_plan.dcm")).expect("a dose").image;
    let mut shifted = dose.clone();
    shifted.grid.origin_mm[0] += 2.0;
    let gamma = compare(&dose, &shifted, &Criteria::THREE_PERCENT_THREE_MM).expect("two doses");
    assert!(gamma.pass_share() > Some(0.999), "{:?}", gamma.pass_share());
    shifted.grid.origin_mm[0] += 8.0;
    let gamma = compare(&dose, &shifted, &Criteria::THREE_PERCENT_THREE_MM).expect("two doses");
    assert!(gamma.pass_share() < Some(0.9), "{:?}", gamma.pass_share());
}

#[test]
fn the_threshold_outline_of_alderson_is_near_the_drawn_one() {
    let Some(shared) = shared() else { return };
    let ct = ct(&shared.join("data/alderson-prostate-vmat/CT"));
    let anatomy = Anatomy::build(&ct, &[], &Options::with_voxels(4.0)).expect("a body");
    let off = anatomy.body_volume_cm3() / 16433.0 - 1.0;
    assert!(off.abs() < 0.03, "{:.0} cm3, {:?}", anatomy.body_volume_cm3(), anatomy.notes);
}

#[test]
fn the_ibsi_region_has_its_number_of_voxels() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("data/ibsi/ct_phantom_pat1");
    let ct = ct(&folder.join("CT"));
    let structures =
        StructureSet::open(&folder.join("RS.dcm")).expect("the structures can be read").structures;
    let gtv = structures.into_iter().find(|structure| structure.name == "GTV-1").expect("GTV-1");
    assert_eq!(Mask::of(&gtv, &ct.grid, None).expect("on the slices").count(), 125_256);
    let voxel_cm3 = ct.grid.voxel_volume_mm3() / 1000.0;
    let exact_cm3 = Coverage::of(&gtv, &ct.grid, None).expect("on the slices").volume_mm3() / 1000.0;
    assert!((exact_cm3 / (125_256.0 * voxel_cm3) - 1.0).abs() < 0.005, "{exact_cm3}");
}
