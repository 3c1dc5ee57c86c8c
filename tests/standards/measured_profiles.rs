//! Measured 6 MV curves beside a 5 × 5 and a 10 × 10 cm field: the built-in Agility as it is, and commissioned on the 5 × 5 alone.
//!
//! A run of some ten seconds has errors of 5 to 15 % at single points, so that bands of distance are judged, each with its error; the
//! tables of `docs/validation.md` are from longer runs of the same by `straydose commission`.

use commission::fit::{Data, Fit, fit};
use commission::measurement::Measurements;
use commission::model::Model;
use commission::responses::{Effort, Responses, Varies};
use dose_core::run::Backend;
use std::ops::ControlFlow;
use straydose_tests::measured::{Reading, readings, table};
use straydose_tests::reference::shared;
use treatment::machine::Machine;
use treatment::machine::built_in::FILES;

/// Bands of distance from the edge (mm).
const BANDS_MM: [[f64; 2]; 3] = [[10.0, 20.0], [30.0, 60.0], [70.0, 100.0]];
/// What a band's mean may be off by as the machine is, in the band at the first centimetres and farther out: the contract's 35 %
/// at each point is missed, which `docs/validation.md` shows; bands of all depths keep it.
const AS_IT_IS: f64 = 0.35;
/// The same after commissioning on the other field.
const COMMISSIONED: f64 = 0.15;

#[test]
fn measured_curves_beside_two_fields_before_and_after_commissioning_on_one() {
    let Some(shared) = shared() else { return };
    let readings = readings(&shared);
    let measurements = Measurements::from_csv("measured", &table(&readings)).expect("a good table");
    let (name, text) = FILES.iter().find(|(name, _)| *name == "elekta-agility").expect("built in");
    let machine = Machine::from_toml(name, text).expect("sound");
    let flattened = Some(treatment::beam::Fluence::Flattened);
    let quality = commission::field::quality(&machine, Some(6.0), flattened).expect("6 MV");
    let mut backend = Backend::cpu(None).expect("threads");
    let effort = Effort { histories: 250_000, seed: 1, varies: Varies::Shapes };
    let start = std::time::Instant::now();
    let watch = &mut |_| ControlFlow::Continue(());
    let responses = Responses::run(&machine, quality, &measurements, effort, &mut backend, watch)
        .expect("a run to its end");
    println!("{:.0} s", start.elapsed().as_secs_f64());
    let model = Model::new(&machine, quality, &measurements, &responses);
    let percent: Vec<f64> = readings.iter().map(|reading| reading.percent).collect();
    let sigma: Vec<f64> = measurements.points.iter().map(|point| point.sigma_relative).collect();
    let used: Vec<usize> = (0..readings.len()).filter(|&at| readings[at].field_mm == 50.0).collect();
    let found =
        fit(&model, &Data { readings: &percent, sigma_relative: &sigma, used: &used }).expect("a fit");
    for number in &found.numbers {
        println!(
            "{}: {:.3e} ± {:.0} %, {:?}",
            number.parameter.name,
            number.value,
            100.0 * number.sigma_relative,
            number.verdict
        );
    }
    let mut misses = vec![];
    for field_mm in [50.0, 100.0] {
        for along_leaves in [false, true] {
            for band in BANDS_MM {
                let [before, after] = [false, true].map(|is_after| {
                    let ratio = |at: usize| ratio(&readings, &found, at, is_after);
                    let members = (0..readings.len()).filter(|&at| {
                        let reading = &readings[at];
                        reading.field_mm == field_mm
                            && reading.along_leaves == Some(along_leaves)
                            && (band[0]..=band[1]).contains(&reading.edge_mm)
                    });
                    // Unweighted: a short run that missed a rare heavy photon has a low mean and a low error.
                    let (mut count, mut sum, mut variance) = (0.0, 0.0, 0.0);
                    for at in members {
                        count += 1.0;
                        sum += ratio(at);
                        variance += (ratio(at) * found.points[at].sigma_relative).powi(2);
                    }
                    (sum / count, f64::sqrt(variance) / count)
                });
                let side = if along_leaves { "leaves" } else { "jaws" };
                let name = format!("{field_mm} mm, {side}, {}-{} mm", band[0], band[1]);
                println!("{name}: {:.3} before, {:.3} after, ± {:.3}", before.0, after.0, after.1);
                let is_off =
                    |(mean, sigma): (f64, f64), allowed: f64| mean.ln().abs() > allowed + 2.0 * sigma;
                if is_off(before, AS_IT_IS) || (field_mm == 100.0 && is_off(after, COMMISSIONED)) {
                    misses.push(name);
                }
            }
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
    let [measured, ours] = [false, true].map(|is_ours| {
        let side = |along_leaves: bool| {
            let of_side = (0..readings.len()).filter(|&at| {
                let reading = &readings[at];
                reading.field_mm == 100.0
                    && reading.along_leaves == Some(along_leaves)
                    && (30.0..=60.0).contains(&reading.edge_mm)
            });
            of_side
                .map(|at| {
                    readings[at].percent * if is_ours { ratio(&readings, &found, at, true) } else { 1.0 }
                })
                .sum::<f64>()
        };
        side(true) / side(false) - 1.0
    });
    println!(
        "leaves over jaws, 3-6 cm from the edge of 10 x 10 cm: {measured:+.3} measured, {ours:+.3} ours"
    );
    assert!(
        ours > measured / 3.0 && ours < 3.0 * measured,
        "the difference of the axes is {ours}, not {measured}"
    );
}

/// Ours over the reading, both over their values on the axis at the depth of the maximum.
fn ratio(readings: &[Reading], found: &Fit, at: usize, is_after: bool) -> f64 {
    let reading = |at: usize| if is_after { found.points[at].after } else { found.points[at].before };
    let is_maximum = |one: &Reading| {
        one.field_mm == readings[at].field_mm && one.along_leaves.is_none() && one.depth_mm == 15.0
    };
    let maximum = readings.iter().position(is_maximum).expect("a point on the axis");
    reading(at) / reading(maximum) * readings[maximum].percent / readings[at].percent
}
