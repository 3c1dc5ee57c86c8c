//! The card as text.

use super::super::notice::notice;
use super::super::pages::{counts, kind, two};
use super::evidence_class::{class, lacks};
use ::predict::model::{Kind, Model};

/// The card.
pub fn card(model: &Model) -> String {
    let mut lines = vec![
        format!("{} ({})", model.name, kind(model.kind)),
        notice(model.provenance.is_synthetic),
        String::new(),
        format!("target         {}", model.target),
        format!("intended use   {}", model.intended_use),
        format!("class (EBAI)   {}", class(model)),
    ];
    lines.extend(lacks(model).into_iter().map(|lack| format!("  lacks        {lack}")));
    lines.push(format!("scope          {}", scope(model)));
    let evidence = &model.evidence;
    let provenance = &model.provenance;
    lines.push(format!("training       {}, seed {}", counts(model), provenance.seed));
    lines.extend(evidence.population.iter().map(|line| format!("  {:<12} {}", line.column, line.values)));
    let own = &evidence.performance;
    let interval = own.interval.map_or_else(String::new, |[low, high]| format!(" ({low:.2} to {high:.2})"));
    lines.push(format!(
        "performance    {} {}{interval} on patients it had not seen",
        own.measure,
        two(own.value)
    ));
    for other in &evidence.comparators {
        lines.push(format!("  alone        {}: {}", other.name, two(other.performance.value)));
    }
    if let Some(calibration) = own.calibration {
        let intercept = if model.kind == Kind::Cox {
            String::new()
        } else {
            format!(", intercept {:.2}", calibration.intercept)
        };
        lines.push(format!("calibration    slope {:.2}{intercept}", calibration.slope));
    }
    if let (Some(brier), Some(share)) = (own.brier, own.brier_of_share) {
        lines.push(format!("Brier          {brier:.3} (the same for everybody: {share:.3})"));
    }
    if let Some(conformal) = model.conformal {
        lines.push(format!(
            "interval       score ± {:.4}, which is to hold the truth for {:.0} % of new patients like those of training",
            conformal.residual,
            100.0 * conformal.share
        ));
    }
    for cut in &model.cut_offs {
        lines.push(format!(
            "cut-off        {:.4}: below {}, from it on {} ({})",
            cut.value, cut.below, cut.above, cut.origin
        ));
    }
    lines.push(format!("variables      {} of {} offered", model.variables.len(), evidence.candidates));
    for variable in &model.variables {
        lines.push(format!(
            "  {:+.4}  {}{}  used in {} of {} folds",
            variable.coefficient,
            variable.column,
            if variable.ibsi_id.is_empty() { String::new() } else { format!(" [{}]", variable.ibsi_id) },
            variable.used_in_folds,
            evidence.folds[0]
        ));
    }
    lines.extend(evidence.warnings.iter().map(|warning| format!("warning        {warning}")));
    lines.push(format!("licence        {}", model.licence));
    lines.push(format!("patents        {}", model.patent_note));
    lines.extend(model.references.iter().map(|reference| format!("reference      {reference}")));
    if !provenance.note.is_empty() {
        lines.push(format!("note           {}", provenance.note));
    }
    lines.push(format!("made by        {}", provenance.program));
    lines.push(format!("SHA-256        {}", model.sha256));
    lines.join("\n")
}

/// The scope in words.
pub fn scope(model: &Model) -> String {
    let scope = &model.scope;
    let or = |list: &[String], other: &str| if list.is_empty() { other.to_owned() } else { list.join(", ") };
    let mut text = format!("{}; {}", or(&scope.cancers, "any cancer"), or(&scope.modalities, "any modality"));
    match scope.contrast {
        Some(true) => text += ", with contrast",
        Some(false) => text += ", without contrast",
        None => {}
    }
    for range in &scope.ranges {
        text += &format!("; {} {} to {}", range.column, range.least, range.greatest);
    }
    for words in &scope.words {
        text += &format!("; {} {}", words.column, words.known.join(", "));
    }
    text
}
