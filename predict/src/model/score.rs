//! A row of features, scored; or the reason why not.

use super::{Kind, Missing, Model};
use crate::distance::Measure;
use crate::loss::probability;

/// The values of a row, by column.
pub struct Given<'a> {
    /// Value of a column; `None` if there is no such column or nothing in it.
    pub value: &'a dyn Fn(&str) -> Option<f64>,
    /// Word of a column; `None` if there is no such column or nothing in it.
    pub word: &'a dyn Fn(&str) -> Option<String>,
    /// SHA-256 of the recipe that its features were made by.
    pub recipe_sha256: &'a str,
    /// Modality, where it is known.
    pub modality: Option<&'a str>,
    /// Cancer, where it is known.
    pub cancer: Option<&'a str>,
    /// Whether contrast was given, where it is known.
    pub contrast: Option<bool>,
    /// Site, where the model takes effects of sites out.
    pub site: Option<&'a str>,
    /// Volume of the lesion (mm³), where it is known.
    pub volume_mm3: Option<f64>,
}

/// What comes out.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A score, with what should be known beside it.
    Score(Score),
    /// No answer, and why.
    None {
        /// In words.
        reasons: Vec<String>,
    },
}

/// A score.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The number, the probability or the relative hazard's logarithm.
    pub score: f64,
    /// Bounds: of the truth (a number with a conformal bound), else of the score for want of training data (90 %).
    pub bounds: Option<[f64; 2]>,
    /// Words of the first cut-off.
    pub verdict: Option<String>,
    /// Each variable's part of the linear predictor, exact for a linear model.
    pub contributions: Vec<Contribution>,
    /// Mahalanobis distance from training, in units of what was usual there.
    pub distance: f64,
    /// What limits the trust.
    pub flags: Vec<String>,
}

/// What a variable adds to the linear predictor.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The variable's column.
    pub column: String,
    /// Coefficient times standardised value.
    pub part: f64,
}

/// Standard deviations of a normal number that 90 % stay within.
const NINETY: f64 = 1.644_853_627;
/// Rows farther than this (in units of the usual distance) get no answer.
const FARTHEST: f64 = 1.5;

/// A model made ready for many rows.
#[derive(Clone, Debug)]
pub struct Scorer<'a> {
    model: &'a Model,
    measure: Measure<'a>,
}

