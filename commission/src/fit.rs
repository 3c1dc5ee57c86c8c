//! The values that the measurements ask for: Levenberg and Marquardt's least squares with what is known before, and which
//! numbers the measurements determine at all.
//!
//! A number counts as determined if the measurements, the other free numbers being unknown to what is known of them before,
//! bring its standard error below [`LEARNT`] of that before. The least determined is held at its value, one after the other;
//! what is not known of the held ones is carried into the errors of the others.

use crate::Error;
pub use crate::descent::Data;
use crate::descent::{SETTLED, Solution, descend};
use crate::model::{Model, Number, Parameter};
use nalgebra::DMatrix;

/// Standard error after over that before above which a number is not determined.
pub const LEARNT: f64 = 0.7;
/// What became of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The measurements say what it is.
    Fitted,
    /// They do not: the file's value and uncertainty stay.
    NotDetermined,
    /// They ask for a value beyond what the runs reach: it stands there, and more is wrong than its value.
    AtItsBound,
}

/// A number after the fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// What it is, and what was known before.
    pub parameter: Parameter,
    /// What became of it.
    pub verdict: Verdict,
    /// Its value.
    pub value: f64,
    /// Its standard error over its value; the file's where it was not determined.
    pub sigma_relative: f64,
    /// Standard error after the fit over that before, had it been fitted with the others.
    pub left: f64,
}

/// A point after the fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FittedPoint {
    /// The reading that the machine before gives (for a series, with its best factor).
    pub before: f64,
    /// The reading that the fitted machine gives.
    pub after: f64,
    /// Relative standard error of the latter from the runs.
    pub sigma_relative: f64,
}

/// A fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// All numbers, in the model's order.
    pub numbers: Vec<Fitted>,
    /// Logarithms of the values over those before.
    pub steps: Vec<f64>,
    /// Correlations between them.
    pub correlations: Vec<Vec<f64>>,
    /// Eigenvalues of the measurements' information in units of what is known before, the greatest first: as many combinations
    /// of the machine's numbers are determined as lie above 1.
    pub eigenvalues: Vec<f64>,
    /// Sum of squares of residuals over their standard errors.
    pub chi_squared: f64,
    /// Points less fitted numbers.
    pub degrees_of_freedom: usize,
    /// The points, in the table's order.
    pub points: Vec<FittedPoint>,
    /// Those that it was fitted to.
    pub used: Vec<usize>,
}

impl Fit {
    /// How much larger than stated the residuals are; errors of the numbers are multiplied with it. At least 1.
    pub fn excess(&self) -> f64 {
        (self.chi_squared / self.degrees_of_freedom.max(1) as f64).sqrt().max(1.0)
    }

    /// A number's fit, if the model has it.
    pub fn of(&self, number: Number) -> Option<&Fitted> {
        self.numbers.iter().find(|fitted| fitted.parameter.number == number)
    }
}

/// Fits a model to readings.
///
/// # Errors
/// [`Error::Fit`]: no step makes it better and it is at no end, or the readings determine nothing.
pub fn fit(model: &Model, data: &Data) -> Result<Fit, Error> {
    let count = model.parameters.len();
    let is_factor = |at: usize| matches!(model.parameters[at].number, Number::Series(_));
    let mut held = vec![false; count];
    let first = descend(model, data, &held, &vec![0.0; count])?;
    let information = first.information(&vec![false; count]);
    let left_of_all = left(model, &information, &vec![false; count])?;
    loop {
        let solution = descend(model, data, &held, &vec![0.0; count])?;
        let left = left(model, &solution.information(&held), &held)?;
        let worst = (0..count)
            .filter(|&at| !held[at] && !is_factor(at))
            .max_by(|&a, &b| left[a].total_cmp(&left[b]))
            .filter(|&at| left[at] > LEARNT);
        match worst {
            Some(at) => held[at] = true,
            None => return finish(model, data, &held, &solution, &information, &left_of_all),
        }
    }
}

