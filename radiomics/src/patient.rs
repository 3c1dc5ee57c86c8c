//! Features of all lesions of a patient made one: what a model of patients reads.
//!
//! No standard defines these; the definitions are ours and stand at [`Statistic`].

use crate::catalogue::{Aggregation, Entry, Family};
use crate::table::{FeatureTable, Row};
use std::collections::BTreeMap;

/// A statistic over the lesions of a patient, of the values x_i of a feature that are defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    /// Σ x_i / n.
    Mean,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// Σ V_i x_i / Σ V_i, with the volumes of the lesions as drawn.
    VolumeWeightedMean,
    /// √(Σ (x_i − mean)² / (n − 1)); two lesions at least.
    StandardDeviation,
    /// Greatest less least.
    Range,
    /// −Σ p_b log₂ p_b over equal bins from the least to the greatest value (bits); 0 if all are equal, two lesions at least.
    Entropy,
    /// The value of the lesion with the greatest volume.
    Largest,
}

impl Statistic {
    /// All, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Mean,
        Self::Minimum,
        Self::Maximum,
        Self::VolumeWeightedMean,
        Self::StandardDeviation,
        Self::Range,
        Self::Entropy,
        Self::Largest,
    ];

    /// Its name in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::VolumeWeightedMean => "volume_weighted_mean",
            Self::StandardDeviation => "standard_deviation",
            Self::Range => "range",
            Self::Entropy => "entropy",
            Self::Largest => "largest",
        }
    }

    /// Of values with their volumes (mm³); NaN where it is not defined.
    ///
    /// ```
    /// use radiomics::patient::Statistic;
    /// let lesions = [(1.0, 10.0), (4.0, 30.0)]; // value, volume
    /// assert_eq!(Statistic::Mean.of(&lesions, 8), 2.5);
    /// assert_eq!(Statistic::VolumeWeightedMean.of(&lesions, 8), 3.25);
    /// assert_eq!(Statistic::Entropy.of(&lesions, 8), 1.0);
    /// ```
    pub fn of(self, lesions: &[(f64, f64)], entropy_bins: u32) -> f64 {
        let n = lesions.len() as f64;
        let values = || lesions.iter().map(|(value, _)| *value);
        if lesions.is_empty() {
            return f64::NAN;
        }
        let mean = values().sum::<f64>() / n;
        let least = values().fold(f64::INFINITY, f64::min);
        let greatest = values().fold(f64::NEG_INFINITY, f64::max);
        match self {
            Self::Mean => mean,
            Self::Minimum => least,
            Self::Maximum => greatest,
            Self::VolumeWeightedMean => {
                let volume: f64 = lesions.iter().map(|(_, volume)| volume).sum();
                lesions.iter().map(|(value, volume)| value * volume).sum::<f64>() / volume
            }
            Self::StandardDeviation => {
                (values().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
            }
            Self::Range => greatest - least,
            Self::Entropy if lesions.len() < 2 => f64::NAN,
            Self::Entropy => {
                let mut bins: BTreeMap<u32, f64> = BTreeMap::new();
                for value in values() {
                    let part = if greatest > least { (value - least) / (greatest - least) } else { 0.0 };
                    let bin = ((part * f64::from(entropy_bins)) as u32).min(entropy_bins - 1);
                    *bins.entry(bin).or_default() += 1.0 / n;
                }
                // Not −0 where all are in one bin.
                bins.values().map(|p| -p * p.log2()).sum::<f64>() + 0.0
            }
            Self::Largest => {
                lesions.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(f64::NAN, |(value, _)| *value)
            }
        }
    }
}

/// One statistic of one feature over the lesions of a patient.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientRow {
    /// Name of the ring; empty for the lesions themselves.
    pub ring: String,
    /// The family.
    pub family: Family,
    /// The feature.
    pub entry: &'static Entry,
    /// How it was gathered.
    pub aggregation: Option<Aggregation>,
    /// Its grey levels.
    pub discretisation: String,
    /// Its filter.
    pub filter: String,
    /// The statistic.
    pub statistic: Statistic,
    /// Lesions that have a value.
    pub lesions: usize,
    /// Lesions that have none.
    pub undefined: usize,
    /// The value; NaN where it is not defined.
    pub value: f64,
    /// Why not; empty where it is.
    pub reason: &'static str,
}

