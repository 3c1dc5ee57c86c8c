//! Couches and boards inside the outline of a patient.

use anatomy::{Anatomy, Note, Options, Organ, Region, Support};
use volume::{Image, OrientedGrid, Structure};

const GRID: OrientedGrid = OrientedGrid {
    origin_mm: [-148.5, -118.5, 2.5],
    axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    spacing_mm: [3.0, 3.0, 5.0],
    shape: [100, 100, 12],
};
const HEIGHT_MM: f64 = 60.0;
/// Radius of the trunk.
const RADIUS_MM: f64 = 80.0;
/// The board: from the trunk's back on, 30 mm thick, 240 mm wide, foam between two plates.
const BOARD_MM: [f64; 2] = [80.0, 110.0];
const BOARD_HALF_MM: f64 = 120.0;

fn trunk_on_a_board(p: [f64; 3]) -> f32 {
    let plate = BOARD_MM.iter().any(|y| (p[1] - y).abs() < 2.0);
    if p[0].hypot(p[1]) < RADIUS_MM {
        20.0
    } else if p[0].abs() < BOARD_HALF_MM && p[1] > BOARD_MM[0] - 2.0 && p[1] < BOARD_MM[1] + 2.0 {
        if plate { -400.0 } else { -940.0 }
    } else {
        -1000.0
    }
}

fn scan(hu: impl Fn([f64; 3]) -> f32) -> Image<f32> {
    Image { grid: GRID, values: (0..GRID.len()).map(|at| hu(GRID.centre_mm(GRID.voxel(at)))).collect() }
}

/// A box over all slices, between two corners in the slice (mm).
fn region(name: &str, interpreted_type: &str, [left, front]: [f64; 2], [right, back]: [f64; 2]) -> Region {
    let slice = |k: usize| {
        let z = 2.5 + 5.0 * k as f64;
        vec![[left, front, z], [right, front, z], [right, back, z], [left, back, z]]
    };
    Region::Contours(Structure {
        number: 1,
        name: name.into(),
        interpreted_type: interpreted_type.into(),
        contours: (0..12).map(slice).collect(),
        points: Vec::new(),
        density_override: None,
    })
}

/// An outline around trunk and board.
fn outline() -> Region {
    region("BODY", "EXTERNAL", [-125.0, -90.0], [125.0, 115.0])
}

fn build(ct: &Image<f32>, regions: &[Region], support: Support) -> Anatomy {
    Anatomy::build(ct, regions, &Options { support, ..Options::with_voxels(5.0) }).expect("a patient")
}

fn external(anatomy: &Anatomy) -> &Organ {
    anatomy.organs.iter().find(|organ| organ.name == "External").expect("the outline is an organ")
}

/// Density (g/cm³) and share of the patient at a point.
fn at(anatomy: &Anatomy, point_mm: [f64; 3]) -> (f32, f32) {
    let index = anatomy.grid.index_of(point_mm).map(|i| i.round() as usize);
    let voxel = anatomy.grid.offset(volume::VoxelIndex(index));
    (anatomy.voxel_density_g_cm3[voxel], anatomy.body[voxel])
}

fn trunk_cm3() -> f64 {
    std::f64::consts::PI * RADIUS_MM.powi(2) * HEIGHT_MM / 1000.0
}

/// Volumes that were taken out of the outline, and the structures that said so.
fn taken_out(anatomy: &Anatomy) -> Vec<(Option<&str>, f64)> {
    let of = |note: &'_ Note| match note {
        Note::SupportInOutline { volume_cm3, .. } => Some(*volume_cm3),
        _ => None,
    };
    let name = |note: &Note| matches!(note, Note::SupportInOutline { structure: Some(_), .. });
    let notes = anatomy.notes.iter();
    notes.filter_map(|note| Some((name(note).then_some("structure"), of(note)?))).collect()
}

