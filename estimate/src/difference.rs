//! Differences between two estimates of an organ, with what is uncertain of them.
//!
//! Three errors, each with its own rule:
//!
//! - **Statistics.** Runs with different seeds are independent: squares add. Runs with one seed share their random numbers;
//!   how far that correlates two plans is not known from the runs, so the squares are added all the same. The more alike two
//!   plans are, the more that overstates the error (`docs/guide/compare.md` has the measured ratio).
//! - **The monitor unit** is a measurement by Monte Carlo: independent between the seeds that it was run with, one common
//!   factor within one.
//! - **The machine model.** What is wrong with a component of a machine (its leakage is twice what the file says) is wrong in
//!   both plans, so a component's relative error acts on the difference: `(b - a) error`. Components are independent. On two
//!   machines the errors are taken as independent: `hypot(a error_a, b error_b)`.
//! - **Where a modelled organ lies** is wrong in both plans of one body in the same way: as for a component.

use anatomy::organs::COMPONENTS;

/// What a run's numbers hang on.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Seed of its random numbers.
    pub seed: u64,
    /// Seed of its monitor unit's calibration.
    pub unit_seed: u64,
    /// The machines of its beams; the same text for the same machines.
    pub machines: String,
    /// Relative statistical error of its monitor unit.
    pub unit_sigma: f64,
    /// Relative error of each component for want of knowledge of the machine.
    pub model_sigma: [f64; COMPONENTS],
}

/// An organ's mean in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganMean {
    /// The mean (Gy), and its relative statistical error.
    pub total: (f64, f64),
    /// The same of each component.
    pub components: [(f64, f64); COMPONENTS],
    /// Relative error for want of knowledge of where the organ lies.
    pub place_sigma: f64,
}

/// A difference between two runs, the second less the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The difference (Gy).
    pub gy: f64,
    /// Its statistical standard error (Gy).
    pub stat_gy: f64,
    /// Its standard error for want of knowledge of the machine and of the organ's place (Gy).
    pub model_gy: f64,
    /// The same if the errors of the two runs had nothing to do with each other (Gy): the worst case.
    pub model_if_independent_gy: f64,
}

/// The share of a normal distribution within these standard deviations is 95 %.
pub const COVERAGE: f64 = 1.959_964;

impl Difference {
    /// Standard error of all kinds (Gy).
    pub fn sigma_gy(&self) -> f64 {
        self.stat_gy.hypot(self.model_gy)
    }

    /// The interval that holds the true difference in 95 of 100 cases (Gy).
    pub fn interval_gy(&self) -> [f64; 2] {
        let half = COVERAGE * self.sigma_gy();
        [self.gy - half, self.gy + half]
    }

    /// Whether the interval leaves out nought.
    pub fn is_told_apart(&self) -> bool {
        self.gy.abs() > COVERAGE * self.sigma_gy()
    }
}

