//! Regression with an elastic-net penalty, by coordinate descent.
//!
//! ```text
//! minimise  loss(b₀ + X b) + λ Σ [α |bⱼ| + (1 − α) bⱼ²/2]
//! ```
//! H. Zou and T. Hastie, J. R. Stat. Soc. B 67, 301 (2005). Each step replaces the loss by its quadratic around the
//! present coefficients and minimises that one coordinate after the other (J. Friedman, T. Hastie, R. Tibshirani, J. Stat.
//! Softw. 33(1) (2010); N. Simon et al., J. Stat. Softw. 39(5) (2011) for Cox). Only variables that may differ from 0 are
//! visited (strong rules: R. Tibshirani et al., J. R. Stat. Soc. B 74, 245 (2012)), and all are checked at the end.

use crate::Error;
use crate::loss::Loss;
use ndarray::ArrayView2;

/// Passes over the variables after which a fit has failed.
const MOST_PASSES: usize = 100_000;
/// Share of L1 below which the strongest penalty of a path is that of this share: a ridge has none of its own.
const LEAST_SHARE: f64 = 1e-3;

/// How coefficients are penalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Penalty {
    /// α, the share of the absolute values: 0 is a ridge, 1 a lasso.
    pub share: f64,
    /// λ, in units of the loss.
    pub strength: f64,
}

impl Penalty {
    /// What the coefficients cost.
    pub fn of(self, coefficients: &[f64]) -> f64 {
        let Penalty { share, strength } = self;
        let cost = |b: f64| share * b.abs() + 0.5 * (1.0 - share) * b * b;
        strength * coefficients.iter().copied().map(cost).sum::<f64>()
    }
}

/// How far a fit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accuracy {
    /// To the last digits.
    Exact,
    /// Enough to tell penalties apart.
    Choosing,
}

impl Accuracy {
    /// A pass has settled when no coordinate lowers its quadratic by more than this (in units of the loss).
    fn settled(self) -> f64 {
        match self {
            Accuracy::Exact => 1e-15,
            Accuracy::Choosing => 1e-8,
        }
    }
}

/// Fitted coefficients, in the units of the variables given.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Prediction where all variables are 0; 0 for Cox, which has none.
    pub intercept: f64,
    /// One a variable.
    pub coefficients: Vec<f64>,
}

impl Fit {
    /// Linear predictor of each row; `variables` has one row a variable.
    pub fn predict(&self, variables: ArrayView2<f64>) -> Vec<f64> {
        let mut predictor = vec![self.intercept; variables.ncols()];
        for (&coefficient, values) in self.coefficients.iter().zip(variables.rows()) {
            if coefficient != 0.0 {
                predictor.iter_mut().zip(values).for_each(|(sum, value)| *sum += coefficient * value);
            }
        }
        predictor
    }
}

/// Strengths from the one at which every coefficient is 0, evenly in their logarithm, down to `least_ratio` of it.
pub fn strengths(
    variables: ArrayView2<f64>,
    loss: &Loss,
    share: f64,
    count: usize,
    least_ratio: f64,
) -> Vec<f64> {
    let mut fitting = Fitting::new(variables, loss);
    fitting.settle_intercept();
    let first = fitting.steepest() / share.max(LEAST_SHARE);
    let step = |at: usize| at as f64 / (count.max(2) - 1) as f64;
    (0..count).map(|at| first * least_ratio.powf(step(at))).collect()
}

/// Fits at each strength, the strongest first; each fit starts from the one before. `variables` has one row a variable and
/// one column a row of the table.
///
/// # Errors
/// [`Error::Penalty`], [`Error::Rows`], [`Error::NotFinite`] (the row is counted from 1), [`Error::NotSettled`].
pub fn path(
    variables: ArrayView2<f64>,
    loss: &Loss,
    share: f64,
    strengths: &[f64],
    accuracy: Accuracy,
) -> Result<Vec<Fit>, Error> {
    path_while(variables, loss, share, strengths, accuracy, |_| true)
}

