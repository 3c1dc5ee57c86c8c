//! The skeleton by site: cortical bone, spongiosa, active marrow.

use crate::Person;
use crate::reference::{Masses, between, rows};
use crate::stylised::Dimensions;
use std::collections::HashMap;

/// Share of the active marrow at each site and age (%).
const ACTIVE: &str = include_str!("../data/active_marrow.csv");

/// A site, the published bone that it is part of, its share of that bone, and how much cortical bone it has beside
/// others. Shares and cortical weights are guesses (unverified).
type Site = (&'static str, &'static str, f64, f64);

#[rustfmt::skip]
const SITES: [Site; 19] = [
    ("Skull", "Skull", 1.0, 1.2), ("Bone_Mandible", "Facial", 0.25, 1.0),
    ("Scapula", "Scapula", 1.0, 1.0), ("Clavicle", "Clavicles", 1.0, 1.2),
    ("Sternum", "RibCage", 0.10, 0.6), ("Ribs", "RibCage", 0.90, 1.0),
    ("VB_C", "Spine", 0.14, 0.6), ("VB_T", "Spine", 0.42, 0.6), ("VB_L", "Spine", 0.30, 0.6), ("Sacrum", "Spine", 0.14, 0.6),
    ("Bone_Pelvic", "Pelvis", 1.0, 0.8),
    ("Femur_Prox", "Legs", 0.26, 1.1), ("Femur_Dist", "Legs", 0.22, 1.1), ("Leg_Lower", "Legs", 0.36, 1.2), ("Foot", "Legs", 0.16, 0.9),
    ("Humerus_Prox", "ArmBone", 0.26, 1.1), ("Humerus_Dist", "ArmBone", 0.22, 1.2), ("Forearm", "ArmBone", 0.33, 1.3), ("Hand", "ArmBone", 0.19, 1.1),
];

/// Masses of the skeleton's sites.
#[derive(Clone, Debug)]
pub struct Skeleton {
    /// Spongiosa, cortical bone, active marrow (g).
    masses_g: HashMap<&'static str, [f64; 3]>,
}

impl Skeleton {
    /// The skeleton of a person.
    ///
    /// A site's share of bone and marrow is that of the published bone's volume; where the marrow of a site could not
    /// hold its active share, it is larger at the cost of the others.
    pub fn of(person: &Person) -> Self {
        let masses = Masses::of(person);
        let size = sizes(person);
        let active = active_shares(person.age_years());
        let [red_g, yellow_g] = ["active marrow", "inactive marrow"].map(|quantity| masses.get(quantity));
        let marrow_g = red_g + yellow_g;
        // The most that may be active at a site: all at birth, 57 % in an adult (unverified; ICRP 70 has 60 to 70).
        let most_active = (red_g / marrow_g).sqrt();
        let needed = active.map(|share| share * red_g / marrow_g / most_active);
        let marrow = at_least(&size, &needed);
        let cortical_sum: f64 = SITES.iter().zip(&size).map(|(site, size)| site.3 * size).sum();
        let spongiosa_g = marrow_g + masses.get("trabecular bone");
        let site = |n: usize| {
            let cortical_g = masses.get("cortical bone") * SITES[n].3 * size[n] / cortical_sum;
            (SITES[n].0, [spongiosa_g * marrow[n], cortical_g, red_g * active[n]])
        };
        Self { masses_g: (0..SITES.len()).map(site).collect() }
    }

    /// Names of the sites; those with two sides have both in one.
    pub fn sites() -> impl Iterator<Item = &'static str> {
        SITES.iter().map(|site| site.0)
    }

    /// Spongiosa and cortical bone of a site (g), both sides.
    pub(crate) fn masses_g(&self, site: &str) -> [f64; 2] {
        let [spongiosa_g, cortical_g, _] = self.masses_g[site];
        [spongiosa_g, cortical_g]
    }

    /// Active marrow of a site (g), both sides; 0 for a name that is no site.
    pub fn active_marrow_g(&self, site: &str) -> f64 {
        self.masses_g.get(site).map_or(0.0, |masses| masses[2])
    }
}

/// Share of the active marrow at each of the sites; they add up to 1.
fn active_shares(age_years: f64) -> [f64; 19] {
    let table = rows::<6>(ACTIVE);
    let sums: [f64; 6] = std::array::from_fn(|n| table.values().map(|row| row[n]).sum());
    let (low, share) = between(age_years);
    std::array::from_fn(|site| {
        let [from, to] = [low, low + 1].map(|n| table[SITES[site].0][n] / sums[n]);
        from + share * (to - from)
    })
}