impl PatientRow {
    /// A name for a column, one word.
    pub fn column(&self) -> String {
        let ring = if self.ring.is_empty() { String::new() } else { format!("{}.", self.ring) };
        let feature = crate::table::column(&self.filter, self.entry, self.aggregation);
        format!("{ring}{feature}.{}", self.statistic.word())
    }
}

/// All statistics of all features over the lesions in the tables of one patient (one for each image).
pub fn over_lesions(tables: &[&FeatureTable], entropy_bins: u32) -> Vec<PatientRow> {
    type Key<'a> = (&'a str, &'a str, Family, Option<Aggregation>, &'static str);
    let mut order: Vec<Key> = Vec::new();
    // A row of the first lesion, and value and volume of each.
    type Found<'a> = (&'a Row, Vec<(f64, f64)>);
    let mut found: BTreeMap<Key, Found> = BTreeMap::new();
    for table in tables {
        let volumes: BTreeMap<&str, f64> =
            table.regions.iter().map(|facts| (facts.region.as_str(), facts.volume_mm3)).collect();
        for row in &table.rows {
            let key = (&*row.ring, &*row.filter, row.family, row.aggregation, row.entry.tag);
            let volume = volumes.get(row.region.as_str()).copied().unwrap_or(f64::NAN);
            let (_, values) = found.entry(key).or_insert_with(|| {
                order.push(key);
                (row, Vec::new())
            });
            values.push((row.value, volume));
        }
    }
    let mut rows = Vec::with_capacity(order.len() * Statistic::ALL.len());
    for key in order {
        let (row, all) = &found[&key];
        let values: Vec<(f64, f64)> = all.iter().filter(|(value, _)| !value.is_nan()).copied().collect();
        for statistic in Statistic::ALL {
            let value = statistic.of(&values, entropy_bins);
            let reason = match value.is_nan() {
                false => "",
                true if values.is_empty() => "no lesion has a value",
                true => "a single lesion has a value",
            };
            rows.push(PatientRow {
                ring: row.ring.clone(),
                family: row.family,
                entry: row.entry,
                aggregation: row.aggregation,
                discretisation: row.discretisation.clone(),
                filter: row.filter.clone(),
                statistic,
                lesions: values.len(),
                undefined: all.len() - values.len(),
                value,
                reason,
            });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_lesions_worked_by_hand() {
        let lesions = [(2.0, 1.0), (4.0, 1.0), (9.0, 2.0)];
        let of = |statistic: Statistic| statistic.of(&lesions, 4);
        assert_eq!([of(Statistic::Mean), of(Statistic::Minimum), of(Statistic::Maximum)], [5.0, 2.0, 9.0]);
        assert_eq!(of(Statistic::VolumeWeightedMean), 24.0 / 4.0);
        assert_eq!(of(Statistic::StandardDeviation), 13.0_f64.sqrt()); // (9 + 1 + 16) / 2
        assert_eq!([of(Statistic::Range), of(Statistic::Largest)], [7.0, 9.0]);
        // Bins of 1.75 from 2: 2 in the first, 4 in the second, 9 in the last.
        assert!((of(Statistic::Entropy) - 3.0_f64.log2()).abs() < 1e-12);
        assert_eq!(Statistic::Entropy.of(&[(1.0, 1.0), (1.0, 5.0)], 4), 0.0);
    }

    #[test]
    fn one_lesion_has_no_dispersion_and_none_has_nothing() {
        let one = [(3.0, 2.0)];
        assert!(Statistic::StandardDeviation.of(&one, 8).is_nan());
        assert!(Statistic::Entropy.of(&one, 8).is_nan());
        assert_eq!([Statistic::Range.of(&one, 8), Statistic::Largest.of(&one, 8)], [0.0, 3.0]);
        assert!(Statistic::ALL.into_iter().all(|statistic| statistic.of(&[], 8).is_nan()));
    }
}
