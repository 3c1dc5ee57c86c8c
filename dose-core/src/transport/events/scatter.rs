//! A group of photons collides. Compton scattering is done side by side; whatever else happens, one by one.

use super::flight::{Flight, NO_SITE};
use super::legs::{Floats, GROUP, Group, Legs, Words};
use crate::deck::{Deck, Header};
use crate::physics::functions::{cos_sin_turn, greatest};
use crate::physics::lattice::{ELECTRON, ENERGY, KLEIN_NISHINA, MOMENTUM, mix};
use crate::physics::random::{child_branch, philox, uniform};
use crate::physics::vector::{deflected, vec3};
use crate::physics::{bremsstrahlung, compton};
use crate::transport::collide::{CHILDREN_PER_COPY, DRAW_ELECTRON, collide_copy};
use crate::transport::importance::{cell, copies_at, weight_ahead};
use crate::transport::leg::{DRAW_COLLISION, DRAWS_PER_COPY, Leg};
use crate::transport::ray::Site;
use crate::transport::tally::{Account, Tally};
use multiversion::multiversion;

/// A group of photons where they collide, each copy of a split one for itself.
#[repr(C, align(64))]
pub struct Scatter {
    /// The photons, at their collisions, with the weight of one copy.
    legs: Group,
    count: usize,
    /// Which copy of a split photon.
    copy: Words,
    material: Words,
    in_grid: Words,
    words: [Words; 4],
    /// 1 where the photon is scattered by Compton's process at the first try, and nothing else happens.
    is_compton: Words,
    one_minus_cos: Floats,
    luck: Floats,
    /// What leaves: direction, energy (MeV), weight, branch.
    along_x: Floats,
    along_y: Floats,
    along_z: Floats,
    scattered_mev: Floats,
    kept: Floats,
    branch: Words,
    /// Weight that copies should have at each place where the flight's photons collide.
    split: Floats,
}

impl Default for Scatter {
    fn default() -> Scatter {
        Scatter {
            legs: Group::EMPTY,
            count: 0,
            copy: [0; GROUP],
            material: [0; GROUP],
            in_grid: [0; GROUP],
            words: [[0; GROUP]; 4],
            is_compton: [0; GROUP],
            one_minus_cos: [0.0; GROUP],
            luck: [0.0; GROUP],
            along_x: [0.0; GROUP],
            along_y: [0.0; GROUP],
            along_z: [0.0; GROUP],
            scattered_mev: [0.0; GROUP],
            kept: [0.0; GROUP],
            branch: [0; GROUP],
            split: [0.0; GROUP],
        }
    }
}

impl Scatter {
    /// Takes the photons of a flight from `start` on to where they collide, split as importance asks, until the group is
    /// full; says how far it came in the flight.
    pub fn gather(
        &mut self,
        deck: &Deck,
        key: [u32; 2],
        flight: &Flight,
        start: usize,
        tally: &mut Tally,
    ) -> usize {
        if start == 0 {
            ask(self, &deck.header, &deck.tables, flight);
        }
        self.count = 0;
        let legs = &flight.legs;
        for i in start..flight.count {
            let weight = legs.weight[i];
            if flight.site_mm[i] == NO_SITE {
                tally.book(Account::Escaped, weight * legs.energy_mev[i]);
                continue;
            }
            // A photon's copies stay together.
            if self.count + crate::transport::importance::MOST_COPIES as usize > GROUP {
                return i;
            }
            let mut leg = legs.leg(i, [0; 4]);
            leg.position_mm = leg.position_mm + leg.direction * flight.site_mm[i];
            let copies = if flight.in_grid[i] == 1 {
                copies_at(&mut leg, self.split[i], legs.stream(i, key), tally)
            } else {
                1
            };
            for copy in 0..copies {
                self.put(&leg, legs.history_low[i], legs.history_high[i]);
                let at = self.count - 1;
                self.copy[at] = copy;
                self.material[at] = flight.material[i];
                self.in_grid[at] = flight.in_grid[i];
            }
        }
        flight.count
    }

