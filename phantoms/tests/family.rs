//! The family: what its bodies weigh, hold and touch.

use phantoms::{Arms, Body, Person, Sex, Source};
use rayon::prelude::*;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::OnceLock;
use volume::Coverage;

/// Ages between the reference ages too.
const AGES: [f64; 8] = [0.0, 0.5, 1.0, 3.0, 5.0, 10.0, 15.0, 30.0];
const SEXES: [Sex; 2] = [Sex::Female, Sex::Male];

fn reference(age: f64, sex: Sex) -> Person {
    Person::reference(age, sex).expect("an age")
}

/// The reference body of one of [`AGES`]; each is made once, whichever tests ask for it.
fn reference_body(age: f64, sex: Sex) -> &'static Body {
    static MADE: [OnceLock<Body>; AGES.len() * SEXES.len()] =
        [const { OnceLock::new() }; AGES.len() * SEXES.len()];
    let age_at = AGES.iter().position(|one| *one == age).expect("an age of the list");
    let at = age_at * SEXES.len() + usize::from(sex == Sex::Male);
    MADE[at].get_or_init(|| Body::new(&reference(age, sex)))
}

/// Measured mass (g) of every label, with points that the making of the body did not use.
fn masses_g(body: &Body) -> Vec<f64> {
    let volumes_cm3 = body.volumes_cm3();
    body.organs().iter().zip(volumes_cm3).map(|(organ, cm3)| cm3 * organ.tissue.density_g_cm3).collect()
}

/// Name of an organ without its side and layer: the masses of these are known, those of their parts are shares.
fn whole(name: &str) -> &str {
    name.trim_end_matches("_L").trim_end_matches("_R")
}

#[test]
fn organs_weigh_what_the_references_say() {
    let mut misses = String::new();
    for (age, sex) in AGES.into_iter().flat_map(|age| SEXES.map(|sex| (age, sex))) {
        let body = reference_body(age, sex);
        let masses = masses_g(body);
        let mut known: HashMap<&str, [f64; 2]> = HashMap::new();
        for (organ, mass_g) in body.organs().iter().zip(&masses) {
            let of = match organ.source {
                // The skeleton's references are those of its tissues, not of its sites.
                Source::Reference(tissue @ ("cortical bone" | "spongiosa" | "cartilage")) => tissue,
                Source::Reference(_) => whole(&organ.name),
                _ => continue,
            };
            let sums = known.entry(of).or_default();
            sums[0] += mass_g;
            sums[1] += organ.target_g;
        }
        for (name, [mass_g, target_g]) in known {
            let percent = 100.0 * (mass_g / target_g - 1.0);
            if percent.abs() > 2.0 {
                writeln!(misses, "{age} {sex:?} {name}: {mass_g:.3} g of {target_g:.3} ({percent:+.1} %)")
                    .expect("text");
            }
        }
        let percent = 100.0 * (masses.iter().sum::<f64>() / 1000.0 / body.person().weight_kg() - 1.0);
        if percent.abs() > 1.0 {
            writeln!(misses, "{age} {sex:?}: the body weighs {percent:+.2} % too much").expect("text");
        }
    }
    assert!(misses.is_empty(), "{misses}");
}

#[test]
fn bodies_reach_from_sole_to_crown() {
    for (age, sex) in AGES.into_iter().flat_map(|age| SEXES.map(|sex| (age, sex))) {
        let body = reference_body(age, sex);
        let bounds = body.bounds_mm();
        let inside = |z: f64| {
            (0..40_000usize).into_par_iter().any(|n| {
                let at = |a: usize, n: usize, of: usize| {
                    bounds[a][0] + (bounds[a][1] - bounds[a][0]) * (n as f64 + 0.5) / of as f64
                };
                body.label_at([at(0, n % 250, 250), at(1, n / 250, 160), z]).is_some()
            })
        };
        let [low, high] = bounds[2];
        assert!((high - low - 10.0 * body.person().height_cm()).abs() < 1e-6);
        assert!(inside(low + 1.5) && inside(high - 1.5), "{age} {sex:?} is shorter than it should be");
        assert!(!inside(low - 0.1) && !inside(high + 0.1));
    }
}