/// Share of each site in the volume of the published bones; leg bones are cones by formula and not in the list.
fn sizes(person: &Person) -> [f64; 19] {
    let d = Dimensions::of_person(person);
    let [w, leg, apex] = [d.get("Trunk", "At"), d.get("Legs", "Cl"), d.get("Legs", "Cpl")];
    let [hip, foot] = [0.175 * w, w / 4.0 * (apex - leg) / apex];
    let legs_cm3 = 2.0 / 3.0 * std::f64::consts::PI * leg * (hip * hip + hip * foot + foot * foot);
    let volume = |bone: &str| if bone == "Legs" { legs_cm3 } else { d.get(bone, "volume") };
    let cm3 = SITES.map(|(_, bone, share, _)| share * volume(bone));
    // The face without its jaw belongs to the skull.
    let mut cm3 = cm3;
    cm3[0] += 0.75 * volume("Facial");
    let sum: f64 = cm3.iter().sum();
    cm3.map(|cm3| cm3 / sum)
}

/// Shares as given, but none below its least, and all together 1.
fn at_least(shares: &[f64; 19], least: &[f64; 19]) -> [f64; 19] {
    let mut bound = [false; 19];
    loop {
        let fixed: f64 = (0..19).filter(|n| bound[*n]).map(|n| least[n]).sum();
        let free: f64 = (0..19).filter(|n| !bound[*n]).map(|n| shares[n]).sum();
        let all: [f64; 19] = std::array::from_fn(|n| {
            if bound[n] { least[n] } else { shares[n] * (1.0 - fixed).max(0.0) / free.max(1e-12) }
        });
        let Some(short) = (0..19).find(|n| !bound[*n] && all[*n] < least[*n] * (1.0 - 1e-12)) else {
            let sum: f64 = all.iter().sum();
            return all.map(|share| share / sum);
        };
        bound[short] = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sex;

    #[test]
    fn active_marrow_adds_up_and_is_where_the_sources_have_it() {
        for age in [0.0, 0.3, 1.0, 3.0, 5.0, 7.0, 10.0, 12.0, 15.0, 18.0, 60.0] {
            assert!((active_shares(age).iter().sum::<f64>() - 1.0).abs() < 1e-12, "{age}");
        }
        let of = |age: f64, sites: &[&str]| {
            let shares = active_shares(age);
            SITES
                .iter()
                .zip(shares)
                .filter(|(site, _)| sites.contains(&site.0))
                .map(|(_, s)| 100.0 * s)
                .sum::<f64>()
        };
        // Hudson (1965), as Cristy's abstract has it.
        assert!((of(0.0, &["Skull", "Bone_Mandible"]) - 29.5).abs() < 0.01);
        assert!((of(0.0, &["Femur_Prox", "Femur_Dist", "Leg_Lower", "Foot"]) - 23.7).abs() < 0.01);
        for (age, percent) in [(1.0, 27.5), (5.0, 17.5), (10.0, 12.7), (15.0, 10.1)] {
            assert!((of(age, &["Skull", "Bone_Mandible"]) - percent).abs() < 0.02, "{age}");
        }
    }

    #[test]
    fn every_site_has_room_for_its_active_marrow_and_all_is_there() {
        for sex in [Sex::Female, Sex::Male] {
            for age in [0.0, 0.5, 1.0, 3.0, 5.0, 10.0, 15.0, 30.0] {
                let person = Person::reference(age, sex).expect("an age");
                let (masses, skeleton) = (Masses::of(&person), Skeleton::of(&person));
                let sum = |n: usize| skeleton.masses_g.values().map(|site| site[n]).sum::<f64>();
                let spongiosa = ["trabecular bone", "active marrow", "inactive marrow"]
                    .map(|q| masses.get(q))
                    .iter()
                    .sum::<f64>();
                assert!((sum(0) / spongiosa - 1.0).abs() < 1e-9);
                assert!((sum(1) / masses.get("cortical bone") - 1.0).abs() < 1e-9);
                assert!((sum(2) / masses.get("active marrow") - 1.0).abs() < 1e-9);
                for (site, [spongiosa, _, active]) in &skeleton.masses_g {
                    assert!(active <= spongiosa, "{site} at {age}: {active} g in {spongiosa} g");
                }
            }
        }
    }
}
