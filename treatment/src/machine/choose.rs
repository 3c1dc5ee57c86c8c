//! Which machine a beam was planned for.

use super::{BeamQuality, Machine, Role, in_words};
use crate::aperture::position_of;
use crate::beam::Beam;
use crate::error::Error;

/// A machine and the beam of it that a plan's beam is.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice<'a> {
    /// The machine.
    pub machine: &'a Machine,
    /// Its beam.
    pub quality: &'a BeamQuality,
    /// Why this one, for the report.
    pub why: String,
    /// What was assumed, for the report.
    pub warnings: Vec<String>,
}

/// Leaf sides may differ by this much between a plan and a machine file (mm).
const SIDE_TOLERANCE_MM: f64 = 0.1;

/// Finds the machine for a beam: the one named `wish`, or the one that its leaves, names and source distance fit best.
pub fn choose<'a>(machines: &'a [Machine], beam: &Beam, wish: Option<&str>) -> Result<Choice<'a>, Error> {
    if let Some(name) = wish {
        let machine = machines.iter().find(|machine| machine.name.eq_ignore_ascii_case(name));
        let known = || machines.iter().map(|machine| machine.name.as_str()).collect::<Vec<_>>().join(", ");
        let machine = machine.ok_or_else(|| Error::UnknownMachine { name: name.into(), known: known() })?;
        return Choice::of(machine, beam, "it was asked for".into());
    }
    let best = machines
        .iter()
        .filter_map(|machine| Some((fit(machine, beam)?, machine)))
        .reduce(|best, next| if next.0.score > best.0.score { next } else { best });
    let Some((fit, machine)) = best else {
        let why = format!(
            "no machine file fits it (machine {:?}, its leaves and source distance)",
            beam.machine_name
        );
        return Err(beam.refusal(why, "name one with --machine, or write a machine file"));
    };
    let mut choice = Choice::of(machine, beam, fit.why.join("; "))?;
    if !fit.by_name {
        choice.warnings.push(format!(
            "machine {:?} is in no machine file; it was taken for {} ({})",
            beam.machine_name, machine.name, machine.title
        ));
    }
    Ok(choice)
}

/// How well a machine fits a beam.
struct Fit {
    score: i32,
    by_name: bool,
    why: Vec<String>,
}

/// `None` where the beam cannot be this machine's.
fn fit(machine: &Machine, beam: &Beam) -> Option<Fit> {
    let fits = &machine.fits;
    if (fits.sad_mm - beam.sad_mm).abs() > 1.0 || quality_of(machine, beam).is_none() {
        return None;
    }
    let mut fit = Fit { score: if machine.generic { -1 } else { 0 }, by_name: false, why: vec![] };
    let leaves: Vec<_> = beam.devices.iter().filter(|device| device.kind.has_leaves()).collect();
    if !leaves.is_empty() {
        let has_solids =
            leaves.len() == machine.devices.iter().filter(|d| matches!(d.role, Role::Leaves(_))).count();
        if !has_solids {
            return None;
        }
        if !fits.leaf_sides_mm.is_empty() {
            let same = leaves.len() == fits.leaf_sides_mm.len()
                && leaves
                    .iter()
                    .zip(&fits.leaf_sides_mm)
                    .all(|(device, sides)| same(&device.boundaries_mm, sides));
            if !same {
                return None;
            }
            fit.score += 8;
            fit.why.push("its leaves have these sides".into());
        }
    }
    // a plan without X or Y jaws cannot be of a machine whose jaws would then stand open without limit
    let missing = machine
        .devices
        .iter()
        .any(|d| matches!(d.role, Role::XJaws | Role::YJaws) && position_of(d.role, &beam.devices).is_none());
    fit.score -= 3 * i32::from(missing);
    for (text, words, weight, what) in [
        (&beam.manufacturer, &fits.manufacturers, 2, "manufacturer"),
        (&beam.model, &fits.models, 3, "model"),
        (&beam.machine_name, &fits.names, 4, "machine name"),
    ] {
        let text = text.to_lowercase();
        if words.iter().any(|word| text.contains(word.as_str())) {
            fit.score += weight;
            fit.by_name |= weight > 2;
            fit.why.push(format!("the {what} is {text:?}"));
        } else if what == "manufacturer" && !text.is_empty() && !words.is_empty() {
            fit.score -= 4;
        }
    }
    if machine.generic {
        fit.why.push("nothing fits better".into());
        return Some(fit);
    }
    (fit.score > 0).then_some(fit)
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= SIDE_TOLERANCE_MM)
}