    #[inline(always)]
    fn put(&mut self, leg: &Leg, history_low: u32, history_high: u32) {
        let (at, legs) = (self.count, &mut self.legs);
        legs.x_mm[at] = leg.position_mm.x;
        legs.y_mm[at] = leg.position_mm.y;
        legs.z_mm[at] = leg.position_mm.z;
        legs.along_x[at] = leg.direction.x;
        legs.along_y[at] = leg.direction.y;
        legs.along_z[at] = leg.direction.z;
        legs.energy_mev[at] = leg.energy_mev;
        legs.weight[at] = leg.weight;
        legs.branch[at] = leg.branch;
        legs.history_low[at] = history_low;
        legs.history_high[at] = history_high;
        self.count += 1;
    }

    /// Lets the photons collide; what leaves goes on the pile. `released` is scratch space.
    pub fn collide(
        &mut self,
        deck: &Deck,
        key: [u32; 2],
        waiting: &mut Legs,
        released: &mut Vec<Leg>,
        tally: &mut Tally,
    ) {
        draw(self, key);
        choose_angles(self, &deck.header, &deck.tables);
        turn(self);
        look_ahead(self, &deck.header, &deck.tables);
        if deck.header.choices[2] != 0 {
            spare_radiators(self, key, &deck.header, &deck.tables);
        }
        release(self, deck, key, waiting, released, tally);
    }
}

/// What weight copies should have where each photon of a flight collides.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn ask(scatter: &mut Scatter, h: &Header, tables: &[f32], flight: &Flight) {
    let legs = &flight.legs;
    for i in 0..flight.count.min(GROUP) {
        let position = vec3(legs.x_mm[i], legs.y_mm[i], legs.z_mm[i]);
        let direction = vec3(legs.along_x[i], legs.along_y[i], legs.along_z[i]);
        scatter.split[i] = cell(h, tables, position + direction * flight.site_mm[i]).split;
    }
}

/// The words of each collision.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn draw(scatter: &mut Scatter, key: [u32; 2]) {
    let legs = &scatter.legs;
    for i in 0..scatter.count.min(GROUP) {
        let draw = DRAW_COLLISION + DRAWS_PER_COPY * scatter.copy[i];
        let words = philox([draw, legs.branch[i], legs.history_low[i], legs.history_high[i]], key);
        scatter.words[0][i] = words[0];
        scatter.words[1][i] = words[1];
        scatter.words[2][i] = words[2];
        scatter.words[3][i] = words[3];
    }
}

/// Which photons are scattered by Compton's process, and their angles.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn choose_angles(scatter: &mut Scatter, h: &Header, tables: &[f32]) {
    let materials = h.counts[0] as usize;
    let coefficients = &tables[h.places_a[0] as usize..][..4 * materials * ENERGY.nodes()];
    let inverse = &tables[h.places_a[3] as usize..][..compton::QUANTILES * KLEIN_NISHINA.nodes()];
    let binding = &tables[h.places_b[0] as usize..][..MOMENTUM.nodes() * materials];
    for i in 0..scatter.count.min(GROUP) {
        let energy_mev = scatter.legs.energy_mev[i];
        let material = scatter.material[i] as usize;
        let (cell, between) = ENERGY.locate(energy_mev);
        let at = 4 * (cell * materials + material) + 2;
        // SAFETY: a cell is at most two less than the nodes; materials come from the deck's voxels and collimators,
        // which name only materials that it has.
        let incoherent = unsafe {
            mix(*coefficients.get_unchecked(at), *coefficients.get_unchecked(at + 4 * materials), between)
        };
        let words = &scatter.words;
        let v = compton::one_minus_cos(inverse, energy_mev, uniform(words[1][i]));
        // SAFETY: one table for each material.
        let table =
            unsafe { binding.get_unchecked(MOMENTUM.nodes() * material..MOMENTUM.nodes() * (material + 1)) };
        let chance = compton::binding(table, energy_mev, v);
        let accept = uniform(words[3][i]);
        let is_compton = (uniform(words[0][i]) < incoherent) & (accept < chance);
        scatter.is_compton[i] = u32::from(is_compton);
        scatter.one_minus_cos[i] = v;
        scatter.luck[i] = accept / greatest(chance, 1e-30);
        scatter.scattered_mev[i] = compton::scattered_energy_mev(energy_mev, v);
    }
}

/// The directions that scattered photons take.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn turn(scatter: &mut Scatter) {
    let legs = &scatter.legs;
    for i in 0..scatter.count.min(GROUP) {
        let direction = vec3(legs.along_x[i], legs.along_y[i], legs.along_z[i]);
        let (cos, sin) = cos_sin_turn(uniform(scatter.words[2][i]));
        let turned = deflected(direction, scatter.one_minus_cos[i], cos, sin);
        scatter.along_x[i] = turned.x;
        scatter.along_y[i] = turned.y;
        scatter.along_z[i] = turned.z;
    }
}

