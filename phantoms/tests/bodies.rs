//! Whole bodies: what they weigh, what they hold, and whether contours and voxels say the same.

use phantoms::stylised::Dimensions;
use phantoms::{Age, Body, Sex, Voxels};
use std::fmt::Write;
use volume::Coverage;

fn volume_cm3(body: &Body, voxels: &Voxels, names: &[&str]) -> f64 {
    let labels = (0..body.label_count()).filter(|label| names.contains(&body.name(*label)));
    labels.map(|label| voxels.volumes_cm3[label]).sum()
}

/// Organs of the body, and the published organ whose volume they should have.
const PUBLISHED: &[(&[&str], &str)] = &[
    (&["Brain"], "Brain"),
    (&["Skull"], "Skull"),
    (&["Glnd_Thyroid"], "Thyroid"),
    (&["Spine", "SpinalCord"], "Spine"),
    (&["Ribs"], "RibCage"),
    (&["Pelvis"], "Pelvis"),
    (&["Clavicle_R", "Clavicle_L"], "Clavicles"),
    (&["Scapula_R", "Scapula_L"], "Scapula"),
    (&["Humerus_R", "Humerus_L", "Forearm_R", "Forearm_L"], "ArmBone"),
    (&["Glnd_Adrenal_R", "Glnd_Adrenal_L"], "Adrenals"),
    (&["Kidney_R", "Kidney_L"], "Kidneys"),
    (&["Lung_R", "Lung_L"], "Lungs"),
    (&["Liver"], "Liver"),
    (&["Heart"], "Heart"),
    (&["Stomach"], "Stomach"),
    (&["Spleen"], "Spleen"),
    (&["Pancreas"], "Pancreas"),
    (&["Bladder"], "UrinaryBladder"),
    (&["Gallbladder"], "GallBladder"),
    (&["Glnd_Thymus"], "Thymus"),
    (&["Colon_Ascending"], "UpperLargeIntestine"),
    (&["Colon_Transverse"], "TransverseColon"),
    (&["Colon_Descending"], "LowerLargeIntestine"),
    (&["Colon_Sigmoid"], "SigmoidColon"),
    (&["Bowel_Small"], "SmallIntestine"),
];

/// Organs that may be off by more than 5 %, and how far (%), with the reason.
const KNOWN_MISSES: &[(&str, f64, &str)] = &[
    ("RibCage", 8.0, "drawn in below the shoulders"),
    ("Scapula", 20.0, "drawn in below the shoulders and cut by the outline"),
    ("Clavicles", 17.0, "straight, from breast bone to shoulder"),
    ("ArmBone", 6.0, "rounded at the ends"),
    ("Thymus", 7.0, "gives way to the heart; the newborn's listed volume is not that of its axes"),
    ("GallBladder", 12.0, "the newborn's is listed without its half-ball"),
    ("Pancreas", 6.0, "small at birth for voxels of 3 mm"),
    ("SmallIntestine", 7.0, "listed as 0.69 of the bare region"),
];

#[test]
fn organs_have_their_published_volumes() {
    let mut misses = String::new();
    for age in Age::ALL {
        let d = Dimensions::of(age);
        let body = Body::new(age, Sex::Female);
        let voxels = body.voxels(&body.grid([3.0; 3], 5.0));
        for (names, organ) in PUBLISHED {
            let listed_cm3 = d.find(organ, "volume").expect("listed");
            let here_cm3 = volume_cm3(&body, &voxels, names);
            let percent = 100.0 * (here_cm3 / listed_cm3 - 1.0);
            let allowed =
                KNOWN_MISSES.iter().find(|(name, ..)| name == organ).map_or(5.0, |(_, allowed, _)| *allowed);
            if percent.abs() > allowed {
                writeln!(misses, "{age:?} {organ}: {here_cm3:.2} cm3, listed {listed_cm3} ({percent:+.1} %)")
                    .expect("writing to a string");
            }
        }
    }
    assert!(misses.is_empty(), "{misses}");
}

#[test]
fn bodies_weigh_what_the_published_ones_do() {
    let mut misses = String::new();
    for age in Age::ALL {
        let d = Dimensions::of(age);
        let published_kg =
            ["Trunk", "Head", "Legs"].map(|part| d.find(part, "mass").expect("listed")).iter().sum::<f64>();
        let body = Body::new(age, Sex::Female);
        let voxels = body.voxels(&body.grid([4.0; 3], 5.0));
        let labels = 0..body.label_count();
        let grams = labels.map(|label| voxels.volumes_cm3[label] * body.tissue(label).density_g_cm3());
        let kg = grams.sum::<f64>() / 1000.0;
        let percent = 100.0 * (kg / published_kg - 1.0);
        if percent.abs() > 4.0 {
            writeln!(misses, "{age:?}: {kg:.2} kg, published {published_kg:.2} ({percent:+.1} %)")
                .expect("writing to a string");
        }
    }
    assert!(misses.is_empty(), "{misses}");
}

#[test]
fn every_organ_is_there_and_touches_no_air_outside() {
    for age in [Age::Newborn, Age::Five, Age::Adult] {
        let body = Body::new(age, Sex::Male);
        let grid = body.grid([2.0, 2.0, 4.0], 5.0);
        let voxels = body.voxels(&grid);
        for label in 0..body.label_count() {
            assert!(voxels.volumes_cm3[label] > 0.0, "{age:?}: no {}", body.name(label));
        }
        let edge =
            |n: usize| grid.voxel(n).0.iter().zip(grid.shape).any(|(i, count)| *i == 0 || i + 1 == count);
        let outside =
            voxels.labels.values.iter().enumerate().filter(|(n, label)| edge(*n) && **label != 0).count();
        assert_eq!(outside, 0, "{age:?}: the body leaves its box");
    }
}

#[test]
fn contours_hold_the_volumes_of_the_voxels() {
    let body = Body::new(Age::Five, Sex::Female);
    let grid = body.grid([2.0, 2.0, 3.0], 10.0);
    let voxels = body.voxels(&grid);
    let structures = body.structures(&voxels);
    let mut misses = String::new();
    for structure in &structures {
        let drawn_cm3 = Coverage::of(structure, &grid, None).expect("on the slices").volume_mm3() / 1000.0;
        let label = (0..body.label_count()).find(|label| body.name(*label) == structure.name);
        let filled_cm3 = match label {
            Some(_) if structure.name.starts_with("Eye_") => continue,
            Some(label) => voxels.volumes_cm3[label],
            None => voxels.volumes_cm3.iter().sum(),
        };
        let percent = 100.0 * (drawn_cm3 / filled_cm3 - 1.0);
        // Thin shells and organs of a few voxels are rounded off by their contours.
        let allowed = if filled_cm3 > 20.0 { 6.0 } else { 25.0 };
        let thin =
            ["Skull", "Ribs", "Bone_Facial", "Bone_Mandible", "Scapula_L", "Scapula_R", "Lens_L", "Lens_R"];
        if percent.abs() > allowed && !thin.contains(&structure.name.as_str()) {
            writeln!(
                misses,
                "{}: drawn {drawn_cm3:.3} cm3, filled {filled_cm3:.3} ({percent:+.1} %)",
                structure.name
            )
            .expect("writing to a string");
        }
    }
    assert!(misses.is_empty(), "{misses}");
    assert!(structures.len() > 50);
}
