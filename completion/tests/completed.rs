//! Slabs of a small child, completed without knowing the rest: what must hold whatever the numbers are.

use anatomy::region::Role;
use anatomy::{Anatomy, Calibration, Options, Organ, Origin, Region};
use completion::uncertainty::relative_error;
use completion::{Completed, Error, Patient, Wish, complete};
use phantoms::{Arms, Body, Person, Sex};
use std::sync::LazyLock;
use volume::{Image, OrientedGrid, VoxelIndex};

/// Coarse voxels: the tests are to be quick.
const VOXEL_MM: f64 = 8.0;

/// A child of three and a half, taller and heavier than usual: its CT and its structures.
static CHILD: LazyLock<(Image<f32>, Vec<Region>)> = LazyLock::new(|| child(Arms::Down));

fn child(arms: Arms) -> (Image<f32>, Vec<Region>) {
    let person = Person::new(3.5, Sex::Female, Some(104.0), Some(19.0)).expect("a child").with_arms(arms);
    let body = Body::new(&person);
    let voxels = body.voxels(&body.grid([6.0, 6.0, 8.0], 20.0));
    let regions = body.structures(&voxels).into_iter().map(Region::Contours).collect();
    (voxels.hu, regions)
}

/// What is told of it: the age of another, and its size only where a test says so.
const TOLD: Patient =
    Patient { age_years: Some(3.0), sex: Some(Sex::Female), height_cm: None, weight_kg: None };

/// Its slices from one share of the length of the image to another.
fn slab(from_to: [f64; 2]) -> (Image<f32>, Vec<Region>) {
    slab_of(&CHILD, from_to)
}

fn slab_of((ct, regions): &(Image<f32>, Vec<Region>), from_to: [f64; 2]) -> (Image<f32>, Vec<Region>) {
    let layers = ct.grid.shape[2] as f64;
    let [first, end] = from_to.map(|share| (share * layers) as usize);
    let layer = ct.grid.shape[0] * ct.grid.shape[1];
    let mut grid = ct.grid;
    grid.origin_mm = ct.grid.centre_mm(VoxelIndex([0, 0, first]));
    grid.shape[2] = end - first;
    let [low, high] = [first, end].map(|k| ct.grid.centre_mm(VoxelIndex([0, 0, k]))[2] - 4.0);
    let on_slices = |region: &Region| match region {
        Region::Contours(structure) => {
            let mut structure = structure.clone();
            structure.contours.retain(|contour| (low..high).contains(&contour[0][2]));
            (!structure.contours.is_empty()).then_some(Region::Contours(structure))
        }
        other => Some(other.clone()),
    };
    let values = ct.values[first * layer..end * layer].to_vec();
    (Image { grid, values }, regions.iter().filter_map(on_slices).collect())
}

fn anatomy((ct, regions): &(Image<f32>, Vec<Region>)) -> Anatomy {
    Anatomy::build(ct, regions, &Options::with_voxels(VOXEL_MM)).expect("a body")
}

fn wish(ct: &Image<f32>, patient: Patient) -> Wish {
    let scanned_mm = anatomy::placement::Axes::along(&ct.grid).extent_mm(&ct.grid, [0; 3], ct.grid.shape);
    Wish { patient, model: None, calibration: Calibration::schneider(), scanned_mm }
}

fn completed(from_to: [f64; 2], patient: Patient) -> (Anatomy, Completed) {
    let slab = slab(from_to);
    let scan = anatomy(&slab);
    let done = complete(&scan, wish(&slab.0, patient)).expect("completed");
    (scan, done)
}

