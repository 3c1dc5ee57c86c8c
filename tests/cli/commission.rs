//! `straydose commission`: what it writes, and tables and machines that it refuses.

use crate::workplace::Workplace;

const HEADER: &str =
    "field_x_cm,field_y_cm,medium,ssd_cm,x_cm,y_cm,depth_cm,mu,dose_gy,uncertainty_percent\n";

fn commission(place: &Workplace, machine: &str, more: &[&str]) -> crate::workplace::Ended {
    let base =
        ["commission", machine, "points.csv", "--out", "out", "--backend", "cpu", "--histories", "2000"];
    place.run(&[&base[..], more].concat())
}

#[test]
fn far_points_give_a_machine_file_that_the_program_takes_and_a_page() {
    let place = Workplace::empty();
    let rows = ["60,0", "0,60", "80,0", "0,100"].map(|at| format!("10,10,air,100,{at},0,1000,0.009,5\n"));
    place.write("points.csv", format!("{HEADER}{}", rows.concat()));
    let ended = commission(&place, "varian-millennium120", &["--mv", "6"]);
    // The last report is that of the end.
    ended.assert_status(0).assert_says(&["transport: ", " histories (100 %)"]);
    assert!(
        ended.stdout.contains("leakage level") && ended.stdout.contains("not determined"),
        "{}",
        ended.stdout
    );
    let names = place.names("out");
    assert_eq!(names, ["machine.toml", "points.csv", "report.html", "run.json"]);
    let machine = String::from_utf8(place.read("out/machine.toml")).expect("text");
    assert!(machine.contains("commissioned on points.csv, 4 points"));
    let record = place.json("out/run.json");
    let level = record["numbers"].as_array().expect("numbers").iter().find(|n| n["name"] == "leakage level");
    let value = level.expect("a level")["value"].as_f64().expect("a number");
    assert!((4e-4..2.5e-3).contains(&value), "some 9e-4 were measured: {value}");
    let page = String::from_utf8(place.read("out/report.html")).expect("text");
    assert!(page.contains("not determined") && !page.contains("<script"));
    // The written file is a machine file for the next run.
    std::fs::copy(place.path("out/machine.toml"), place.path("mine.toml")).expect("copied");
    commission(&place, "mine.toml", &["--mv", "6"]).assert_status(0);
}

#[test]
fn bad_tables_and_machines_are_refused_with_line_and_reason() {
    let good = "10,10,air,100,60,0,0,1000,0.009,5\n";
    let cases: [(String, &str, &[&str], &[&str]); 6] = [
        (
            format!("{HEADER}{}", good.replace(",60,", ",-x,")),
            "generic",
            &["--mv", "6"],
            &["points.csv", "line 2", "x is"],
        ),
        (
            format!("{HEADER}{}", good.replace("100,60,0,0", "100,0,0,-41")),
            "generic",
            &["--mv", "6"],
            &["line 2"],
        ),
        (
            format!("{HEADER}{}", good.replace("100,60,0,0", "65,0,0,-10")),
            "generic",
            &["--mv", "6"],
            &["line 2", "inside the head"],
        ),
        (HEADER.replace("ssd_cm", "ssd"), "generic", &["--mv", "6"], &["ssd", "no unit"]),
        (format!("{HEADER}{good}"), "generic", &[], &["several of its beams", "--mv"]),
        (
            format!("{HEADER}{good}"),
            "no-such-machine",
            &["--mv", "6"],
            &["no-such-machine", "varian-millennium120"],
        ),
    ];
    for (table, machine, more, texts) in cases {
        let place = Workplace::empty();
        place.write("points.csv", table);
        commission(&place, machine, more).assert_status(3).assert_says(texts);
        assert_eq!(place.names("."), ["points.csv"], "a refusal left something behind");
    }
    let machine = include_str!("../../treatment/machines/siemens-oncor.toml");
    let bad: [(&str, &str, &[&str]); 4] = [
        ("bottom_mm = { value = 358.2", "bottom_mm = { value = 280.0", &["machine.toml", "line", "mm thick"]),
        ("material = \"tungsten-alloy\"", "material = \"wolfram\"", &["machine.toml", "line", "wolfram"]),
        (
            "sad_mm = 1000.0",
            "sad_mm = 1000.0\nleaf_layers = [[{ from_mm = 0.0, width_mm = -5.0, count = 2 }]]",
            &["line", "leaves"],
        ),
        ("top_mm = { value = 282.6", "top_mm = { value = 28.26", &["line", "unit"]),
    ];
    for (old, new, texts) in bad {
        assert!(machine.contains(old), "{old}");
        let place = Workplace::empty();
        place.write("points.csv", format!("{HEADER}{good}"));
        place.write("machine.toml", machine.replacen(old, new, 1));
        commission(&place, "machine.toml", &["--mv", "6"]).assert_status(3).assert_says(texts);
    }
}
