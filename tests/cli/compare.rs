//! Finished runs side by side: the figures of made-up tables, worked by hand, and what is refused.

use crate::workplace::Workplace;

/// A run with one organ: components (Gy), their statistical errors (%), seed.
fn run(place: &Workplace, folder: &str, components: [f64; 4], stat: [f64; 4], seed: u64, version: &str) {
    std::fs::create_dir(place.path(folder)).expect("made");
    let sum: f64 = components.iter().sum();
    let model = [2.0, 30.0, 20.0, 50.0];
    let root = |parts: &dyn Fn(usize) -> f64| (0..4).map(|at| parts(at).powi(2)).sum::<f64>().sqrt() / sum;
    let (stat_all, model_all) =
        (root(&|at| components[at] * stat[at]), root(&|at| components[at] * model[at]));
    let columns = ["in_field", "head_scatter", "collimator", "leakage"];
    let mut header = "organ,from,volume_cm3,mean_gy,stat_percent,model_percent,original_name".to_owned();
    let mut row = format!("Heart,ct,400,{sum},{stat_all},{model_all},heart");
    for at in 0..4 {
        header.push_str(&format!(",{0}_gy,{0}{1}", columns[at], version));
        row.push_str(&format!(",{},{}", components[at], stat[at]));
    }
    place.write(&format!("{folder}/organs.csv"), format!("{header}\n{row}\n"));
    let record = serde_json::json!({
        "program": "straydose", "seed": seed, "histories": 1000, "voxel_mm": [4.0, 4.0, 4.0], "model_percent": model,
        "beams": [{"mu": 100.0, "machine": "m", "nominal_mv": 6.0, "monitor_unit_sigma_percent": 0.0}],
        "completion": null, "planned_dose": null,
    });
    place.write(&format!("{folder}/run.json"), record.to_string());
}

const STAT: &str = "_stat_percent";

#[test]
fn differences_are_those_worked_by_hand() {
    let place = Workplace::empty();
    run(&place, "anna", [0.0, 1.0, 2.0, 4.0], [0.0, 10.0, 5.0, 5.0], 1, STAT);
    run(&place, "bert", [0.0, 1.0, 1.0, 4.0], [0.0, 10.0, 10.0, 5.0], 2, STAT);
    let ended = place.run(&["compare", "anna", "bert", "--out", "compared"]);
    ended.assert_status(0);
    assert!(ended.stdout.contains("B against A, 1 organs: 0 get more, 1 get less"), "{}", ended.stdout);
    let table = String::from_utf8(place.read("compared/differences.csv")).expect("UTF-8");
    let mut rows = csv(&table);
    let number = |rows: &Vec<Vec<String>>, row: usize, column: usize| {
        rows[row][column].parse::<f64>().expect("a number")
    };
    let header = rows.remove(0);
    assert_eq!(header[6..9], ["difference_gy", "lower_gy", "upper_gy"]);
    assert_eq!(
        rows.iter().map(|row| row[3].as_str()).collect::<Vec<_>>(),
        ["total", "in_field", "head_scatter", "collimator", "leakage"]
    );
    // Total: statistics of 0.1, 0.1, 0.2 and of 0.1, 0.1, 0.2; model 20 % of the one gray that the collimator lost.
    let stat = (2.0 * (0.01 + 0.01 + 0.04_f64)).sqrt();
    let half = 1.959_964 * stat.hypot(0.2);
    for (column, expected) in [(6, -1.0), (7, -1.0 - half), (8, -1.0 + half), (9, stat), (10, 0.2)] {
        let found = number(&rows, 0, column);
        assert!((found - expected).abs() < 2e-5, "{}: {found}, not {expected}", header[column]);
    }
    assert_eq!((rows[0][12].as_str(), rows[4][12].as_str()), ("yes", "no"));
    assert_eq!(number(&rows, 4, 10), 0.0, "leakage is wrong in both alike");
    // Folders may be called by names.
    for name in ["report.html", "run.json", "differences.csv"] {
        let text = String::from_utf8(place.read(&format!("compared/{name}"))).expect("UTF-8");
        assert!(!text.contains("anna") && !text.contains("bert"), "{name}");
    }
}

fn csv(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let place = Workplace::empty();
    run(&place, "a", [1.0; 4], [1.0; 4], 1, STAT);
    run(&place, "old", [1.0; 4], [1.0; 4], 1, "_other");
    place.run(&["compare", "a", "--out", "o"]).assert_status(2);
    place
        .run(&["compare", "a", "none", "--out", "o"])
        .assert_status(3)
        .assert_says(&["run.json", "does not exist"]);
    place
        .run(&["compare", "a", "old", "--out", "o"])
        .assert_status(3)
        .assert_says(&["in_field_stat_percent", "organs.csv of B"]);
    let other = String::from_utf8(place.read("a/organs.csv")).expect("UTF-8").replace("Heart", "Lung_L");
    std::fs::create_dir(place.path("b")).expect("made");
    place.write("b/organs.csv", other);
    place.write("b/run.json", place.read("a/run.json"));
    place.run(&["compare", "a", "b", "--out", "o"]).assert_status(3).assert_says(&["no organ in common"]);
    let same = place.run(&["compare", "a", "a", "--out", "o"]);
    same.assert_status(0).assert_says(&["both ran with one seed"]);
}
