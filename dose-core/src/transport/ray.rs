//! The ray of a leg: through collimators and grid in their order, scoring on the way, to the collision or out.
//!
//! Twin: `ray.wgsl`.

use super::grid_walk::walk_grid;
use super::importance::cell;
use super::leg::{DRAW_FAINT, DRAW_RAY, Leg, Stream};
use super::tally::Tally;
use crate::deck::{Deck, SOLID_FLOATS};
use crate::physics::electron_carry::{Carry, LEAST_DENSITY, carry};
use crate::physics::functions::{cos_sin_turn, exp_minus, greatest, least, ln};
use crate::physics::lattice::{ENERGY, mix};
use crate::physics::random::uniform;
use crate::physics::vector::{Vec3, deflected, vec3};

/// Share of the leg's weight below which a ray may be faint.
pub const WEAKENED: f32 = 0.5;
/// Weight over what the place wishes below which it is, and goes on only by roulette.
pub const FAINT: f32 = 0.1;
/// Density below which there is nothing (g/cm³).
pub const VACUUM: f32 = 1e-9;
/// Farther than any ray goes (mm).
pub const FAR_MM: f32 = 1e9;
/// Chance that a faint ray goes on, with its weight divided by it.
pub const FAINT_SURVIVAL: f32 = 0.25;

/// Where a photon collides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Site {
    /// Distance from the leg's start (mm).
    pub distance_mm: f32,
    /// Material there.
    pub material: usize,
    /// Whether it lies in the grid (else in a collimator).
    pub in_grid: bool,
}

/// A leg's ray while it is walked.
pub struct Ray {
    /// Start (mm).
    pub origin: Vec3,
    /// Unit direction.
    pub direction: Vec3,
    /// Reciprocal direction; huge where a component is 0.
    pub per_direction: Vec3,
    /// Energy cell of the coefficients, and the place in it.
    pub cell: usize,
    /// Place in the energy cell.
    pub between: f32,
    /// Weight times the probability of getting this far.
    pub transmission: f32,
    /// The leg's weight.
    pub weight: f32,
    /// Optical depth left to the collision.
    pub to_collision: f32,
    /// Optical depth of residual attenuation left to the next residual event.
    pub to_residual: f32,
    /// Steps of the comb left to the next scoring point.
    pub to_point: f32,
    /// Dither of the next score.
    pub dither: u32,
    /// Mass per area that electrons carry the first energy before they leave it (mm g/cm³); 0 once it is passed.
    pub to_left: f32,
    /// Where on the ray that is (mm); far away until it is known.
    pub left_from_mm: f32,
    /// What the fluence is greater by where the energy was handed over.
    pub lift: f32,
    /// How far beside the ray energy is left (mm g/cm³).
    pub aside: Vec3,
    /// Draws made.
    pub draw: u32,
    /// The collision, once found.
    pub site: Option<Site>,
    stream: Stream,
    branch: u32,
}

/// Coefficient `column` of a material at an energy, given by the cell and the place in it.
#[inline(always)]
pub fn coefficient(deck: &Deck, (cell, between): (usize, f32), material: usize, column: usize) -> f32 {
    let materials = deck.header.counts[0] as usize;
    let at = deck.header.places_a[0] as usize + 4 * (cell * materials + material) + column;
    mix(deck.tables[at], deck.tables[at + 4 * materials], between)
}

impl Ray {
    /// Coefficient `column` of a material at the ray's energy: attenuation (1/mm per g/cm³), score (MeV cm²/g).
    #[inline(always)]
    pub fn coefficient(&self, deck: &Deck, material: usize, column: usize) -> f32 {
        coefficient(deck, (self.cell, self.between), material, column)
    }

    /// Four further words of the leg.
    #[inline(always)]
    pub fn next_words(&mut self) -> [u32; 4] {
        self.draw += 1;
        self.stream.rare_words(self.branch, DRAW_RAY + self.draw)
    }

