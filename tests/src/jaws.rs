//! W6 of the reference: tungsten-alloy jaws as blocks over the tank of W1, and the part of the kerma that they make.

use crate::comparison::{Comparison, Gate, Table};
use crate::experiments::{Length, beside, run, weighted};
use crate::reference::{Bin, rows};
use dose_core::case::Quantity;
use dose_core::run::Estimate;
use phantoms::tanks;
use std::path::Path;

/// All of the kerma: two per cent and two standard errors.
pub const TOTAL: Gate = Gate { relative: 0.02, sigmas: 2.0 };
/// The jaws' part alone: three per cent and two standard errors.
pub const PART: Gate = Gate { relative: 0.03, sigmas: 2.0 };
/// Share of the photons of W6's 40 × 40 cm field that lie in its opening: the solid angle of W1's field over that of W6's
/// (the reference's README).
const OPEN_SHARE: f64 = 0.064_822_0;

/// Bins that are judged together.
struct Band {
    name: String,
    accepts: Box<dyn Fn(&Bin) -> bool>,
}

/// Behind the upper jaws, which lie at z, and behind the lower ones, at x (cm).
fn bands() -> Vec<Band> {
    let upper =
        [[7.0, 13.0], [13.0, 21.0], [21.0, 29.0], [29.0, 37.0], [37.0, 49.0], [49.0, 60.0], [7.0, 60.0]];
    let lower = [[6.0, 10.0], [10.0, 15.0], [15.0, 20.0]];
    let behind_upper = upper.map(|[lo, hi]| Band {
        name: format!("behind the upper jaws, z {lo}-{hi}, x < 10"),
        accepts: Box::new(move |b| b.x_hi_cm <= 10.0 && b.z_lo_cm >= lo && b.z_hi_cm <= hi),
    });
    let behind_lower = lower.map(|[lo, hi]| Band {
        name: format!("behind the lower jaws, x {lo}-{hi}, z < 9"),
        accepts: Box::new(move |b| b.z_hi_cm <= 9.0 && b.x_lo_cm >= lo && b.x_hi_cm <= hi),
    });
    behind_upper.into_iter().chain(behind_lower).collect()
}

/// W6 beside the reference: all of the kerma, and the jaws' part (ours is W6 less W1 times the open share).
pub fn w6(folder: &Path, jaws: Length, open: Length) -> [Table; 2] {
    let case = tanks::w6(10.0, Quantity::Kerma);
    let totals: Vec<Bin> = rows(folder, "w6_6mv_jaws_10x10_kerma_grid.csv");
    let parts: Vec<Bin> = rows(folder, "w6_6mv_jaws_10x10_collimator_part.csv");
    let bands = bands();
    let regions: Vec<Vec<u32>> = bands
        .iter()
        .map(|band| {
            totals.iter().filter(|bin| (band.accepts)(bin)).flat_map(|bin| bin.voxels(&case.grid)).collect()
        })
        .collect();
    let all = run(&case, jaws, regions.clone()).regions;
    let field = run(&tanks::w1(10.0, Quantity::Kerma), open, regions).regions;
    let part = all.iter().zip(&field).map(|(all, field)| {
        let mean = all.mean - OPEN_SHARE * field.mean;
        let error = (all.mean * all.sigma_relative).hypot(OPEN_SHARE * field.mean * field.sigma_relative);
        Estimate { mean, sigma_relative: error / mean }
    });
    let table = |name: &str, ours: &[Estimate], bins: &[Bin], gate: Gate| {
        let compared = bands.iter().zip(ours).map(|(band, ours)| -> Comparison {
            let members = bins.iter().filter(|bin| (band.accepts)(bin));
            let (mean, sigma) = weighted(members.map(|b| (b.volume_cm3(), b.gy_per_photon, b.rel_sigma)));
            beside(band.name.clone(), ours, mean, sigma, gate)
        });
        Table { name: name.into(), rows: compared.collect() }
    };
    let part: Vec<Estimate> = part.collect();
    [table("w6 total", &all, &totals, TOTAL), table("w6 jaws' part", &part, &parts, PART)]
}