/// The difference of an organ's mean, and of each component of it.
pub fn difference(
    (run_a, a): (&Run, &OrganMean),
    (run_b, b): (&Run, &OrganMean),
) -> (Difference, [Difference; COMPONENTS]) {
    let stat = |(a, a_sigma): (f64, f64), (b, b_sigma): (f64, f64)| {
        let counted = (a * a_sigma).hypot(b * b_sigma);
        let is_one_unit = run_a.unit_seed == run_b.unit_seed && run_a.machines == run_b.machines;
        let unit = if is_one_unit {
            (b - a).abs() * run_a.unit_sigma.max(run_b.unit_sigma)
        } else {
            (a * run_a.unit_sigma).hypot(b * run_b.unit_sigma)
        };
        counted.hypot(unit)
    };
    let is_one_machine = run_a.machines == run_b.machines && run_a.model_sigma == run_b.model_sigma;
    let parts: [Difference; COMPONENTS] = std::array::from_fn(|at| {
        let (of_a, of_b) = (a.components[at], b.components[at]);
        let independent = (of_a.0 * run_a.model_sigma[at]).hypot(of_b.0 * run_b.model_sigma[at]);
        let common = (of_b.0 - of_a.0).abs() * run_a.model_sigma[at];
        Difference {
            gy: of_b.0 - of_a.0,
            stat_gy: stat(of_a, of_b),
            model_gy: if is_one_machine { common } else { independent },
            model_if_independent_gy: independent,
        }
    });
    let gy = b.total.0 - a.total.0;
    let root =
        |value: &dyn Fn(&Difference) -> f64| parts.iter().map(|part| value(part).powi(2)).sum::<f64>().sqrt();
    let place = gy.abs() * a.place_sigma.max(b.place_sigma);
    let place_if_independent = (a.total.0 * a.place_sigma).hypot(b.total.0 * b.place_sigma);
    let total = Difference {
        gy,
        stat_gy: stat(a.total, b.total),
        model_gy: root(&|part| part.model_gy).hypot(place),
        model_if_independent_gy: root(&|part| part.model_if_independent_gy).hypot(place_if_independent),
    };
    (total, parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(seed: u64) -> Run {
        Run {
            seed,
            unit_seed: seed,
            machines: "m".into(),
            unit_sigma: 0.0,
            model_sigma: [0.02, 0.3, 0.2, 0.5],
        }
    }

    fn organ(components: [f64; 4]) -> OrganMean {
        OrganMean {
            total: (components.iter().sum(), 0.01),
            components: components.map(|gy| (gy, 0.05)),
            place_sigma: 0.1,
        }
    }

    #[test]
    fn what_is_common_to_both_plans_leaves_the_difference() {
        let (a, b) = (organ([0.0, 1.0, 2.0, 4.0]), organ([0.0, 1.0, 1.0, 4.0]));
        let (total, parts) = difference((&run(1), &a), (&run(2), &b));
        assert_eq!((total.gy, parts[2].gy), (-1.0, -1.0));
        // Leakage is wrong by half in both: nothing of that is left, and 20 % of what the collimator changed is.
        assert_eq!((parts[3].model_gy, parts[2].model_gy), (0.0, 0.2));
        assert!((total.model_gy - 0.2_f64.hypot(0.1)).abs() < 1e-12);
        assert!((parts[3].model_if_independent_gy - 8.0_f64.sqrt()).abs() < 1e-12);
        assert!((total.stat_gy - 0.07_f64.hypot(0.06)).abs() < 1e-12);
        let other = Run { machines: "n".into(), ..run(2) };
        let (apart, _) = difference((&run(1), &a), (&other, &b));
        assert!(apart.model_gy > 2.8, "two machines: {}", apart.model_gy);
    }

    #[test]
    fn the_monitor_unit_is_one_factor_within_a_seed_and_two_between_seeds() {
        let exact = |gy: f64| OrganMean { total: (gy, 0.0), components: [(gy, 0.0); 4], place_sigma: 0.0 };
        let with = |seed| Run { unit_sigma: 0.01, ..run(seed) };
        let stat = |a, b| difference((&with(a), &exact(3.0)), (&with(b), &exact(4.0))).0.stat_gy;
        assert!((stat(1, 1) - 0.01).abs() < 1e-12 && (stat(1, 2) - 0.05).abs() < 1e-12);
        // Other photons, and the unit from one calibration.
        let shared = Run { unit_seed: 1, ..with(2) };
        let common = difference((&with(1), &exact(3.0)), (&shared, &exact(4.0))).0.stat_gy;
        assert!((common - 0.01).abs() < 1e-12, "{common}");
    }

    #[test]
    fn told_apart_means_that_nought_is_outside_the_interval() {
        let difference = Difference { gy: 2.0, stat_gy: 0.6, model_gy: 0.8, model_if_independent_gy: 5.0 };
        let [low, high] = difference.interval_gy();
        assert!(difference.is_told_apart() && low > 0.0 && (low + high - 4.0).abs() < 1e-12);
        assert!(!Difference { gy: 1.9, ..difference }.is_told_apart());
    }
}
