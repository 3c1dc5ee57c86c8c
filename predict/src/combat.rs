//! Harmonisation of sites, learnt apart from where it is applied.
//!
//! Each site shifts and stretches every variable; shift and stretch are shrunk towards those of all variables at that site
//! (empirical Bayes). W. E. Johnson, C. Li, A. Rabinovic, Biostatistics 8, 118 (2007); for images J.-P. Fortin et al.,
//! NeuroImage 161, 149 (2017). What is learnt from some rows can be applied to others of the same sites, never to a site that
//! was not learnt.

use crate::Error;
use nalgebra::{DMatrix, DVector};
use ndarray::{Array2, ArrayView2};
use std::collections::BTreeMap;

/// Rows that a site has at least.
pub const LEAST_ROWS: usize = 10;
/// Shift and stretch are iterated until they change by less than this share.
const SETTLED: f64 = 1e-10;
/// Rounds after which what there is is taken.
const MOST_ROUNDS: usize = 1000;

/// Shifts and stretches of sites.
#[derive(Clone, Debug, PartialEq)]
pub struct Combat {
    /// Mean of each variable over all sites.
    pub mean: Vec<f64>,
    /// Pooled standard deviation of each variable within sites.
    pub deviation: Vec<f64>,
    /// Effect of each preserved covariate on each variable: one row a variable.
    pub covariate_effects: Array2<f64>,
    /// What each site does to each variable.
    pub sites: BTreeMap<usize, Vec<SiteEffect>>,
}

/// What a site does to a variable, in pooled standard deviations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SiteEffect {
    /// Added.
    pub shift: f64,
    /// Factor of the variance.
    pub stretch: f64,
}

impl Combat {
    /// Learns from `variables` (one row a variable) of rows of these sites. `covariates` (one row a covariate) are known
    /// causes of difference, such as age, whose effect is kept; the outcome must not be among them.
    ///
    /// # Errors
    /// [`Error::Site`] if a site has fewer than [`LEAST_ROWS`] rows or there is only one; [`Error::Covariates`] if sites
    /// determine the covariates.
    pub fn learnt(
        variables: ArrayView2<f64>,
        sites: &[usize],
        covariates: ArrayView2<f64>,
    ) -> Result<Combat, Error> {
        let mut rows = BTreeMap::<usize, Vec<usize>>::new();
        sites.iter().enumerate().for_each(|(row, &site)| rows.entry(site).or_default().push(row));
        if let Some((&site, few)) = rows.iter().find(|(_, rows)| rows.len() < LEAST_ROWS) {
            return Err(Error::Site { site, rows: few.len(), least: LEAST_ROWS });
        }
        let places: BTreeMap<usize, usize> =
            rows.keys().enumerate().map(|(place, &site)| (site, place)).collect();
        let (n, k) = (sites.len(), places.len());
        let design = DMatrix::from_fn(n, k + covariates.nrows(), |row, column| match column.checked_sub(k) {
            None => f64::from(u8::from(places[&sites[row]] == column)),
            Some(covariate) => covariates[[covariate, row]],
        });
        let normal = (design.transpose() * &design).cholesky().ok_or(Error::Covariates)?;

        let mut learnt = Combat {
            mean: Vec::new(),
            deviation: Vec::new(),
            covariate_effects: Array2::zeros((variables.nrows(), covariates.nrows())),
            sites: BTreeMap::new(),
        };
        for (j, values) in variables.rows().into_iter().enumerate() {
            let values = DVector::from_iterator(n, values.iter().copied());
            let effects = normal.solve(&(design.transpose() * &values));
            let mean = rows.iter().map(|(site, rows)| rows.len() as f64 * effects[places[site]]).sum::<f64>()
                / n as f64;
            let variance = (&values - &design * &effects).norm_squared() / n as f64;
            learnt.mean.push(mean);
            learnt.deviation.push(if variance > 0.0 { variance.sqrt() } else { 1.0 });
            for covariate in 0..covariates.nrows() {
                learnt.covariate_effects[[j, covariate]] = effects[k + covariate];
            }
        }
        let standard = learnt.standard(variables, covariates);
        learnt.sites = rows.iter().map(|(&site, rows)| (site, site_effects(&standard, rows))).collect();
        Ok(learnt)
    }

