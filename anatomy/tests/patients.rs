//! Scans made of formulas: mass, outline, overrides, flags, and anything at all.

use anatomy::region::Role;
use anatomy::{Anatomy, Calibration, Dvh, Error, Note, Options, Region, Support};
use proptest::prelude::*;
use volume::{Image, OrientedGrid, Structure};

const PATIENT_AXES: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn scan(grid: OrientedGrid, hu: impl Fn([f64; 3]) -> f32) -> Image<f32> {
    let [nx, ny, _] = grid.shape;
    let mm = |n: usize| grid.point_mm([n % nx, n / nx % ny, n / (nx * ny)].map(|i| i as f64));
    Image { grid, values: (0..grid.shape.iter().product()).map(|n| hu(mm(n))).collect() }
}

/// 240 mm a side, 90 mm high, voxels of 3 × 3 × 5 mm.
fn grid() -> OrientedGrid {
    OrientedGrid {
        origin_mm: [-118.5, -118.5, 2.5],
        axes: PATIENT_AXES,
        spacing_mm: [3.0, 3.0, 5.0],
        shape: [80, 80, 18],
    }
}

/// A trunk with two lungs and a spine, radius 90 mm.
fn trunk(p: [f64; 3]) -> f32 {
    let within = |x: f64, y: f64, radius: f64| (p[0] - x).hypot(p[1] - y) <= radius;
    if within(-40.0, -10.0, 28.0) || within(40.0, -10.0, 28.0) {
        -750.0
    } else if within(0.0, 60.0, 15.0) {
        600.0
    } else if within(0.0, 0.0, 90.0) {
        30.0
    } else {
        -1000.0
    }
}

fn structure(name: &str, interpreted_type: &str, half_mm: f64, override_: Option<f64>) -> Region {
    let square = |z: usize| {
        let z_mm = 2.5 + 5.0 * z as f64;
        [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]
            .map(|[x, y]| [x * half_mm, y * half_mm, z_mm])
            .to_vec()
    };
    Region::Contours(Structure {
        number: 1,
        name: name.into(),
        interpreted_type: interpreted_type.into(),
        contours: (0..18).map(square).collect(),
        points: Vec::new(),
        density_override: override_,
    })
}

/// Mass of the body's scan voxels by the calibration (g).
fn scanned_g(ct: &Image<f32>) -> f64 {
    let calibration = Calibration::schneider();
    let voxel_cm3 = ct.grid.spacing_mm.iter().product::<f64>() / 1000.0;
    let body = ct.values.iter().filter(|hu| **hu > -999.0);
    body.map(|hu| f64::from(calibration.tissue(*hu).density_g_cm3) * voxel_cm3).sum()
}

/// Mass of the air in the grid beside a body (g).
fn air_g(anatomy: &Anatomy) -> f64 {
    let box_cm3 = anatomy.labels.len() as f64 * anatomy.grid.spacing_mm.iter().product::<f64>() / 1000.0;
    (box_cm3 - anatomy.body_volume_cm3()) * f64::from(anatomy::calibration::AIR.density_g_cm3)
}

#[test]
fn mass_is_conserved_to_a_millionth_at_any_voxel_size() {
    let ct = scan(grid(), trunk);
    let expected_g = scanned_g(&ct);
    for voxel_mm in [2.0, 4.0, 5.3, 17.0] {
        let anatomy = Anatomy::build(&ct, &[], &Options::with_voxels(voxel_mm)).expect("a body");
        let body_g = anatomy.mass_g() - air_g(&anatomy);
        assert!((body_g / expected_g - 1.0).abs() < 1e-6, "{voxel_mm} mm: {body_g} {expected_g}");
    }
}

#[test]
fn flipped_and_permuted_scans_give_the_same_patient() {
    let reference = Anatomy::build(&scan(grid(), trunk), &[], &Options::with_voxels(4.0)).expect("a body");
    let [x, y, z] = PATIENT_AXES;
    let minus = |v: [f64; 3]| v.map(|c| -c);
    let turned = [
        (OrientedGrid { origin_mm: [118.5, 118.5, 2.5], axes: [minus(x), minus(y), z], ..grid() }, "prone"),
        (OrientedGrid { origin_mm: [-118.5, -118.5, 87.5], axes: [x, y, minus(z)], ..grid() }, "feet first"),
        (OrientedGrid { origin_mm: [-118.5, 118.5, 2.5], axes: [minus(y), x, z], ..grid() }, "decubitus"),
    ];
    for (grid, name) in turned {
        let anatomy = Anatomy::build(&scan(grid, trunk), &[], &Options::with_voxels(4.0)).expect("a body");
        assert_eq!(anatomy.grid, reference.grid, "{name}");
        let largest = (anatomy.voxel_density_g_cm3.iter().zip(&reference.voxel_density_g_cm3))
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(largest < 1e-5, "{name}: {largest}");
        assert_eq!(anatomy.voxel_material, reference.voxel_material, "{name}");
    }
}

