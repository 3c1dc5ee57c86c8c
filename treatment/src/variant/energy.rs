//! Another energy, with or without flattening filter, and other monitor units.

use crate::beam::Fluence;
use crate::error::Error;
use crate::machine::Machine;
use crate::plan::Plan;

/// The plan with all beams of another quality, which the machines of its beams (one each) must have.
///
/// Doses that the plan states for its beams are left out: they are those of the other quality.
///
/// # Errors
/// A machine has no such beam.
pub fn with_quality(
    plan: &Plan,
    machines: &[&Machine],
    nominal_mv: f64,
    fluence: Fluence,
) -> Result<Plan, Error> {
    let mut new = plan.clone();
    for (beam, machine) in new.beams.iter_mut().zip(machines) {
        let has = machine.beams.iter().any(|q| q.nominal_mv == nominal_mv && q.fluence == fluence);
        if !has {
            let known: Vec<String> = machine.beams.iter().map(|q| q.fluence.energy(q.nominal_mv)).collect();
            return Err(Error::UnknownEnergy {
                machine: machine.name.clone(),
                energy: fluence.energy(nominal_mv),
                known: known.join(", "),
            });
        }
        beam.nominal_mv = nominal_mv;
        beam.fluence = fluence;
    }
    new.groups.iter_mut().flat_map(|group| &mut group.beams).for_each(|given| given.dose_gy = None);
    Ok(new)
}

/// The plan with all its monitor units times a factor.
pub fn scaled(plan: &Plan, factor: f64) -> Plan {
    let mut new = plan.clone();
    for given in new.groups.iter_mut().flat_map(|group| &mut group.beams) {
        given.mu *= factor;
        given.dose_gy = given.dose_gy.map(|dose| dose * factor);
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iec61217::PatientPosition;
    use crate::machine::built_in::built_in;
    use crate::synthetic::{Identity, Target, four_fields};

    #[test]
    fn all_beams_get_an_energy_that_their_machine_has() {
        let target = Target {
            centre_mm: [0.0; 3],
            radius_mm: 30.0,
            position: PatientPosition::Hfs,
            dose_gy: 1.0,
            fractions: 1,
            mu: 100.0,
        };
        let identity =
            Identity { uid: "1.2".into(), frame_of_reference_uid: "1.3".into(), structure_set_uid: None };
        let mut plan = four_fields(&target, &identity);
        plan.groups[0].beams[0].dose_gy = Some(2.0);
        let machines = built_in();
        let machine = machines.iter().find(|machine| machine.name == "varian-millennium120").unwrap();
        let of_each = vec![machine; 4];
        let new = with_quality(&plan, &of_each, 10.0, Fluence::FilterFree).unwrap();
        assert!(new.beams.iter().all(|b| b.nominal_mv == 10.0 && b.fluence == Fluence::FilterFree));
        assert_eq!(new.groups[0].beams[0].dose_gy, None);
        let refusal = with_quality(&plan, &of_each, 15.0, Fluence::FilterFree).unwrap_err().to_string();
        assert!(refusal.contains("15 MV FFF"), "{refusal}");
        let more = scaled(&plan, 1.5);
        assert!((more.mu() - 150.0).abs() < 1e-9);
        assert_eq!(more.groups[0].beams[0].dose_gy, Some(3.0));
    }
}
