//! Variants of a plan: with a stub in place of the estimate the whole bookkeeping; with the real one a study made up here and,
//! where they are, the shared plans.

use crate::workplace::Workplace;

#[cfg(unix)]
mod stubbed {
    use super::*;
    use formats::dicom::plan::read_plan;
    use formats::dicom::write::{CtWriter, Identity, PlanWriter};
    use formats::dicom::{DicomFile, tags};
    use std::collections::BTreeSet;
    use treatment::beam::Fluence;
    use treatment::iec61217::PatientPosition;
    use treatment::synthetic::{self, Target, four_fields};
    use volume::{Image, OrientedGrid};

    fn image(value: impl Fn(f64) -> f32) -> Image<f32> {
        let grid = OrientedGrid {
            origin_mm: [-38.0; 3],
            axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            spacing_mm: [4.0; 3],
            shape: [20; 3],
        };
        let radius = |at: usize| grid.centre_mm(grid.voxel(at)).iter().map(|x| x * x).sum::<f64>().sqrt();
        Image { grid, values: (0..grid.len()).map(|at| value(radius(at))).collect() }
    }

    /// A study of three beams' worth of files.
    fn study(place: &Workplace) -> String {
        let identity = Identity::of_phantom("EXPLORE", "F");
        let folder = place.path("study");
        std::fs::create_dir(&folder).expect("made");
        let ct = CtWriter {
            identity: &identity,
            image: &image(|_| 0.0),
            patient_position: "HFS",
            age_years: None,
            height_cm: None,
            weight_kg: None,
        };
        ct.save(&folder).expect("a scan");
        let target = Target {
            centre_mm: [0.0; 3],
            radius_mm: 20.0,
            position: PatientPosition::Hfs,
            dose_gy: 50.0,
            fractions: 25,
            mu: 100.0,
        };
        let frame = identity.frame_of_reference_uid.clone();
        let who = synthetic::Identity {
            uid: String::new(),
            frame_of_reference_uid: frame,
            structure_set_uid: None,
        };
        let plan = four_fields(&target, &who);
        PlanWriter { identity: &identity, plan: &plan }.save(&folder.join("plan.dcm")).expect("a plan")
    }

    /// A finished run: dose in the field over that of the given plan, and the doses of heart and foot (Gy).
    fn finished(place: &Workplace, name: &str, field: f64, [heart, foot]: [f64; 2]) {
        let folder = format!("ends/{name}");
        std::fs::create_dir_all(place.path(&folder)).expect("made");
        let dose = image(|r| (50.0 * field / (1.0 + ((r - 20.0) / 2.0).exp())) as f32);
        formats::nifti::write_image(&place.path(&format!("{folder}/dose.nii.gz")), &dose).expect("a dose");
        let mut table =
            "organ,from,volume_cm3,mass_g,mean_gy,d2_gy,stat_percent,model_percent,original_name".to_owned();
        let parts = ["in_field", "head_scatter", "collimator", "leakage"];
        parts.iter().for_each(|part| table.push_str(&format!(",{part}_gy,{part}_stat_percent")));
        // What leaks is known to 50 % in all of them; all of the dose is that.
        for (organ, mass, gy, d2) in
            [("Heart", 300.0, heart, 2.0), ("Foot", 100.0, foot, 1.0), ("PTV", 50.0, 50.0 * field, 50.0)]
        {
            let (stat, parts) = (1.0, format!(",0,,0,,0,,{gy},1"));
            table.push_str(&format!("\n{organ},ct,{mass},{mass},{gy},{d2},{stat},50,{organ}{parts}"));
        }
        place.write(&format!("{folder}/organs.csv"), table + "\n");
        let record = serde_json::json!({
            "program": "straydose", "seed": 1, "histories": 1000, "voxel_mm": [4.0, 4.0, 4.0],
            "model_percent": [0.0, 0.0, 0.0, 50.0], "reference_dose_gy": 50.0, "completion": null, "planned_dose": null,
            "beams": [{"mu": 100.0, "machine": "m", "nominal_mv": 6.0, "monitor_unit_sigma_percent": 0.0}],
            "inputs_sha256": {"plan.dcm": "00"}, "backend": {"name": "stub"},
        });
        place.write(&format!("{folder}/run.json"), record.to_string());
    }