/// Covariance of the steps from the readings and what is known before.
fn covariance(model: &Model, information: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
    let mut all = information.clone();
    for (at, parameter) in model.parameters.iter().enumerate() {
        all[(at, at)] += parameter.sigma_before.powi(-2);
    }
    let inverse = all.cholesky().map(|factor| factor.inverse());
    inverse.ok_or_else(|| Error::Fit { why: "the normal equations have no solution".into() })
}

/// Standard errors after over those before.
fn left(model: &Model, information: &DMatrix<f64>, held: &[bool]) -> Result<Vec<f64>, Error> {
    let covariance = covariance(model, information)?;
    let left = model.parameters.iter().enumerate().map(|(at, parameter)| {
        if held[at] { 1.0 } else { covariance[(at, at)].sqrt() / parameter.sigma_before }
    });
    Ok(left.collect())
}

fn finish(
    model: &Model,
    data: &Data,
    held: &[bool],
    solution: &Solution,
    information_of_all: &DMatrix<f64>,
    left_of_all: &[f64],
) -> Result<Fit, Error> {
    let count = held.len();
    let free = held.iter().filter(|held| !**held).count();
    let chi_squared = solution.residuals.norm_squared();
    let degrees_of_freedom = data.used.len().saturating_sub(free);
    let excess = (chi_squared / degrees_of_freedom.max(1) as f64).max(1.0);
    // Free ones: from the readings, and from what is not known of the held ones, which the readings tie them to.
    let full = solution.jacobian.transpose() * &solution.jacobian;
    let inverse = covariance(model, &solution.information(held))?;
    let mut moves = DMatrix::zeros(count, count);
    for at in (0..count).filter(|&at| held[at]) {
        let mut pull = full.column(at).into_owned();
        (0..count).filter(|&other| held[other]).for_each(|other| pull[other] = 0.0);
        let mut way = -(&inverse * pull);
        (0..count).filter(|&other| held[other]).for_each(|other| way[other] = 0.0);
        way[at] = 1.0;
        moves.set_column(at, &(way * model.parameters[at].sigma_before));
    }
    let mut errors = inverse * excess;
    for at in (0..count).filter(|&at| held[at]) {
        errors.row_mut(at).fill(0.0);
        errors.column_mut(at).fill(0.0);
    }
    errors += &moves * moves.transpose();
    let sigma: Vec<f64> = (0..count).map(|at| errors[(at, at)].sqrt()).collect();
    let correlations = (0..count)
        .map(|a| (0..count).map(|b| errors[(a, b)] / (sigma[a] * sigma[b]).max(1e-300)).collect())
        .collect();
    let at_bound = |at: usize| {
        model.reach(model.parameters[at].number).is_some_and(|[low, high]| {
            !held[at] && (solution.steps[at] - low).min(high - solution.steps[at]) < SETTLED
        })
    };
    let numbers = (0..count).map(|at| Fitted {
        parameter: model.parameters[at].clone(),
        verdict: match (held[at], at_bound(at)) {
            (true, _) => Verdict::NotDetermined,
            (_, true) => Verdict::AtItsBound,
            _ => Verdict::Fitted,
        },
        value: model.parameters[at].before * solution.steps[at].exp(),
        sigma_relative: sigma[at],
        left: left_of_all[at],
    });
    let numbers = numbers.collect();
    let mut only_factors = vec![true; count];
    (0..count)
        .filter(|&at| matches!(model.parameters[at].number, Number::Series(_)))
        .for_each(|at| only_factors[at] = false);
    let before = descend(model, data, &only_factors, &vec![0.0; count])?;
    let read_before = model.readings(&before.steps);
    let read_after = model.readings(&solution.steps);
    let points = read_before.iter().zip(&read_after).map(|(before, after)| FittedPoint {
        before: before.0,
        after: after.0,
        sigma_relative: if after.0 > 0.0 { after.1 / after.0 } else { 1.0 },
    });
    Ok(Fit {
        numbers,
        steps: solution.steps.clone(),
        correlations,
        eigenvalues: eigenvalues(model, information_of_all),
        chi_squared,
        degrees_of_freedom,
        points: points.collect(),
        used: data.used.to_vec(),
    })
}

