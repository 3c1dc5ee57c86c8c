//! A model from what was trained and what only a person knows of it.

use super::{
    Class, Comparator, Conformal, CutOff, Described, Evidence, Harmonisation, Kind, Missing, Model,
    Provenance, Range, SCHEMA, Scope, Variable,
};
use crate::loss::probability;
use crate::training::{CONFORMAL_SHARE, Plan, Trained};
use crate::{Error, Outcome, Table};
use ndarray::Axis;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What only a person knows of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// A short name.
    pub name: String,
    /// What it is meant for.
    pub intended_use: String,
    /// Class of evidence that its use would need.
    pub class: Option<Class>,
    /// Patients and scans that it speaks about.
    pub scope: Scope,
    /// What is predicted, in words with its unit.
    pub target: String,
    /// What is done about a variable that a row lacks.
    pub missing: Missing,
    /// Lesions below this volume (mm³) are flagged.
    pub least_volume_mm3: f64,
    /// Cut-offs; one that is not a number is the median of the scores of rows not learnt from.
    pub cut_offs: Vec<CutOff>,
    /// Licence of the model.
    pub licence: String,
    /// What is known of patents on its use.
    pub patent_note: String,
    /// Publications.
    pub references: Vec<String>,
}

/// What a table's column is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meaning {
    /// Code of the IBSI.
    pub ibsi_id: String,
    /// How the feature was gathered.
    pub aggregation: String,
    /// The filter whose response it describes.
    pub filter: String,
    /// The region that it describes.
    pub region: String,
}

/// Where rows and columns come from.
pub struct Origin<'a> {
    /// The recipe of the features; empty where none were extracted.
    pub recipe: String,
    /// What each column is.
    pub meaning: &'a dyn Fn(&str) -> Meaning,
    /// Column of the site, and its values by number.
    pub sites: Option<(String, Vec<String>)>,
    /// Whether the linear predictor is corrected by what was found on rows not learnt from.
    pub recalibrate: bool,
    /// Who was in training.
    pub population: Vec<Described>,
    /// Where it all comes from; counts, seed and program are filled in.
    pub provenance: Provenance,
}

impl Model {
    /// The model of a training.
    ///
    /// # Errors
    /// Those of scoring the table.
    pub fn of(
        trained: &Trained,
        table: &Table,
        outcome: &Outcome,
        plan: &Plan,
        card: Card,
        origin: Origin,
    ) -> Result<Model, Error> {
        let pipeline = &trained.pipeline;
        let used = pipeline.used();
        let places: Vec<usize> = used.iter().map(|(at, _)| *at).collect();
        let values = pipeline.harmonised(table)?.select(Axis(0), &places);
        let kind = match outcome {
            Outcome::Continuous(_) => Kind::Linear,
            Outcome::Binary(_) => Kind::Logistic,
            Outcome::Survival { .. } => Kind::Cox,
        };
        let variable = |(n, &(at, coefficient)): (usize, &(usize, f64))| {
            let kept = pipeline.kept.iter().position(|&kept| kept == at).expect("a used variable was kept");
            let Meaning { ibsi_id, aggregation, filter, region } = (origin.meaning)(&table.names[at]);
            let own = values.row(n);
            Variable {
                column: table.names[at].clone(),
                ibsi_id,
                aggregation,
                filter,
                region,
                mean: pipeline.standardisation.mean[kept],
                deviation: pipeline.standardisation.deviation[kept],
                range: own.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &value| {
                    [low.min(value), high.max(value)]
                }),
                coefficient,
                used_in_folds: trained.used_in_folds[at],
            }
        };
        let calibration = (kind == Kind::Logistic && origin.recalibrate)
            .then_some(trained.performance.calibration)
            .flatten()
            .map(|found| [found.slope, found.intercept]);
        let score = |eta: f64| match (kind, calibration) {
            (Kind::Logistic, Some([slope, intercept])) => probability(intercept + slope * eta),
            (Kind::Logistic, None) => probability(eta),
            _ => eta,
        };
        let mut scores: Vec<f64> =
            trained.folds.iter().flat_map(|fold| fold.predictor.iter().map(|&eta| score(eta))).collect();
        scores.sort_by(f64::total_cmp);
        let median = scores[scores.len() / 2];
        let cut_off = |cut: CutOff| match cut.value.is_finite() {
            true => cut,
            false => {
                CutOff { value: median, origin: "median of the scores of rows not learnt from".into(), ..cut }
            }
        };
        let combat = pipeline.combat.as_ref().zip(origin.sites);
        let mut model = Model {
            schema: SCHEMA.into(),
            name: card.name,
            intended_use: card.intended_use,
            class: card.class,
            scope: card.scope,
            target: card.target,
            kind,
            recipe_sha256: hex(&origin.recipe),
            recipe: origin.recipe,
            intercept: pipeline.fit.intercept,
            variables: used.iter().enumerate().map(variable).collect(),
            coefficient_covariance: trained.covariance.clone(),
            training: trained.neighbourhood.clone(),
            harmonisation: combat
                .map(|(combat, (column, sites))| Harmonisation::of(combat, &column, &sites, &places)),
            missing: card.missing,
            least_volume_mm3: card.least_volume_mm3,
            cut_offs: card.cut_offs.into_iter().map(cut_off).collect(),
            calibration,
            conformal: trained.conformal.map(|residual| Conformal { share: CONFORMAL_SHARE, residual }),
            score_range: [scores[0], scores[scores.len() - 1]],
            evidence: evidence(trained, table, plan, origin.population),
            provenance: Provenance {
                patients: table.groups.iter().collect::<std::collections::BTreeSet<_>>().len(),
                rows: table.rows(),
                events: trained.events,
                seed: plan.recipe.seed,
                ..origin.provenance
            },
            licence: card.licence,
            patent_note: card.patent_note,
            references: card.references,
            sha256: String::new(),
        };
        model.sha256 = model.hash();
        Ok(model)
    }
}

fn evidence(trained: &Trained, table: &Table, plan: &Plan, population: Vec<Described>) -> Evidence {
    let mut rows = BTreeMap::<usize, usize>::new();
    table.groups.iter().for_each(|&group| *rows.entry(group).or_default() += 1);
    let mut rows: Vec<usize> = rows.into_values().collect();
    rows.sort_unstable();
    let comparator = |(name, performance): &(String, _)| Comparator {
        name: name.clone(),
        performance: Clone::clone(performance),
    };
    Evidence {
        candidates: table.names.len(),
        folds: [plan.folds, plan.recipe.folds],
        bootstraps: plan.bootstraps,
        least_events: plan.least_events,
        shares: plan.recipe.shares.clone(),
        penalty: [trained.pipeline.penalty.share, trained.pipeline.penalty.strength],
        most_correlation: plan.recipe.most_correlation,
        least_agreement: table.repeat.as_ref().map(|_| plan.recipe.least_agreement),
        performance: trained.performance.clone(),
        comparators: trained.comparators.iter().map(comparator).collect(),
        apparent: trained.apparent,
        optimism: trained.optimism,
        rows_per_patient: [rows[0], rows[rows.len() / 2], rows[rows.len() - 1]],
        population,
        warnings: trained.warnings.clone(),
    }
}

/// Least and greatest value of a column, for the scope of a model.
pub fn range_of(column: &str, values: &[f64]) -> Range {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Range { column: column.into(), least, greatest }
}

fn hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