#[test]
fn heights_and_weights_are_those_asked_for() {
    let mut misses = String::new();
    for (age, sex, height, weight, arms) in [
        (5.0, Sex::Female, 100.0, 14.0, Arms::Down),
        (5.0, Sex::Male, 118.0, 32.0, Arms::Up),
        (12.0, Sex::Male, 150.0, 70.0, Arms::Down),
        (30.0, Sex::Female, 175.0, 60.0, Arms::Up),
        (60.0, Sex::Male, 170.0, 120.0, Arms::Down),
        (0.2, Sex::Female, 58.0, 5.0, Arms::Down),
    ] {
        let person = Person::new(age, sex, Some(height), Some(weight)).expect("a person").with_arms(arms);
        let body = Body::new(&person);
        let sum_g: f64 = masses_g(&body).iter().sum();
        let percent = 100.0 * (sum_g / 1000.0 / weight - 1.0);
        if percent.abs() > 1.0 {
            writeln!(misses, "{person:?}: {percent:+.2} %").expect("text");
        }
        let [low, high] = body.bounds_mm()[2];
        let tall = (high - low) / 10.0;
        assert!(
            if arms == Arms::Up { tall > height } else { (tall - height).abs() < 1e-9 },
            "{person:?}: {tall}"
        );
    }
    assert!(misses.is_empty(), "{misses}");
}

/// Mass by share of the voxels, and by the labels alone.
#[test]
fn voxels_of_two_millimetres_hold_the_masses() {
    let mut misses = String::new();
    for (age, sex) in [(0.0, Sex::Male), (5.0, Sex::Female)] {
        let body = reference_body(age, sex);
        let grid = body.grid([2.0; 3], 4.0);
        let voxels = body.voxels(&grid);
        let mut counts = vec![0usize; body.organs().len() + 1];
        voxels.labels.values.iter().for_each(|label| counts[usize::from(*label)] += 1);
        let mut sums: HashMap<&str, [f64; 3]> = HashMap::new();
        for (label, organ) in body.organs().iter().enumerate() {
            let of = match organ.source {
                Source::Reference(tissue @ ("cortical bone" | "spongiosa" | "cartilage")) => tissue,
                Source::Reference(_) => whole(&organ.name),
                _ => continue,
            };
            let sum = sums.entry(of).or_default();
            let labelled_cm3 = counts[label + 1] as f64 * grid.voxel_volume_mm3() / 1000.0;
            let grams = [voxels.volumes_cm3[label], labelled_cm3].map(|cm3| cm3 * organ.tissue.density_g_cm3);
            *sum = [sum[0] + grams[0], sum[1] + grams[1], sum[2] + organ.target_g];
        }
        for (name, [shared_g, labelled_g, target_g]) in sums {
            let [shared, labelled] = [shared_g, labelled_g].map(|g| 100.0 * (g / target_g - 1.0));
            // Whole voxels cannot meet an organ of a few hundred of them.
            let large = target_g > 40.0;
            // At birth organs of less than 8 g have walls of half a voxel: up to 5.1 % off were seen.
            let allowed = if age == 0.0 && target_g < 8.0 { 6.0 } else { 3.0 };
            if shared.abs() > allowed || large && labelled.abs() > 3.0 {
                writeln!(misses, "{age} {sex:?} {name}: {target_g:.3} g, {shared:+.1} % by share, {labelled:+.1} % by label").expect("text");
            }
        }
    }
    assert!(misses.is_empty(), "{misses}");
}

#[test]
fn contours_hold_the_volumes_of_the_voxels() {
    let body = reference_body(5.0, Sex::Female);
    let grid = body.grid([2.0, 2.0, 3.0], 10.0);
    let voxels = body.voxels(&grid);
    let structures = body.structures(&voxels);
    let mut misses = String::new();
    for name in [
        "External",
        "Brain",
        "Liver",
        "Lung_L",
        "Lung_R",
        "Heart",
        "Kidney_L",
        "Spleen",
        "Bladder",
        "Stomach",
        "Femur_L",
        "Glnd_Thyroid",
        "Pancreas",
    ] {
        let structure = structures.iter().find(|structure| structure.name == name).expect("a structure");
        let drawn_cm3 = Coverage::of(structure, &grid, None).expect("on the slices").volume_mm3() / 1000.0;
        let parts = body
            .organs()
            .iter()
            .zip(&voxels.volumes_cm3)
            .filter(|(organ, _)| organ.structure == name || name == "External");
        let filled_cm3: f64 = parts.map(|(_, cm3)| cm3).sum();
        let percent = 100.0 * (drawn_cm3 / filled_cm3 - 1.0);
        let allowed = if filled_cm3 > 20.0 { 6.0 } else { 25.0 };
        if percent.abs() > allowed {
            writeln!(misses, "{name}: drawn {drawn_cm3:.3} cm3, filled {filled_cm3:.3} ({percent:+.1} %)")
                .expect("text");
        }
    }
    assert!(misses.is_empty(), "{misses}");
    assert!(structures.len() > 70, "{}", structures.len());
}
