//! Models as files: what was written is read, what was changed is refused, what is out of scope gets no answer.

use predict::distance::Neighbourhood;
use predict::model::{
    Answer, Class, Conformal, CutOff, Evidence, Given, Kind, Missing, Model, Provenance, Range, SCHEMA,
    Scope, Score, Variable, Words,
};
use sha2::{Digest, Sha256};

fn model() -> Model {
    let variable = |column: &str, coefficient: f64| Variable {
        column: column.into(),
        ibsi_id: "Q4LE".into(),
        aggregation: String::new(),
        filter: "none".into(),
        region: "lesion".into(),
        mean: 10.0,
        deviation: 2.0,
        range: [4.0, 16.0],
        coefficient,
        used_in_folds: 5,
    };
    let recipe = "name = \"a recipe\"\n";
    Model {
        schema: SCHEMA.into(),
        name: "synthetic".into(),
        intended_use: "tests".into(),
        class: Some(Class::B),
        scope: Scope {
            cancers: vec!["melanoma".into()],
            modalities: vec!["CT".into()],
            contrast: Some(true),
            ranges: vec![Range { column: "kvp".into(), least: 100.0, greatest: 140.0 }],
            words: vec![Words { column: "site".into(), known: vec!["liver".into(), "lung".into()] }],
        },
        target: "CD8 score (0 to 1)".into(),
        kind: Kind::Logistic,
        recipe: recipe.into(),
        recipe_sha256: Sha256::digest(recipe).iter().map(|byte| format!("{byte:02x}")).collect(),
        intercept: 0.25,
        variables: vec![variable("stat_mean", 0.5), variable("stat_var", -1.0)],
        coefficient_covariance: vec![vec![0.04, 0.0], vec![0.0, 0.01]],
        training: Neighbourhood {
            mean: vec![0.0, 0.0],
            covariance: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
            usual: 3.0,
        },
        harmonisation: None,
        missing: Missing::Refuse,
        least_volume_mm3: 1000.0,
        cut_offs: vec![CutOff {
            below: "cold".into(),
            above: "hot".into(),
            value: 0.5,
            origin: "median of training".into(),
        }],
        calibration: None,
        conformal: None,
        score_range: [0.0, 1.0],
        evidence: Evidence::default(),
        provenance: Provenance { is_synthetic: true, ..Provenance::default() },
        licence: "none".into(),
        patent_note: "none known".into(),
        references: vec![],
        sha256: String::new(),
    }
}

struct Row {
    values: Vec<(&'static str, f64)>,
    recipe_sha256: String,
    modality: &'static str,
    contrast: bool,
    volume_mm3: f64,
    site: &'static str,
}

fn row() -> Row {
    let values = vec![("stat_mean", 12.0), ("stat_var", 11.0), ("kvp", 120.0)];
    Row {
        values,
        recipe_sha256: model().recipe_sha256,
        modality: "CT",
        contrast: true,
        volume_mm3: 5000.0,
        site: "lung",
    }
}

fn answer(model: &Model, row: &Row) -> Answer {
    let value = |column: &str| row.values.iter().find(|(name, _)| *name == column).map(|(_, value)| *value);
    model.score(&Given {
        value: &value,
        word: &|column| (column == "site").then(|| row.site.to_owned()),
        recipe_sha256: &row.recipe_sha256,
        modality: Some(row.modality),
        cancer: None,
        contrast: Some(row.contrast),
        site: Some(row.site),
        volume_mm3: Some(row.volume_mm3),
    })
}

fn scored(model: &Model, row: &Row) -> Score {
    match answer(model, row) {
        Answer::Score(score) => score,
        Answer::None { reasons } => panic!("{reasons:?}"),
    }
}

fn reason(model: &Model, row: &Row) -> String {
    match answer(model, row) {
        Answer::Score(score) => panic!("{score:?}"),
        Answer::None { reasons } => reasons.join("; "),
    }
}

#[test]
fn a_model_comes_back_as_it_was_written_and_every_changed_digit_is_noticed() {
    let text = model().to_json();
    let read = Model::from_json(&text).expect("as written");
    assert_eq!(Model { sha256: String::new(), ..read }, model());
    let digits: Vec<usize> = text.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
    for at in digits {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'9' { b'8' } else { changed[at] + 1 };
        let changed = String::from_utf8(changed).expect("digits");
        assert!(Model::from_json(&changed).is_err(), "the digit at {at}");
    }
    let renamed = text.replace("\"intended_use\"", "\"intended_abuse\"");
    assert!(Model::from_json(&renamed).unwrap_err().to_string().contains("intended_abuse"));
}

#[test]
fn a_score_is_the_sum_of_its_contributions() {
    let score = scored(&model(), &row());
    let parts: Vec<f64> = score.contributions.iter().map(|c| c.part).collect();
    assert_eq!(parts, [0.5, -0.5]);
    let expected = 1.0 / (1.0 + (-0.25f64).exp());
    assert!((score.score - expected).abs() < 1e-12);
    assert_eq!(score.verdict.as_deref(), Some("hot"));
    // Standardised values 1 and 0.5: variance 0.04 + 0.0025.
    let [lower, upper] = score.bounds.expect("a covariance");
    let width = 1.644_853_627 * 0.0425f64.sqrt();
    assert!((lower - 1.0 / (1.0 + (-(0.25 - width)).exp())).abs() < 1e-9 && upper > score.score);
    assert!(score.flags.is_empty(), "{:?}", score.flags);
}

#[test]
fn a_number_has_the_conformal_bounds() {
    let conformal = Some(Conformal { share: 0.9, residual: 0.4 });
    let linear = Model { kind: Kind::Linear, conformal, ..model() };
    let score = scored(&linear, &row());
    assert_eq!((score.score, score.bounds), (0.25, Some([0.25 - 0.4, 0.25 + 0.4])));
}

#[test]
fn what_is_out_of_scope_gets_no_answer_and_the_reason() {
    let model = model();
    assert!(reason(&model, &Row { recipe_sha256: "00".into(), ..row() }).contains("another recipe"));
    assert!(reason(&model, &Row { modality: "MR", ..row() }).contains("MR"));
    assert!(reason(&model, &Row { contrast: false, ..row() }).contains("without contrast"));
    assert!(reason(&model, &Row { site: "spleen", ..row() }).contains("the model knows liver, lung"));
    let with = |values: Vec<(&'static str, f64)>| Row { values, ..row() };
    assert!(
        reason(&model, &with(vec![("stat_mean", 12.0), ("stat_var", 11.0), ("kvp", 80.0)]))
            .contains("kvp is 80")
    );
    assert!(reason(&model, &with(vec![("stat_mean", 12.0), ("kvp", 120.0)])).contains("stat_var is missing"));
    let not_finite = vec![("stat_mean", 12.0), ("stat_var", f64::NAN), ("kvp", 120.0)];
    assert!(reason(&model, &with(not_finite)).contains("stat_var is missing"));
    let far = vec![("stat_mean", 19.5), ("stat_var", 1.0), ("kvp", 120.0)];
    assert!(reason(&model, &with(far)).contains("times as far"));
}

#[test]
fn what_limits_the_trust_is_flagged() {
    let lenient = Model { missing: Missing::Mean, ..model() };
    let values = vec![("stat_mean", 17.0), ("kvp", 120.0)];
    let flags = scored(&lenient, &Row { values, volume_mm3: 400.0, ..row() }).flags.join("; ");
    for part in ["stat_mean is 17", "stat_var is missing", "0.40 ml"] {
        assert!(flags.contains(part), "{flags}");
    }
}
