//! A made-up child: who it is, where it is treated and how, how far its scan reaches.

use super::plans::{self, Technique};
use super::words::Words;
use crate::exit::{Failure, with_causes};
use crate::made_up::{Ball, Study};
use phantoms::{Body, Person, Sex};
use std::path::Path;
use volume::OrientedGrid;

/// Pixels of the CT and distance of its slices (mm).
const CT_MM: [f64; 3] = [3.0, 3.0, 5.0];
/// Air around the body in the CT (mm).
const AIR_MM: f64 = 20.0;
/// Step of the search for an organ's middle (mm).
const STEP_MM: f64 = 8.0;
/// How far a scan goes beyond what is treated (mm).
const BEYOND_MM: [f64; 2] = [40.0, 120.0];
/// Oldest child (years), and how heights and weights scatter about those of the age: choices of ours.
const OLDEST_YEARS: f64 = 18.0;
const HEIGHTS: [f64; 2] = [0.95, 1.05];
const WEIGHTS: [f64; 2] = [0.85, 1.25];

/// Where a plan treats. Doses are usual ones, from memory and unverified: nothing is computed from them but monitor units.
pub struct Site {
    /// In children.csv.
    pub name: &'static str,
    /// Beginnings of the names of organs, one of which the target lies in.
    organs: &'static [&'static str],
    /// Radius of the target as a part of the height.
    radius: [f64; 2],
    /// Prescribed (Gy).
    pub dose_gy: f64,
    /// In so many fractions.
    pub fractions: u32,
}

/// The sites.
pub const SITES: [Site; 6] = [
    Site { name: "brain", organs: &["Brain"], radius: [0.010, 0.022], dose_gy: 54.0, fractions: 30 },
    Site { name: "craniospinal", organs: &["Brain"], radius: [0.055, 0.060], dose_gy: 23.4, fractions: 13 },
    Site { name: "abdomen", organs: &["Kidney"], radius: [0.025, 0.040], dose_gy: 14.4, fractions: 8 },
    Site {
        name: "thorax",
        organs: &["Heart", "Esophagus"],
        radius: [0.020, 0.035],
        dose_gy: 19.8,
        fractions: 11,
    },
    Site {
        name: "pelvis",
        organs: &["Bladder", "Rectum"],
        radius: [0.018, 0.030],
        dose_gy: 50.4,
        fractions: 28,
    },
    Site {
        name: "limb",
        organs: &["Femur_Dist", "Humerus_Prox"],
        radius: [0.018, 0.030],
        dose_gy: 45.0,
        fractions: 25,
    },
];

/// A made-up child.
pub struct Child {
    pub body: Body,
    pub site: &'static Site,
    pub technique: Technique,
    pub target: Ball,
    beyond_mm: [f64; 2],
}

impl Child {
    /// The child of a number.
    ///
    /// # Errors
    /// The family has no such body, or the body no such organ: an error in the program.
    pub fn draw(seed: u64, number: u32) -> Result<Self, Failure> {
        let words = Words::new(seed, number);
        let wrong =
            |why: String| Failure::failed(format!("child {number} cannot be made: {why}"), "reporting it");
        let age = words.between("age", [0.0, OLDEST_YEARS]);
        let sex = *words.one("sex", &[Sex::Female, Sex::Male]);
        let usual = Person::reference(age, sex).map_err(|error| wrong(with_causes(&error)))?;
        let height_cm = usual.height_cm() * words.between("height", HEIGHTS);
        let of_height =
            Person::new(age, sex, Some(height_cm), None).map_err(|error| wrong(with_causes(&error)))?;
        let weight_kg = of_height.weight_kg() * words.between("weight", WEIGHTS);
        let person = Person::new(age, sex, Some(height_cm), Some(weight_kg))
            .map_err(|error| wrong(with_causes(&error)))?;
        let body = Body::new(&person);
        let site = words.one("site", &SITES);
        let organ = *words.one("organ", site.organs);
        let middle = middle(&body, organ).ok_or_else(|| wrong(format!("there is no {organ}")))?;
        let technique = match site.name {
            "craniospinal" => Technique::Conformal,
            _ => *words.one("technique", &[Technique::Conformal, Technique::Intensity, Technique::Arc]),
        };
        Ok(Self {
            target: Ball {
                centre_mm: middle,
                radius_mm: 10.0 * height_cm * words.between("radius", site.radius),
            },
            beyond_mm: ["below", "above"].map(|what| words.between(what, BEYOND_MM)),
            body,
            site,
            technique,
        })
    }

    /// Writes the study.
    pub fn write(&self, label: &str, folder: &Path) -> Result<(), Failure> {
        let grid = self.scan();
        let voxels = self.body.voxels(&grid);
        let study = Study {
            label,
            body: &self.body,
            voxels: &voxels,
            weight_kg: self.body.person().weight_kg(),
            target: self.target,
        };
        study.write(folder, |identity| plans::plan(self, self.treated_mm(), identity))
    }

    /// From where to where the treatment reaches along z (mm).
    fn treated_mm(&self) -> [f64; 2] {
        let z = self.target.centre_mm[2];
        let end = [z - self.target.radius_mm, z + self.target.radius_mm];
        // The spine, down to the middle of the sacrum.
        let sacrum = middle(&self.body, "Sacrum").filter(|_| self.site.name == "craniospinal");
        [sacrum.map_or(end[0], |sacrum| sacrum[2]), end[1]]
    }

    /// The slices that the scan holds.
    fn scan(&self) -> OrientedGrid {
        let whole = self.body.grid(CT_MM, AIR_MM);
        let [low, high] = self.treated_mm();
        let at = |z_mm: f64| ((z_mm - whole.origin_mm[2]) / CT_MM[2]).round();
        let last = (whole.shape[2] - 1) as f64;
        let first = at(low - self.beyond_mm[0]).clamp(0.0, last) as usize;
        let end = at(high + self.beyond_mm[1]).clamp(first as f64 + 1.0, last) as usize;
        let mut grid = whole;
        grid.origin_mm[2] += CT_MM[2] * first as f64;
        grid.shape[2] = end - first + 1;
        grid
    }
}

/// The mean place of the organs whose names begin so, on the left where there are two (mm).
fn middle(body: &Body, organ: &str) -> Option<[f64; 3]> {
    let bounds = body.bounds_mm();
    let numbers = bounds.map(|[low, high]| ((high - low) / STEP_MM).ceil() as usize + 1);
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for k in 0..numbers[2] {
        for j in 0..numbers[1] {
            for i in 0..numbers[0] {
                let index = [i, j, k];
                let point = std::array::from_fn(|a| bounds[a][0] + STEP_MM * index[a] as f64);
                let Some(label) = body.label_at(point) else { continue };
                let name = body.organs()[label].name.as_str();
                if name.starts_with(organ) && !name.ends_with("_R") {
                    for (sum, x) in sum.iter_mut().zip(point) {
                        *sum += x;
                    }
                    count += 1.0;
                }
            }
        }
    }
    (count > 0.0).then(|| sum.map(|sum| sum / count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_of_the_youngest_and_the_oldest_has_its_organs() {
        for (age, sex) in [(0.0, Sex::Female), (18.0, Sex::Male)] {
            let body = Body::new(&Person::reference(age, sex).expect("an age of the family"));
            for organ in SITES.iter().flat_map(|site| site.organs).chain(&["Sacrum"]) {
                let middle = middle(&body, organ).unwrap_or_else(|| panic!("no {organ} at {age} years"));
                assert!(body.label_at(middle).is_some(), "{organ} at {age} years lies outside the body");
            }
        }
    }
}