#[test]
fn a_board_inside_the_outline_stays_as_scanned_and_is_no_patient() {
    let ct = scan(trunk_on_a_board);
    let anatomy = build(&ct, &[outline()], Support::Remove);
    let found = taken_out(&anatomy);
    assert!(matches!(found[..], [(None, _)]), "{:?}", anatomy.notes);
    let (density, share) = at(&anatomy, [100.0, 95.0, 30.0]);
    assert!(density > 0.03 && density < 0.2 && share == 0.0, "board: {density} g/cm³, {share}");
    assert_eq!(at(&anatomy, [0.0, 0.0, 30.0]).1, 1.0);
    // Up to the slack of 8 mm around the body that a pen may have.
    let volume = external(&anatomy).volume_cm3;
    assert!(volume > 0.97 * trunk_cm3() && volume < 1.35 * trunk_cm3(), "{volume} of {}", trunk_cm3());
    assert!((anatomy.body_volume_cm3() - volume).abs() < 0.02 * volume, "{}", anatomy.body_volume_cm3());
}

#[test]
fn a_loose_outline_with_nothing_but_air_is_left_alone() {
    let ct = scan(|p| if p[0].hypot(p[1]) < RADIUS_MM { 20.0 } else { -1000.0 });
    let anatomy = build(&ct, &[outline()], Support::Remove);
    assert_eq!(taken_out(&anatomy), []);
    let drawn_cm3 = 250.0 * 205.0 * HEIGHT_MM / 1000.0;
    assert!((external(&anatomy).volume_cm3 - drawn_cm3).abs() < 0.01 * drawn_cm3);
}

#[test]
fn a_structure_of_a_support_is_taken_out_of_the_outline() {
    let ct = scan(trunk_on_a_board);
    let couch = region("CouchSurface", "SUPPORT", [-125.0, 80.0], [125.0, 115.0]);
    for (support, densities) in [(Support::Remove, 0.0..0.01), (Support::Keep, 0.03..0.2)] {
        let anatomy = build(&ct, &[outline(), couch.clone()], support);
        assert!(matches!(taken_out(&anatomy)[..], [(Some(_), _), ..]), "{:?}", anatomy.notes);
        let (density, share) = at(&anatomy, [100.0, 95.0, 30.0]);
        assert!(densities.contains(&density) && share == 0.0, "{support:?}: {density} g/cm³, {share}");
        assert_eq!(at(&anatomy, [0.0, 60.0, 30.0]).1, 1.0);
    }
}

#[test]
fn a_support_that_is_drawn_around_the_patient_takes_nothing_away() {
    let ct = scan(|p| if p[0].hypot(p[1]) < RADIUS_MM { 20.0 } else { -1000.0 });
    let mask = region("Mask", "FIXATION", [-100.0, -88.0], [100.0, 85.0]);
    let anatomy = build(&ct, &[outline(), mask], Support::Remove);
    assert!(anatomy.notes.iter().any(|note| matches!(note, Note::SupportAroundPatient { .. })));
    assert_eq!(at(&anatomy, [0.0, 0.0, 30.0]).1, 1.0);
    assert_eq!(taken_out(&anatomy), []);
}

#[test]
fn what_an_organ_holds_is_no_board() {
    // A lung that is open to the front, so that the threshold does not see it as inside.
    let ct = scan(|p| match p {
        [x, y, _] if x.hypot(y) >= RADIUS_MM => -1000.0,
        [x, y, _] if x.abs() < 45.0 && y < 30.0 => -800.0,
        _ => 20.0,
    });
    let open = build(&ct, &[outline()], Support::Remove);
    assert!(
        matches!(taken_out(&open)[..], [(None, _)]),
        "the test has no piece to protect: {:?}",
        open.notes
    );
    let lung = region("Lung", "", [-45.0, -80.0], [45.0, 30.0]);
    let anatomy = build(&ct, &[outline(), lung], Support::Remove);
    assert_eq!(taken_out(&anatomy), []);
    assert_eq!(at(&anatomy, [0.0, 0.0, 30.0]).1, 1.0);
}