/// The weights that are kept, by where scattered photons head for; and their branches.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn look_ahead(scatter: &mut Scatter, h: &Header, tables: &[f32]) {
    let legs = &scatter.legs;
    for i in 0..scatter.count.min(GROUP) {
        let position = vec3(legs.x_mm[i], legs.y_mm[i], legs.z_mm[i]);
        let direction = vec3(scatter.along_x[i], scatter.along_y[i], scatter.along_z[i]);
        scatter.kept[i] = weight_ahead(h, tables, position, direction, legs.weight[i], scatter.luck[i]);
        scatter.branch[i] = child_branch(legs.branch[i], scatter.copy[i] * CHILDREN_PER_COPY);
    }
}

/// Leaves those photons to the plain way whose electrons emit bremsstrahlung.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn spare_radiators(scatter: &mut Scatter, key: [u32; 2], h: &Header, tables: &[f32]) {
    let materials = h.counts[0] as usize;
    let floats = ELECTRON.nodes() * bremsstrahlung::FLOATS_PER_NODE;
    let spectra = &tables[h.places_c[0] as usize..][..floats * materials];
    let cutoff_mev = h.cutoff_mev();
    let legs = &scatter.legs;
    for i in 0..scatter.count.min(GROUP) {
        let draw = DRAW_COLLISION + DRAWS_PER_COPY * scatter.copy[i] + DRAW_ELECTRON;
        let words = philox([draw, legs.branch[i], legs.history_low[i], legs.history_high[i]], key);
        let kinetic_mev = legs.energy_mev[i] - scatter.scattered_mev[i];
        // SAFETY: one table for each material.
        let table = unsafe { spectra.get_unchecked(floats * scatter.material[i] as usize..) };
        let radiates = (kinetic_mev > cutoff_mev)
            & (uniform(words[0]) < bremsstrahlung::mean_number(table, kinetic_mev));
        scatter.is_compton[i] &= u32::from(!radiates);
    }
}

/// Puts what leaves on the pile and books what stays.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn release(
    scatter: &Scatter,
    deck: &Deck,
    key: [u32; 2],
    waiting: &mut Legs,
    released: &mut Vec<Leg>,
    tally: &mut Tally,
) {
    let cutoff_mev = deck.header.cutoff_mev();
    let legs = &scatter.legs;
    for i in 0..scatter.count {
        let in_grid = scatter.in_grid[i] == 1;
        if scatter.is_compton[i] == 0 {
            let words = [scatter.words[0][i], scatter.words[1][i], scatter.words[2][i], scatter.words[3][i]];
            let leg = legs.leg(i, [0; 4]);
            let site = Site { distance_mm: 0.0, material: scatter.material[i] as usize, in_grid };
            collide_copy(deck, &leg, site, legs.stream(i, key), scatter.copy[i], words, released, tally);
            for leg in released.drain(..) {
                waiting.push(&leg, legs.history_low[i], legs.history_high[i]);
            }
            continue;
        }
        let (weight, energy_mev, scattered_mev) =
            (legs.weight[i], legs.energy_mev[i], scatter.scattered_mev[i]);
        let (mut deposited_mev, mut roulette_mev) = (weight * energy_mev, 0.0);
        if scattered_mev >= cutoff_mev {
            let kept = scatter.kept[i];
            deposited_mev -= weight * scattered_mev;
            roulette_mev += (weight - kept) * scattered_mev;
            if kept > 0.0 {
                let leg = Leg {
                    position_mm: vec3(legs.x_mm[i], legs.y_mm[i], legs.z_mm[i]),
                    direction: vec3(scatter.along_x[i], scatter.along_y[i], scatter.along_z[i]),
                    energy_mev: scattered_mev,
                    weight: kept,
                    branch: scatter.branch[i],
                    words: [0; 4],
                };
                waiting.push(&leg, legs.history_low[i], legs.history_high[i]);
            }
        }
        tally.count(Account::Collisions);
        tally.book(if in_grid { Account::Deposited } else { Account::Collimated }, deposited_mev);
        tally.book(Account::Roulette, roulette_mev);
    }
}
