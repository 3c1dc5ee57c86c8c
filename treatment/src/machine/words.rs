//! The numbers of a machine file in words: a reader of a report does not know the file's keys.

use super::{Machine, Role};

/// The numbers under these keys, those of one part of the machine together: "leaves: upper face, radius of the tips;
/// 6 MV: focal spot". A key without words of its own is given as it is.
pub fn in_words<'a>(machine: &Machine, keys: impl IntoIterator<Item = &'a str>) -> String {
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    for key in keys {
        let (part, number) = place(machine, key);
        match parts.iter_mut().find(|(known, _)| *known == part) {
            Some((_, numbers)) => numbers.push(number),
            None => parts.push((part, vec![number])),
        }
    }
    let tell = |(part, numbers): (String, Vec<&str>)| format!("{part}: {}", numbers.join(", "));
    parts.into_iter().map(tell).collect::<Vec<_>>().join("; ")
}

/// The part of the machine that a key is about, and its number.
fn place<'a>(machine: &Machine, key: &'a str) -> (String, &'a str) {
    let indexed = |array: &str| {
        let (index, name) = key.strip_prefix(array)?.strip_prefix('[')?.split_once("].")?;
        Some((index.parse::<usize>().ok()?, name))
    };
    if let Some((index, name)) = indexed("device") {
        return (machine.devices.get(index).map_or("device", |device| role(device.role)).into(), words(name));
    }
    if let Some((index, name)) = indexed("beam") {
        let energy = machine.beams.get(index);
        let energy = energy.map_or("beam".into(), |beam| beam.fluence.energy(beam.nominal_mv));
        return (energy, words(name));
    }
    match key.strip_prefix("material.").and_then(|rest| rest.rsplit_once('.')) {
        Some((material, name)) => (material.into(), words(name)),
        None => ("head".into(), words(key)),
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::XJaws => "X jaws",
        Role::YJaws => "Y jaws",
        Role::Leaves(0) => "leaves",
        Role::Leaves(_) => "second leaves",
    }
}

fn words(name: &str) -> &str {
    match name {
        "primary_collimator_mm" => "radius of the primary collimator",
        "density_g_cm3" => "density",
        "mass_fractions" => "composition",
        "top_mm" => "upper face",
        "bottom_mm" => "lower face",
        "tip_radius_mm" => "radius of the tips",
        "gap_mm" => "gap between neighbours",
        "side_focus_mm" => "focus of the sides",
        "profile" => "profile across the beam",
        "softening" => "softening off the axis",
        "focal_spot_mm" => "focal spot",
        "reference.field_mm" => "field of the calibration",
        "reference.depth_mm" => "depth of the calibration",
        "reference.ssd_mm" => "surface of the calibration",
        "reference.gy_per_mu" => "dose of a monitor unit",
        "extra_focal.share" => "share of extra-focal photons",
        "extra_focal.distance_mm" => "height of the extra-focal source",
        "extra_focal.sigma_mm" => "width of the extra-focal source",
        "leakage.level" => "level of the leakage",
        "leakage.mean_mev" => "energy of the leakage",
        "leakage.by_angle" => "leakage by angle",
        "electrons.level" => "level of contaminating electrons",
        "electrons.sigma_mm" => "margin of contaminating electrons",
        "electrons.fall_per_mm" => "fall of contaminating electrons with depth",
        "electrons.range_mm" => "depth of contaminating electrons",
        "model_uncertainty.in_field" => "uncertainty in the field",
        "model_uncertainty.head_scatter" => "uncertainty of head scatter",
        "model_uncertainty.collimator" => "uncertainty of jaws and leaves",
        "model_uncertainty.leakage" => "uncertainty of the leakage",
        "model_uncertainty.electrons" => "uncertainty of contaminating electrons",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::built_in;

    #[test]
    fn no_key_of_the_library_is_left_without_words() {
        for machine in &built_in() {
            let keys: Vec<&str> = machine.facts.iter().map(|fact| fact.key.as_str()).collect();
            let text = in_words(machine, keys.iter().copied());
            assert!(!text.contains(['_', '[']), "{}: {text}", machine.name);
        }
    }

    #[test]
    fn numbers_of_one_part_stand_together() {
        let machines = built_in();
        let machine =
            machines.iter().find(|machine| machine.name == "varian-hd120").expect("a built-in machine");
        let leaves =
            machine.devices.iter().position(|device| device.role == Role::Leaves(0)).expect("has leaves");
        let keys = [
            format!("device[{leaves}].top_mm"),
            "beam[0].focal_spot_mm".into(),
            format!("device[{leaves}].gap_mm"),
        ];
        let energy = machine.beams[0].nominal_mv;
        let expected = format!("leaves: upper face, gap between neighbours; {energy} MV: focal spot");
        assert_eq!(in_words(machine, keys.iter().map(String::as_str)), expected);
    }
}
