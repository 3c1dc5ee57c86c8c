//! What applying writes: lesions.csv, patients.csv, run.json.

use super::super::notice::notice;
use super::super::write::{self, number};
use super::Scored;
use crate::args::INTENDED_USE;
use crate::exit::Failure;
use crate::input_file::InputFile;
use crate::output_folder::{OutputFolder, PROGRAM, RECORD};
use crate::run_record::command_without_folders;
use crate::stages::Stages;
use ::predict::model::{Answer, Model};
use ::predict::patient::{ENTROPY_BINS, Lesion, patient};
use serde_json::json;
use std::collections::BTreeMap;

const LESIONS: &str = "lesions.csv";
const PATIENTS: &str = "patients.csv";
/// The verdict of a lesion that the model cannot speak about.
const NO_ANSWER: &str = "no answer";
/// That of a lesion whose model has no cut-off.
const SCORED: &str = "scored";

/// What was scored.
pub struct Finished {
    /// The model.
    pub model: Model,
    /// The lesions.
    pub scored: Vec<Scored>,
    /// Name and SHA-256 of what was read.
    pub files: Vec<(String, String)>,
    /// What the user should know.
    pub notes: Vec<String>,
    /// Whether model or table were made up.
    pub is_synthetic: bool,
}

/// Names of columns, and rows as they are written.
pub type Table = (Vec<String>, Vec<Vec<String>>);

/// Writes all files.
pub fn write(
    finished: &Finished,
    output: &OutputFolder,
    model_file: &InputFile,
    stages: &Stages,
) -> Result<(), Failure> {
    for (name, (header, rows)) in [(LESIONS, lesions(finished)), (PATIENTS, patients(finished))] {
        write::table(output, name, &header, rows.into_iter())?;
    }
    let mut hashes: BTreeMap<&str, String> =
        finished.files.iter().map(|(name, hash)| (name.as_str(), hash.clone())).collect();
    hashes.insert(&model_file.name, model_file.sha256());
    let answers = count(finished);
    let record = json!({
        "program": PROGRAM,
        "version": env!("CARGO_PKG_VERSION"),
        "intended_use": INTENDED_USE,
        "notice": notice(finished.is_synthetic),
        "command": command_without_folders(std::env::args_os()),
        "files": [LESIONS, PATIENTS],
        "model": finished.model.name,
        "model_sha256": finished.model.sha256,
        "recipe_sha256": finished.model.recipe_sha256,
        "target": finished.model.target,
        "lesions": finished.scored.len(),
        "answers": answers,
        "no_answers": finished.scored.len() - answers,
        "stage_seconds": stages.seconds,
        "inputs_sha256": hashes,
        "notes": finished.notes,
    });
    write::text(output, RECORD, &(serde_json::to_string_pretty(&record).expect("string keys only") + "\n"))
}

fn count(finished: &Finished) -> usize {
    finished.scored.iter().filter(|one| matches!(one.answer, Answer::Score(_))).count()
}

/// One row a lesion.
pub fn lesions(finished: &Finished) -> Table {
    let model = &finished.model;
    let variants: Vec<&str> = finished
        .scored
        .first()
        .map_or_else(Vec::new, |one| one.variants.iter().map(|(name, _)| *name).collect());
    let mut header: Vec<String> = [
        "patient",
        "lesion",
        "score",
        "lower",
        "upper",
        "verdict",
        "reason",
        "flags",
        "volume_mm3",
        "distance",
    ]
    .map(str::to_owned)
    .to_vec();
    header.extend(variants.iter().map(|name| (*name).to_owned()));
    if !variants.is_empty() {
        header.push("spread".into());
    }
    header.push("intercept".into());
    header.extend(model.variables.iter().map(|variable| format!("contribution:{}", variable.column)));
    header.push("notice".into());
    let notice = notice(finished.is_synthetic);
    let rows = finished.scored.iter().map(|one| {
        let mut row = vec![one.facts.patient.clone(), one.facts.lesion.clone()];
        let empty = |n: usize| vec![String::new(); n];
        match &one.answer {
            Answer::None { reasons } => {
                row.extend(empty(3));
                row.extend([
                    NO_ANSWER.into(),
                    reasons.join("; "),
                    String::new(),
                    number(one.facts.volume_mm3),
                ]);
                row.extend(empty(
                    1 + variants.len() + usize::from(!variants.is_empty()) + 1 + model.variables.len(),
                ));
            }
            Answer::Score(score) => {
                let [low, high] = score.bounds.map_or([f64::NAN; 2], |bounds| bounds);
                row.extend([score.score, low, high].map(number));
                row.push(score.verdict.clone().unwrap_or_else(|| SCORED.into()));
                row.extend([
                    String::new(),
                    flags(&score.flags, one),
                    number(one.facts.volume_mm3),
                    number(score.distance),
                ]);
                row.extend(one.variants.iter().map(|(_, score)| number(score.as_ref().ok().copied())));
                if !variants.is_empty() {
                    row.push(spread(score.score, one).map_or_else(String::new, number));
                }
                // All digits: the parts sum to the linear predictor.
                row.push(model.intercept.to_string());
                row.extend(score.contributions.iter().map(|contribution| contribution.part.to_string()));
            }
        }
        row.push(notice.clone());
        row
    });
    let rows = rows.collect();
    (header, rows)
}