    /// Stands for `straydose estimate`: knows the variants by what their plans say of themselves.
    const STUB: &str = r#"#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd); pilot=
while [ $# -gt 0 ]; do
  case $1 in
    --plan) plan=$2 ;; --out) out=$2 ;; --scan-only) pilot=pilot ;; --histories) histories=$2 ;;
    --seed) seed=$2 ;; --unit-seed) unit=$2 ;; --ct) ct=$2 ;;
  esac
  shift
done
says() { grep -qa "explore: $1" "$plan"; }
if says 'collimator'; then end=collimator; elif says 'energy 10'; then end=ten$pilot; elif says 'energy 15'; then end=fifteen$pilot
elif says 'couch'; then end=couch; elif says 'without'; then echo 'straydose: the stub refuses this' >&2; exit 3; else end=given; fi
echo "$end $seed $unit $histories $(ls "$ct" | grep -c dcm)" >> "$here/told"
cp -r "$here/ends/$end" "$out"
"#;

    fn place() -> (Workplace, String) {
        let place = Workplace::empty();
        let uid = study(&place);
        place.write("stub", STUB);
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(place.path("stub"), std::fs::Permissions::from_mode(0o755)).expect("set");
        finished(&place, "given", 1.0, [1.0, 0.5]);
        finished(&place, "collimator", 1.0, [0.8, 0.5]);
        finished(&place, "tenpilot", 2.0, [9.0, 9.0]);
        finished(&place, "ten", 1.01, [0.9, 0.5]);
        finished(&place, "fifteenpilot", 1.0, [0.1, 0.1]);
        finished(&place, "fifteen", 1.0, [0.1, 0.1]);
        finished(&place, "couch", 1.05, [0.2, 0.2]);
        (place, uid)
    }

    const ALL: [&str; 16] = [
        "explore",
        "--study",
        "study",
        "--vary",
        "collimator,energy",
        "--vary",
        "fff,couch",
        "--collimator-turns",
        "45",
        "--couch-turns",
        "-20,110",
        "--histories",
        "400000",
        "--program",
        "./stub",
        "--out",
    ];

    fn rows(place: &Workplace, file: &str) -> Vec<Vec<String>> {
        let text = String::from_utf8(place.read(file)).expect("UTF-8");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn variants_are_made_run_judged_and_ranked() {
        let (place, given_uid) = place();
        let ended = place.run(&[&ALL[..], &["found"]].concat());
        ended.assert_status(0);
        let table = rows(&place, "found/variants.csv");
        let column = |name: &str| table[0].iter().position(|column| column == name).expect("a column");
        let verdicts: Vec<[&str; 3]> =
            table[1..].iter().map(|row| [&*row[0], &*row[1], &*row[column("rank")]]).collect();
        assert_eq!(
            verdicts,
            [
                ["given", "given", ""],
                ["again", "again", ""],
                ["collimator +45", "ranked", "1"],
                ["energy 10 MV", "ranked", "2"],
                ["energy 15 MV", "apart", ""],
                ["couch -20", "apart", ""],
                ["couch +110", "impossible", ""],
                ["without filter", "impossible", ""],
            ]
        );
        let row = |name: &str| table.iter().find(|row| row[0] == name).expect("a row");
        let number = |name: &str, of: &str| row(name)[column(of)].parse::<f64>().expect("a number");
        // Heart and foot by mass: the target lies inside the 5 % isodose.
        for (name, gy) in
            [("given", 0.875), ("again", 0.875), ("collimator +45", 0.725), ("energy 10 MV", 0.8)]
        {
            assert!((number(name, "outside_gy") - gy).abs() < 1e-6, "{name}: {}", number(name, "outside_gy"));
        }
        // 1 % of each organ, wholly correlated, of both runs; half of the leakage's difference.
        let (stat, model) = (0.00875_f64.hypot(0.00725), 0.5 * 0.15);
        let half = 1.959_964 * stat.hypot(model);
        for (of, expected) in [
            ("difference_gy", -0.15),
            ("lower_gy", -0.15 - half),
            ("upper_gy", -0.15 + half),
            ("in_field_mean_ratio", 1.0),
            ("in_field_gamma_percent", 100.0),
            ("organs_with_less", 1.0),
            ("organs_with_more", 0.0),
        ] {
            let found = number("collimator +45", of);
            assert!(
                (found - expected).abs() < 2e-5 * expected.abs().max(1.0),
                "{of}: {found}, not {expected}"
            );
        }
        assert!((number("energy 10 MV", "mu_factor") - 0.5).abs() < 1e-4, "the pilot had twice the dose");
        for (name, why) in [
            ("energy 15 MV", "neutrons"),
            ("couch -20", "changes by +5.0 %"),
            ("couch +110", "couch would stand at 110"),
            ("without filter", "the stub refuses this"),
        ] {
            assert!(row(name)[column("reason")].contains(why), "{name}: {:?}", row(name));
        }
        plans(&place, &given_uid);
        // Each run has its own seed, all have one unit; pilots run with a fifth.
        let told = String::from_utf8(place.read("told")).expect("UTF-8");
        let told: Vec<Vec<&str>> = told.lines().map(|line| line.split(' ').collect()).collect();
        assert_eq!(told.iter().map(|run| run[1]).collect::<BTreeSet<_>>().len(), told.len(), "{told:?}");
        assert!(told.iter().all(|run| run[2] == "1" && run[4] == "20"), "{told:?}");
        for run in &told {
            assert_eq!(run[3], if run[0].ends_with("pilot") { "80000" } else { "400000" }, "{run:?}");
        }
        let page = String::from_utf8(place.read("found/report.html")).expect("UTF-8");
        assert!(
            page.contains("1. <a href=\"runs/collimator_+45/report.html\">") && page.contains("neutrons")
        );
        let record = place.json("found/run.json");
        assert_eq!(record["criterion"]["organs"], serde_json::json!(["Heart", "Foot"]));
        // The runs can be compared, and a second exploration takes the place of the first.
        place
            .run(&["compare", "found/runs/given", "found/runs/collimator_+45", "--out", "two"])
            .assert_status(0);
        place.run(&[&ALL[..], &["found", "--organ", "foot"]].concat()).assert_status(0);
        assert_eq!(place.json("found/run.json")["criterion"]["organs"], serde_json::json!(["Foot"]));
        let left = place.names(".");
        assert!(!left.iter().any(|name| name.contains("partial")), "{left:?}");
    }

    /// The plans beside the runs: derived, unapproved, new, and what their names say.
    fn plans(place: &Workplace, given_uid: &str) {
        let open = |name: &str| {
            DicomFile::open(&place.path(&format!("found/runs/{name}/plan.dcm"))).expect("a plan")
        };
        let mut uids = BTreeSet::from([given_uid.to_owned()]);
        for (name, turn, mv, mu) in [
            ("again", 0.0, 6.0, 100.0),
            ("collimator_+45", 45.0, 6.0, 100.0),
            ("energy_10_MV", 0.0, 10.0, 50.0),
        ] {
            let file = open(name);
            let root = file.root();
            let plan = read_plan(&file).expect("a sound plan");
            assert!(uids.insert(plan.uid.clone()), "{name}: {}", plan.uid);
            let beam = &plan.beams[0];
            assert!((beam.control_points[0].pose.collimator_rad.to_degrees() - turn).abs() < 1e-6, "{name}");
            assert!((plan.mu() - mu).abs() < 0.01 * mu && beam.nominal_mv == mv, "{name}: {} MU", plan.mu());
            assert_eq!(beam.fluence, Fluence::Flattened);
            let text = |tag| root.required_text(tag).expect("there");
            assert_eq!([text(tags::APPROVAL_STATUS), text(tags::PLAN_INTENT)], ["UNAPPROVED", "RESEARCH"]);
            let from = &root.sequence(tags::REFERENCED_RT_PLAN_SEQUENCE).expect("read")[0];
            assert_eq!(from.required_text(tags::REFERENCED_SOP_INSTANCE_UID).expect("a UID"), given_uid);
            assert_eq!(from.required_text(tags::RT_PLAN_RELATIONSHIP).expect("a word"), "PREDECESSOR");
        }
    }

    #[test]
    fn what_cannot_be_explored_is_refused() {
        let (place, _) = place();
        let with = |more: &[&str]| place.run(&[&ALL[..], &["found"], more].concat());
        with(&["--organ", "Tail"]).assert_status(3).assert_says(&["no organ \"Tail\"", "Heart"]);
        with(&["--dose", "study/plan.dcm"]).assert_status(2).assert_says(&["--dose"]);
        with(&["--gamma-limit", "200"]).assert_status(2).assert_says(&["--gamma-limit"]);
        let none =
            ["explore", "--study", "study", "--vary", "couch", "--couch-turns", "120", "--out", "found"];
        place.run(&none).assert_status(3).assert_says(&["no variant can be made", "120"]);
        place.run(&["explore", "--study", "study", "--vary", "all", "--out", "found"]).assert_status(2);
        assert!(!place.path("found").exists());
        assert!(!place.names(".").iter().any(|name| name.contains("partial")), "{:?}", place.names("."));
    }
}