    /// Rows of known sites with the sites' effects taken out.
    ///
    /// # Errors
    /// [`Error::UnknownSite`].
    pub fn applied(
        &self,
        variables: ArrayView2<f64>,
        sites: &[usize],
        covariates: ArrayView2<f64>,
    ) -> Result<Array2<f64>, Error> {
        let mut values = self.standard(variables, covariates);
        for (row, &site) in sites.iter().enumerate() {
            let effects = self.sites.get(&site).ok_or(Error::UnknownSite { site, row: row + 1 })?;
            for (j, effect) in effects.iter().enumerate() {
                let without_site = (values[[j, row]] - effect.shift) / effect.stretch.sqrt();
                values[[j, row]] = self.deviation[j] * without_site + self.expected(j, covariates, row);
            }
        }
        Ok(values)
    }

    fn expected(&self, j: usize, covariates: ArrayView2<f64>, row: usize) -> f64 {
        let effects = self.covariate_effects.row(j);
        self.mean[j]
            + effects.iter().zip(covariates.column(row)).map(|(effect, value)| effect * value).sum::<f64>()
    }

    fn standard(&self, variables: ArrayView2<f64>, covariates: ArrayView2<f64>) -> Array2<f64> {
        Array2::from_shape_fn(variables.dim(), |(j, row)| {
            (variables[[j, row]] - self.expected(j, covariates, row)) / self.deviation[j]
        })
    }
}

/// Shift and stretch of every variable at one site.
fn site_effects(standard: &Array2<f64>, rows: &[usize]) -> Vec<SiteEffect> {
    let n = rows.len() as f64;
    let own: Vec<SiteEffect> = standard
        .rows()
        .into_iter()
        .map(|values| {
            let shift = rows.iter().map(|&row| values[row]).sum::<f64>() / n;
            let squares = rows.iter().map(|&row| (values[row] - shift).powi(2)).sum::<f64>();
            let stretch = squares / (n - 1.0);
            SiteEffect { shift, stretch: if stretch > 0.0 { stretch } else { 1.0 } }
        })
        .collect();
    let (shift_mean, shift_variance) = moments(own.iter().map(|effect| effect.shift));
    let (stretch_mean, stretch_variance) = moments(own.iter().map(|effect| effect.stretch));
    if shift_variance <= 0.0 || stretch_variance <= 0.0 {
        return own; // a single variable has no others to lean on
    }
    // Inverse gamma with the mean and the variance of the stretches.
    let shape = (2.0 * stretch_variance + stretch_mean.powi(2)) / stretch_variance;
    let scale = (stretch_mean * stretch_variance + stretch_mean.powi(3)) / stretch_variance;
    let shrunk = |(values, own): (ndarray::ArrayView1<f64>, &SiteEffect)| {
        let mut now = *own;
        for _ in 0..MOST_ROUNDS {
            let shift = (shift_variance * n * own.shift + now.stretch * shift_mean)
                / (shift_variance * n + now.stretch);
            let squares = rows.iter().map(|&row| (values[row] - shift).powi(2)).sum::<f64>();
            let stretch = (0.5 * squares + scale) / (0.5 * n + shape - 1.0);
            let change = (shift - now.shift).abs() / now.shift.abs().max(1e-6)
                + (stretch - now.stretch).abs() / now.stretch;
            now = SiteEffect { shift, stretch };
            if change < SETTLED {
                break;
            }
        }
        now
    };
    standard.rows().into_iter().zip(&own).map(shrunk).collect()
}

/// Mean and variance (n − 1) of some numbers.
fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    (mean, values.map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0))
}