/// The same as [`path`], for as long as `goes_on` says so of the fit just made.
///
/// # Errors
/// As [`path`].
pub fn path_while(
    variables: ArrayView2<f64>,
    loss: &Loss,
    share: f64,
    strengths: &[f64],
    accuracy: Accuracy,
    mut goes_on: impl FnMut(&Fit) -> bool,
) -> Result<Vec<Fit>, Error> {
    if !(0.0..=1.0).contains(&share) {
        return Err(Error::Penalty { what: "share", value: share, bounds: "it lies between 0 and 1" });
    }
    if let Some(&value) = strengths.iter().find(|value| !(value.is_finite() && **value >= 0.0)) {
        return Err(Error::Penalty { what: "strength", value, bounds: "it is not negative" });
    }
    if loss.rows() != variables.ncols() {
        return Err(Error::Rows { table: variables.ncols(), outcome: loss.rows() });
    }
    for (j, values) in variables.rows().into_iter().enumerate() {
        if let Some((row, &value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            return Err(Error::NotFinite { what: format!("variable {}", j + 1), row: row + 1, value });
        }
    }
    let mut fitting = Fitting::new(variables, loss);
    fitting.settled = accuracy.settled();
    fitting.settle_intercept();
    // Where every coefficient is 0.
    let mut before = fitting.steepest() / share.max(LEAST_SHARE);
    let mut fits = Vec::with_capacity(strengths.len());
    for &strength in strengths {
        fitting.fit(Penalty { share, strength }, before)?;
        before = strength;
        let fit = Fit { intercept: fitting.intercept, coefficients: fitting.coefficients.clone() };
        let is_last = !goes_on(&fit);
        fits.push(fit);
        if is_last {
            break;
        }
    }
    Ok(fits)
}

/// The fit at one penalty, from coefficients that are near it: those of a fit of rows like these.
///
/// # Errors
/// As [`path`].
pub fn near(
    variables: ArrayView2<f64>,
    loss: &Loss,
    penalty: Penalty,
    start: &Fit,
    accuracy: Accuracy,
) -> Result<Fit, Error> {
    let mut fitting = Fitting::new(variables, loss);
    fitting.settled = accuracy.settled();
    fitting.intercept = start.intercept;
    fitting.coefficients.clone_from(&start.coefficients);
    fitting.predictor = start.predict(variables);
    fitting.expand();
    // The same strength before: variables whose slope exceeds the penalty are visited besides those that count.
    fitting.fit(penalty, penalty.strength)?;
    Ok(Fit { intercept: fitting.intercept, coefficients: fitting.coefficients })
}

/// The state of a fit.
struct Fitting<'a> {
    variables: ArrayView2<'a, f64>,
    loss: &'a Loss<'a>,
    intercept: f64,
    coefficients: Vec<f64>,
    predictor: Vec<f64>,
    residuals: Vec<f64>,
    weights: Vec<f64>,
    value: f64,
    passes: usize,
    settled: f64,
}

