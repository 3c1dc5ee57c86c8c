//! What the page of a cohort shows, gathered while the rows go by.

use super::OrganRow;
use super::record::CaseResult;
use std::collections::BTreeMap;

/// Years in a group of ages.
const GROUP_YEARS: f64 = 3.0;
/// Fewest cases of an organ from which an outlier can be told.
const FEWEST: usize = 8;
/// A logarithm of dose this many robust deviations from the median is looked at (B. Iglewicz and D. C. Hoaglin, How to Detect and
/// Handle Outliers, 1993: 3.5).
const FAR: f64 = 3.5;
/// Normal standard deviation over median absolute deviation.
const OF_NORMAL: f64 = 1.4826;

/// Counts and doses of a cohort.
#[derive(Default)]
pub(super) struct Summary {
    /// Cases without a result by outcome and message.
    pub reasons: BTreeMap<(String, String), usize>,
    /// Cases by group of ages, girls and boys and unknown.
    pub ages: BTreeMap<Option<u32>, [usize; 3]>,
    /// Names of the cases and their groups of ages.
    cases: Vec<(String, Option<u32>)>,
    /// Mean doses of each organ.
    doses: BTreeMap<String, Vec<Dose>>,
}

/// Millions of these are held, and shown with three digits.
struct Dose {
    case: u32,
    gy: f32,
}

/// Least, quartiles and greatest of some doses (Gy).
pub(super) struct Spread {
    pub cases: usize,
    pub gy: [f64; 5],
}

/// A dose far from those of the others.
pub(super) struct Outlier {
    pub case_id: String,
    pub organ: String,
    pub gy: f64,
    pub median_gy: f64,
    /// In robust deviations of the logarithm.
    pub deviations: f64,
}

fn group(age_years: Option<f64>) -> Option<u32> {
    age_years.map(|age| (age / GROUP_YEARS).floor().max(0.0) as u32)
}

/// A group of ages in words.
pub(super) fn years(group: Option<u32>) -> String {
    let width = GROUP_YEARS as u32;
    group.map_or("not given".into(), |n| format!("{} to {}", n * width, (n + 1) * width))
}

impl Summary {
    /// A case without a result.
    pub fn without_result(&mut self, outcome: &str, message: &str) {
        let first = message.lines().next().unwrap_or_default().to_owned();
        *self.reasons.entry((outcome.to_owned(), first)).or_default() += 1;
    }

    /// A case with a result; its organs follow.
    pub fn case(&mut self, case: &CaseResult) {
        let sex = case.status.given.get("sex").map(String::as_str);
        self.add_case(&case.status.case_id, group(case.given("age_years")), sex);
    }

    fn add_case(&mut self, case_id: &str, age: Option<u32>, sex: Option<&str>) {
        let sex = match sex {
            Some("F") => 0,
            Some("M") => 1,
            _ => 2,
        };
        self.ages.entry(age).or_default()[sex] += 1;
        self.cases.push((case_id.to_owned(), age));
    }

    /// An organ of the last case.
    pub fn organ(&mut self, row: &OrganRow) {
        if let Some(gy) = row.mean_gy().filter(|gy| gy.is_finite() && *gy > 0.0) {
            let dose = Dose { case: self.cases.len() as u32 - 1, gy: gy as f32 };
            match self.doses.get_mut(&row.organ) {
                Some(doses) => doses.push(dose),
                None => _ = self.doses.insert(row.organ.clone(), vec![dose]),
            }
        }
    }

    /// Each organ's doses: of all ages, and of each group.
    pub fn spreads(&self) -> impl Iterator<Item = (&str, Spread, BTreeMap<Option<u32>, Spread>)> {
        self.doses.iter().map(|(organ, doses)| {
            let mut by_age: BTreeMap<Option<u32>, Vec<f64>> = BTreeMap::new();
            for dose in doses {
                by_age.entry(self.cases[dose.case as usize].1).or_default().push(f64::from(dose.gy));
            }
            let all = spread(doses.iter().map(|dose| f64::from(dose.gy)).collect());
            (organ.as_str(), all, by_age.into_iter().map(|(age, gy)| (age, spread(gy))).collect())
        })
    }

    /// Doses to look at, the farthest first.
    pub fn outliers(&self) -> Vec<Outlier> {
        let mut found = Vec::new();
        for (organ, doses) in self.doses.iter().filter(|(_, doses)| doses.len() >= FEWEST) {
            let mut logs: Vec<f64> = doses.iter().map(|dose| f64::from(dose.gy).ln()).collect();
            logs.sort_by(f64::total_cmp);
            let median = quantile(&logs, 0.5);
            let mut away: Vec<f64> = logs.iter().map(|log| (log - median).abs()).collect();
            away.sort_by(f64::total_cmp);
            let deviation = OF_NORMAL * quantile(&away, 0.5);
            for dose in doses {
                let deviations = (f64::from(dose.gy).ln() - median) / deviation;
                if deviations.is_finite() && deviations.abs() > FAR {
                    found.push(Outlier {
                        case_id: self.cases[dose.case as usize].0.clone(),
                        organ: organ.clone(),
                        gy: f64::from(dose.gy),
                        median_gy: median.exp(),
                        deviations,
                    });
                }
            }
        }
        found.sort_by(|a, b| b.deviations.abs().total_cmp(&a.deviations.abs()));
        found
    }
}

fn spread(mut gy: Vec<f64>) -> Spread {
    gy.sort_by(f64::total_cmp);
    Spread { cases: gy.len(), gy: [0.0, 0.25, 0.5, 0.75, 1.0].map(|part| quantile(&gy, part)) }
}

/// The quantile of rising numbers, linear between two of them (R. J. Hyndman and Y. Fan, Am. Stat. 50 (1996) 361, type 7).
fn quantile(rising: &[f64], part: f64) -> f64 {
    let at = part * (rising.len() - 1) as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(rising.len() - 1);
    rising[below] + (at - at.floor()) * (rising[above] - rising[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dose_far_from_the_others_is_found_and_the_others_are_not() {
        let mut summary = Summary::default();
        for n in 0..20 {
            let gy = if n == 7 { 50.0 } else { 1.0 + 0.01 * f64::from(n) };
            summary.add_case(&format!("C{n}"), None, None);
            summary.organ(&OrganRow { organ: "Brain".into(), ..OrganRow::of_mean(gy) });
        }
        let found = summary.outliers();
        assert_eq!(found.iter().map(|outlier| outlier.case_id.as_str()).collect::<Vec<_>>(), ["C7"]);
    }

    #[test]
    fn quartiles_worked_by_hand() {
        let found = spread(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!(found.gy, [1.0, 1.75, 2.5, 3.25, 4.0]);
    }
}
