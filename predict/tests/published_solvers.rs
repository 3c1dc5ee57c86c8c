//! Coefficients and metrics against scikit-learn and scikit-survival (versions and script: tests/reference).

use ndarray::Array2;
use predict::combat::Combat;
use predict::elastic_net::{Accuracy, path};
use predict::loss::{Loss, probability};
use predict::metrics::{auc, brier, calibration, concordance};
use predict::{Error, Outcome};
use std::collections::BTreeMap;
use std::path::Path;

const VARIABLES: usize = 12;

struct Reference {
    variables: Array2<f64>,
    number: Outcome,
    yes: Vec<bool>,
    time: Vec<f64>,
    event: Vec<bool>,
}

fn rows(name: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(name);
    let mut reader = csv::Reader::from_path(path).expect("reference numbers");
    reader.records().map(|row| row.expect("sound").iter().map(String::from).collect()).collect()
}

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

fn reference() -> Reference {
    let rows = rows("table.csv");
    let column = |at: usize| rows.iter().map(|row| number(&row[at])).collect::<Vec<f64>>();
    let flags = |at: usize| column(at).iter().map(|&v| v == 1.0).collect::<Vec<bool>>();
    Reference {
        variables: Array2::from_shape_fn((VARIABLES, rows.len()), |(j, row)| number(&rows[row][j])),
        number: Outcome::Continuous(column(VARIABLES)),
        yes: flags(VARIABLES + 1),
        time: column(VARIABLES + 2),
        event: flags(VARIABLES + 3),
    }
}

#[test]
fn coefficients_along_the_path_are_those_of_published_solvers() {
    let reference = reference();
    let outcomes = [
        ("linear", reference.number.clone()),
        ("logistic", Outcome::Binary(reference.yes.clone())),
        ("cox", Outcome::Survival { time: reference.time.clone(), event: reference.event.clone() }),
    ];
    let mut paths = BTreeMap::<(String, String), Vec<Vec<f64>>>::new();
    for row in rows("elastic_net.csv") {
        let numbers = row[2..].iter().map(|text| number(text)).collect();
        paths.entry((row[0].clone(), row[1].clone())).or_default().push(numbers);
    }
    assert_eq!(paths.len(), 9, "three kinds, three shares");
    for ((kind, share), expected) in paths {
        let outcome = &outcomes.iter().find(|(name, _)| *name == kind).expect("a known kind").1;
        let strengths: Vec<f64> = expected.iter().map(|numbers| numbers[0]).collect();
        let fits =
            path(reference.variables.view(), &Loss::of(outcome), number(&share), &strengths, Accuracy::Exact)
                .expect("fits");
        for (fit, expected) in fits.iter().zip(&expected) {
            let ours = std::iter::once(&fit.intercept).chain(&fit.coefficients);
            for (ours, theirs) in ours.zip(&expected[1..]) {
                assert!(
                    (ours - theirs).abs() < 1e-5,
                    "{kind}, share {share}, strength {}: {ours} for {theirs}",
                    expected[0]
                );
            }
        }
        assert!(
            fits.last().expect("a path").coefficients.iter().any(|b| b.abs() > 0.1),
            "{kind}: a path that does something"
        );
    }
}

#[test]
fn metrics_are_those_of_published_packages() {
    let Reference { variables, yes, time, event, .. } = reference();
    let score: Vec<f64> = (0..yes.len()).map(|row| variables[[0, row]] - 0.7 * variables[[1, row]]).collect();
    let tenths: Vec<f64> = score.iter().map(|score| (10.0 * score).round_ties_even() / 10.0).collect();
    let probabilities: Vec<f64> = score.iter().map(|&eta| probability(eta)).collect();
    let fitted = calibration(&score, &yes).expect("no separation");
    let ours = [
        ("c_index", concordance(&score, &time, &event).expect("pairs")),
        ("auc_of_score_rounded_to_a_tenth", auc(&tenths, &yes).expect("pairs")),
        ("brier", brier(&probabilities, &yes)),
        ("calibration_slope", fitted.slope),
        ("calibration_intercept_with_slope", fitted.intercept),
    ];
    for (row, (name, ours)) in rows("metrics.csv").iter().zip(ours) {
        assert_eq!(row[0], name);
        assert!((ours - number(&row[1])).abs() < 1e-6, "{name}: {ours} for {}", row[1]);
    }
}

#[test]
fn harmonised_values_are_those_of_neurocombat_and_other_rows_of_a_site_are_harmonised_alike() {
    let rows = rows("combat.csv");
    let n = rows.len();
    let block = |first: usize| Array2::from_shape_fn((6, n), |(j, row)| number(&rows[row][first + j]));
    let sites: Vec<usize> = rows.iter().map(|row| number(&row[0]) as usize).collect();
    let age = Array2::from_shape_fn((1, n), |(_, row)| number(&rows[row][1]));
    let (variables, expected) = (block(2), block(8));
    let combat = Combat::learnt(variables.view(), &sites, age.view()).expect("three large sites");
    let ours = combat.applied(variables.view(), &sites, age.view()).expect("known sites");
    for ((at, ours), theirs) in ours.indexed_iter().zip(&expected) {
        assert!((ours - theirs).abs() < 1e-6, "{at:?}: {ours} for {theirs}");
    }
    assert!(
        (&variables - &expected).iter().any(|difference| difference.abs() > 0.5),
        "harmonising does something"
    );
    let last = [n - 1];
    let alone = combat
        .applied(
            variables.select(ndarray::Axis(1), &last).view(),
            &[sites[n - 1]],
            age.select(ndarray::Axis(1), &last).view(),
        )
        .expect("a known site");
    assert_eq!(alone.column(0), ours.column(n - 1));
    let refused = combat.applied(variables.view(), &vec![7; n], age.view());
    assert_eq!(refused.unwrap_err(), Error::UnknownSite { site: 7, row: 1 });
}
