//! Everything that learns from rows, as one thing: harmonisation, filter, standardisation, penalty, coefficients.
//!
//! A fold of a cross-validation runs all of it on its own rows; nothing of the rows that it is judged by is in it.

use crate::combat::Combat;
use crate::elastic_net::{Accuracy, Fit, Penalty, path, path_while, strengths};
use crate::folds::Folds;
use crate::loss::Loss;
use crate::table::gathered;
use crate::{Error, Outcome, Standardisation, Table, filter};
use ndarray::{Array2, Axis};
use rayon::prelude::*;

/// How a pipeline learns.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Shares of L1 that are tried.
    pub shares: Vec<f64>,
    /// How many strengths are tried for each share.
    pub strengths: usize,
    /// The weakest strength, as a part of the strongest.
    pub least_ratio: f64,
    /// Folds that choose share and strength.
    pub folds: usize,
    /// Correlation (absolute) beyond which one of two variables is left out; 1 leaves out constants only.
    pub most_correlation: f64,
    /// Agreement (ICC) of a repeated measurement below which a variable is left out, where the table has one.
    pub least_agreement: f64,
    /// Whether sites are harmonised.
    pub harmonise: bool,
    /// Seed of the folds.
    pub seed: u64,
}

impl Default for Recipe {
    fn default() -> Recipe {
        Recipe {
            shares: vec![0.5, 1.0],
            strengths: 30,
            least_ratio: 0.02,
            folds: 5,
            most_correlation: 0.95,
            least_agreement: 0.75,
            harmonise: false,
            seed: 1,
        }
    }
}

/// What was learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// Harmonisation of sites, over all variables.
    pub combat: Option<Combat>,
    /// Places of the variables that are used.
    pub kept: Vec<usize>,
    /// Of the variables that are used.
    pub standardisation: Standardisation,
    /// The penalty that was chosen.
    pub penalty: Penalty,
    /// Coefficients of the standardised variables that are used.
    pub fit: Fit,
}

impl Pipeline {
    /// Learns from a table.
    ///
    /// # Errors
    /// Those of the parts: [`Error`].
    pub fn learnt(table: &Table, outcome: &Outcome, recipe: &Recipe) -> Result<Pipeline, Error> {
        let prepared = Prepared::learnt(table, recipe)?;
        let standard = prepared.applied(table)?;
        let penalty = chosen(table, outcome, recipe, &standard)?;
        let loss = Loss::of(outcome);
        // Along the path down to the chosen strength, since each fit starts from the one before.
        let mut along =
            strengths(standard.view(), &loss, penalty.share, recipe.strengths, recipe.least_ratio);
        along.retain(|&strength| strength > penalty.strength);
        along.push(penalty.strength);
        let fit = path(standard.view(), &loss, penalty.share, &along, Accuracy::Exact)?
            .pop()
            .expect("at least one");
        let Prepared { combat, kept, standardisation } = prepared;
        Ok(Pipeline { combat, kept, standardisation, penalty, fit })
    }

    /// Linear predictor of each row.
    ///
    /// # Errors
    /// [`Error::UnknownSite`].
    pub fn predict(&self, table: &Table) -> Result<Vec<f64>, Error> {
        let values = standard(self.combat.as_ref(), &self.kept, &self.standardisation, table)?;
        Ok(self.fit.predict(values.view()))
    }

    /// All variables as the filter saw them: harmonised, where that was learnt.
    ///
    /// # Errors
    /// [`Error::UnknownSite`].
    pub fn harmonised(&self, table: &Table) -> Result<Array2<f64>, Error> {
        Ok(harmonised(self.combat.as_ref(), table)?.unwrap_or_else(|| table.values.clone()))
    }

    /// Places and coefficients (of the standardised variable) of the variables that count.
    pub fn used(&self) -> Vec<(usize, f64)> {
        let all = self.kept.iter().copied().zip(self.fit.coefficients.iter().copied());
        all.filter(|(_, coefficient)| *coefficient != 0.0).collect()
    }
}

/// What is learnt before the fit.
struct Prepared {
    combat: Option<Combat>,
    kept: Vec<usize>,
    standardisation: Standardisation,
}

