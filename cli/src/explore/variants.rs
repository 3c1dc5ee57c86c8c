//! Which variants there are of a plan.

use super::arguments::{ExploreArguments, Vary};
use super::given::Given;
use crate::exit::with_causes;
use treatment::Plan;
use treatment::beam::{Beam, Fluence};
use treatment::machine::Machine;
use treatment::variant::{collimator, couch, energy};

/// A variant.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What it is called: `collimator +45`.
    pub name: String,
    /// Its plan; monitor units are still those of the given plan.
    pub plan: Plan,
    /// Whether the monitor units have to be found that give the same mean dose in the field.
    pub is_rescaled: bool,
    /// What was changed, beam by beam where they differ.
    pub facts: Vec<String>,
    /// Largest share of a beam's aperture that differs, where leaves were fitted anew.
    pub area_differs: Option<f64>,
}

/// A variant that cannot be made, and why.
#[derive(Clone, Debug)]
pub struct Impossible {
    /// What it would be called.
    pub name: String,
    /// Why not.
    pub why: String,
}

/// The variants that are asked for.
pub fn variants(given: &Given, arguments: &ExploreArguments) -> (Vec<Variant>, Vec<Impossible>) {
    let mut kinds = arguments.vary.clone();
    kinds.sort();
    kinds.dedup();
    let (mut made, mut impossible) = (Vec::new(), Vec::new());
    let mut put = |name: String, variant: Result<Variant, treatment::Error>| match variant {
        Ok(variant) => made.push(Variant { name, ..variant }),
        Err(error) => impossible.push(Impossible { name, why: with_causes(&error) }),
    };
    let degrees = |what: &str, degrees: f64| format!("{what} {degrees:+}");
    for kind in kinds {
        match kind {
            Vary::Collimator => {
                for &turn in &arguments.collimator_turns {
                    put(degrees("collimator", turn), collimator_turned(&given.plan, turn));
                }
            }
            Vary::Energy => {
                for &mv in &arguments.energies {
                    // A plan that has nothing else stays what it is.
                    if given.plan.beams.iter().any(|beam| beam.nominal_mv != mv) {
                        put(format!("energy {mv} MV"), other_energy(given, mv));
                    }
                }
            }
            Vary::Fff => {
                let is_flat = given.plan.beams.iter().any(|beam| beam.fluence == Fluence::Flattened);
                let name = if is_flat { "without filter" } else { "flattened" };
                let to = if is_flat { Fluence::FilterFree } else { Fluence::Flattened };
                put(name.into(), other_fluence(given, to));
            }
            Vary::Couch => {
                for &turn in &arguments.couch_turns {
                    put(degrees("couch", turn), couch_turned(&given.plan, turn));
                }
            }
        }
    }
    (made, impossible)
}

/// The plan with each beam made anew, and what is to be said of each.
fn each_beam(
    plan: &Plan,
    mut anew: impl FnMut(&Beam) -> Result<(Beam, String), treatment::Error>,
) -> Result<Variant, treatment::Error> {
    let mut new = plan.clone();
    let mut facts: Vec<(String, Vec<String>)> = Vec::new();
    for beam in &mut new.beams {
        let (made, fact) = anew(beam)?;
        *beam = made;
        match facts.iter_mut().find(|(known, _)| *known == fact) {
            Some((_, beams)) => beams.push(beam.number.to_string()),
            None => facts.push((fact, vec![beam.number.to_string()])),
        }
    }
    // What the plan says its beams give at their dose points is not so any more.
    new.groups.iter_mut().flat_map(|group| &mut group.beams).for_each(|given| given.dose_gy = None);
    let facts = facts.into_iter().map(|(fact, beams)| match beams.as_slice() {
        beams if beams.len() == plan.beams.len() => fact,
        [beam] => format!("beam {beam}: {fact}"),
        beams => format!("beams {}: {fact}", beams.join(", ")),
    });
    let facts = facts.collect();
    Ok(Variant { name: String::new(), plan: new, is_rescaled: false, facts, area_differs: None })
}

fn collimator_turned(plan: &Plan, degrees: f64) -> Result<Variant, treatment::Error> {
    let mut most: f64 = 0.0;
    let variant = each_beam(plan, |beam| {
        let (new, fit) = collimator::turned(beam, degrees.to_radians())?;
        most = most.max(fit.differs);
        let [differs, more] = [fit.differs, fit.area_ratio - 1.0].map(|share| 100.0 * share);
        Ok((new, format!("{differs:.1} % of the aperture differs, its area by {more:+.1} %")))
    })?;
    Ok(Variant { area_differs: Some(most), ..variant })
}

fn couch_turned(plan: &Plan, degrees: f64) -> Result<Variant, treatment::Error> {
    each_beam(plan, |beam| {
        let (new, swing) = couch::turned(beam, degrees.to_radians(), plan.position)?;
        let [mean, most] = [swing.mean_rad, swing.most_rad].map(f64::to_degrees);
        let fact = match most - mean {
            more if more < 0.05 => format!("comes {mean:.0}° from where it came"),
            _ => format!("comes {mean:.0}° from where it came (up to {most:.0}°)"),
        };
        Ok((new, fact))
    })
}

fn other_energy(given: &Given, mv: f64) -> Result<Variant, treatment::Error> {
    let mut fluences = given.plan.beams.iter().map(|beam| beam.fluence);
    let first = fluences.next().expect("a sound plan has a beam");
    of_quality(given, mv, if fluences.all(|fluence| fluence == first) { first } else { Fluence::Flattened })
}

fn other_fluence(given: &Given, to: Fluence) -> Result<Variant, treatment::Error> {
    let first = given.plan.beams[0].nominal_mv;
    of_quality(given, first, to)
}

fn of_quality(given: &Given, mv: f64, fluence: Fluence) -> Result<Variant, treatment::Error> {
    let machines: Vec<&Machine> = given.machines.iter().collect();
    let plan = energy::with_quality(&given.plan, &machines, mv, fluence)?;
    let facts = vec![format!("all beams {}", fluence.energy(mv))];
    Ok(Variant { name: String::new(), plan, is_rescaled: true, facts, area_differs: None })
}

/// The highest nominal energy of a plan (MV).
pub fn most_mv(plan: &Plan) -> f64 {
    plan.beams.iter().map(|beam| beam.nominal_mv).fold(0.0, f64::max)
}