    /// Point at a distance (mm).
    #[inline(always)]
    pub fn at(&self, distance_mm: f32) -> Vec3 {
        self.origin + self.direction * distance_mm
    }

    /// Where scores of the ray's start go (mm), in matter of a density: beside it.
    #[inline(always)]
    pub fn origin_left(&self, density_g_cm3: f32) -> Vec3 {
        self.origin + self.aside * (1.0 / greatest(density_g_cm3, LEAST_DENSITY))
    }

    /// Passes a stretch of one density before the first energy is left.
    #[inline(always)]
    pub fn carry_through(&mut self, density_g_cm3: f32, from_mm: f32, to_mm: f32) {
        let reached_mm = from_mm + self.to_left / greatest(density_g_cm3, VACUUM);
        if reached_mm <= to_mm {
            (self.to_left, self.left_from_mm) = (0.0, reached_mm);
        } else {
            self.to_left -= density_g_cm3 * (to_mm - from_mm);
        }
    }

    /// Lets a stretch of known attenuation pass: draws the collision if it lies there, thins the transmission.
    #[inline(always)]
    pub fn pass(&mut self, from_mm: f32, depth: f32, attenuation_per_mm: f32) -> bool {
        self.transmission *= exp_minus(depth);
        let collides = self.site.is_none() && self.to_collision < depth;
        if collides {
            self.site = Some(Site {
                distance_mm: from_mm + self.to_collision / attenuation_per_mm,
                material: 0,
                in_grid: true,
            });
        }
        self.to_collision -= depth;
        collides
    }

    /// Whether the ray still has something to do from a place on. One that has become faint, of a photon that has collided,
    /// plays roulette.
    #[inline(always)]
    pub fn goes_on(&mut self, deck: &Deck, at_mm: f32) -> bool {
        if self.site.is_some() && self.transmission < WEAKENED * self.weight {
            if self.transmission <= 0.0 {
                return false;
            }
            if self.transmission < FAINT * cell(&deck.header, &deck.tables, self.at(at_mm)).wished {
                self.draw += 1;
                let word = self.stream.rare_words(self.branch, DRAW_FAINT + self.draw)[0];
                if uniform(word) > FAINT_SURVIVAL {
                    self.transmission = 0.0;
                    return false;
                }
                self.transmission *= 1.0 / FAINT_SURVIVAL;
            }
        }
        true
    }
}

/// How the electrons of a ray displace its energy: the displacement and its direction aside (mm g/cm³).
#[inline(always)]
pub fn displacement(table: &[f32], direction: Vec3, energy_mev: f32, words: [u32; 4]) -> (Carry, Vec3) {
    let carry = carry(table, energy_mev, words[1]);
    // Words whose high bits are a number in (0, 1); the low ones are free.
    let (cos, sin) = cos_sin_turn(((words[2] & 255) as i32 as f32 + 0.5) * (1.0 / 256.0));
    (carry, deflected(direction, 1.0, cos, sin) * carry.aside)
}

