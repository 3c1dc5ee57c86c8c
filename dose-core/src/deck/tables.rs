//! The tables of a deck: every physics table of every material in one array of f32.

use super::columns::{Columns, known_columns};
use super::header::Header;
use crate::case::{Case, Quantity};
use crate::physics::lattice::ENERGY;
use crate::physics::{compton, electron_carry};
use rayon::prelude::*;
use std::sync::Arc;

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

/// Writes the physics tables of all materials.
pub(super) fn add_physics(case: &Case, header: &mut Header, tables: &mut Tables) {
    let columns: Vec<Arc<Columns>> =
        case.materials.par_iter().map(|material| known_columns(material, case.quantity)).collect();
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
