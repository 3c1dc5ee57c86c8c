//! How the histories are shared among the components of the head: a pilot run says how much each adds to the uncertainty of the
//! organs, and each gets what lowers it most for its cost.

use crate::dose::Stage;
use dose_core::case::Component;
use dose_core::run::Estimate;

/// Part of the histories that the pilot follows; they are not in the dose.
pub const PILOT: f64 = 0.02;
/// Added to the seed for the pilot.
pub const PILOT_SEED: u64 = 0x7069_6c6f_7421;

/// A component's run.
pub struct Run {
    /// What it follows.
    pub component: Component,
    /// What it is for a progress display.
    pub stage: Stage,
    /// Its place in the contract's order of components.
    pub place: usize,
    /// Its share of the pilot's histories.
    pub pilot_share: f64,
    /// Its least share, for single voxels in the field and near it, which no organ's mean speaks for: a choice.
    pub least_share: f64,
    /// Processor time of a history over that of the open beam, measured on the demo.
    pub cost: f64,
}

/// The runs.
pub const RUNS: [Run; 5] = [
    Run {
        component: Component::Open,
        stage: Stage::Open,
        place: 0,
        pilot_share: 0.5,
        least_share: 0.45,
        cost: 1.0,
    },
    Run {
        component: Component::ExtraFocal,
        stage: Stage::HeadScatter,
        place: 1,
        pilot_share: 0.1,
        least_share: 0.04,
        cost: 4.5,
    },
    Run {
        component: Component::Transmitted,
        stage: Stage::Transmitted,
        place: 2,
        pilot_share: 0.1,
        least_share: 0.02,
        cost: 4.6,
    },
    Run {
        component: Component::Scattered,
        stage: Stage::Scattered,
        place: 2,
        pilot_share: 0.05,
        least_share: 0.01,
        cost: 28.0,
    },
    Run {
        component: Component::Leakage,
        stage: Stage::Leakage,
        place: 3,
        pilot_share: 0.25,
        least_share: 0.05,
        cost: 0.8,
    },
];

/// What the pilot found of a component.
pub struct Piloted {
    /// Its histories.
    pub histories: u64,
    /// Source photons that the plan asks for.
    pub fluence: f64,
    /// Means of the organs for a source photon.
    pub regions: Vec<Estimate>,
}

/// The share of each run in the histories, in the order of [`RUNS`]; `None` stands for a component that the machine lacks.
///
/// With shares f the variance of organ o is Σ v(o,c)/f(c) over the histories. The shares make the sum over the organs of the
/// logarithm of their variances least for the processor time: every organ counts alike, whatever its dose and size. At that
/// least f(c) goes with W(c)/cost(c), where W(c) is the sum over the organs of the part v(o,c)/f(c) in their variance; it is
/// approached half of the way, in the logarithm, each round.
pub fn shares(piloted: &[Option<Piloted>]) -> Vec<f64> {
    let organs = piloted.iter().flatten().map(|pilot| pilot.regions.len()).max().unwrap_or(0);
    let variance = |pilot: &Option<Piloted>, organ: usize| {
        pilot.as_ref().map_or(0.0, |pilot| {
            let region = &pilot.regions[organ];
            (region.mean * pilot.fluence * region.sigma_relative).powi(2) * pilot.histories as f64
        })
    };
    let is_there = |at: usize| piloted[at].is_some();
    let mut shares: Vec<f64> =
        RUNS.iter().enumerate().map(|(at, run)| if is_there(at) { run.pilot_share } else { 0.0 }).collect();
    normalise(&mut shares);
    for _ in 0..ROUNDS {
        let mut wanted = vec![0.0; RUNS.len()];
        for organ in 0..organs {
            let parts: Vec<f64> = piloted
                .iter()
                .zip(&shares)
                .map(|(pilot, share)| if *share > 0.0 { variance(pilot, organ) / share } else { 0.0 })
                .collect();
            let total: f64 = parts.iter().sum();
            if total > 0.0 {
                wanted.iter_mut().zip(&parts).for_each(|(wanted, part)| *wanted += part / total);
            }
        }
        if wanted.iter().all(|wanted| *wanted <= 0.0) {
            break;
        }
        for ((share, wanted), run) in shares.iter_mut().zip(&wanted).zip(&RUNS) {
            *share = (*share * wanted / run.cost).sqrt();
        }
        normalise(&mut shares);
    }
    for _ in 0..RUNS.len() {
        for (at, run) in RUNS.iter().enumerate() {
            shares[at] = if is_there(at) { shares[at].max(run.least_share) } else { 0.0 };
        }
        normalise(&mut shares);
    }
    shares
}

