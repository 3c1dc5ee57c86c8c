//! TRIPOD+AI and METRICS, filled in as far as the log of a training goes.

use super::super::pages::{counts, two};
use super::text::scope;
use ::predict::model::{Kind, Model};

/// An item of a checklist.
pub struct Item {
    pub number: &'static str,
    pub topic: &'static str,
    /// Its weight, where the checklist has one.
    pub weight: Option<f64>,
    /// What the log says; empty where only a person knows.
    pub found: String,
}

/// The items of TRIPOD+AI (G. S. Collins et al., BMJ 385, e078378 (2024)), in our words.
pub fn tripod(model: &Model) -> Vec<Item> {
    let (evidence, provenance) = (&model.evidence, &model.provenance);
    let own = &evidence.performance;
    let none = String::new;
    let stated = |text: &str| if text.starts_with("not stated") { String::new() } else { text.to_owned() };
    let counts = counts(model);
    let population: Vec<String> =
        evidence.population.iter().map(|line| format!("{}: {}", line.column, line.values)).collect();
    let preparation = format!(
        "variables standardised, one of two correlated above {} left out{}{}; all inside the folds",
        evidence.most_correlation,
        evidence.least_agreement.map_or_else(String::new, |least| format!(
            ", those with an agreement below {least} in a repeated measurement left out"
        )),
        if model.harmonisation.is_some() { ", effects of sites taken out (ComBat)" } else { "" }
    );
    let result = format!(
        "{} {}{}, calibration slope {}",
        own.measure,
        two(own.value),
        own.interval.map_or_else(String::new, |[low, high]| format!(" ({low:.2} to {high:.2})")),
        two(own.calibration.map(|found| found.slope))
    );
    let beside: Vec<String> = evidence
        .comparators
        .iter()
        .map(|other| format!("{} alone {}", other.name, two(other.performance.value)))
        .collect();
    let output = match model.kind {
        Kind::Linear => "a number",
        Kind::Logistic => "a probability",
        Kind::Cox => "the logarithm of a relative hazard",
    };
    let cut_offs: Vec<String> =
        model.cut_offs.iter().map(|cut| format!("cut-off {:.4} ({})", cut.value, cut.origin)).collect();
    let item = |number, topic, found| Item { number, topic, weight: None, found };
    vec![
        item("1", "title: target population, outcome, kind of model", none()),
        item("2", "abstract", none()),
        item("3a", "background: clinical context, existing models", none()),
        item("3b", "target population and intended users", stated(&model.intended_use)),
        item("3c", "known health inequalities", none()),
        item("4", "objectives", none()),
        item("5a", "source of the data, representativeness", stated(&provenance.note)),
        item("5b", "dates", none()),
        item("6a", "setting, number and place of centres", sites(model)),
        item("6b", "eligibility", none()),
        item("6c", "treatments", none()),
        item("7", "data preparation", preparation.clone()),
        item("8a", "outcome: definition, time, assessment", stated(&model.target)),
        item("8b", "who assessed the outcome", none()),
        item("8c", "blinding of the outcome", none()),
        item(
            "9a",
            "choice of predictors",
            format!("{} offered, {} used", evidence.candidates, model.variables.len()),
        ),
        item("9b", "definition of predictors", recipe(model)),
        item("9c", "who assessed the predictors", none()),
        item(
            "10",
            "sample size",
            format!("{counts}; trained from {} events on; no calculation", evidence.least_events),
        ),
        item(
            "11",
            "missing data",
            "rows with a missing value were refused or left out; see the notes of the training's run.json"
                .into(),
        ),
        item("12a", "partition of the data", partition(model)),
        item("12b", "handling of predictors", preparation),
        item(
            "12c",
            "kind of model, how it was built",
            format!(
                "elastic net, shares of L1 tried: {:?}; strength chosen by {} inner folds",
                evidence.shares, evidence.folds[1]
            ),
        ),
        item("12d", "differences between clusters", sites(model)),
        item(
            "12e",
            "measures of performance",
            format!(
                "{}, calibration slope and intercept{}",
                own.measure,
                if own.brier.is_some() { ", Brier score, decision curve" } else { "" }
            ),
        ),
        item(
            "12f",
            "updating of the model",
            model.calibration.map_or_else(none, |[slope, intercept]| {
                format!("probabilities recalibrated: slope {slope:.2}, intercept {intercept:.2}")
            }),
        ),
        item(
            "12g",
            "how predictions are calculated",
            "the model file has every number; docs/formats/model.md the formula".into(),
        ),
        item("13", "class imbalance", "no resampling, no weights".into()),
        item("14", "fairness", none()),
        item("15", "output of the model, cut-offs", [vec![output.to_owned()], cut_offs].concat().join("; ")),
        item("16", "differences between development and evaluation", "one table, cross-validated".into()),
        item("17", "ethics", none()),
        item("18a", "funding", none()),
        item("18b", "conflicts of interest", none()),
        item("18c", "protocol", none()),
        item("18d", "registration", none()),
        item("18e", "data sharing", none()),
        item("18f", "code sharing", format!("{}, open source", provenance.program)),
        item("19", "involvement of patients and the public", none()),
        item("20a", "flow of participants", counts.clone()),
        item("20b", "characteristics of participants", population.join("; ")),
        item("20c", "comparison with development data", none()),
        item("21", "participants and events of each analysis", counts),
        item("22", "the whole model", format!("the model file, SHA-256 {:.12}…", model.sha256)),
        item("23a", "performance with intervals", [vec![result], beside].concat().join("; ")),
        item("23b", "heterogeneity of performance", "fold by fold in the training's report".into()),
        item("24", "results of updating", none()),
        item("25", "interpretation", none()),
        item("26", "limitations", evidence.warnings.join("; ")),
        item(
            "27a",
            "poor or missing input",
            "no answer, with the reason, beyond the scope, the distance or the site of training".into(),
        ),
        item("27b", "what a user must do and know", none()),
        item("27c", "next steps", none()),
    ]
}