/// The real estimate, on a made-up child and, where they are, on the shared TG-119 case: few photons, whatever they tell.
#[test]
fn real_runs_of_variants_are_compared() {
    let place = Workplace::empty();
    place.run(&["cohort", "--n", "1", "--out", "children"]).assert_status(0);
    let effort =
        ["--voxel-mm", "10", "--histories", "40000", "--scan-only", "--backend", "cpu", "--gamma-limit", "0"];
    let wide = ["--mean-limit", "50", "--out"];
    let child = ["explore", "--study", "children/S00001", "--vary", "collimator", "--collimator-turns", "90"];
    let ended = place.run(&[&child[..], &effort, &wide, &["child"]].concat());
    ended.assert_status(0);
    let table = String::from_utf8(place.read("child/variants.csv")).expect("UTF-8");
    assert!(table.contains("\ncollimator +90,ranked,1,"), "{table}");
    assert_eq!(place.names("child/runs"), ["again", "collimator_+90", "given"]);
    let compared = ["compare", "child/runs/given", "child/runs/collimator_+90", "--out", "compared"];
    place.run(&compared).assert_status(0);

    let Some(shared) = std::env::var_os("STRAYDOSE_SHARED").map(std::path::PathBuf::from) else {
        use std::io::Write;
        let _ = std::io::stderr().write_all(b"SKIPPED: STRAYDOSE_SHARED is not set\n");
        return;
    };
    let case = shared.join("data/tg119-cshape");
    let path = |name: &str| case.join(name).to_string_lossy().into_owned();
    let [plan, ct, masks] = ["RP_truebeam_2arc.dcm", "ct.nii.gz", "masks"].map(path);
    let arcs = ["explore", "--plan", &plan, "--ct", &ct, "--masks", &masks, "--vary", "collimator,couch"];
    let organ = ["--organ", "core", "--collimator-turns", "30,60", "--couch-turns", "10"];
    let ended = place.run(&[&arcs[..], &organ, &effort, &wide, &["arcs"]].concat());
    ended.assert_status(0);
    let table = String::from_utf8(place.read("arcs/variants.csv")).expect("UTF-8");
    // Modulated apertures of narrow leaves have no like on a collimator that is turned far.
    assert!(table.contains("leaves cannot take the aperture's shape"), "{table}");
    for verdict in ["collimator +60,impossible,", "collimator +30,ranked,", "couch +10,ranked,"] {
        assert!(table.lines().any(|row| row.starts_with(verdict)), "{verdict}\n{table}");
    }
}