/// Relative standard errors of the components that a fitted number is part of, by the fit's errors and correlations: of the
/// monitor unit, extra-focal, jaws and leaves, leakage, electrons; the median over the points that it was fitted to where the component is
/// most of the reading, where there is none a tenth, else over all of them.
pub fn component_errors(model: &Model, fit: &Fit) -> [Option<f64>; 5] {
    let sigma: Vec<f64> = fit.numbers.iter().map(|fitted| fitted.sigma_relative).collect();
    let has = |numbers: &dyn Fn(Number) -> bool| {
        let fitted = fit.numbers.iter().filter(|fitted| fitted.verdict != Verdict::NotDetermined);
        fitted.clone().any(|fitted| numbers(fitted.parameter.number))
    };
    let error = |component: usize, place: usize| {
        const STEP: f64 = 1e-4;
        let part = |steps: &[f64]| model.bracket(steps, place).0[component].max(1e-300).ln();
        let slopes: Vec<f64> = (0..sigma.len())
            .map(|at| {
                let moved = |by: f64| {
                    let mut steps = fit.steps.clone();
                    steps[at] += by;
                    part(&steps)
                };
                (moved(STEP) - moved(-STEP)) / (2.0 * STEP) * sigma[at]
            })
            .collect();
        let pairs = (0..slopes.len()).flat_map(|a| (0..slopes.len()).map(move |b| (a, b)));
        pairs.map(|(a, b)| slopes[a] * slopes[b] * fit.correlations[a][b]).sum::<f64>().max(0.0).sqrt()
    };
    let median = |component: usize| {
        let where_above = |least: f64| -> Vec<usize> {
            let used = fit.used.iter().copied();
            used.filter(|&place| model.shares(&fit.steps, place)[component] > least).collect()
        };
        let shares = [0.5, 0.1, -1.0].map(where_above);
        let places = shares.into_iter().find(|places| !places.is_empty()).unwrap_or_default();
        let mut errors: Vec<f64> = places.iter().map(|&place| error(component, place)).collect();
        errors.sort_by(f64::total_cmp);
        errors.get(errors.len() / 2).copied().unwrap_or(1.0)
    };
    let unit = fit.of(Number::GyPerMu).filter(|unit| unit.verdict == Verdict::Fitted);
    let is_disc = |number| matches!(number, Number::ExtraFocalRatio | Number::ExtraFocalWidth);
    // Points near the field know the leakage near the axis; what reaches the body hangs on the level.
    let is_level = |number| number == Number::LeakageLevel;
    [
        unit.map(|unit| unit.sigma_relative),
        has(&is_disc).then(|| median(1)),
        has(&|number| number == Number::Density).then(|| median(2)),
        has(&is_level).then(|| median(3)),
        has(&|number| number == Number::Electrons).then(|| median(4)),
    ]
}

/// Eigenvalues of the information on the machine's numbers, in units of what is known before; the series' factors are taken
/// out by the Schur complement.
fn eigenvalues(model: &Model, information: &DMatrix<f64>) -> Vec<f64> {
    let is_factor = |at: &usize| matches!(model.parameters[*at].number, Number::Series(_));
    let (factors, own): (Vec<usize>, Vec<usize>) = (0..model.parameters.len()).partition(is_factor);
    let part = |rows: &[usize], columns: &[usize]| {
        DMatrix::from_fn(rows.len(), columns.len(), |i, j| information[(rows[i], columns[j])])
    };
    let mut left = part(&own, &own);
    if !factors.is_empty()
        && let Some(inverse) = part(&factors, &factors).try_inverse()
    {
        left -= part(&own, &factors) * inverse * part(&factors, &own);
    }
    let scaled = DMatrix::from_fn(own.len(), own.len(), |i, j| {
        left[(i, j)] * model.parameters[own[i]].sigma_before * model.parameters[own[j]].sigma_before
    });
    let mut values: Vec<f64> = scaled.symmetric_eigenvalues().iter().map(|value| value.max(0.0)).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}
