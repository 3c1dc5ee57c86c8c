//! Known numbers are found again in noisy readings, far points alone fix the leakage, and what points do not say is not fitted.

// What was measured is printed, for who asks with --nocapture.
#![allow(clippy::print_stdout)]

use commission::fit::{Data, Fit, Verdict, fit};
use commission::machine_file;
use commission::measurement::Measurements;
use commission::model::{Model, Number};
use commission::responses::{Effort, Responses, Varies};
use dose_core::run::Backend;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use treatment::machine::Machine;
use treatment::machine::bounds::ELECTRONS_LEVEL;
use treatment::machine::built_in::FILES;

/// Readings drawn anew.
const REPEATS: usize = 300;
/// Share of all fitted numbers that 1.645 of their standard errors hold; 0.9 is what normal errors give.
const HOLDS: f64 = 0.9;
/// Most misses of one number: 30 are expected, 50 are four standard deviations more.
const MISSES: usize = 50;

struct Case {
    machine: Machine,
    table: Measurements,
    responses: Responses,
}

/// Two fields in water, far points in air, some of them for the fit.
fn case() -> &'static Case {
    static CASE: OnceLock<Case> = OnceLock::new();
    CASE.get_or_init(|| {
        let mut text = "series,field_x_cm,field_y_cm,medium,ssd_mm,x_mm,y_mm,depth_mm,mu,dose_gy,percent,uncertainty_percent\n".to_owned();
        for field in [5, 10] {
            for depth in [15, 100] {
                for off in [0, 40, 60, 80, 110, 150] {
                    text += &format!(",{field},{field},water,900,0,{off},{depth},100,0.5,,2\n");
                    text += &format!(",{field},{field},water,900,{off},0,{depth},100,0.5,,2\n");
                }
            }
        }
        for far in [400, 600, 800, 1000] {
            text += &format!(",10,10,air,1000,0,{far},0,1000,0.003,,5\n");
        }
        let table = Measurements::from_csv("made", &text).expect("a good table");
        let machine = machine();
        let mut backend = Backend::cpu(None).expect("threads");
        let effort = Effort { histories: 40_000, seed: 1, varies: Varies::Shapes };
        let quality = quality(&machine);
        let responses = Responses::run(&machine, quality, &table, effort, &mut backend, &mut |_| ControlFlow::Continue(()))
            .expect("a run to its end");
        Case { machine, table, responses }
    })
}

fn machine() -> Machine {
    let (name, text) = FILES.iter().find(|(name, _)| *name == "varian-millennium120").expect("built in");
    Machine::from_toml(name, text).expect("sound")
}

fn quality(machine: &Machine) -> usize {
    commission::field::quality(machine, Some(6.0), Some(treatment::beam::Fluence::Flattened)).expect("6 MV")
}

/// The same numbers for the same seed, about normal: the sum of twelve uniform ones less six.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        // SplitMix64 (G. L. Steele et al., OOPSLA 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / u64::MAX as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// Numbers that differ from the file's by what the file says it knows of them (drawn once for each repeat).
fn truth(model: &Model, noise: &mut Noise) -> Vec<f64> {
    let step = |parameter: &commission::model::Parameter| {
        let step = noise.normal() * parameter.sigma_before;
        match model.reach(parameter.number) {
            Some([low, high]) => step.clamp(0.9 * low, 0.9 * high),
            None => step,
        }
    };
    model.parameters.iter().map(step).collect()
}

fn fitted(model: &Model, readings: &[f64], sigma: &[f64], used: &[usize]) -> Fit {
    fit(model, &Data { readings, sigma_relative: sigma, used }).expect("a fit")
}

