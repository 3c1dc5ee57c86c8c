//! A group of legs flies: rays are scored, collisions are found.

use super::legs::{Floats, GROUP, Group, Legs, Words};
use crate::deck::{Deck, Header};
use crate::physics::electron_carry::LEAST_DENSITY;
use crate::physics::functions::{greatest, least, ln};
use crate::physics::lattice::{ENERGY, mix};
use crate::physics::random::{philox, uniform};
use crate::physics::vector::vec3;
use crate::transport::grid_walk::{Comb, uniform_material};
use crate::transport::leg::{DRAW_RAY, Leg, Stream};
use crate::transport::ray::{VACUUM, displacement, reciprocal, span, walk};
use crate::transport::tally::Tally;
use multiversion::multiversion;

/// What `site_mm` holds where the photon left everything.
pub const NO_SITE: f32 = -1.0;

/// A group of legs and what becomes of their rays.
#[repr(C, align(64))]
pub struct Flight {
    /// The legs.
    pub legs: Group,
    /// How many there are.
    pub count: usize,
    /// Distance to the collision (mm), or [`NO_SITE`].
    pub site_mm: Floats,
    /// Material of the collision.
    pub material: Words,
    /// 1 where the collision lies in the grid.
    pub in_grid: Words,
    words: [Words; 4],
    to_left: Floats,
    lift: Floats,
    aside: [Floats; 3],
    first_mm: Floats,
    points: [i32; GROUP],
    height: Floats,
    per_step: Floats,
}

impl Default for Flight {
    fn default() -> Flight {
        Flight {
            legs: Group::EMPTY,
            count: 0,
            site_mm: [0.0; GROUP],
            material: [0; GROUP],
            in_grid: [0; GROUP],
            words: [[0; GROUP]; 4],
            to_left: [0.0; GROUP],
            lift: [1.0; GROUP],
            aside: [[0.0; GROUP]; 3],
            first_mm: [0.0; GROUP],
            points: [0; GROUP],
            height: [0.0; GROUP],
            per_step: [0.0; GROUP],
        }
    }
}

impl Flight {
    /// Takes a group off the pile and flies it.
    pub fn fly(&mut self, deck: &Deck, key: [u32; 2], waiting: &mut Legs, tally: &mut Tally) {
        self.count = waiting.pop_group(&mut self.legs);
        draw(self, key);
        match uniform_material(deck) {
            Some(material) => {
                if deck.header.choices[2] != 0 {
                    displace(self, &deck.tables[deck.header.choices[2] as usize..], material.1);
                }
                place_combs(self, &deck.header, &deck.tables, material);
                score_combs(self, deck, tally);
            }
            None => walk_each(self, deck, key, tally),
        }
    }
}

/// The first words of each ray.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn draw(flight: &mut Flight, key: [u32; 2]) {
    let count = flight.count.min(GROUP);
    let legs = &flight.legs;
    for i in 0..count {
        let words = philox([DRAW_RAY, legs.branch[i], legs.history_low[i], legs.history_high[i]], key);
        flight.words[0][i] = words[0];
        flight.words[1][i] = words[1];
        flight.words[2][i] = words[2];
        flight.words[3][i] = words[3];
    }
}

/// How far electrons carry the energy of each ray: in mass along it, in mm of the one density beside it.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn displace(flight: &mut Flight, table: &[f32], density_g_cm3: f32) {
    let legs = &flight.legs;
    for i in 0..flight.count.min(GROUP) {
        let words = [flight.words[0][i], flight.words[1][i], flight.words[2][i], flight.words[3][i]];
        let direction = vec3(legs.along_x[i], legs.along_y[i], legs.along_z[i]);
        let (carry, aside) = displacement(table, direction, legs.energy_mev[i], words);
        let aside_mm = aside * (1.0 / greatest(density_g_cm3, LEAST_DENSITY));
        flight.to_left[i] = greatest(carry.along, 0.0);
        flight.lift[i] = carry.lift;
        flight.aside[0][i] = aside_mm.x;
        flight.aside[1][i] = aside_mm.y;
        flight.aside[2][i] = aside_mm.z;
    }
}