fn organ<'a>(anatomy: &'a Anatomy, name: &str) -> &'a Organ {
    let found = anatomy.organs.iter().find(|organ| organ.name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

fn middle_mm(anatomy: &Anatomy, name: &str) -> [f64; 3] {
    let mut sum = [0.0; 4];
    for (voxel, share) in organ(anatomy, name).coverage.voxels() {
        let centre = anatomy.grid.centre_mm(anatomy.grid.voxel(voxel));
        (0..3).for_each(|a| sum[a] += centre[a] * f64::from(share));
        sum[3] += f64::from(share);
    }
    std::array::from_fn(|a| sum[a] / sum[3])
}

/// Area of the body in a slice at a height (cm²).
fn area_cm2(anatomy: &Anatomy, z_mm: f64) -> f64 {
    let grid: &OrientedGrid = &anatomy.grid;
    let k = ((z_mm - grid.origin_mm[2]) / grid.spacing_mm[2]).round() as usize;
    let layer = grid.shape[0] * grid.shape[1];
    let shares = &anatomy.body[k * layer..(k + 1) * layer];
    f64::from(shares.iter().sum::<f32>()) * grid.spacing_mm[0] * grid.spacing_mm[1] / 100.0
}

/// Voxels that lie in the scan as a whole are those of the scan, bit for bit.
fn assert_scan_is_kept(scan: &Anatomy, done: &Completed, slices: [f64; 2]) {
    let (small, large) = (&scan.grid, &done.anatomy.grid);
    let mut seen = 0;
    for at in 0..small.len() {
        let centre = small.centre_mm(small.voxel(at));
        if centre[2] - 0.5 * VOXEL_MM < slices[0] || centre[2] + 0.5 * VOXEL_MM > slices[1] {
            continue;
        }
        let index = large.index_of(centre);
        assert!(index.iter().all(|i| (i - i.round()).abs() < 1e-6), "the grids have other voxels");
        let there = large.offset(VoxelIndex(index.map(|i| i.round() as usize)));
        let name = |anatomy: &Anatomy, voxel: usize| {
            anatomy.materials[usize::from(anatomy.voxel_material[voxel].0)].name.clone()
        };
        assert_eq!(scan.voxel_density_g_cm3[at].to_bits(), done.anatomy.voxel_density_g_cm3[there].to_bits());
        assert_eq!(scan.body[at].to_bits(), done.anatomy.body[there].to_bits());
        assert_eq!(name(scan, at), name(&done.anatomy, there));
        seen += 1;
    }
    assert!(seen > 1000, "{seen} voxels");
}

#[test]
fn a_head_gets_the_body_that_goes_with_it() {
    let (scan, done) = completed([0.80, 1.0], TOLD);
    let slices = [done.ends[0].at_mm, f64::INFINITY];
    assert_eq!((done.ends.len(), done.ends[0].is_upper), (1, false));
    assert_scan_is_kept(&scan, &done, slices);
    let truth = anatomy(&CHILD);
    // Who it is was read off a head.
    let person = done.person.expect("one of the family");
    assert!((person.height_cm() / 104.0 - 1.0).abs() < 0.08, "{person:?}");
    for (name, off_mm) in
        [("Liver", 35.0), ("Heart", 30.0), ("Bladder", 50.0), ("Kidney_L", 40.0), ("Foot_R", 80.0)]
    {
        let [here, there] = [&done.anatomy, &truth].map(|anatomy| middle_mm(anatomy, name));
        let off = (0..3).map(|a| (here[a] - there[a]).powi(2)).sum::<f64>().sqrt();
        assert!(off < off_mm, "{name} is {off:.0} mm off");
        assert_eq!(organ(&done.anatomy, name).from, Origin::Model, "{name}");
    }
    assert_eq!(organ(&done.anatomy, "Brain").from, Origin::Ct);
    assert_eq!(organ(&done.anatomy, "SpinalCord").from, Origin::Both);
    assert!(done.anatomy.organs.iter().all(|organ| organ.mass_g > 0.0), "an organ without mass");
    let skin_cm3 = organ(&done.anatomy, "Skin").volume_cm3;
    assert!((0.85..1.25).contains(&(skin_cm3 / 460.0)), "{skin_cm3} cm³ of skin");
    let marrow_g = organ(&done.anatomy, "BoneMarrow_Act").mass_g;
    assert!((0.6..1.3).contains(&(marrow_g / 260.0)), "{marrow_g} g of active marrow");
    let of_sites_g: f64 = done.marrow.iter().map(|site| site.mass_g).sum();
    assert!((of_sites_g / marrow_g - 1.0).abs() < 1e-4, "{of_sites_g} g in the sites, {marrow_g} g in all");
    let sites: Vec<&str> =
        done.marrow.iter().filter_map(|site| site.name.strip_prefix("BoneMarrow_Act_")).collect();
    assert!(sites.contains(&"Skull") && sites.contains(&"VB_L"), "{sites:?}");
    assert!(sites.iter().all(|site| phantoms::Skeleton::sites().any(|known| known == *site)), "{sites:?}");
}

#[test]
fn a_trunk_gets_head_and_legs_and_its_cut_organs_are_made_whole() {
    let said = Patient { height_cm: Some(104.0), weight_kg: Some(19.0), ..TOLD };
    let (scan, done) = completed([0.50, 0.72], said);
    let [low, high] = [done.ends[0].at_mm, done.ends[1].at_mm];
    assert_scan_is_kept(&scan, &done, [low, high]);
    let truth = anatomy(&CHILD);
    // The joint: the same area on both sides of each seam, as far as the body itself changes there.
    for seam in [low, high] {
        let [below, above] = [-10.0, 10.0].map(|mm| area_cm2(&done.anatomy, seam + mm));
        let [true_below, true_above] = [-10.0, 10.0].map(|mm| area_cm2(&truth, seam + mm));
        let step = (above / below).ln() - (true_above / true_below).ln();
        assert!(step.abs() < 0.12, "the area steps by {:.0} % at {seam:.0} mm", 100.0 * step);
    }
    let whole_kg = organ(&done.anatomy, "External").mass_g / 1000.0;
    assert!((whole_kg / 19.0 - 1.0).abs() < 0.06, "{whole_kg:.1} kg");
    let cut: Vec<&Organ> = done.anatomy.organs.iter().filter(|organ| organ.from == Origin::Both).collect();
    assert!(
        cut.iter().any(|organ| organ.name == "Lung_R"),
        "{:?}",
        cut.iter().map(|o| &o.name).collect::<Vec<_>>()
    );
    for name in ["Lung_L", "Lung_R"] {
        let ratio = organ(&done.anatomy, name).volume_cm3 / organ(&truth, name).volume_cm3;
        assert!((ratio - 1.0).abs() < 0.2, "{name}: {ratio:.2} of its volume");
    }
    assert_eq!(organ(&done.anatomy, "Brain").from, Origin::Model);
    let outlines = done.anatomy.organs.iter().filter(|organ| organ.role == Role::Outline).count();
    assert_eq!(outlines, 1);
}

#[test]
fn a_scan_of_the_whole_body_gets_nothing_added() {
    let (ct, _) = &*CHILD;
    let scan = Anatomy::build(ct, &[], &Options::with_voxels(VOXEL_MM)).expect("a body");
    let done = complete(&scan, wish(ct, TOLD)).expect("completed");
    assert!(done.ends.is_empty());
    assert_eq!(done.anatomy.grid, scan.grid);
    assert_eq!(done.anatomy.voxel_density_g_cm3, scan.voxel_density_g_cm3);
    // Organs that nobody drew are the model's, where they lie in the child.
    let off = middle_mm(&done.anatomy, "Liver")[2] - middle_mm(&anatomy(&CHILD), "Liver")[2];
    assert!(off.abs() < 20.0, "{off:.0} mm");
    // Where they lie is the model's guess; where the skin lies is known.
    let grid = &done.anatomy.grid;
    let steep: Vec<f32> =
        (0..grid.len()).map(|at| (grid.centre_mm(grid.voxel(at))[2] / 100.0).exp() as f32).collect();
    let error = |name: &str| relative_error(organ(&done.anatomy, name), &done.anatomy, &steep, &done.ends);
    assert!(error("Liver") > 0.4, "{}", error("Liver"));
    assert!((error("Skin") - 0.1).abs() < 1e-9, "{}", error("Skin"));
}

#[test]
fn a_modelled_organ_is_as_uncertain_as_the_dose_is_steep_there() {
    let (_, done) = completed([0.80, 1.0], TOLD);
    let Anatomy { grid, .. } = &done.anatomy;
    let falling = |by_mm: f64| -> Vec<f32> {
        (0..grid.len()).map(|at| (grid.centre_mm(grid.voxel(at))[2] / by_mm).exp() as f32).collect()
    };
    let error =
        |name: &str, gy: &[f32]| relative_error(organ(&done.anatomy, name), &done.anatomy, gy, &done.ends);
    // By a factor e over 100 mm: half of that over the 50 mm that an organ may be off along the body.
    let (steep, flat) = (falling(100.0), falling(1e6));
    assert!((error("Liver", &steep) - 0.5f64.hypot(0.1)).abs() < 0.03, "{}", error("Liver", &steep));
    assert!((error("Liver", &flat) - 0.1).abs() < 0.001, "{}", error("Liver", &flat));
    assert_eq!(error("Brain", &steep), 0.0);
}

#[test]
fn a_neck_between_raised_arms_gets_the_chest_below_it() {
    let whole = child(Arms::Up);
    let top = slab_of(&whole, [0.63, 0.77]);
    let scan = anatomy(&top);
    let said = Patient { height_cm: Some(104.0), weight_kg: Some(19.0), ..TOLD };
    let done = complete(&scan, wish(&top.0, said)).expect("completed");
    assert_eq!(done.person.expect("one of the family").arms(), Arms::Up);
    let truth = anatomy(&whole);
    for name in ["Heart", "Liver", "Hand_L"] {
        let off = middle_mm(&done.anatomy, name)[2] - middle_mm(&truth, name)[2];
        assert!(off.abs() < 40.0, "{name} is {off:.0} mm off");
    }
}

#[test]
fn bones_that_the_ct_shows_thin_do_not_shift_the_body() {
    let (mut ct, regions) = slab([0.40, 0.60]);
    // Only the outline is drawn: bones are all there is beside the girth.
    let outline: Vec<Region> = regions.into_iter().filter(|region| region.role() == Role::Outline).collect();
    ct.values.iter_mut().filter(|hu| **hu > 60.0).for_each(|hu| *hu = 60.0 + 0.3 * (*hu - 60.0));
    let done = complete(&anatomy(&(ct.clone(), outline)), wish(&ct, TOLD)).expect("completed");
    let off = middle_mm(&done.anatomy, "Liver")[2] - middle_mm(&anatomy(&CHILD), "Liver")[2];
    assert!(off.abs() < 20.0, "{off:.0} mm");
}

/// The same scan as a scanner stores it for a patient who lies another way: axes that run the other way in the patient.
fn stored((ct, regions): &(Image<f32>, Vec<Region>), is_reversed: [bool; 3]) -> (Image<f32>, Vec<Region>) {
    let mirror = |place: [usize; 3]| -> [usize; 3] {
        std::array::from_fn(|a| if is_reversed[a] { ct.grid.shape[a] - 1 - place[a] } else { place[a] })
    };
    let mut grid = ct.grid;
    grid.origin_mm = ct.grid.centre_mm(VoxelIndex(mirror([0; 3])));
    for (axis, _) in grid.axes.iter_mut().zip(is_reversed).filter(|(_, reversed)| *reversed) {
        *axis = axis.map(|c| -c);
    }
    let of = |at: usize| ct.values[ct.grid.offset(VoxelIndex(mirror(ct.grid.voxel(at).0)))];
    (Image { grid, values: (0..ct.values.len()).map(of).collect() }, regions.clone())
}

/// DICOM's axes are the patient's: feet first, or on the belly, the same patient gets the same body.
#[test]
fn how_the_patient_lies_changes_nothing() {
    let chest = slab([0.52, 0.74]);
    let done =
        |slab: &(Image<f32>, Vec<Region>)| complete(&anatomy(slab), wish(&slab.0, TOLD)).expect("completed");
    let first = done(&chest);
    for (how, is_reversed) in [
        ("feet first, on the back", [true, false, true]),
        ("head first, on the belly", [true, true, false]),
        ("feet first, on the belly", [false, true, true]),
    ] {
        let turned = stored(&chest, is_reversed);
        assert_ne!(turned.0.grid, chest.0.grid);
        let other = done(&turned);
        assert_eq!(other.ends.iter().map(|end| end.is_upper).collect::<Vec<_>>(), [false, true], "{how}");
        let [a, b] = [&first, &other].map(|done| done.person.expect("one of the family"));
        assert!((b.height_cm() / a.height_cm() - 1.0).abs() < 1e-3, "{how}: {b:?}, not {a:?}");
        // The grid of the calculation begins at the other end of the scan: voxels fall otherwise on small organs, and the
        // placement is found to half a voxel and no better.
        for name in ["External", "Brain", "Liver", "Lung_R", "Bladder", "Foot_L"] {
            let [a, b] = [&first, &other].map(|done| organ(&done.anatomy, name).mass_g);
            assert!(a < 100.0 || (b / a - 1.0).abs() < 0.01, "{how}: {name} has {b:.1} g, not {a:.1} g");
            let [a, b] = [&first, &other].map(|done| middle_mm(&done.anatomy, name));
            let near = (0..3).all(|c| (a[c] - b[c]).abs() < 0.5 * VOXEL_MM);
            assert!(near, "{how}: {name} is at {b:?}, not {a:?}");
        }
    }
}

#[test]
fn what_is_no_part_of_such_a_body_is_refused() {
    let nothing = Patient::default();
    let trunk = slab([0.50, 0.62]);
    let scan = anatomy(&trunk);
    assert!(matches!(complete(&scan, wish(&trunk.0, nothing)), Err(Error::Unknown)));
    let odd = Patient { age_years: Some(-1.0), ..TOLD };
    assert!(matches!(complete(&scan, wish(&trunk.0, odd)), Err(Error::Person(_))));
    // A leg of its own, from the thigh to the ankle.
    let (mut ct, _) = slab([0.08, 0.36]);
    let columns = ct.grid.shape[0];
    for (at, hu) in ct.values.iter_mut().enumerate() {
        if at % columns < columns / 2 {
            *hu = -1000.0;
        }
    }
    let leg =
        Anatomy::build(&ct, &[], &Options::with_voxels(VOXEL_MM)).expect("a leg is a body to a threshold");
    let made = complete(&leg, wish(&ct, TOLD)).map(|done| done.placement);
    assert!(made.as_ref().is_err_and(|error| error.to_string().contains("limb")), "{made:?}");
}

#[test]
fn sizes_that_nobody_has_are_estimated_and_said() {
    let trunk = slab([0.50, 0.72]);
    let scan = anatomy(&trunk);
    let odd = Patient { height_cm: Some(190.0), weight_kg: Some(400.0), sex: None, ..TOLD };
    let done = complete(&scan, wish(&trunk.0, odd)).expect("completed");
    let told = done.notes.join("\n");
    for words in ["sex of the patient is not known", "height was not taken", "weight was not taken"] {
        assert!(told.contains(words), "{told}");
    }
    let person = done.person.expect("one of the family");
    assert!((90.0..118.0).contains(&person.height_cm()), "{person:?}");
}