impl Prepared {
    fn learnt(table: &Table, recipe: &Recipe) -> Result<Prepared, Error> {
        let none = Array2::zeros((0, table.rows()));
        let combat = match table.sites.as_deref().filter(|_| recipe.harmonise) {
            Some(sites) => Some(Combat::learnt(table.values.view(), sites, none.view())?),
            None => None,
        };
        let harmonised = harmonised(combat.as_ref(), table)?;
        let values = harmonised.as_ref().unwrap_or(&table.values);
        let kept = match &table.repeat {
            None => filter::distinct(values.view(), recipe.most_correlation),
            Some(again) => {
                let sound = filter::repeatable(table.values.view(), again.view(), recipe.least_agreement);
                let distinct =
                    filter::distinct(values.select(Axis(0), &sound).view(), recipe.most_correlation);
                distinct.into_iter().map(|at| sound[at]).collect()
            }
        };
        let standardisation = Standardisation::learnt(values.select(Axis(0), &kept).view());
        Ok(Prepared { combat, kept, standardisation })
    }

    fn applied(&self, table: &Table) -> Result<Array2<f64>, Error> {
        standard(self.combat.as_ref(), &self.kept, &self.standardisation, table)
    }
}

fn harmonised(combat: Option<&Combat>, table: &Table) -> Result<Option<Array2<f64>>, Error> {
    let Some((combat, sites)) = combat.zip(table.sites.as_deref()) else { return Ok(None) };
    let none = Array2::zeros((0, table.rows()));
    combat.applied(table.values.view(), sites, none.view()).map(Some)
}

/// The variables that are used, harmonised and standardised.
fn standard(
    combat: Option<&Combat>,
    kept: &[usize],
    standardisation: &Standardisation,
    table: &Table,
) -> Result<Array2<f64>, Error> {
    let harmonised = harmonised(combat, table)?;
    let values = harmonised.as_ref().unwrap_or(&table.values).select(Axis(0), kept);
    Ok(standardisation.applied(values.view()))
}

/// The penalty with the least loss on rows that were not learnt from, summed over the inner folds. What was prepared on all
/// rows of the pipeline is kept through its inner folds: they choose between penalties, and judge nothing.
fn chosen(
    table: &Table,
    outcome: &Outcome,
    recipe: &Recipe,
    standard: &Array2<f64>,
) -> Result<Penalty, Error> {
    let folds = Folds::grouped(&table.groups, outcome, recipe.folds, recipe.seed)?;
    let all = Loss::of(outcome);
    let tried: Vec<(f64, Vec<f64>)> = recipe
        .shares
        .iter()
        .map(|&share| (share, strengths(standard.view(), &all, share, recipe.strengths, recipe.least_ratio)))
        .collect();
    // Of each fold the losses of each share's strengths, as far as it went.
    let of_fold = |fold: usize| {
        let (learn, judge) = folds.split(fold);
        let (learnt_outcome, judged_outcome) = (outcome.take(&learn), outcome.take(&judge));
        let (learnt, judged) = (gathered(standard.view(), &learn), gathered(standard.view(), &judge));
        let (learnt_loss, judged_loss) = (Loss::of(&learnt_outcome), Loss::of(&judged_outcome));
        let of_share = |(share, strengths): &(f64, Vec<f64>)| {
            let mut own = Vec::new();
            let goes_on = |fit: &Fit| {
                own.push(judge.len() as f64 * judged_loss.value(&fit.predict(judged.view())));
                !is_past_its_best(&own)
            };
            path_while(learnt.view(), &learnt_loss, *share, strengths, Accuracy::Choosing, goes_on)?;
            Ok(own)
        };
        tried.iter().map(of_share).collect::<Result<Vec<Vec<f64>>, Error>>()
    };
    let of_folds = (0..folds.count).into_par_iter().map(of_fold).collect::<Result<Vec<_>, Error>>()?;
    let mut losses: Vec<Vec<f64>> = tried.iter().map(|(_, strengths)| vec![0.0; strengths.len()]).collect();
    for of_fold in &of_folds {
        for (losses, own) in losses.iter_mut().zip(of_fold) {
            // Only strengths that every fold has reached are compared.
            losses.truncate(own.len());
            losses.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        }
    }
    let mut best: Option<(f64, Penalty)> = None;
    for ((share, strengths), losses) in tried.iter().zip(&losses) {
        for (&strength, &loss) in strengths.iter().zip(losses) {
            if best.is_none_or(|(least, _)| loss < least) {
                best = Some((loss, Penalty { share: *share, strength }));
            }
        }
    }
    Ok(best.expect("a share and a strength").1)
}

/// Fits after the best one that are still tried.
const PATIENCE: usize = 5;

/// Whether weaker penalties have made the loss worse for a while.
fn is_past_its_best(losses: &[f64]) -> bool {
    let best = losses.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(at, _)| at);
    losses.len() > best + PATIENCE
}
