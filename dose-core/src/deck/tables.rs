//! The tables of a deck: every physics table of every material in one array of f32.

use super::header::{Header, MAX_FLUORESCING};
use crate::case::{Case, Quantity};
use crate::coefficients;
use crate::material::Material;
use crate::physics::bremsstrahlung_spectrum::{ThickTarget, thick_target};
use crate::physics::lattice::{ENERGY, MOMENTUM};
use crate::physics::{bremsstrahlung, compton, electron_carry, rayleigh};
use crate::spectrum::{CUTOFF_MEV, MAX_MEV};
use rayon::prelude::*;

/// An array of floats that remembers where each table begins.
#[derive(Default)]
pub(super) struct Tables(Vec<f32>);

impl Tables {
    /// Place where the next table begins, a multiple of `align` floats.
    pub(super) fn place(&mut self, align: usize) -> u32 {
        self.0.resize(self.0.len().next_multiple_of(align), 0.0);
        self.0.len() as u32
    }

    pub(super) fn push(&mut self, values: &[f32]) {
        self.0.extend_from_slice(values);
    }

    pub(super) fn get(&self, place: usize) -> f32 {
        self.0[place]
    }

    /// All values, padded to whole groups of four for the device.
    pub(super) fn into_values(mut self) -> Vec<f32> {
        self.place(4);
        self.0
    }
}

/// What one material contributes, node by node.
struct Columns {
    /// Attenuation (1/mm per g/cm³), score per track (MeV cm²/g), cumulative fractions: incoherent, + coherent.
    coefficients: Vec<[f32; 4]>,
    /// Cumulative fraction: + photoelectric.
    photoelectric: Vec<f32>,
    /// Cumulative probability that a photoelectric event emits a K line of the first, second, … element.
    fluorescence: Vec<[f32; MAX_FLUORESCING]>,
    /// Energy and cumulative probability of the four K lines of each element.
    lines: [[f32; 8]; MAX_FLUORESCING],
    binding: Vec<f32>,
    rayleigh: Vec<f32>,
    bremsstrahlung: Vec<f32>,
}

/// Writes the physics tables of all materials.
pub(super) fn add_physics(case: &Case, header: &mut Header, tables: &mut Tables) {
    let columns: Vec<Columns> =
        case.materials.par_iter().map(|material| columns(material, case.quantity)).collect();
    header.counts[0] = columns.len() as u32;

    header.places_a[0] = tables.place(4);
    for node in 0..ENERGY.nodes() {
        columns.iter().for_each(|c| tables.push(&c.coefficients[node]));
    }
    header.places_a[1] = tables.place(1);
    for node in 0..ENERGY.nodes() {
        columns.iter().for_each(|c| tables.push(&[c.photoelectric[node]]));
    }
    header.places_a[3] = tables.place(1);
    tables.push(&compton::inverse_table());
    header.places_b[0] = tables.place(1);
    columns.iter().for_each(|c| tables.push(&c.binding));
    header.places_b[1] = tables.place(1);
    columns.iter().for_each(|c| tables.push(&c.rayleigh));
    header.places_b[2] = tables.place(4);
    for node in 0..ENERGY.nodes() {
        columns.iter().for_each(|c| tables.push(&c.fluorescence[node]));
    }
    header.places_b[3] = tables.place(4);
    columns.iter().flat_map(|c| &c.lines).for_each(|lines| tables.push(lines));
    header.places_c[0] = tables.place(1);
    columns.iter().for_each(|c| tables.push(&c.bremsstrahlung));
    if case.quantity == Quantity::Dose {
        header.choices[2] = tables.place(4);
        tables.push(electron_carry::table());
    }
}

fn columns(material: &Material, quantity: Quantity) -> Columns {
    let target = match quantity {
        Quantity::Kerma => None,
        Quantity::Dose => Some(thick_target(material, CUTOFF_MEV, MAX_MEV)),
    };
    let elements = coefficients::fluorescing_elements(material, CUTOFF_MEV);
    let elements = &elements[..elements.len().min(MAX_FLUORESCING)];

    let mut lines = [[0.0; 8]; MAX_FLUORESCING];
    for (slot, element) in lines.iter_mut().zip(elements) {
        for (pair, (energy_mev, cumulative)) in slot.chunks_mut(2).zip(element.lines) {
            pair.copy_from_slice(&[energy_mev as f32, cumulative as f32]);
        }
    }
    let mut columns = Columns {
        coefficients: Vec::new(),
        photoelectric: Vec::new(),
        fluorescence: Vec::new(),
        lines,
        binding: nodes(MOMENTUM).map(|x| coefficients::incoherent_function(material, x) as f32).collect(),
        rayleigh: rayleigh::cumulative_table(|x| coefficients::form_factor_squared(material, x)),
        bremsstrahlung: target.as_ref().map_or(Vec::new(), bremsstrahlung::flat_table),
    };
    for energy_mev in nodes(ENERGY) {
        // The lattice's ends lie beyond the data; what is asked there is never used.
        let energy_mev = energy_mev.clamp(0.001, MAX_MEV);
        let mu = coefficients::attenuation(material, energy_mev);
        let total = mu.total();
        let score = deposited_mev_cm2_g(material, energy_mev, target.as_ref());
        let incoherent = mu.incoherent / total;
        let coherent = incoherent + mu.coherent / total;
        let cm2_g_to_per_mm = 0.1;
        columns.coefficients.push([
            (total * cm2_g_to_per_mm) as f32,
            score as f32,
            incoherent as f32,
            coherent as f32,
        ]);
        columns.photoelectric.push((coherent + mu.photoelectric / total) as f32);
        let mut below = 0.0;
        columns.fluorescence.push(std::array::from_fn(|slot| {
            if let Some(element) = elements.get(slot) {
                below += coefficients::k_emission_probability(material, element.z, energy_mev);
            }
            below as f32
        }));
    }
    columns
}

/// Energy deposited per track of a photon: transferred to electrons, less what they radiate where that is transported.
fn deposited_mev_cm2_g(material: &Material, energy_mev: f64, target: Option<&ThickTarget>) -> f64 {
    let transferred = energy_mev * coefficients::energy_transfer(material, energy_mev, CUTOFF_MEV);
    let radiated = target
        .map_or(0.0, |target| coefficients::mean_emitted_bremsstrahlung_mev(material, energy_mev, target));
    transferred - radiated
}

fn nodes(lattice: crate::physics::lattice::Lattice) -> impl Iterator<Item = f64> {
    (0..lattice.nodes()).map(move |node| lattice.node_value(node))
}
