//! `straydose predict`: from a synthetic cohort to scores, dosiomics, and what is refused.

use crate::workplace::{Ended, Workplace};
use std::collections::HashMap;

const SYNTHETIC: &str = "synthetic example, no clinical meaning";

type Row = HashMap<String, String>;

fn table(place: &Workplace, name: &str) -> Vec<Row> {
    let bytes = place.read(name);
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} is {:?}", row[column]))
}

fn text(place: &Workplace, name: &str) -> String {
    String::from_utf8(place.read(name)).expect("UTF-8")
}

/// The tutorial's way, on fewer patients.
fn trained_example() -> Workplace {
    let place = Workplace::empty();
    place.run(&["predict", "example", "--out", "ex", "--patients", "48"]).assert_status(0);
    for cohort in ["cohort", "new"] {
        let (images, out) = (format!("ex/{cohort}"), format!("{cohort}_features.csv"));
        place
            .run(&[
                "radiomics",
                "--patients",
                &images,
                "--config",
                "ex/recipe.toml",
                "--wide",
                "--out",
                &out,
                "--quiet",
            ])
            .assert_status(0);
    }
    train_example(&place, "trained", &[]).assert_status(0);
    place
}

fn train_example(place: &Workplace, out: &str, more: &[&str]) -> Ended {
    let base =
        ["predict", "train", "--table", "cohort_features.csv", "--join", "ex/cohort.csv", "--target", "cd8"];
    let rest =
        ["--kind", "linear", "--recipe", "ex/recipe.toml", "--card", "ex/card.toml", "--clinical", "age,sex"];
    place.run(&[&base[..], &rest, &["--bootstraps", "30", "--out", out], more].concat())
}

