//! What a reader of the result should know, each thing once: what limits the trust, and what was merely decided.

use super::beyond::Beyond;
use super::inputs::Inputs;
use ::estimate::BodyDose;
use anatomy::{Anatomy, Note};
use treatment::machine::Choice;

/// Beams that a warning concerns are named up to this many.
const MOST_BEAMS: usize = 12;
/// Share of electrons in an organ's mean from which on it is told.
const ELECTRONS_TELL: f64 = 0.05;

/// Warnings and remarks of a run.
#[derive(Debug, Default, PartialEq)]
pub struct Said {
    /// What limits the trust in the numbers.
    pub warnings: Vec<String>,
    /// What was decided on the way.
    pub remarks: Vec<String>,
}

impl Said {
    /// Collects what all parts of a run have to say.
    pub fn of(inputs: &Inputs, choices: &[Choice], beyond: &Beyond, ours: &BodyDose) -> Said {
        let anatomy = &beyond.anatomy;
        let mut warnings = beyond.warnings.clone();
        let beams: Vec<String> =
            inputs.plan.deliveries().map(|given| given.beam.number.to_string()).collect();
        let of_beams = choices.iter().zip(&beams).flat_map(|(choice, beam)| {
            choice.warnings.iter().map(move |warning| (beam.as_str(), warning.as_str()))
        });
        warnings.extend(by_beam(of_beams, &beams));
        warnings.extend(inputs.plan.notes.iter().chain(&inputs.notes).cloned());
        warnings.extend(ours.warnings.iter().cloned());
        warnings.extend(of_electrons(anatomy, ours));
        warnings.extend(left_out(&anatomy.notes));
        let rest = || anatomy.notes.iter().filter(|note| !matches!(note, Note::LeftOut { .. }));
        warnings.extend(rest().filter(|note| note.limits_trust()).map(ToString::to_string));
        let of_scan = rest().filter(|note| !note.limits_trust()).map(ToString::to_string);
        let remarks = beyond.remarks.iter().cloned().chain(of_scan);
        Said { warnings: once(warnings), remarks: once(remarks.collect()) }
    }
}

/// Organs whose dose is to a good part the surface term of the electrons, which is known least.
fn of_electrons(anatomy: &Anatomy, ours: &BodyDose) -> Option<String> {
    let electrons = ours.electrons.as_ref()?;
    let organs: Vec<String> = anatomy
        .organs
        .iter()
        .zip(&electrons.organ_share)
        .filter(|(_, share)| **share >= ELECTRONS_TELL)
        .map(|(organ, share)| format!("{} {:.0} %", organ.name, 100.0 * share))
        .collect();
    (!organs.is_empty()).then(|| {
        format!(
            "contaminating electrons of the head, a surface term known to {:.0} %, are much of the mean dose of organs at the skin: {}",
            100.0 * electrons.model_sigma,
            organs.join(", ")
        )
    })
}

/// Each text once, where it stood first.
fn once(mut texts: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts
}

/// What is said of beams, each text once with the beams that it concerns, unless it concerns all.
fn by_beam<'a>(said: impl Iterator<Item = (&'a str, &'a str)>, all: &[String]) -> Vec<String> {
    let mut grouped: Vec<(&str, Vec<&str>)> = Vec::new();
    for (beam, text) in said {
        match grouped.iter_mut().find(|(known, _)| *known == text) {
            Some((_, beams)) if beams.contains(&beam) => {}
            Some((_, beams)) => beams.push(beam),
            None => grouped.push((text, vec![beam])),
        }
    }
    let is_all = |beams: &[&str]| all.iter().all(|beam| beams.contains(&beam.as_str()));
    let tell = |(text, beams): (&str, Vec<&str>)| match beams.as_slice() {
        beams if is_all(beams) => text.to_owned(),
        [beam] => format!("{text} (beam {beam})"),
        beams if beams.len() > MOST_BEAMS => format!("{text} ({} of {} beams)", beams.len(), all.len()),
        beams => format!("{text} (beams {})", beams.join(", ")),
    };
    grouped.into_iter().map(tell).collect()
}

/// Structures that were left out, those with one reason together.
fn left_out(notes: &[Note]) -> Vec<String> {
    let mut grouped: Vec<(&str, Vec<&str>)> = Vec::new();
    for note in notes {
        let Note::LeftOut { structure, why } = note else { continue };
        match grouped.iter_mut().find(|(known, _)| known == why) {
            Some((_, structures)) => structures.push(structure),
            None => grouped.push((why, vec![structure])),
        }
    }
    let tell = |(why, structures): (&str, Vec<&str>)| match structures.as_slice() {
        [structure] => format!("structure {structure} left out: {why}"),
        all => format!("{} structures left out: {why} ({})", all.len(), all.join(", ")),
    };
    grouped.into_iter().map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_several_beams_is_said_once() {
        let all = ["1", "2", "3"].map(String::from);
        let said = [("1", "a"), ("2", "a"), ("2", "b"), ("3", "a"), ("3", "b"), ("3", "c"), ("3", "c")];
        assert_eq!(by_beam(said.into_iter(), &all), ["a", "b (beams 2, 3)", "c (beam 3)"]);
        let alone = ["1".to_owned()];
        assert_eq!(by_beam([("1", "a")].into_iter(), &alone), ["a"]);
        let many: Vec<String> = (1..=30).map(|n| n.to_string()).collect();
        let of_most = many.iter().skip(1).map(|beam| (beam.as_str(), "a"));
        assert_eq!(by_beam(of_most, &many), ["a (29 of 30 beams)"]);
    }

    #[test]
    fn structures_left_out_for_one_reason_share_a_line() {
        let note =
            |structure: &str, why: &str| Note::LeftOut { structure: structure.into(), why: why.into() };
        let notes = [note("A", "x"), note("B", "y"), note("C", "x")];
        assert_eq!(left_out(&notes), ["2 structures left out: x (A, C)", "structure B left out: y"]);
    }
}
