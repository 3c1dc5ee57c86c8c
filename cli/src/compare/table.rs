//! differences.csv, long: a row for each organ, pair of runs and part of the dose.

use super::{Finished, Row};
use crate::exit::Failure;
use crate::output_folder::OutputFolder;
use crate::predict::write::{self, number};

/// The table's file.
pub const FILE: &str = "differences.csv";

const HEADER: [&str; 13] = [
    "organ",
    "run",
    "against",
    "part",
    "gy",
    "against_gy",
    "difference_gy",
    "lower_gy",
    "upper_gy",
    "stat_gy",
    "model_gy",
    "model_if_independent_gy",
    "told_apart",
];

/// Writes the table under a name.
pub fn write(output: &OutputFolder, file: &str, runs: &[Finished], rows: &[Row]) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for row in rows {
        for other in 1..runs.len() {
            let (total, parts) = row.difference(runs, other);
            let (a, b) = (&row.organs[0].mean, &row.organs[other].mean);
            let names = ["total", "in_field", "head_scatter", "collimator", "leakage"];
            let doses = |mean: &::estimate::difference::OrganMean| {
                [mean.total.0].into_iter().chain(mean.components.map(|(gy, _)| gy))
            };
            let all = names.into_iter().zip([total].into_iter().chain(parts)).zip(doses(a).zip(doses(b)));
            for ((part, difference), (a_gy, b_gy)) in all {
                let [lower, upper] = difference.interval_gy();
                let mut line = vec![
                    row.organs[0].name.clone(),
                    runs[other].letter.clone(),
                    runs[0].letter.clone(),
                    part.to_owned(),
                ];
                line.extend(
                    [
                        b_gy,
                        a_gy,
                        difference.gy,
                        lower,
                        upper,
                        difference.stat_gy,
                        difference.model_gy,
                        difference.model_if_independent_gy,
                    ]
                    .map(number),
                );
                line.push(if difference.is_told_apart() { "yes" } else { "no" }.to_owned());
                lines.push(line);
            }
        }
    }
    write::table(output, file, &HEADER.map(str::to_owned), lines.into_iter())
}