/// What limits the trust, and which changes leave no score.
fn flags(own: &[String], one: &Scored) -> String {
    let without = one.variants.iter().filter_map(|(what, score)| match score {
        Ok(_) => None,
        Err(reason) => Some(format!("no {what}, since {reason}")),
    });
    own.iter().cloned().chain(without).collect::<Vec<_>>().join("; ")
}

/// Greatest less least score over all changes; nothing if one of them has no answer.
fn spread(score: f64, one: &Scored) -> Option<f64> {
    let all: Result<Vec<f64>, _> = one.variants.iter().map(|(_, score)| score.as_ref().copied()).collect();
    let all = all.ok()?;
    let most = all.iter().copied().fold(score, f64::max);
    Some(most - all.iter().copied().fold(score, f64::min))
}

/// One row a patient.
pub fn patients(finished: &Finished) -> Table {
    let header = [
        "patient",
        "lesions",
        "without_answer",
        "mean",
        "volume_weighted_mean",
        "minimum",
        "maximum",
        "range",
        "standard_deviation",
        "entropy_bits",
        "share_below_cut_off",
        "largest",
        "biopsied",
        "flags",
        "notice",
    ]
    .map(str::to_owned);
    let notice = notice(finished.is_synthetic);
    let rows = by_patient(finished).into_iter().map(|(name, all)| {
        let scores: Vec<Lesion> = all
            .iter()
            .filter_map(|one| match &one.answer {
                Answer::Score(score) => Some(Lesion {
                    score: score.score,
                    volume_mm3: one.facts.volume_mm3.unwrap_or(f64::NAN),
                    is_biopsied: one.facts.is_biopsied(),
                }),
                Answer::None { .. } => None,
            })
            .collect();
        let without = all.len() - scores.len();
        let cut_off = finished.model.cut_offs.first().map(|cut| cut.value);
        let found = patient(&scores, cut_off, finished.model.score_range, ENTROPY_BINS);
        let mut flags = Vec::new();
        if without > 0 && found.is_some() {
            flags.push(format!("{without} of {} lesions have no answer, so that minimum, maximum and means are of the others", all.len()));
        }
        let has_volumes = scores.iter().all(|lesion| lesion.volume_mm3.is_finite());
        if !has_volumes {
            flags.push("volumes are not known: no weighted mean, no largest lesion".into());
        }
        let mut row = vec![name.to_owned(), scores.len().to_string(), without.to_string()];
        match found {
            None => row.extend(vec![String::new(); 10]),
            Some(found) => {
                row.extend([
                    number(found.mean),
                    number(found.weighted_mean),
                    number(found.minimum),
                    number(found.maximum),
                    number(found.range),
                    number(found.deviation),
                    number(found.entropy_bits),
                    number(found.below_cut_off),
                    number(Some(found.largest).filter(|_| has_volumes)),
                    number(found.biopsied),
                ]);
            }
        }
        row.extend([flags.join("; "), notice.clone()]);
        row
    });
    let rows = rows.collect();
    (header.to_vec(), rows)
}

/// Patients in the order in which they come.
fn by_patient(finished: &Finished) -> Vec<(&str, Vec<&Scored>)> {
    let mut places = BTreeMap::<&str, usize>::new();
    let mut all: Vec<(&str, Vec<&Scored>)> = Vec::new();
    for one in &finished.scored {
        let at = *places.entry(&one.facts.patient).or_insert_with(|| {
            all.push((&one.facts.patient, Vec::new()));
            all.len() - 1
        });
        all[at].1.push(one);
    }
    all
}

/// What a person wants to see first.
pub fn summary(finished: &Finished) -> String {
    let answers = count(finished);
    let mut text = notice(finished.is_synthetic);
    text += &format!(
        "\nlesions: {}; patients: {}; scored: {answers}; without an answer: {}",
        finished.scored.len(),
        by_patient(finished).len(),
        finished.scored.len() - answers
    );
    let mut reasons = BTreeMap::<&str, usize>::new();
    for one in &finished.scored {
        if let Answer::None { reasons: why } = &one.answer {
            why.iter().for_each(|reason| *reasons.entry(reason).or_default() += 1);
        }
    }
    for (reason, n) in reasons.into_iter().take(5) {
        text += &format!("\n  {n} without an answer: {reason}");
    }
    let flagged = finished
        .scored
        .iter()
        .filter(|one| matches!(&one.answer, Answer::Score(score) if !score.flags.is_empty()))
        .count();
    if flagged > 0 {
        text += &format!("\n  {flagged} scored with flags (column flags)");
    }
    text
}