/// Scoring points and collisions where the whole grid is one material.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn place_combs(flight: &mut Flight, h: &Header, tables: &[f32], uniform_grid: (usize, f32, usize)) {
    let count = flight.count.min(GROUP);
    let (material, density_g_cm3, kind) = uniform_grid;
    let (materials, kinds) = (h.counts[0] as usize, h.counts[1] as usize);
    let coefficients = &tables[h.places_a[0] as usize..][..4 * materials * ENERGY.nodes()];
    let bounds = &tables[h.places_a[2] as usize..][..2 * kinds * ENERGY.nodes()];
    assert!(material < materials && kind < kinds);
    let [upper_x, upper_y, upper_z, _] = h.upper_mm;
    let step_mm = h.block_mm[3];
    let legs = &flight.legs;
    for i in 0..count {
        let (cell, between) = ENERGY.locate(legs.energy_mev[i]);
        let per_direction =
            vec3(reciprocal(legs.along_x[i]), reciprocal(legs.along_y[i]), reciprocal(legs.along_z[i]));
        let origin = vec3(legs.x_mm[i], legs.y_mm[i], legs.z_mm[i]);
        let (enter_mm, leave_mm) =
            span(origin, per_direction, vec3(0.0, 0.0, 0.0), vec3(upper_x, upper_y, upper_z));
        let leave_mm = greatest(leave_mm, enter_mm);
        // SAFETY: a cell is at most two less than the nodes, material and kind are below their numbers.
        let (control, per_transmission) = unsafe {
            let at = |table: &[f32], place: usize, stride: usize| {
                mix(*table.get_unchecked(place), *table.get_unchecked(place + stride), between)
            };
            (
                at(bounds, 2 * (cell * kinds + kind), 2 * kinds),
                at(coefficients, 4 * (cell * materials + material) + 1, 4 * materials),
            )
        };
        let attenuation_per_mm = density_g_cm3 * control;
        let score = legs.weight[i] * flight.lift[i] * per_transmission * (0.1 * step_mm);
        let to_point = uniform(flight.words[2][i]);
        let left_from_mm = enter_mm + flight.to_left[i] / greatest(density_g_cm3, VACUUM);
        let left = [least(left_from_mm, leave_mm), leave_mm];
        let comb = Comb::new(score, attenuation_per_mm, to_point, step_mm, enter_mm, left);
        flight.first_mm[i] = comb.first_mm;
        flight.points[i] = comb.points;
        flight.height[i] = comb.height;
        flight.per_step[i] = comb.per_step;
        let to_collision = -ln(uniform(flight.words[0][i]));
        let collides = to_collision < attenuation_per_mm * (leave_mm - enter_mm);
        let site_mm = enter_mm + to_collision / attenuation_per_mm;
        flight.site_mm[i] = if collides { site_mm } else { NO_SITE };
        flight.material[i] = material as u32;
        flight.in_grid[i] = 1;
    }
}

/// Scores the rays one after the other, eight points at a time.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn score_combs(flight: &Flight, deck: &Deck, tally: &mut Tally) {
    let legs = &flight.legs;
    for i in 0..flight.count {
        let comb = Comb {
            first_mm: flight.first_mm[i],
            points: flight.points[i],
            height: flight.height[i],
            per_step: flight.per_step[i],
        };
        let aside = vec3(flight.aside[0][i], flight.aside[1][i], flight.aside[2][i]);
        let origin = vec3(legs.x_mm[i], legs.y_mm[i], legs.z_mm[i]) + aside;
        let direction = vec3(legs.along_x[i], legs.along_y[i], legs.along_z[i]);
        comb.score(deck, origin, direction, flight.words[3][i], tally);
    }
}

/// Rays through collimators or a grid of many materials, one after the other.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn walk_each(flight: &mut Flight, deck: &Deck, key: [u32; 2], tally: &mut Tally) {
    for i in 0..flight.count {
        let words = [flight.words[0][i], flight.words[1][i], flight.words[2][i], flight.words[3][i]];
        let leg: Leg = flight.legs.leg(i, words);
        let stream: Stream = flight.legs.stream(i, key);
        match walk(deck, &leg, stream, tally) {
            Some(site) => {
                flight.site_mm[i] = site.distance_mm;
                flight.material[i] = site.material as u32;
                flight.in_grid[i] = u32::from(site.in_grid);
            }
            None => flight.site_mm[i] = NO_SITE,
        }
    }
}