/// The machine's beam of the same filter whose energy is nearest, no further than a third away.
fn quality_of<'a>(machine: &'a Machine, beam: &Beam) -> Option<&'a BeamQuality> {
    let distance = |quality: &BeamQuality| (quality.nominal_mv - beam.nominal_mv).abs();
    machine
        .beams
        .iter()
        .filter(|quality| quality.fluence == beam.fluence && distance(quality) <= beam.nominal_mv / 3.0)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

impl<'a> Choice<'a> {
    /// This machine, whatever the plan calls it.
    pub fn of(machine: &'a Machine, beam: &Beam, why: String) -> Result<Choice<'a>, Error> {
        let wanted = beam.fluence.energy(beam.nominal_mv);
        let quality = quality_of(machine, beam).ok_or_else(|| Error::UnknownEnergy {
            machine: machine.name.clone(),
            energy: wanted.clone(),
            known: machine
                .beams
                .iter()
                .map(|b| b.fluence.energy(b.nominal_mv))
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        let mut warnings = vec![];
        if machine.generic {
            warnings.push(format!("{} is a generic machine: {}", machine.name, machine.title));
        }
        if quality.nominal_mv != beam.nominal_mv {
            let nearest = quality.fluence.energy(quality.nominal_mv);
            warnings.push(format!("machine {} has no {wanted}; its {nearest} stands in", machine.name));
        }
        if (machine.fits.sad_mm - beam.sad_mm).abs() > 1.0 {
            let [has, wants] = [machine.fits.sad_mm, beam.sad_mm];
            warnings.push(format!(
                "machine {} has its isocentre at {has} mm, the plan at {wants} mm",
                machine.name
            ));
        }
        warnings.extend(devices_that_differ(machine, beam));
        let unverified: Vec<&str> =
            machine.unverified().filter(|key| concerns(key, machine, quality)).collect();
        if !unverified.is_empty() {
            let [count, name, what] =
                [unverified.len().to_string(), machine.name.clone(), in_words(machine, unverified)];
            warnings.push(format!("{count} numbers of machine {name} are not verified: {what}"));
        }
        Ok(Choice { machine, quality, why, warnings })
    }
}

/// What the plan moves and the machine does not have, and the other way round.
fn devices_that_differ(machine: &Machine, beam: &Beam) -> Vec<String> {
    let solids: Vec<Option<usize>> =
        machine.devices.iter().map(|solid| position_of(solid.role, &beam.devices)).collect();
    let without_solid = (0..beam.devices.len()).filter(|device| !solids.contains(&Some(*device)));
    let mut differ: Vec<String> = without_solid
        .map(|device| {
            format!(
                "machine {} has no {}: the plan's limits nothing",
                machine.name, beam.devices[device].code
            )
        })
        .collect();
    for (solid, _) in machine.devices.iter().zip(&solids).filter(|(_, device)| device.is_none()) {
        differ.push(format!(
            "the plan does not move the {:?} of machine {}: out of the beam",
            solid.role, machine.name
        ));
    }
    differ
}

/// Whether a fact is about the head or about this beam.
fn concerns(key: &str, machine: &Machine, quality: &BeamQuality) -> bool {
    let this = machine.beams.iter().position(|beam| std::ptr::eq(beam, quality));
    !key.starts_with("beam[") || this.is_some_and(|index| key.starts_with(&format!("beam[{index}].")))
}
