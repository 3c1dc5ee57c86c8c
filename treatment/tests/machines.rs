//! Machine files and which of them a plan gets.

use treatment::beam::{Beam, Fluence};
use treatment::device::DeviceKind;
use treatment::iec61217::PatientPosition;
use treatment::machine::{Machine, built_in, choose};
use treatment::synthetic::{Identity, Target, four_fields};

fn beam() -> Beam {
    let target = Target {
        centre_mm: [0.0; 3],
        radius_mm: 40.0,
        position: PatientPosition::Hfs,
        dose_gy: 50.0,
        fractions: 25,
        mu: 200.0,
    };
    let identity =
        Identity { uid: "1.2".into(), frame_of_reference_uid: "1.3".into(), structure_set_uid: None };
    four_fields(&target, &identity).beams.remove(0)
}

/// A sound file to break.
const SOUND: &str = include_str!("../machines/elekta-agility.toml");

#[test]
fn each_fault_of_a_machine_file_is_refused_with_its_line() {
    let mut misses = vec![];
    for (from, to, words) in [
        ("bottom_mm = { value = 394.3", "bottom_mm = { value = 39.43", &["bottom_mm", "unit"][..]),
        ("bottom_mm = { value = 394.3", "bottom_mm = { value = 300.0", &["thick", "below top_mm"]),
        ("top_mm = { value = 304.3", "top_mm = { value = -304.3", &["top_mm", "-304.3"]),
        ("top_mm = { value = 304.3", "top_cm = { value = 30.43", &["top_cm"]),
        ("material = \"tungsten-alloy\"", "material = \"unobtainium\"", &["unobtainium", "add it"]),
        ("W = 0.95", "W = 0.05", &["sum to 0.1"]),
        (
            "{ from_mm = -200.0, width_mm = 5.0, count = 80 }",
            "{ from_mm = -200.0, width_mm = 5.0, count = 40 }, { from_mm = -10.0, width_mm = 5.0, count = 40 }",
            &["overlap"],
        ),
        ("ee_mev = 6.49", "ee_mev = 0.0", &["ee_mev"]),
        ("\"tailor-1998\"", "\"tailor-1999\"", &["tailor-1999"]),
        ("gy_per_mu = { value = 0.01", "gy_per_mu = { value = 1.0", &["gy_per_mu"]),
        ("points = [[0.0, 1.0]", "points = [[5.0, 1.0]", &["start at 0"]),
        ("tip_radius_mm = { value = 170.0", "tip_radius_mm = { value = 17.0", &["tip_radius_mm"]),
        ("range_mm = { value = 22.0", "range_mm = { value = 0.0", &["electrons.range_mm", "unit"]),
        ("level = { value = 0.27", "level = { value = 27.0", &["electrons.level", "27"]),
        ("sad_mm = 1000.0", "sad_mm = 100.0", &["sad_mm"]),
        ("role = \"leaves\"", "role = \"leafs\"", &["leafs"]),
        (
            "source = \"opengate/contrib/linacs/elektaversa.py: mid-plane 349.3, height 90\"",
            "source = \"\"",
            &["no source"],
        ),
        ("[[beam]]", "[[beam", &["line"]),
    ] {
        assert!(SOUND.contains(from), "{from} is not in the file");
        let broken = SOUND.replacen(from, to, 1);
        let line = 1 + SOUND[..SOUND.find(from).unwrap()].matches('\n').count();
        match Machine::from_toml("mine.toml", &broken) {
            Ok(_) => misses.push(format!("{to} was read")),
            Err(error) => {
                let message = error.to_string();
                let named = message.contains("mine.toml") && message.contains(&format!("line {line}"));
                if !named || !words.iter().all(|word| message.contains(word)) {
                    misses.push(format!("line {line}, {words:?}: {message}"));
                }
            }
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn leaves_identify_a_machine_whatever_it_is_called() {
    let machines = built_in();
    let mut beam = beam();
    (beam.machine_name, beam.manufacturer, beam.model) = ("LINAC 3".into(), String::new(), String::new());
    let choice = choose(&machines, &beam, None).unwrap();
    assert_eq!(choice.machine.name, "varian-millennium120");
    assert!(choice.why.contains("leaves"), "{}", choice.why);
    assert!(
        choice.warnings.iter().any(|w| w.contains("LINAC 3") && w.contains("Millennium")),
        "{:?}",
        choice.warnings
    );
}

#[test]
fn a_machine_that_nobody_described_is_the_generic_one_and_says_so() {
    let machines = built_in();
    let mut beam = beam();
    beam.devices[2].boundaries_mm.iter_mut().for_each(|side| *side *= 0.9);
    let choice = choose(&machines, &beam, None).unwrap();
    assert_eq!(choice.machine.name, "generic");
    assert!(choice.warnings.iter().any(|warning| warning.contains("generic")), "{:?}", choice.warnings);
}

#[test]
fn a_wish_is_followed_and_an_unknown_one_refused_with_what_there_is() {
    let machines = built_in();
    let choice = choose(&machines, &beam(), Some("Varian-HD120")).unwrap();
    assert_eq!(choice.machine.name, "varian-hd120");
    let error = choose(&machines, &beam(), Some("cobalt")).unwrap_err().to_string();
    assert!(error.contains("cobalt") && error.contains("elekta-agility"), "{error}");
}

#[test]
fn an_energy_that_a_machine_lacks_gets_the_nearest_or_a_refusal() {
    let machines = built_in();
    let mut beam = beam();
    beam.nominal_mv = 8.0;
    let choice = choose(&machines, &beam, None).unwrap();
    assert!([6.0, 10.0].contains(&choice.quality.nominal_mv));
    assert!(choice.warnings.iter().any(|warning| warning.contains("8 MV")), "{:?}", choice.warnings);
    beam.fluence = Fluence::FilterFree;
    beam.nominal_mv = 18.0;
    let error = choose(&machines, &beam, Some("varian-hd120")).unwrap_err().to_string();
    assert!(error.contains("18 MV FFF") && error.contains("10 MV FFF"), "{error}");
}

#[test]
fn a_source_distance_that_no_machine_has_is_refused() {
    let mut beam = beam();
    beam.sad_mm = 800.0;
    let error = choose(&built_in(), &beam, None).unwrap_err().to_string();
    assert!(error.contains("--machine") && error.contains("TrueBeam"), "{error}");
}

#[test]
fn an_x_jaw_that_an_agility_does_not_have_is_named() {
    let machines = built_in();
    let choice = choose(&machines, &beam(), Some("elekta-agility")).unwrap();
    let named = format!("no {}", DeviceKind::AsymX.code());
    assert!(choice.warnings.iter().any(|warning| warning.contains(&named)), "{:?}", choice.warnings);
}

#[test]
fn numbers_that_nobody_checked_are_listed_for_the_beam_in_use_only() {
    let machines = built_in();
    let choice = choose(&machines, &beam(), None).unwrap();
    let listed = choice.warnings.iter().find(|warning| warning.contains("not verified")).unwrap();
    assert!(
        listed.contains("radius of the tips") && listed.contains("6 MV: ") && listed.contains("focal spot"),
        "{listed}"
    );
    assert!(listed.matches(" MV").count() == 1, "{listed}");
}
