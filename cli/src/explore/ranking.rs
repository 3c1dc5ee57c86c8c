//! What a variant is judged by: the mean dose of organs outside the field, by mass.

use crate::compare::Row;
use crate::compare::finished::Finished;
use crate::exit::Failure;
use ::estimate::difference::{Difference, OrganMean, difference};

/// Organs are outside the field if their hottest fiftieth has less than this share of the reference dose in the given plan.
pub const OUTSIDE: f64 = 0.05;

/// The organs that count.
pub struct Criterion {
    /// Their places in the rows.
    pub rows: Vec<usize>,
    /// Their masses in the given plan's run (g).
    mass_g: Vec<f64>,
}

impl Criterion {
    /// The organs of these names, or all outside the 5 % isodose of the given plan, which is the first run.
    pub fn of(rows: &[Row], given: &Finished, names: &[String]) -> Result<Self, Failure> {
        let reference_gy = given.reference_gy.unwrap_or(0.0);
        let all = rows.iter().enumerate().map(|(at, row)| (at, row.organs[0]));
        for name in names {
            if !all.clone().any(|(_, organ)| organ.name.eq_ignore_ascii_case(name)) {
                let known: Vec<&str> = all.clone().map(|(_, organ)| organ.name.as_str()).collect();
                return Err(Failure::refused(
                    format!("there is no organ {name:?}"),
                    "--organ",
                    format!("one of {}", known.join(", ")),
                ));
            }
        }
        let counts = |(at, organ): (usize, &crate::compare::finished::Organ)| {
            let mass = organ.mass_g.filter(|mass| *mass > 0.0)?;
            let is_meant = if names.is_empty() {
                organ.d2_gy.is_some_and(|d2| d2 < OUTSIDE * reference_gy)
            } else {
                names.iter().any(|name| organ.name.eq_ignore_ascii_case(name))
            };
            is_meant.then_some((at, mass))
        };
        let (rows, mass_g): (Vec<usize>, Vec<f64>) = all.filter_map(counts).unzip();
        if rows.is_empty() {
            return Err(Failure::refused(
                "no organ lies outside the 5 % isodose, so there is nothing to rank by",
                "organs.csv of the given plan",
                "an age, so that the body is completed beyond the scan, or --organ NAME",
            ));
        }
        Ok(Self { rows, mass_g })
    }

    /// The mass of all that counts (g).
    pub fn mass_g(&self) -> f64 {
        self.mass_g.iter().sum()
    }

    /// The mean dose by mass in a run. Organs' statistical errors are taken as wholly correlated, as the same photons make
    /// them: their sum, not the root of their squares, so the error is at most too large.
    pub fn mean(&self, rows: &[Row], run: usize) -> OrganMean {
        let parts = || {
            let organs = self.rows.iter().map(|&at| &rows[at].organs[run].mean);
            organs.zip(self.mass_g.iter().map(|mass| mass / self.mass_g()))
        };
        let sum =
            |value: &dyn Fn(&OrganMean) -> f64| parts().map(|(mean, share)| share * value(mean)).sum::<f64>();
        let relative = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let of = |get: &dyn Fn(&OrganMean) -> (f64, f64)| {
            let gy = sum(&|mean| get(mean).0);
            (gy, relative(sum(&|mean| get(mean).0 * get(mean).1), gy))
        };
        let total = of(&|mean| mean.total);
        OrganMean {
            total,
            components: std::array::from_fn(|at| of(&|mean| mean.components[at])),
            place_sigma: relative(sum(&|mean| mean.total.0 * mean.place_sigma), total.0),
        }
    }

    /// The difference of a run to the first.
    pub fn difference(&self, rows: &[Row], runs: &[Finished], run: usize) -> Difference {
        let (a, b) = (self.mean(rows, 0), self.mean(rows, run));
        difference((&runs[0].run, &a), (&runs[run].run, &b)).0
    }
}