impl Model {
    /// Made ready for many rows.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer { model: self, measure: self.training.measure() }
    }

    /// Scores a row.
    pub fn score(&self, given: &Given) -> Answer {
        self.scorer().score(given)
    }

    fn answer(&self, given: &Given, measure: &Measure) -> Answer {
        let mut reasons = self.out_of_scope(given);
        let mut flags = Vec::new();
        let mut standard = Vec::with_capacity(self.variables.len());
        let site = self.harmonisation.as_ref().map(|harmonisation| {
            let found = given.site.and_then(|name| harmonisation.site(name));
            if found.is_none() {
                let known: Vec<&str> = harmonisation.sites.iter().map(|site| site.name.as_str()).collect();
                reasons.push(match given.site {
                    Some(name) => format!(
                        "the site is {name:?}, and only {} were learnt: its scans cannot be harmonised",
                        known.join(", ")
                    ),
                    None => format!(
                        "{} is missing, and the model needs it to harmonise sites",
                        harmonisation.column
                    ),
                });
            }
            (harmonisation, found)
        });
        for (j, variable) in self.variables.iter().enumerate() {
            let value = (given.value)(&variable.column).filter(|value| value.is_finite());
            let value = value.map(|value| match site {
                Some((harmonisation, Some(site))) => harmonisation.without_site(site, j, value),
                _ => value,
            });
            let value = match (value, self.missing) {
                (Some(value), _) => {
                    if value < variable.range[0] || value > variable.range[1] {
                        let [least, most] = variable.range;
                        flags.push(format!(
                            "{} is {value:.4}, in training it lay between {least:.4} and {most:.4}",
                            variable.column
                        ));
                    }
                    value
                }
                (None, Missing::Mean) => {
                    flags.push(format!("{} is missing and taken as the mean of training", variable.column));
                    variable.mean
                }
                (None, Missing::Refuse) => {
                    reasons.push(format!("{} is missing", variable.column));
                    variable.mean
                }
            };
            standard.push((value - variable.mean) / variable.deviation);
        }
        let distance =
            if self.variables.is_empty() { 0.0 } else { measure.distance(&standard) / self.training.usual };
        if reasons.is_empty() && distance > FARTHEST {
            reasons.push(format!(
                "its features lie {distance:.1} times as far from those of training as 99 % of training did"
            ));
        }
        if !reasons.is_empty() {
            return Answer::None { reasons };
        }
        if let Some(volume) = given.volume_mm3.filter(|volume| *volume < self.least_volume_mm3) {
            flags.push(format!(
                "the lesion has {:.2} ml, less than {:.2} ml",
                volume / 1000.0,
                self.least_volume_mm3 / 1000.0
            ));
        }
        let parts = self.variables.iter().zip(&standard);
        let contributions: Vec<Contribution> = parts
            .map(|(variable, value)| Contribution {
                column: variable.column.clone(),
                part: variable.coefficient * value,
            })
            .collect();
        let predictor = self.intercept + contributions.iter().map(|c| c.part).sum::<f64>();
        let score = self.score_of(predictor);
        Answer::Score(Score {
            score,
            bounds: self.bounds(predictor, &standard),
            verdict: self
                .cut_offs
                .first()
                .map(|cut| if score < cut.value { cut.below.clone() } else { cut.above.clone() }),
            contributions,
            distance,
            flags,
        })
    }

    /// The score of a linear predictor.
    fn score_of(&self, predictor: f64) -> f64 {
        let [slope, intercept] = self.calibration.unwrap_or([1.0, 0.0]);
        match self.kind {
            Kind::Linear | Kind::Cox => predictor,
            Kind::Logistic => probability(intercept + slope * predictor),
        }
    }

    fn bounds(&self, predictor: f64, standard: &[f64]) -> Option<[f64; 2]> {
        if let Some(conformal) = self.conformal {
            return Some([predictor - conformal.residual, predictor + conformal.residual]);
        }
        let rows = self.coefficient_covariance.iter().zip(standard);
        let variance: f64 =
            rows.map(|(row, a)| a * row.iter().zip(standard).map(|(c, b)| c * b).sum::<f64>()).sum();
        let width = NINETY * variance.max(0.0).sqrt();
        (!self.coefficient_covariance.is_empty())
            .then(|| [predictor - width, predictor + width].map(|predictor| self.score_of(predictor)))
    }

    /// Why a row is none of those that the model speaks about.
    fn out_of_scope(&self, given: &Given) -> Vec<String> {
        let mut reasons = Vec::new();
        if given.recipe_sha256 != self.recipe_sha256 {
            reasons.push(format!(
                "its features were made by another recipe ({:.12}) than the model's ({:.12}): extract them with the model's recipe",
                given.recipe_sha256, self.recipe_sha256
            ));
        }
        let scope = &self.scope;
        let within = |allowed: &[String], found: &str| {
            allowed.is_empty() || allowed.iter().any(|one| one.eq_ignore_ascii_case(found))
        };
        if let Some(modality) = given.modality.filter(|found| !within(&scope.modalities, found)) {
            reasons
                .push(format!("the modality is {modality}, the model knows {}", scope.modalities.join(", ")));
        }
        if let Some(cancer) = given.cancer.filter(|found| !within(&scope.cancers, found)) {
            reasons.push(format!("the cancer is {cancer}, the model knows {}", scope.cancers.join(", ")));
        }
        if let Some((found, wanted)) =
            given.contrast.zip(scope.contrast).filter(|(found, wanted)| found != wanted)
        {
            let say = |yes: bool| if yes { "with" } else { "without" };
            reasons.push(format!(
                "the scan is {} contrast, the model knows scans {} it",
                say(found),
                say(wanted)
            ));
        }
        for words in &scope.words {
            match (given.word)(&words.column) {
                Some(word) if words.known.contains(&word) => {}
                Some(word) => reasons.push(format!(
                    "{} is {word}, the model knows {}",
                    words.column,
                    words.known.join(", ")
                )),
                // A variable that is missing is told of by itself.
                None => {}
            }
        }
        for range in &scope.ranges {
            match (given.value)(&range.column) {
                Some(value) if value >= range.least && value <= range.greatest => {}
                Some(value) => reasons.push(format!(
                    "{} is {value}, the model knows {} to {}",
                    range.column, range.least, range.greatest
                )),
                None => reasons
                    .push(format!("{} is missing, and the model needs it to tell its scope", range.column)),
            }
        }
        reasons
    }
}

impl Scorer<'_> {
    /// Scores a row.
    pub fn score(&self, given: &Given) -> Answer {
        self.model.answer(given, &self.measure)
    }
}