#[test]
fn the_outline_is_the_external_structure_and_the_rest_is_air() {
    let ct = scan(grid(), trunk);
    let regions = [structure("BODY", "EXTERNAL", 45.0, None), structure("PTV", "PTV", 11.0, None)];
    let options = Options { margin_mm: 9.0, ..Options::with_voxels(3.0) };
    let anatomy = Anatomy::build(&ct, &regions, &options).expect("a body");
    assert!((anatomy.body_volume_cm3() - 9.0 * 9.0 * 9.0).abs() < 1e-3, "{}", anatomy.body_volume_cm3());
    assert!(anatomy.notes.contains(&Note::OutlineFrom { structure: "BODY".into() }));
    assert!(
        anatomy
            .notes
            .iter()
            .any(|note| matches!(note, Note::RemovedOutside { volume_cm3, .. } if *volume_cm3 > 500.0))
    );
    let roles: Vec<Role> = anatomy.organs.iter().map(|organ| organ.role).collect();
    assert_eq!(roles, [Role::Outline, Role::Organ]);
    assert!((anatomy.organs[1].volume_cm3 - 2.2 * 2.2 * 9.0).abs() < 1e-3);
    assert!(
        (anatomy.organs[1].mass_g / (2.2 * 2.2 * 9.0 * 1.03807) - 1.0).abs() < 1e-3,
        "{}",
        anatomy.organs[1].mass_g
    );
    // Edge voxels are covered by 2/3, the four corners by 4/9: too little.
    assert_eq!(anatomy.labels.iter().filter(|label| **label == 2).count(), (8 * 8 - 4) * 30);
}

#[test]
fn an_empty_outline_is_noted_and_the_threshold_takes_over() {
    let ct = scan(grid(), trunk);
    let mut outline = structure("BODY", "EXTERNAL", 45.0, None);
    let Region::Contours(contours) = &mut outline else { unreachable!("made of contours") };
    contours.contours.clear();
    let anatomy = Anatomy::build(&ct, &[outline], &Options::with_voxels(6.0)).expect("a body");
    assert!(matches!(&anatomy.notes[0], Note::LeftOut { structure, .. } if structure == "BODY"));
    assert!((anatomy.body_volume_cm3() / (std::f64::consts::PI * 8.1 * 10.0 * 9.0) - 1.0).abs() < 0.02);
}

#[test]
fn an_overridden_density_fills_its_structure() {
    let ct = scan(grid(), trunk);
    let regions = [structure("Implant", "", 15.0, Some(1.0)), structure("Screw", "", 6.0, Some(4.54))];
    let anatomy = Anatomy::build(&ct, &regions, &Options::with_voxels(3.0)).expect("a body");
    let at = |p: [f64; 3]| anatomy.patient_grid().expect("aligned").voxel_at(p).expect("inside");
    let voxel = |p| anatomy.patient_grid().expect("aligned").offset(at(p));
    let name = |p| anatomy.materials[usize::from(anatomy.voxel_material[voxel(p)].0)].name.as_str();
    assert_eq!(
        (name([12.0, 0.0, 40.0]), anatomy.voxel_density_g_cm3[voxel([12.0, 0.0, 40.0])]),
        ("water", 1.0)
    );
    assert_eq!(name([1.0, 1.0, 40.0]), "titanium");
    assert_eq!(name([0.0, 30.0, 40.0]), "soft-tissue");
}

#[test]
fn a_couch_is_air_unless_it_is_asked_for() {
    let ct = scan(grid(), |p| if p[1] > 100.0 && p[1] < 112.0 { 0.0 } else { trunk(p) });
    let mut couch = structure("CouchSurface", "SUPPORT", 1.0, None);
    let Region::Contours(contours) = &mut couch else { unreachable!("made of contours") };
    for point in contours.contours.iter_mut().flatten() {
        *point = [point[0] * 110.0, 106.0 + 6.0 * point[1], point[2]];
    }
    let regions = [structure("BODY", "EXTERNAL", 92.0, None), couch];
    let without = Anatomy::build(&ct, &regions, &Options::with_voxels(3.0)).expect("a body");
    let options = Options { support: Support::Keep, ..Options::with_voxels(3.0) };
    let with = Anatomy::build(&ct, &regions, &options).expect("a body");
    assert!(
        (without.body_volume_cm3() - with.body_volume_cm3()).abs() < 1e-3,
        "a couch is no part of the patient"
    );
    let couch_g = with.mass_g() - without.mass_g();
    assert!((couch_g / (22.0 * 1.2 * 9.0 * 1.018) - 1.0).abs() < 0.05, "{couch_g}");
}