impl<'a> Fitting<'a> {
    fn new(variables: ArrayView2<'a, f64>, loss: &'a Loss<'a>) -> Fitting<'a> {
        let rows = variables.ncols();
        let mut fitting = Fitting {
            variables,
            loss,
            intercept: 0.0,
            coefficients: vec![0.0; variables.nrows()],
            predictor: vec![0.0; rows],
            residuals: vec![0.0; rows],
            weights: vec![0.0; rows],
            value: 0.0,
            passes: 0,
            settled: Accuracy::Exact.settled(),
        };
        fitting.expand();
        fitting
    }

    fn rows(&self) -> f64 {
        self.predictor.len() as f64
    }

    /// The quadratic around the present predictor.
    fn expand(&mut self) {
        self.value = self.loss.expand(&self.predictor, &mut self.residuals, &mut self.weights);
    }

    /// How fast the loss falls as a coefficient grows.
    fn slope(&self, j: usize) -> f64 {
        dot(values(&self.variables, j), &self.residuals) / self.rows()
    }

    /// The greatest slope of all variables.
    fn steepest(&self) -> f64 {
        (0..self.coefficients.len()).map(|j| self.slope(j).abs()).fold(0.0, f64::max)
    }

    /// The best intercept alone.
    fn settle_intercept(&mut self) {
        for _ in 0..100 {
            let step = self.intercept_step();
            self.predictor.iter_mut().for_each(|eta| *eta += step);
            self.intercept += step;
            self.expand();
            if step.abs() < 1e-14 * (1.0 + self.intercept.abs()) {
                return;
            }
        }
    }

    fn intercept_step(&self) -> f64 {
        let curvature: f64 = self.weights.iter().sum();
        if self.loss.has_intercept() && curvature > 0.0 {
            self.residuals.iter().sum::<f64>() / curvature
        } else {
            0.0
        }
    }

    /// The coefficients at a penalty, from those at one of strength `before`.
    fn fit(&mut self, penalty: Penalty, before: f64) -> Result<(), Error> {
        self.passes = 0;
        // What the slopes can have risen by since the last fit, if they change no faster than the penalty.
        let bound = penalty.share * (2.0 * penalty.strength - before);
        let mut active: Vec<bool> = (0..self.coefficients.len())
            .map(|j| self.coefficients[j] != 0.0 || self.slope(j).abs() >= bound)
            .collect();
        loop {
            let visited: Vec<usize> = (0..active.len()).filter(|&j| active[j]).collect();
            self.settle(penalty, &visited)?;
            let mut complete = true;
            for (j, is_active) in active.iter_mut().enumerate().filter(|(_, is_active)| !**is_active) {
                if self.slope(j).abs() > penalty.share * penalty.strength {
                    *is_active = true;
                    complete = false;
                }
            }
            if complete {
                return Ok(());
            }
        }
    }

    /// Newton's method on the visited variables: quadratic, coordinates, and a shorter step where the loss rose.
    fn settle(&mut self, penalty: Penalty, visited: &[usize]) -> Result<(), Error> {
        loop {
            let old = (self.intercept, self.coefficients.clone(), self.predictor.clone());
            let old_cost = self.value + penalty.of(&self.coefficients);
            let moved = self.descend(penalty, visited)?;
            self.expand();
            let mut share = 1.0;
            while self.value + penalty.of(&self.coefficients) > old_cost + 1e-12 * (1.0 + old_cost.abs())
                && share > 1e-6
            {
                share *= 0.5;
                let between = |new: &mut f64, old: f64| *new = old + 0.5 * (*new - old);
                between(&mut self.intercept, old.0);
                self.coefficients.iter_mut().zip(&old.1).for_each(|(new, &old)| between(new, old));
                self.predictor.iter_mut().zip(&old.2).for_each(|(new, &old)| between(new, old));
                self.expand();
            }
            if moved <= self.settled {
                return Ok(());
            }
        }
    }

    /// Minimises the present quadratic coordinate by coordinate; says by how much the first pass lowered it at most.
    fn descend(&mut self, penalty: Penalty, visited: &[usize]) -> Result<f64, Error> {
        let n = self.rows();
        let curvatures: Vec<f64> =
            visited.iter().map(|&j| weighted_square(values(&self.variables, j), &self.weights) / n).collect();
        let all_weights: f64 = self.weights.iter().sum();
        let mut first = None;
        loop {
            self.passes += 1;
            if self.passes > MOST_PASSES {
                return Err(Error::NotSettled { passes: MOST_PASSES });
            }
            let mut most: f64 = 0.0;
            for (&j, &curvature) in visited.iter().zip(&curvatures) {
                if curvature <= 0.0 {
                    continue;
                }
                let old = self.coefficients[j];
                let pull = self.slope(j) + curvature * old;
                let new = shrunk(pull, penalty.share * penalty.strength)
                    / (curvature + penalty.strength * (1.0 - penalty.share));
                let step = new - old;
                if step != 0.0 {
                    self.coefficients[j] = new;
                    self.step_along(j, step);
                    most = most.max(curvature * step * step);
                }
            }
            let step = self.intercept_step();
            if step != 0.0 {
                self.intercept += step;
                for ((residual, eta), weight) in
                    self.residuals.iter_mut().zip(&mut self.predictor).zip(&self.weights)
                {
                    *residual -= weight * step;
                    *eta += step;
                }
                most = most.max(all_weights / n * step * step);
            }
            first = first.or(Some(most));
            if most <= self.settled {
                return Ok(first.unwrap_or(0.0));
            }
        }
    }

    fn step_along(&mut self, j: usize, step: f64) {
        let rows = self.residuals.iter_mut().zip(&mut self.predictor).zip(&self.weights);
        for (((residual, eta), weight), value) in rows.zip(values(&self.variables, j)) {
            *residual -= weight * value * step;
            *eta += value * step;
        }
    }
}

/// Towards 0 by an amount, and no farther.
fn shrunk(value: f64, by: f64) -> f64 {
    value.signum() * (value.abs() - by).max(0.0)
}

/// A variable's values, which lie together.
fn values<'a>(variables: &ArrayView2<'a, f64>, j: usize) -> &'a [f64] {
    variables.slice_move(ndarray::s![j, ..]).to_slice().expect("a variable's values lie together")
}

/// Lanes of a sum: float sums keep their order, and one after the other would be slow.
const LANES: usize = 8;

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (a, b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        (0..LANES).for_each(|lane| lanes[lane] += a[lane] * b[lane]);
    }
    lanes.iter().sum::<f64>() + rest
}

fn weighted_square(values: &[f64], weights: &[f64]) -> f64 {
    values.iter().zip(weights).map(|(value, weight)| weight * value * value).sum()
}
