//! K fluorescence of the elements of a material.

use super::element_attenuation;
use crate::data::element;
use crate::material::Material;

/// K lines of one element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KFluorescence {
    /// Atomic number.
    pub z: u8,
    /// K edge (MeV).
    pub edge_mev: f64,
    /// Line energy (MeV) and cumulative probability, in the order Kα2, Kα1, Kβ1 + Kβ3, rest; the last is 1.
    pub lines: [(f64, f64); 4],
}

/// Probability that one photoelectric event in a mixture emits a K photon of element `z`.
///
/// ```text
/// p = wz (τ/ρ)z / Σ wᵢ (τ/ρ)ᵢ · fK · ωK   above the K edge, 0 below
/// ```
/// τ: XCOM; fK = 1 − 1/jump and ωK: xraylib. fK is the value at the edge at all energies: by xraylib's shell cross
/// sections (Kissel) it grows by 2.4 % in lead from 88 to 176 keV, which is left out.
///
/// ```
/// # use dose_core::{coefficients::k_emission_probability, material::Material};
/// let lead = Material::named("lead").unwrap();
/// assert_eq!(k_emission_probability(&lead, 82, 0.0879), 0.0);
/// assert!((k_emission_probability(&lead, 82, 0.1) - 0.79 * 0.96).abs() < 0.01);
/// ```
pub fn k_emission_probability(material: &Material, z: u8, energy_mev: f64) -> f64 {
    let Some(&(_, mass_fraction)) = material.mass_fractions.iter().find(|(other, _)| *other == z) else {
        return 0.0;
    };
    let shell = element(z).k_shell;
    if energy_mev < shell.edge_mev {
        return 0.0;
    }
    let absorbed = |&(z, w): &(u8, f64)| w * element_attenuation(z, energy_mev).photoelectric;
    let all: f64 = material.mass_fractions.iter().map(absorbed).sum();
    absorbed(&(z, mass_fraction)) / all * shell.photoelectric_fraction * shell.fluorescence_yield
}

/// Elements of a material that emit K photons above a cutoff, strongest first.
///
/// Strongest means largest [`k_emission_probability`] where every element of the material is above its edge. An
/// element counts when its Kα1 line, the strongest, is above the cutoff.
pub fn fluorescing_elements(material: &Material, cutoff_mev: f64) -> Vec<KFluorescence> {
    let highest_edge = |top: f64, &(z, _): &(u8, f64)| top.max(element(z).k_shell.edge_mev);
    let energy_mev = 1.001 * material.mass_fractions.iter().fold(0.0, highest_edge);
    let mut found: Vec<(f64, KFluorescence)> = Vec::new();
    for &(z, _) in &material.mass_fractions {
        let shell = element(z).k_shell;
        let strength = k_emission_probability(material, z, energy_mev);
        if shell.line_mev[1] > cutoff_mev && strength > 0.0 {
            let mut cumulative = 0.0;
            let mut energy_mev = 0.0;
            let lines = std::array::from_fn(|i| {
                cumulative += shell.line_probability[i];
                // A line that does not exist takes the energy before it, so that rounding never samples a zero.
                energy_mev = if shell.line_probability[i] > 0.0 { shell.line_mev[i] } else { energy_mev };
                (energy_mev, if i == 3 { 1.0 } else { cumulative })
            });
            found.push((strength, KFluorescence { z, edge_mev: shell.edge_mev, lines }));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(_, fluorescence)| fluorescence).collect()
}

/// Mean of a function of the photoelectron's energy over photoelectric events.
///
/// T = E − E_line where a K photon above the cutoff leaves, T = E otherwise: Auger electrons and photons below the
/// cutoff are counted with the photoelectron.
pub fn photoelectron_average(
    material: &Material,
    energy_mev: f64,
    cutoff_mev: f64,
    mut of_electron: impl FnMut(f64) -> f64,
) -> f64 {
    let (mut sum, mut alone) = (0.0, 1.0);
    for fluorescence in fluorescing_elements(material, cutoff_mev) {
        let emission = k_emission_probability(material, fluorescence.z, energy_mev);
        let shell = element(fluorescence.z).k_shell;
        for (line_mev, probability) in shell.line_mev.into_iter().zip(shell.line_probability) {
            if emission > 0.0 && line_mev > cutoff_mev {
                sum += emission * probability * of_electron(energy_mev - line_mev);
                alone -= emission * probability;
            }
        }
    }
    sum + alone * of_electron(energy_mev)
}

/// Mean energy of the K photons above a cutoff per emitted K photon of element `z` (MeV).
pub fn k_photon_energy_mev(z: u8, cutoff_mev: f64) -> f64 {
    let shell = element(z).k_shell;
    let lines = shell.line_mev.iter().zip(shell.line_probability);
    lines.filter(|(energy, _)| **energy > cutoff_mev).map(|(energy, probability)| energy * probability).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tungsten_alloy_lists_tungsten_first_and_the_light_metals_only_below_their_lines() {
        let alloy = Material::named("tungsten-alloy").expect("named");
        let z_above = |cutoff_mev| -> Vec<u8> {
            fluorescing_elements(&alloy, cutoff_mev).iter().map(|fluorescence| fluorescence.z).collect()
        };
        assert_eq!(z_above(0.01), [74]);
        assert_eq!(z_above(0.005), [74, 28, 26]);
        assert!(z_above(0.07).is_empty());
    }

    #[test]
    fn lead_emits_its_published_k_alpha_lines() {
        let lead = Material::named("lead").expect("named");
        let lines = fluorescing_elements(&lead, 0.01)[0].lines;
        // Kα2 72.804, Kα1 74.969 keV: Bearden, Rev. Mod. Phys. 39, 78 (1967), as tabulated in the X-ray Data
        // Booklet.
        assert!((lines[0].0 - 0.072804).abs() < 2e-5 && (lines[1].0 - 0.074969).abs() < 2e-5, "{lines:?}");
        assert!(lines.is_sorted_by(|a, b| a.1 < b.1) && lines[3].1 == 1.0);
    }

    #[test]
    fn water_and_unlisted_elements_emit_nothing_above_1_kev() {
        let water = Material::named("water").expect("named");
        assert!(fluorescing_elements(&water, 0.001).is_empty());
        assert_eq!(k_emission_probability(&water, 82, 1.0), 0.0);
    }
}