#[test]
fn the_tutorial_trains_applies_and_says_everywhere_that_it_is_synthetic() {
    let place = trained_example();
    let model = place.json("trained/model.json");
    assert_eq!(model["provenance"]["is_synthetic"], true);
    let performance = &model["evidence"]["performance"];
    let comparators = model["evidence"]["comparators"].as_array().expect("a list");
    let names: Vec<&str> = comparators.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["clinical columns", "lesion volume", "number of lesions"]);
    let value = performance["value"].as_f64().expect("a number");
    assert!(value > 0.6, "the planted link is found: {value}");
    for other in comparators {
        let other_value = other["performance"]["value"].as_f64().expect("a number");
        assert!(other_value < 0.5, "{other_value} of {}: nothing links it", other["name"]);
    }
    let used: Vec<&str> =
        model["variables"].as_array().expect("a list").iter().filter_map(|v| v["column"].as_str()).collect();
    assert!(used.iter().any(|name| name.starts_with("rim.")), "the rim is brighter: {used:?}");

    let applied = place.run(&[
        "predict",
        "apply",
        "--model",
        "trained/model.json",
        "--features",
        "new_features.csv",
        "--join",
        "ex/new.csv",
        "--out",
        "scored",
    ]);
    applied.assert_status(0);
    let lesions = table(&place, "scored/lesions.csv");
    let truth = table(&place, "ex/new.csv");
    assert_eq!(lesions.len(), truth.len());
    let mut within = 0;
    let scored: Vec<&Row> = lesions.iter().filter(|row| row["verdict"] != "no answer").collect();
    assert!(scored.len() * 2 > lesions.len(), "most have an answer");
    for row in &scored {
        let parts: f64 =
            row.keys().filter(|name| name.starts_with("contribution:")).map(|name| number(row, name)).sum();
        assert!((number(row, "intercept") + parts - number(row, "score")).abs() < 1e-4, "{row:?}");
        let known = truth.iter().find(|t| t["patient_id"] == row["patient"] && t["region"] == row["lesion"]);
        let cd8 = number(known.expect("a lesion of the example"), "cd8");
        within += usize::from(number(row, "lower") <= cd8 && cd8 <= number(row, "upper"));
        assert!(["hot", "cold"].contains(&row["verdict"].as_str()));
        assert_eq!(
            row["volume_mm3"].parse::<f64>().expect("a volume") < 1000.0,
            row["flags"].contains("ml, less than")
        );
    }
    // 90 % are promised; of some 24 lesions fewer than 16 within would be a chance of 1 in 1000.
    assert!(within as f64 >= 0.66 * scored.len() as f64, "{within} of {}", scored.len());
    for patient in table(&place, "scored/patients.csv") {
        let own: Vec<&&Row> = scored.iter().filter(|row| row["patient"] == patient["patient"]).collect();
        if let Some(least) = own.iter().map(|row| number(row, "score")).min_by(f64::total_cmp) {
            assert_eq!(number(&patient, "minimum"), least);
            let biopsied = own.iter().find(|row| row["lesion"] == "1").map(|row| row["score"].clone());
            assert_eq!(patient["biopsied"], biopsied.unwrap_or_default());
        }
    }
    place.run(&["predict", "inspect", "trained/model.json", "--html", "card.html"]).assert_status(0);
    for name in [
        "ex/README.txt",
        "ex/cohort.csv",
        "ex/cohort_truth.csv",
        "ex/run.json",
        "trained/report.html",
        "trained/folds.csv",
        "trained/run.json",
        "trained/model.json",
        "scored/lesions.csv",
        "scored/patients.csv",
        "scored/run.json",
        "card.html",
    ] {
        assert!(text(&place, name).to_lowercase().contains(SYNTHETIC), "{name}");
    }
    let inspected = place.run(&["predict", "inspect", "trained/model.json"]);
    for part in [SYNTHETIC, "research use only", "B (measures a known biomarker indirectly)", "lacks"] {
        assert!(inspected.stdout.contains(part), "{part:?}: {}", inspected.stdout);
    }
    // The weights of METRICS are one in all.
    let page = text(&place, "card.html");
    let metrics = page.split("METRICS").nth(1).expect("a section");
    let weights = metrics.split("<td>").filter_map(|cell| cell.split('<').next()?.parse::<f64>().ok());
    assert!((weights.sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn images_give_what_tables_give_and_what_does_not_belong_together_is_refused() {
    let place = &trained_example();
    place
        .run(&[
            "predict",
            "apply",
            "--model",
            "trained/model.json",
            "--features",
            "new_features.csv",
            "--join",
            "ex/new.csv",
            "--out",
            "scored",
        ])
        .assert_status(0);
    let of_image = |more: &[&str], out: &str| {
        let base = [
            "predict",
            "apply",
            "--model",
            "trained/model.json",
            "--image",
            "ex/new/synthetic-049/image.nii.gz",
        ];
        let rest = ["--mask", "ex/new/synthetic-049/mask.nii.gz", "--out", out];
        place.run(&[&base[..], &rest, more].concat())
    };
    of_image(
        &["--given", "age=60", "--given", "sex=F", "--given", "modality=CT", "--given", "cancer=synthetic"],
        "one",
    )
    .assert_status(0);
    let from_table = table(place, "scored/lesions.csv");
    let from_image = table(place, "one/lesions.csv");
    let texture = |row: &Row| -> f64 {
        let parts = row.keys().filter(|name| {
            name.starts_with("contribution:") && !name.ends_with(":age") && !name.contains("sex=")
        });
        parts.map(|name| number(row, name)).sum()
    };
    for row in &from_image {
        let other = from_table
            .iter()
            .find(|other| other["patient"] == "synthetic-049" && other["lesion"] == row["lesion"])
            .expect("the same lesion");
        if row["verdict"] != "no answer" && other["verdict"] != "no answer" {
            assert!(
                (texture(row) - texture(other)).abs() < 1e-6,
                "features of the image are those of the table"
            );
            assert!(number(row, "score_mask_1mm_smaller") != number(row, "score"));
            if !row["spread"].is_empty() {
                assert!(number(row, "spread") > 0.0);
            }
        }
    }
    of_image(&["--given", "age=60", "--given", "sex=F", "--given", "modality=MR"], "mr").assert_status(0);
    for row in table(place, "mr/lesions.csv") {
        assert_eq!((row["verdict"].as_str(), row["score"].as_str()), ("no answer", ""));
        assert!(row["reason"].contains("the modality is MR, the model knows CT"), "{}", row["reason"]);
    }
    of_image(&[], "bare").assert_status(0);
    assert!(
        table(place, "bare/lesions.csv")
            .iter()
            .all(|row| row["verdict"] == "no answer" || row["reason"].is_empty())
    );

    // Another recipe.
    place.write("other.toml", text(place, "ex/recipe.toml").replace("width = 25.0", "width = 20.0"));
    place
        .run(&[
            "radiomics",
            "--patients",
            "ex/new",
            "--config",
            "other.toml",
            "--wide",
            "--out",
            "other.csv",
            "--quiet",
        ])
        .assert_status(0);
    let apply = |features: &str, more: &[&str]| {
        let base =
            ["predict", "apply", "--model", "trained/model.json", "--features", features, "--out", "x"];
        place.run(&[&base[..], more].concat())
    };
    apply("other.csv", &["--join", "ex/new.csv"]).assert_status(3).assert_says(&[
        "another recipe",
        "synthetic-049",
        "other.csv",
    ]);
    train_example(place, "y", &["--seed", "2"]).assert_status(0);
    let other = place.run(&[
        "predict",
        "train",
        "--table",
        "cohort_features.csv",
        "--join",
        "ex/cohort.csv",
        "--target",
        "cd8",
        "--kind",
        "linear",
        "--recipe",
        "other.toml",
        "--out",
        "z",
    ]);
    other.assert_status(3).assert_says(&["another recipe", "than that of --recipe"]);
    // A file that somebody changed.
    let coefficient = place.json("trained/model.json")["variables"][0]["coefficient"].to_string();
    place.write("tampered.json", text(place, "trained/model.json").replacen(&coefficient, "9.5", 1));
    let tampered = place.run(&["predict", "inspect", "tampered.json"]);
    tampered.assert_status(3).assert_says(&["does not match its hash", "tampered.json", "get the file anew"]);
    // A feature that the table lacks, and clinical columns that nobody gave.
    let column =
        place.json("trained/model.json")["variables"][0]["column"].as_str().expect("a name").to_owned();
    let bare = column.rsplit('.').next().expect("a name").to_owned();
    place.write(
        "renamed.csv",
        text(place, "new_features.csv").replacen(&format!(",{bare},"), ",something_else,", 1),
    );
    apply("renamed.csv", &["--join", "ex/new.csv"]).assert_status(3).assert_says(&["it lacks", &column]);
    assert!(!place.path("x").exists());
    // The long form and Parquet give the same model.
    for (name, more) in [("long.csv", &[][..]), ("wide.parquet", &["--wide"][..])] {
        let base =
            ["radiomics", "--patients", "ex/cohort", "--config", "ex/recipe.toml", "--out", name, "--quiet"];
        place.run(&[&base[..], more].concat()).assert_status(0);
        let run = place.run(&[
            "predict",
            "train",
            "--table",
            name,
            "--join",
            "ex/cohort.csv",
            "--target",
            "cd8",
            "--kind",
            "linear",
            "--recipe",
            "ex/recipe.toml",
            "--card",
            "ex/card.toml",
            "--clinical",
            "age,sex",
            "--bootstraps",
            "30",
            "--out",
            "again",
        ]);
        run.assert_status(0);
        assert_eq!(
            place.json("again/model.json")["variables"],
            place.json("trained/model.json")["variables"],
            "{name}"
        );
    }
}

/// Numbers between 0 and 1 that look drawn.
fn drawn(n: usize) -> f64 {
    let mixed = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 11) as f64 / (1u64 << 53) as f64
}

/// A table of 60 patients with two lesions: `signal` drives the response, seven other columns do not.
fn own_table() -> Vec<Vec<String>> {
    let mut header: Vec<String> = ["patient_id", "region", "signal"].map(str::to_owned).to_vec();
    header.extend((0..7).map(|j| format!("noise_{j}")));
    header.extend(["response".to_owned(), "months".to_owned()]);
    let mut rows = vec![header];
    for patient in 0..60 {
        let level = drawn(patient);
        let response = level + 0.4 * drawn(1000 + patient) > 0.7;
        for lesion in 0..2 {
            let at = 2 * patient + lesion;
            let mut row = vec![
                format!("p{patient:02}"),
                lesion.to_string(),
                (level + 0.2 * drawn(2000 + at)).to_string(),
            ];
            row.extend((0..7).map(|j| drawn(5000 + 10 * at + j).to_string()));
            row.extend([
                if response { "yes" } else { "no" }.to_owned(),
                (1.0 + 30.0 * drawn(9000 + patient)).to_string(),
            ]);
            rows.push(row);
        }
    }
    rows
}

fn csv_text(rows: &[Vec<String>]) -> String {
    rows.iter().map(|row| row.join(",") + "\n").collect()
}

fn train(place: &Workplace, rows: &[Vec<String>], more: &[&str]) -> Ended {
    place.write("t.csv", csv_text(rows));
    let base = [
        "predict",
        "train",
        "--table",
        "t.csv",
        "--target",
        "response",
        "--kind",
        "logistic",
        "--bootstraps",
        "20",
        "--out",
        "m",
    ];
    place.run(&[&base[..], more].concat())
}

/// The table with a column more.
fn with_column(name: &str, value: impl Fn(usize, &[String]) -> String) -> Vec<Vec<String>> {
    let mut rows = own_table();
    for (n, row) in rows.iter_mut().enumerate() {
        let cell = if n == 0 { name.to_owned() } else { value(n - 1, row) };
        row.push(cell);
    }
    rows
}

#[test]
fn tables_that_would_deceive_are_refused_in_plain_words() {
    let place = Workplace::empty();
    let leave_out_time = ["--leave-out", "months"];
    train(&place, &own_table(), &leave_out_time).assert_status(0);
    assert!(place.json("m/model.json")["evidence"]["performance"]["value"].as_f64().expect("a number") > 0.7);

    let copy = |_: usize, row: &[String]| if row[10] == "yes" { "3" } else { "5" }.to_owned();
    train(&place, &with_column("recist_code", copy), &leave_out_time)
        .assert_status(3)
        .assert_says(&["recist_code", "the outcome itself"]);
    let nearly =
        |n: usize, row: &[String]| (f64::from(u8::from(row[10] == "yes")) + 1.1 * drawn(n + 77)).to_string();
    let flagged = train(&place, &with_column("weeks_on_drug", nearly), &leave_out_time);
    flagged.assert_status(0);
    assert!(
        flagged.stdout.contains("weeks_on_drug alone nearly determines the outcome"),
        "{}",
        flagged.stdout
    );
    train(&place, &own_table(), &["--clinical", "response"])
        .assert_status(3)
        .assert_says(&["cannot predict itself"]);

    let mut twice = own_table();
    twice.push(twice[4].clone());
    train(&place, &twice, &[])
        .assert_status(3)
        .assert_says(&["patient p01, lesion 1 is there twice", "rows 4 and 121"]);
    let mut two_names = own_table();
    let mut again = two_names[4].clone();
    again[0] = "p99".into();
    two_names.push(again);
    train(&place, &two_names, &[]).assert_status(3).assert_says(&[
        "p01",
        "p99",
        "one patient under two names",
    ]);

    let mut words = own_table();
    words.iter_mut().skip(1).for_each(|row| row[10] = if row[10] == "yes" { "PR" } else { "PD" }.into());
    train(&place, &words, &[]).assert_status(3).assert_says(&["PD (", "PR (", "--yes"]);
    train(&place, &words, &["--yes", "CR"])
        .assert_status(3)
        .assert_says(&["no row of \"response\" says \"CR\""]);
    train(&place, &words, &["--yes", "PR", "--leave-out", "months"]).assert_status(0);

    let mut gaps = own_table();
    gaps[7][4] = String::new();
    train(&place, &gaps, &[]).assert_status(3).assert_says(&["noise_1 (1)", "--missing leave-out-rows"]);
    let run = train(&place, &gaps, &["--missing", "leave-out-rows"]);
    run.assert_status(0).assert_says(&["1 of 120 rows lack values"]);

    train(&place, &own_table()[..41], &["--least-events", "50"])
        .assert_status(3)
        .assert_says(&["50 are needed"]);
    train(&place, &own_table(), &["--target", "cd8"]).assert_status(2);
    train(&place, &own_table(), &["--group", "nobody"])
        .assert_status(3)
        .assert_says(&["no column \"nobody\""]);
    train(&place, &own_table(), &["--kind", "cox"]).assert_status(2);
}

#[test]
fn one_seed_gives_one_model_and_another_other_folds() {
    let place = Workplace::empty();
    let of = |seed: &str, threads: &str| {
        train(&place, &own_table(), &["--seed", seed, "--threads", threads]).assert_status(0);
        (place.read("m/model.json"), place.read("m/folds.csv"))
    };
    let first = of("1", "1");
    assert_eq!(first, of("1", "2"));
    assert_ne!(first.1, of("2", "2").1);
}

#[test]
fn comparators_stand_beside_and_a_model_that_is_no_better_says_so() {
    let place = Workplace::empty();
    // All that is known is in the clinical column; the other columns are noise.
    let run = train(
        &place,
        &own_table(),
        &["--clinical", "signal", "--leave-out", "months", "--variables", "noise_.*"],
    );
    run.assert_status(0);
    assert!(run.stdout.contains("clinical columns alone: AUC"), "{}", run.stdout);
    assert!(run.stdout.contains("warning: clinical columns alone does as well"), "{}", run.stdout);
}

#[test]
fn organ_doses_of_estimates_are_variables_like_others() {
    let place = Workplace::empty();
    std::fs::create_dir(place.path("doses")).expect("a folder");
    let mut outcomes = String::from("patient_id,second_cancer,years,age\n");
    for patient in 0..60 {
        let id = format!("r{patient:02}");
        let folder = format!("doses/{id}");
        std::fs::create_dir(place.path(&folder)).expect("a folder");
        let thyroid_gy = 0.05 + 0.4 * drawn(patient);
        let lung_gy = 0.02 + 0.1 * drawn(300 + patient);
        place.write(
            &format!("{folder}/organs.csv"),
            format!(
                "organ,from,volume_cm3,mass_g,mean_gy,distance_cm\nThyroid,ct,12.0,12.6,{thyroid_gy},{}\nLung_L,ct,{},250,{lung_gy},25\n",
                8.0 + drawn(800 + patient),
                900.0 + 200.0 * drawn(700 + patient)
            ),
        );
        let event = thyroid_gy + 0.25 * drawn(400 + patient) > 0.38;
        let years = if event { 3.0 + 10.0 * drawn(500 + patient) } else { 15.0 + 5.0 * drawn(600 + patient) };
        outcomes += &format!("{id},{},{years},{}\n", u8::from(event), 5 + patient % 11);
    }
    place.write("registry.csv", outcomes);
    let train = place.run(&[
        "predict",
        "train",
        "--table",
        "doses",
        "--join",
        "registry.csv",
        "--target",
        "second_cancer",
        "--kind",
        "cox",
        "--time",
        "years",
        "--clinical",
        "age",
        "--bootstraps",
        "20",
        "--out",
        "late",
    ]);
    train.assert_status(0);
    let model = place.json("late/model.json");
    let dose =
        model["variables"].as_array().expect("a list").iter().find(|v| v["column"] == "Thyroid.mean_gy");
    assert!(dose.expect("the dose counts")["coefficient"].as_f64().expect("a number") > 0.0, "{model}");
    assert_eq!(model["recipe"], "");
    place
        .run(&[
            "predict",
            "apply",
            "--model",
            "late/model.json",
            "--features",
            "doses",
            "--join",
            "registry.csv",
            "--out",
            "risk",
        ])
        .assert_status(0);
    let rows = table(&place, "risk/lesions.csv");
    assert_eq!(rows.len(), 60);
    assert!(rows.iter().filter(|row| row["verdict"] == "scored").count() > 50, "{:?}", rows[0]);
    let image = place.run(&[
        "predict",
        "apply",
        "--model",
        "late/model.json",
        "--image",
        "x.nii.gz",
        "--mask",
        "y.nii.gz",
        "--out",
        "no",
    ]);
    image.assert_status(3).assert_says(&["without a recipe"]);
}