#[test]
fn artefacts_are_flagged() {
    let notes = |hu: &dyn Fn([f64; 3]) -> f32| {
        Anatomy::build(&scan(grid(), hu), &[], &Options::with_voxels(10.0)).expect("a body").notes
    };
    let clean = notes(&trunk);
    assert!(matches!(clean.as_slice(), [Note::OutlineByThreshold { .. }]), "{clean:?}");
    let wide = notes(&|p| trunk([p[0] * 0.6, p[1] * 0.6, p[2]]));
    assert!(
        wide.iter()
            .any(|note| matches!(note, Note::BodyCutOff { share_of_slices } if *share_of_slices == 1.0))
    );
    let circle =
        notes(&|p| if p[0].hypot(p[1]) > 117.0 { -2000.0 } else { trunk([p[0] * 0.75, p[1] * 0.75, p[2]]) });
    assert!(circle.iter().any(|note| matches!(note, Note::BodyCutOff { .. })), "{circle:?}");
    let metal = notes(&|p| if p[0].hypot(p[1]) < 5.0 { 3071.0 } else { trunk(p) });
    assert!(metal.iter().any(|note| matches!(note, Note::Metal { volume_cm3, .. } if *volume_cm3 > 1.0)));
    let raw = notes(&|p| trunk(p) + 1024.0);
    assert!(raw.iter().any(|note| matches!(note, Note::NoAir { .. })), "{raw:?}");
    let shifted = notes(&|p| trunk(p) + 150.0);
    assert!(
        shifted
            .iter()
            .any(|note| matches!(note, Note::AirNotAtMinus1000 { median_hu } if *median_hu == -850.0))
    );
}

#[test]
fn nonsense_is_refused_by_name() {
    let ct = scan(grid(), trunk);
    let with =
        |voxel_mm: f64| Anatomy::build(&ct, &[], &Options::with_voxels(voxel_mm)).expect_err("refused");
    assert!(matches!(with(0.0), Error::Option { what: "voxel_mm", .. }));
    assert!(matches!(with(f64::NAN), Error::Option { .. }));
    assert!(matches!(with(1e-5), Error::Voxels { .. }));
    let air = scan(grid(), |_| -1000.0);
    assert!(matches!(Anatomy::build(&air, &[], &Options::with_voxels(4.0)), Err(Error::NoBody { .. })));
    let short = Image { grid: grid(), values: vec![0.0; 5] };
    assert!(matches!(Anatomy::build(&short, &[], &Options::with_voxels(4.0)), Err(Error::Length { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_scan_panics_and_every_density_is_a_number(
        shape in prop::array::uniform3(1..9usize),
        spacing_mm in prop::array::uniform3(0.5..30.0f64),
        values in prop::collection::vec(
            prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(-3e38f32), -1100.0..3200.0f32, 0.0..80.0f32], 512),
        half_mm in -500.0..500.0f64,
        density in prop::option::of(prop_oneof![Just(f64::NAN), -1.0..30.0f64]),
    ) {
        let grid = OrientedGrid { origin_mm: [0.0; 3], axes: PATIENT_AXES, spacing_mm, shape };
        let ct = Image { grid, values: values[..shape.iter().product()].to_vec() };
        let regions = [structure("BODY", "EXTERNAL", half_mm, density), structure("x", "", half_mm / 2.0, density)];
        if let Ok(anatomy) = Anatomy::build(&ct, &regions, &Options::with_voxels(20.0)) {
            prop_assert!(anatomy.voxel_density_g_cm3.iter().all(|density| density.is_finite() && *density > 0.0));
            prop_assert!(anatomy.body.iter().all(|share| (0.0..=1.0).contains(share)));
            for organ in &anatomy.organs {
                let dose = Image { grid: anatomy.grid, values: anatomy.voxel_density_g_cm3.clone() };
                let dvh = Dvh::of(&organ.coverage, &dose, 1.0).expect("covered");
                prop_assert!((dvh.volume_cm3() / organ.volume_cm3 - 1.0).abs() < 1e-6);
            }
        }
    }
}