#[test]
fn known_numbers_lie_within_their_stated_errors_and_held_out_far_points_improve() {
    let Case { machine, table, responses } = case();
    let model = Model::new(machine, quality(machine), table, responses);
    let sigma: Vec<f64> = table.points.iter().map(|point| point.sigma_relative).collect();
    // The two middle ones of the far points are held out.
    let far = table.points.len() - 4;
    let used: Vec<usize> = (0..far + 4).filter(|place| ![far + 1, far + 2].contains(place)).collect();
    let mut noise = Noise(7);
    let mut holds = vec![[0usize; 2]; model.parameters.len()];
    let (mut before_error, mut after_error) = (0.0, 0.0);
    for _ in 0..REPEATS {
        let truth = truth(&model, &mut noise);
        // The runs' own errors are drawn too: the fit takes them to be part of what is not known.
        let readings: Vec<f64> = model
            .readings(&truth)
            .iter()
            .zip(&sigma)
            .map(|((reading, run), sigma)| reading + noise.normal() * (reading * sigma).hypot(*run))
            .collect();
        let found = fitted(&model, &readings, &sigma, &used);
        for (at, number) in found.numbers.iter().enumerate() {
            let off = (found.steps[at] - truth[at]).abs();
            if number.verdict == Verdict::Fitted {
                holds[at][usize::from(off <= 1.645 * number.sigma_relative)] += 1;
            }
        }
        let at_truth = model.readings(&truth);
        for place in [far + 1, far + 2] {
            let error = |reading: f64| (reading / at_truth[place].0).ln().abs();
            before_error += error(found.points[place].before);
            after_error += error(found.points[place].after);
        }
    }
    let mut all = [0usize; 2];
    for (parameter, [missed, held]) in model.parameters.iter().zip(&holds) {
        println!("{}: {held} of {}", parameter.name, missed + held);
        all[0] += missed;
        all[1] += held;
    }
    println!(
        "far points: {:.3} before, {:.3} after (mean of |ln|)",
        before_error / (2.0 * REPEATS as f64),
        after_error / (2.0 * REPEATS as f64)
    );
    let share = all[1] as f64 / (all[0] + all[1]) as f64;
    assert!(share >= HOLDS, "{share} of the numbers lie within 1.645 standard errors");
    assert!(holds.iter().all(|[missed, _]| *missed <= MISSES), "{holds:?}");
    let level = model.parameters.iter().position(|p| p.number == Number::LeakageLevel).expect("a leakage");
    assert!(
        holds[level][0] + holds[level][1] >= REPEATS * 9 / 10,
        "the leakage's level was fitted in {:?}",
        holds[level]
    );
    assert!(after_error < 0.3 * before_error, "{before_error} to {after_error}");
}

/// The level of the electrons is relative to the open beam's kerma in air, in the isocentre, which is about what the beam
/// gives at its maximum there.
#[test]
fn kerma_in_air_is_about_the_dose_of_the_reference_brought_to_the_isocentre() {
    let Case { machine, responses, .. } = case();
    let beam = &machine.beams[quality(machine)];
    let kerma_gy = estimate::electrons::open_kerma_gy(beam, machine.fits.sad_mm).expect("a spectrum");
    let disc = beam.extra_focal.expect("a disc").ratio();
    let last = responses.open.mean.len() - 1;
    let dose_gy = responses.open.mean[last] + disc * responses.extra_focal[1].mean[last];
    let away_mm = beam.reference.ssd_mm + beam.reference.depth_mm;
    let ratio = dose_gy * (away_mm / machine.fits.sad_mm).powi(2) / kerma_gy;
    assert!((ratio - 1.0).abs() < 0.06, "{ratio}");
}

#[test]
fn a_handful_of_far_points_fixes_the_leakage_and_nothing_else() {
    let Case { machine, table, responses } = case();
    let model = Model::new(machine, quality(machine), table, responses);
    let sigma: Vec<f64> = table.points.iter().map(|point| point.sigma_relative).collect();
    let level = model.parameters.iter().position(|p| p.number == Number::LeakageLevel).expect("a leakage");
    let mut truth = vec![0.0; model.parameters.len()];
    truth[level] = 3.0f64.ln();
    let readings: Vec<f64> = model.readings(&truth).iter().map(|(reading, _)| *reading).collect();
    let used: Vec<usize> = (table.points.len() - 4..table.points.len()).collect();
    let found = fitted(&model, &readings, &sigma, &used);
    for number in &found.numbers {
        let is_leakage = matches!(number.parameter.number, Number::LeakageLevel | Number::LeakageAngle(_));
        assert!(is_leakage || number.verdict == Verdict::NotDetermined, "{number:?}");
    }
    let number = &found.numbers[level];
    assert_eq!(number.verdict, Verdict::Fitted);
    for place in used {
        let ratio = found.points[place].after / readings[place];
        assert!(
            (ratio - 1.0).abs() < 0.1,
            "point {place}: {ratio}, before {}",
            found.points[place].before / readings[place]
        );
    }
    let expected = 3.0 * number.parameter.before;
    assert!((number.value / expected).ln().abs() < 1.645 * number.sigma_relative, "{number:?}");
}

