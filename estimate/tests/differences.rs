//! Whether the statistical errors of differences between two plans are what repeated runs scatter by.

mod trunk;

use anatomy::Anatomy;
use estimate::difference::{Difference, OrganMean, Run, difference};
use treatment::Plan;
use trunk::{dose, four_fields, patient};

/// Pairs of runs where `STRAYDOSE_REPEATS` does not say.
const RUNS: u64 = 12;
const HISTORIES: u64 = 12_000;

/// The organs' means of a plan under a seed: near, far.
fn means(plan: &Plan, patient: &Anatomy, seed: u64) -> (Run, [OrganMean; 2]) {
    let dose = dose(plan, patient, HISTORIES, seed);
    let of = |name: &str| {
        let n = patient.organs.iter().position(|organ| organ.original_name == name).expect("drawn");
        let mean = |values: &[f32]| {
            let (sum, count) =
                patient.organs[n].coverage.voxels().fold((0.0, 0.0), |(sum, count), (voxel, share)| {
                    (sum + f64::from(share * values[voxel]), count + f64::from(share))
                });
            sum / count
        };
        let sigma = |part: usize| dose.organ_component_sigma[n][part].unwrap_or(0.0);
        OrganMean {
            total: (mean(&dose.dose_gy.values), dose.organ_sigma[n].expect("a dose")),
            components: std::array::from_fn(|part| (mean(&dose.components_gy[part]), sigma(part))),
            place_sigma: 0.0,
        }
    };
    let run = Run { seed, unit_seed: seed, machines: "one".into(), unit_sigma: 0.0, model_sigma: [0.0; 4] };
    (run, [of("near"), of("far")])
}

/// Variance of the differences over the mean of the variances that are claimed, and how many lie within their interval
/// around the mean of all.
fn judged(differences: &[Difference]) -> (f64, usize) {
    let n = differences.len() as f64;
    let mean = differences.iter().map(|d| d.gy).sum::<f64>() / n;
    let variance = differences.iter().map(|d| (d.gy - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let claimed = differences.iter().map(|d| d.stat_gy.powi(2)).sum::<f64>() / n;
    let within = |d: &&Difference| d.interval_gy()[0] <= mean && mean <= d.interval_gy()[1];
    (variance / claimed, differences.iter().filter(within).count())
}

/// Pairs of runs with seeds of their own. The ratio of variances follows chi squared; it must lie within three and a half
/// standard deviations, by Wilson and Hilferty's approximation (Proc. Natl. Acad. Sci. 17, 684 (1931)), and the mean of all
/// ratios within 0.5 to 1.7, which an error a third too small or too large for all of them would leave. With one seed for
/// both plans, the differences must not scatter by more than is claimed.
#[test]
fn differences_scatter_as_their_errors_say() {
    let runs = std::env::var("STRAYDOSE_REPEATS").ok().and_then(|text| text.parse().ok()).unwrap_or(RUNS);
    let patient = patient();
    let [narrow, wide] = [four_fields(20.0, 100.0), four_fields(35.0, 100.0)];
    let all: Vec<_> = (1..=runs)
        .map(|n| {
            [(&narrow, n), (&wide, n), (&wide, 1000 + n)].map(|(plan, seed)| means(plan, &patient, seed))
        })
        .collect();
    let spread = 2.0 / (9.0 * (runs - 1) as f64);
    let bound = |sigmas: f64| (1.0 - spread + sigmas * spread.sqrt()).powi(3);
    let (mut told, mut wrong, mut sum) = (Vec::new(), Vec::new(), 0.0);
    for (at, organ) in ["near", "far"].iter().enumerate() {
        for part in [None, Some(0), Some(1), Some(2), Some(3)] {
            let of = |b: usize| -> Vec<Difference> {
                let pair = |run: &[(Run, [OrganMean; 2]); 3]| {
                    let (a, b) = (&run[0], &run[b]);
                    let (total, parts) = difference((&a.0, &a.1[at]), (&b.0, &b.1[at]));
                    part.map_or(total, |part: usize| parts[part])
                };
                all.iter().map(pair).collect()
            };
            let (ratio, within) = judged(&of(2));
            let (with_one_seed, _) = judged(&of(1));
            sum += ratio;
            told.push(format!(
                "{organ} {part:?}: {ratio:.2}, {within} of {runs}; one seed {with_one_seed:.2}"
            ));
            if !(bound(-3.5)..bound(3.5)).contains(&ratio) || with_one_seed > bound(3.5) {
                wrong.push(told.last().cloned());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?} of {told:#?}");
    assert!((0.5..1.7).contains(&(sum / told.len() as f64)), "{told:#?}");
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{told:#?}");
}