/// Walks the ray of a leg and says where its photon collides, if it does.
#[inline(always)]
pub fn walk(deck: &Deck, leg: &Leg, stream: Stream, tally: &mut Tally) -> Option<Site> {
    let words = leg.words;
    let (cell, between) = ENERGY.locate(leg.energy_mev);
    let (carry, aside) = if deck.header.choices[2] != 0 {
        displacement(&deck.tables[deck.header.choices[2] as usize..], leg.direction, leg.energy_mev, words)
    } else {
        (Carry::NONE, Vec3::splat(0.0))
    };
    let mut ray = Ray {
        origin: leg.position_mm,
        direction: leg.direction,
        per_direction: vec3(
            reciprocal(leg.direction.x),
            reciprocal(leg.direction.y),
            reciprocal(leg.direction.z),
        ),
        cell,
        between,
        transmission: leg.weight,
        weight: leg.weight,
        to_collision: -ln(uniform(words[0])),
        to_residual: -ln(uniform(words[1])),
        to_point: uniform(words[2]),
        dither: words[3],
        to_left: greatest(carry.along, 0.0),
        left_from_mm: if carry.along > 0.0 { FAR_MM } else { 0.0 },
        lift: carry.lift,
        aside,
        draw: 0,
        site: None,
        stream,
        branch: leg.branch,
    };
    let [x, y, z, _] = deck.header.upper_mm;
    let grid_span = span(ray.origin, ray.per_direction, vec3(0.0, 0.0, 0.0), vec3(x, y, z));
    let solids = deck.header.counts[2] as usize;
    if solids == 0 {
        if grid_span.0 < grid_span.1 {
            walk_grid(deck, &mut ray, grid_span.0, grid_span.1, tally);
        }
        return ray.site;
    }
    // Solids and grid are convex and do not overlap: each is met once, in the order of their entries.
    let mut done = (-1.0f32, usize::MAX);
    for _ in 0..=solids {
        let mut next = (f32::INFINITY, usize::MAX, 0.0f32);
        for solid in 0..=solids {
            let (enter, leave) = if solid == solids {
                grid_span
            } else {
                let at = deck.header.places_c[2] as usize + SOLID_FLOATS * solid;
                let t = &deck.tables[at..at + SOLID_FLOATS];
                span(ray.origin, ray.per_direction, vec3(t[0], t[1], t[2]), vec3(t[4], t[5], t[6]))
            };
            let is_later = enter > done.0 || (enter == done.0 && solid > done.1);
            if enter < leave && is_later && enter < next.0 {
                next = (enter, solid, leave);
            }
        }
        let (enter, solid, leave) = next;
        if solid == usize::MAX {
            break;
        }
        done = (enter, solid);
        if solid == solids {
            walk_grid(deck, &mut ray, enter, leave, tally);
        } else {
            pass_solid(deck, &mut ray, solid, enter, leave);
        }
        if !ray.goes_on(deck, greatest(leave, 0.0)) {
            break;
        }
    }
    ray.site
}

/// A collimator: homogeneous, not scored.
#[inline(always)]
fn pass_solid(deck: &Deck, ray: &mut Ray, solid: usize, enter_mm: f32, leave_mm: f32) {
    let at = deck.header.places_c[2] as usize + SOLID_FLOATS * solid;
    let material = deck.tables[at + 3] as usize;
    let attenuation_per_mm = deck.tables[at + 7] * ray.coefficient(deck, material, 0);
    if ray.pass(enter_mm, attenuation_per_mm * (leave_mm - enter_mm), attenuation_per_mm)
        && let Some(site) = &mut ray.site
    {
        site.material = material;
        site.in_grid = false;
    }
}

/// Distances at which the ray enters and leaves a box, from 0 on; leaves before it enters where it misses.
#[inline(always)]
pub fn span(origin: Vec3, per_direction: Vec3, lower: Vec3, upper: Vec3) -> (f32, f32) {
    let near_far = |lo: f32, hi: f32, o: f32, per: f32| {
        let (a, b) = ((lo - o) * per, (hi - o) * per);
        (least(a, b), greatest(a, b))
    };
    let (x0, x1) = near_far(lower.x, upper.x, origin.x, per_direction.x);
    let (y0, y1) = near_far(lower.y, upper.y, origin.y, per_direction.y);
    let (z0, z1) = near_far(lower.z, upper.z, origin.z, per_direction.z);
    (greatest(greatest(x0, y0), greatest(z0, 0.0)), least(least(x1, y1), z1))
}

/// 1/x, with a huge number of the same sign in place of infinity, so that 0 × it is 0 and not NaN.
#[inline(always)]
pub fn reciprocal(x: f32) -> f32 {
    if x.abs() < 1e-12 { if x < 0.0 { -1e12 } else { 1e12 } } else { 1.0 / x }
}