/// Rounds of [`shares`].
const ROUNDS: usize = 20;

fn normalise(shares: &mut [f64]) {
    let total: f64 = shares.iter().sum();
    if total > 0.0 {
        shares.iter_mut().for_each(|share| *share /= total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An organ to which the components add these means, each known to these relative errors after 1,000 histories.
    fn piloted(organs: &[[(f64, f64); 5]]) -> Vec<Vec<Estimate>> {
        let of = |at: usize| organs.iter().map(move |organ| organ[at]);
        (0..RUNS.len())
            .map(|at| of(at).map(|(mean, sigma_relative)| Estimate { mean, sigma_relative }).collect())
            .collect()
    }

    fn shared(organs: &[[(f64, f64); 5]]) -> Vec<f64> {
        let regions = piloted(organs);
        let all: Vec<_> = regions
            .into_iter()
            .map(|regions| Some(Piloted { histories: 1000, fluence: 1.0, regions }))
            .collect();
        shares(&all)
    }

    const QUIET: (f64, f64) = (1e-6, 1e-3);

    #[test]
    fn shares_make_one_and_none_is_below_its_least() {
        for organs in [
            vec![[(1.0, 0.1); 5]],
            vec![[(1.0, 0.1), QUIET, QUIET, QUIET, QUIET]],
            vec![[QUIET, QUIET, QUIET, (1.0, 0.5), QUIET], [QUIET, QUIET, QUIET, QUIET, (1.0, 0.5)]],
            vec![[(0.0, 1.0); 5]],
            vec![],
        ] {
            let shares = shared(&organs);
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{shares:?}");
            for (share, run) in shares.iter().zip(&RUNS) {
                assert!(*share > 0.9 * run.least_share, "{:?} gets {share}", run.stage);
            }
        }
    }

    #[test]
    fn the_component_that_makes_the_organs_uncertain_gets_the_histories() {
        let leakage = shared(&[[(1.0, 0.01), QUIET, QUIET, QUIET, (1.0, 0.5)]]);
        let scattered = shared(&[[(1.0, 0.01), QUIET, QUIET, (1.0, 0.5), QUIET]]);
        assert!(leakage[4] > 0.4 && scattered[3] > 0.3, "{leakage:?} {scattered:?}");
        assert!(leakage[3] < 0.02 && scattered[4] < 0.1, "{leakage:?} {scattered:?}");
    }

    #[test]
    fn no_other_shares_do_better_for_their_cost() {
        // Noisy in all, so that no least share binds.
        let organs = [
            [(4.0, 0.3), (1.0, 0.2), (0.5, 0.2), (0.2, 0.5), (0.3, 0.5)],
            [(0.5, 0.4), (0.3, 0.3), (0.2, 0.3), (0.5, 0.6), (0.7, 0.4)],
            [(2.0, 0.2), (2.0, 0.3), (1.0, 0.3), (0.2, 0.9), (0.1, 0.9)],
        ];
        // Sum of the logarithms of the variances, for one processor second.
        let merit = |shares: &[f64]| {
            let seconds: f64 = shares.iter().zip(&RUNS).map(|(share, run)| share * run.cost).sum();
            let variance = |organ: &[(f64, f64); 5]| {
                organ.iter().zip(shares).map(|((m, s), share)| (m * s).powi(2) / share).sum::<f64>()
            };
            organs.iter().map(|organ| (variance(organ) * seconds).ln()).sum::<f64>()
        };
        let best = shared(&organs);
        for at in 0..RUNS.len() {
            for factor in [0.8, 1.25] {
                let mut other = best.clone();
                other[at] *= factor;
                normalise(&mut other);
                assert!(merit(&other) > merit(&best) - 1e-9, "{at} {factor}: {best:?}");
            }
        }
    }

    #[test]
    fn a_component_that_the_machine_lacks_gets_nothing() {
        let regions = piloted(&[[(1.0, 0.1); 5]]);
        let piloted: Vec<_> = regions
            .into_iter()
            .enumerate()
            .map(|(at, regions)| (at != 1).then_some(Piloted { histories: 1000, fluence: 1.0, regions }))
            .collect();
        let shares = shares(&piloted);
        assert_eq!(shares[1], 0.0);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