/// The items of METRICS with their weights (B. Kocak et al., Insights Imaging 15, 8 (2024), Table 1).
pub fn metrics(model: &Model) -> Vec<Item> {
    let evidence = &model.evidence;
    let own = &evidence.performance;
    let none = String::new;
    let has_recipe = !model.recipe.is_empty();
    let of_recipe = |text: &str| if has_recipe { text.to_owned() } else { String::new() };
    let beside: Vec<&str> = evidence.comparators.iter().map(|other| other.name.as_str()).collect();
    let per_variable = model.provenance.events as f64 / model.variables.len().max(1) as f64;
    let item = |number, weight, topic, found| Item { number, topic, weight: Some(weight), found };
    vec![
        item("1", 0.0368, "adherence to checklists or guidelines", none()),
        item("2", 0.0735, "eligibility criteria of a representative population", none()),
        item("3", 0.0919, "high-quality reference standard, clearly defined", none()),
        item("4", 0.0438, "several centres", sites(model)),
        item("5", 0.0292, "clinical translatability of the imaging source", none()),
        item("6", 0.0438, "imaging protocol with acquisition parameters", scope(model)),
        item("7", 0.0292, "interval between imaging and reference standard", none()),
        item("8", 0.0337, "description of the segmentation", none()),
        item("9", 0.0225, "evaluation of a fully automatic segmentation", none()),
        item("10", 0.0112, "test masks by a single reader or tool", none()),
        item(
            "11",
            0.0622,
            "appropriate preprocessing, described",
            of_recipe("the recipe, whole, in the model file"),
        ),
        item(
            "12",
            0.0311,
            "standardised software for the extraction",
            of_recipe("straydose radiomics, IBSI (docs/ibsi-compliance.md)"),
        ),
        item("13", 0.0415, "parameters of the extraction", of_recipe("the recipe, whole, in the model file")),
        item(
            "14",
            0.0200,
            "removal of features that are not robust",
            evidence.least_agreement.map_or_else(none, |least| {
                format!("agreement below {least} in a repeated measurement, inside the folds")
            }),
        ),
        item(
            "15",
            0.0200,
            "removal of redundant features",
            format!("correlation above {}, inside the folds", evidence.most_correlation),
        ),
        item(
            "16",
            0.0300,
            "dimensionality against the amount of data",
            format!(
                "{per_variable:.1} events for each variable used, {} variables offered",
                evidence.candidates
            ),
        ),
        item(
            "17",
            0.0200,
            "robustness of an end-to-end deep-learning pipeline",
            "not applicable: no deep learning".into(),
        ),
        item("18", 0.0599, "proper partition of the data", partition(model)),
        item("19", 0.0300, "confounders", none()),
        item("20", 0.0352, "appropriate measures of performance", own.measure.clone()),
        item(
            "21",
            0.0234,
            "uncertainty",
            own.interval.map_or_else(none, |[low, high]| {
                format!("95 % interval {low:.2} to {high:.2} by drawing patients anew")
            }),
        ),
        item(
            "22",
            0.0176,
            "calibration",
            own.calibration.map_or_else(none, |found| format!("slope {:.2}, with a plot", found.slope)),
        ),
        item("23", 0.0117, "one kind of imaging, or proof that it is inferior", none()),
        item("24", 0.0293, "comparison without radiomics, or added clinical value", beside.join(", ")),
        item("25", 0.0176, "comparison with simple classical models", "it is one: an elastic net".into()),
        item("26", 0.0375, "internal testing", partition(model)),
        item("27", 0.0749, "external testing", none()),
        item("28", 0.0075, "availability of the data", none()),
        item("29", 0.0075, "availability of the code", model.provenance.program.clone()),
        item("30", 0.0075, "availability of the model", none()),
    ]
}

fn partition(model: &Model) -> String {
    format!(
        "nested cross-validation, {} outer and {} inner folds, all rows of a patient in one fold, classes spread evenly",
        model.evidence.folds[0], model.evidence.folds[1]
    )
}

fn recipe(model: &Model) -> String {
    if model.recipe.is_empty() {
        "columns of the table".into()
    } else {
        format!("IBSI features by the recipe {:.12}…, which is in the model file", model.recipe_sha256)
    }
}

fn sites(model: &Model) -> String {
    let of_model = model.harmonisation.as_ref().map(|harmonisation| {
        let names: Vec<&str> = harmonisation.sites.iter().map(|site| site.name.as_str()).collect();
        format!("{}, harmonised", names.join(", "))
    });
    let of_log = model.evidence.population.iter().find(|line| line.column == "site");
    of_model.or_else(|| of_log.map(|line| line.values.clone())).unwrap_or_default()
}
