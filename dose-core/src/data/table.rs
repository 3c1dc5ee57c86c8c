//! Reader of `photon_table.bin`: little endian, layout in `dose-core/data/README.md`.

use super::{CrossSections, ELECTRON_REST_MEV, ElectronData, Element, KShell, Table, Z_MAX};

/// The table is compiled in and a test reads it whole, so a malformed one is a broken build, not an input error.
pub(super) fn parse(bytes: &[u8]) -> Table {
    let mut reader = Reader { rest: bytes };
    assert_eq!(reader.take(8), b"SDPHOTON", "photon_table.bin has another magic");
    assert_eq!(reader.count(), 1, "photon_table.bin has another version");
    assert_eq!(reader.count(), usize::from(Z_MAX), "photon_table.bin has another number of elements");
    let momentum_count = reader.count();
    let electron_count = reader.count();
    let momentum_transfers_per_angstrom = reader.floats(momentum_count);
    let electron_energies_mev = reader.floats(electron_count);
    let elements =
        (1..=Z_MAX).map(|z| parse_element(&mut reader, z, momentum_count, electron_count)).collect();
    assert!(reader.rest.is_empty(), "photon_table.bin has bytes left over");
    Table { momentum_transfers_per_angstrom, electron_energies_mev, elements }
}

fn parse_element(reader: &mut Reader, z: u8, momentum_count: usize, electron_count: usize) -> Element {
    let atomic_mass = reader.double();
    let node_count = reader.count();
    let shell_count = reader.count();
    let [edge_mev, fluorescence_yield, photoelectric_fraction] = reader.array();
    let k_shell = KShell {
        edge_mev,
        fluorescence_yield,
        photoelectric_fraction,
        line_mev: reader.array(),
        line_probability: reader.array(),
    };
    let [mean_excitation_ev, density_g_cm3] = reader.array();
    let electrons = ElectronData {
        mean_excitation_ev,
        density_g_cm3,
        shell_electrons: reader.floats(shell_count),
        shell_binding_ev: reader.floats(shell_count),
        collision_mev_cm2_g: reader.floats(electron_count),
        radiative_mev_cm2_g: reader.floats(electron_count),
    };
    let ln_form_factor = logarithms(reader.floats(momentum_count));
    let ln_incoherent_function = logarithms(reader.floats(momentum_count));
    let energy_mev = reader.floats(node_count);
    let ln_smooth = std::array::from_fn(|_| logarithms(reader.floats(node_count)));
    let ln_pair_shape = [2.0, 4.0].map(|rest_energies| {
        pair_shape(&energy_mev, &reader.floats(node_count), rest_energies * ELECTRON_REST_MEV)
    });
    let cross_sections = CrossSections { ln_energy: logarithms(energy_mev), ln_smooth, ln_pair_shape };
    Element { z, atomic_mass, cross_sections, k_shell, electrons, ln_form_factor, ln_incoherent_function }
}

/// ln(σ / (1 − threshold/E)³) at the nodes, filled downwards below the threshold. XCOM has a node a few parts in a
/// million above it, where the factor is lost to rounding: it counts as below.
fn pair_shape(energy_mev: &[f64], sigma: &[f64], threshold_mev: f64) -> Vec<f64> {
    let mut shape = vec![0.0; sigma.len()];
    let mut above = f64::NEG_INFINITY;
    for i in (0..sigma.len()).rev() {
        if energy_mev[i] > threshold_mev * 1.0001 {
            above = (sigma[i] / (1.0 - threshold_mev / energy_mev[i]).powi(3)).ln();
        }
        shape[i] = above;
    }
    shape
}

fn logarithms(values: Vec<f64>) -> Vec<f64> {
    values.into_iter().map(f64::ln).collect()
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take(&mut self, length: usize) -> &[u8] {
        let (head, rest) = self.rest.split_at(length);
        self.rest = rest;
        head
    }

    fn count(&mut self) -> usize {
        u32::from_le_bytes(self.take(4).try_into().expect("four bytes were taken")) as usize
    }

    fn double(&mut self) -> f64 {
        f64::from_le_bytes(self.take(8).try_into().expect("eight bytes were taken"))
    }

    fn floats(&mut self, count: usize) -> Vec<f64> {
        let (words, _) = self.take(4 * count).as_chunks::<4>();
        words.iter().map(|&word| f64::from(f32::from_le_bytes(word))).collect()
    }

    fn array<const N: usize>(&mut self) -> [f64; N] {
        self.floats(N).try_into().expect("N floats were read")
    }
}

#[cfg(test)]
mod tests {
    use crate::data::{Z_MAX, element, momentum_transfers_per_angstrom, symbol};

    #[test]
    fn every_element_has_ascending_energies_and_finite_logarithms() {
        for z in 1..=Z_MAX {
            let element = element(z);
            let sections = &element.cross_sections;
            assert!(sections.ln_energy.is_sorted_by(|a, b| a < b), "{}", symbol(z));
            let tables = sections.ln_smooth.iter().chain(&sections.ln_pair_shape);
            for table in tables.chain([&element.ln_form_factor, &element.ln_incoherent_function]) {
                assert!(table.iter().all(|v| v.is_finite()), "{}", symbol(z));
            }
            assert!((sections.ln_energy[0] - 1e-3_f64.ln()).abs() < 1e-6);
            assert!((sections.ln_energy.last().expect("nodes") - 30.0_f64.ln()).abs() < 1e-6);
        }
    }

    #[test]
    fn form_factor_starts_and_incoherent_function_ends_at_the_atomic_number() {
        for z in 1..=Z_MAX {
            let element = element(z);
            let form = element.ln_form_factor[0].exp() / f64::from(z);
            let incoherent =
                element.ln_incoherent_function[momentum_transfers_per_angstrom().len() - 1].exp();
            assert!((form - 1.0).abs() < 5e-3, "{}: F(0.005)/Z = {form}", symbol(z));
            assert!((incoherent / f64::from(z) - 1.0).abs() < 5e-3, "{}: S(200) = {incoherent}", symbol(z));
        }
    }

    #[test]
    fn k_line_probabilities_add_to_one_and_lines_lie_below_the_edge() {
        for z in 1..=Z_MAX {
            let shell = element(z).k_shell;
            if shell.fluorescence_yield > 0.0 {
                assert!((shell.line_probability.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{}", symbol(z));
            }
            assert!(
                shell.line_mev.iter().all(|line| *line <= shell.edge_mev * 1.01),
                "{}: {shell:?}",
                symbol(z)
            );
            assert!((0.0..=1.0).contains(&shell.photoelectric_fraction));
        }
    }
}
