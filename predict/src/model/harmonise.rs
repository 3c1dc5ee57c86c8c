//! Shifts and stretches of sites, as a model carries them for its own variables.

use crate::combat::Combat;
use serde::{Deserialize, Serialize};

/// What harmonisation learnt, for the variables of a model, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Harmonisation {
    /// Column of the table that names the site.
    pub column: String,
    /// Mean of each variable over all sites.
    pub mean: Vec<f64>,
    /// Pooled standard deviation of each variable within sites.
    pub deviation: Vec<f64>,
    /// The sites of training; no other can be harmonised.
    pub sites: Vec<Site>,
}

/// A site of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Its name in the table.
    pub name: String,
    /// Added to each variable (pooled standard deviations).
    pub shift: Vec<f64>,
    /// Factor of each variable's variance.
    pub stretch: Vec<f64>,
}

impl Harmonisation {
    /// Of the variables at these places of the table that `combat` learnt from; `sites` names its sites by their number.
    pub fn of(combat: &Combat, column: &str, sites: &[String], places: &[usize]) -> Harmonisation {
        let pick = |of: &[f64]| places.iter().map(|&at| of[at]).collect();
        let site = |(&number, effects): (&usize, &Vec<crate::combat::SiteEffect>)| Site {
            name: sites[number].clone(),
            shift: places.iter().map(|&at| effects[at].shift).collect(),
            stretch: places.iter().map(|&at| effects[at].stretch).collect(),
        };
        Harmonisation {
            column: column.into(),
            mean: pick(&combat.mean),
            deviation: pick(&combat.deviation),
            sites: combat.sites.iter().map(site).collect(),
        }
    }

    /// The site of this name.
    pub fn site(&self, name: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.name == name)
    }

    /// A value of variable `j` with the site's effect taken out.
    pub fn without_site(&self, site: &Site, j: usize, value: f64) -> f64 {
        let standard = (value - self.mean[j]) / self.deviation[j];
        self.mean[j] + self.deviation[j] * (standard - site.shift[j]) / site.stretch[j].sqrt()
    }
}