/// As three points of a depth dose did that was steeper before its maximum than any machine's.
#[test]
fn a_number_that_no_machine_file_may_hold_stops_at_its_bound_and_the_file_is_sound() {
    let Case { machine, table, responses } = case();
    let at = quality(machine);
    let model = Model::new(machine, at, table, responses);
    let sigma: Vec<f64> = table.points.iter().map(|point| point.sigma_relative).collect();
    let mut truth = vec![0.0; model.parameters.len()];
    let electrons = model.parameters.iter().position(|p| p.number == Number::Electrons).expect("electrons");
    truth[electrons] = 20.0f64.ln();
    let readings: Vec<f64> = model.readings(&truth).iter().map(|(reading, _)| *reading).collect();
    let used: Vec<usize> = (0..table.points.len()).collect();
    let found = fitted(&model, &readings, &sigma, &used);
    assert_eq!(found.numbers[electrons].verdict, Verdict::AtItsBound, "{:?}", found.numbers);
    let text = FILES.iter().find(|(name, _)| *name == machine.name).expect("built in").1;
    let written =
        machine_file::write("machine.toml", text, at, &model, &found, "made").expect("a machine file");
    let after = Machine::from_toml("machine.toml", &written).expect("sound");
    let level = after.beams[at].electrons.expect("electrons").level;
    assert!((level - ELECTRONS_LEVEL[1]).abs() < 1e-6, "{level}");
}

#[test]
fn a_machine_file_takes_the_fitted_numbers_with_source_and_error_and_keeps_the_rest() {
    let Case { machine, table, responses } = case();
    let at = quality(machine);
    let model = Model::new(machine, at, table, responses);
    let sigma: Vec<f64> = table.points.iter().map(|point| point.sigma_relative).collect();
    let level = model.parameters.iter().position(|p| p.number == Number::LeakageLevel).expect("a leakage");
    let mut truth = vec![0.0; model.parameters.len()];
    truth[level] = 2.0f64.ln();
    let readings: Vec<f64> = model.readings(&truth).iter().map(|(reading, _)| *reading).collect();
    let used: Vec<usize> = (table.points.len() - 4..table.points.len()).collect();
    let found = fitted(&model, &readings, &sigma, &used);
    let text = FILES.iter().find(|(name, _)| *name == machine.name).expect("built in").1;
    let source = "commissioned on made, 4 points";
    let written =
        machine_file::write("machine.toml", text, at, &model, &found, source).expect("a machine file");
    let after = Machine::from_toml("machine.toml", &written).expect("sound");
    let leakage = |machine: &Machine| machine.beams[at].leakage.clone().expect("a leakage");
    let value = found.of(Number::LeakageLevel).expect("fitted").value;
    assert!((leakage(&after).level / value - 1.0).abs() < 1e-4);
    assert_eq!(after.name, format!("{}{}", machine.name, machine_file::SUFFIX));
    assert_eq!(after.beams[at].spectrum, machine.beams[at].spectrum);
    assert_eq!(after.beams[at].extra_focal, machine.beams[at].extra_focal, "not determined");
    assert_eq!(after.beams[at + 1], machine.beams[at + 1], "another beam");
    let fact =
        after.facts.iter().find(|fact| fact.key == format!("beam[{at}].leakage.level")).expect("a fact");
    assert_eq!((fact.source.as_str(), fact.unverified), (source, false));
    assert!(fact.uncertainty_percent.is_some_and(|percent| percent > 1.0 && percent < 70.0), "{fact:?}");
    assert!(after.beams[at].model_uncertainty.leakage < machine.beams[at].model_uncertainty.leakage);
    assert!(written.contains(text.lines().next().expect("a remark")), "remarks stay");
}
