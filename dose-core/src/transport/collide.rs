//! A collision: which interaction, what leaves, what stays. Twin: `collide.wgsl`.

use super::importance::weight_ahead;
use super::leg::{DRAW_COLLISION, DRAW_RAY, DRAWS_PER_COPY, Leg, Stream};
use super::ray::Site;
use super::tally::{Account, Tally};
use crate::deck::{Deck, MAX_FLUORESCING};
use crate::physics::functions::{cos_sin_turn, greatest};
use crate::physics::lattice::{ENERGY, MOMENTUM, mix};
use crate::physics::random::{child_branch, uniform};
use crate::physics::vector::{Vec3, deflected, vec3};
use crate::physics::{ELECTRON_REST_MEV, bremsstrahlung, compton, pair, rayleigh};

/// Children that one copy may name.
pub const CHILDREN_PER_COPY: u32 = 8;
/// Tries of a rejection before the last candidate is taken.
pub const TRIES: u32 = 64;
/// Draw number within a collision of a pair's annihilation; tries of a rejection come before it.
pub const DRAW_PAIR: u32 = 0x800;
/// Draw number within a collision of the fluorescence.
pub const DRAW_FLUORESCENCE: u32 = 0x801;
/// Draw number within a collision of the first electron's bremsstrahlung; the second's follows.
pub const DRAW_ELECTRON: u32 = 0x802;
/// Draw number within a collision of the roulette of photons that no rejection made; two follow.
pub const DRAW_LUCK: u32 = 0x804;

/// What a collision leaves behind.
pub struct Aftermath<'a> {
    /// Photons that are still to fly; those released are put on top.
    pub waiting: &'a mut Vec<Leg>,
    /// Photons released by this copy so far, those that lost at roulette too.
    pub released: u32,
    /// Energy that stays, times weight (MeV).
    pub deposited_mev: f32,
    /// Energy that the roulette took (positive) or gave, times weight (MeV).
    pub roulette_mev: f32,
}

/// Everything a collision asks for.
struct Collision<'a> {
    deck: &'a Deck,
    leg: &'a Leg,
    material: usize,
    stream: Stream,
    copy: u32,
}

/// Lets a leg's photon collide at its position in a material, each of its copies on its own.
#[inline(always)]
pub fn collide(
    deck: &Deck,
    leg: &Leg,
    site: Site,
    stream: Stream,
    copies: u32,
    waiting: &mut Vec<Leg>,
    tally: &mut Tally,
) {
    for copy in 0..copies {
        let words = stream.words(leg.branch, DRAW_COLLISION + DRAWS_PER_COPY * copy);
        collide_copy(deck, leg, site, stream, copy, words, waiting, tally);
    }
}

/// One copy's collision, with the first words that it draws.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the state of one collision, named")]
pub fn collide_copy(
    deck: &Deck,
    leg: &Leg,
    site: Site,
    stream: Stream,
    copy: u32,
    words: [u32; 4],
    waiting: &mut Vec<Leg>,
    tally: &mut Tally,
) {
    let material = site.material;
    let at = Collision { deck, leg, material, stream, copy };
    let mut after =
        Aftermath { waiting, released: 0, deposited_mev: leg.weight * leg.energy_mev, roulette_mev: 0.0 };
    let (cell, between) = ENERGY.locate(leg.energy_mev);
    let materials = deck.header.counts[0] as usize;
    let column = |place: u32, width: usize, offset: usize| {
        let at = place as usize + width * (cell * materials + material) + offset;
        mix(deck.tables[at], deck.tables[at + width * materials], between)
    };
    // Drawn early: the child's ray need not wait for its words.
    let child_words = stream.words(child_branch(leg.branch, copy * CHILDREN_PER_COPY), DRAW_RAY);
    let choice = uniform(words[0]);
    if choice < column(deck.header.places_a[0], 4, 2) {
        scatter_incoherent(&at, words, child_words, &mut after, tally);
    } else if choice < column(deck.header.places_a[0], 4, 3) {
        scatter_coherent(&at, words, &mut after, tally);
    } else if choice < column(deck.header.places_a[1], 1, 0) || leg.energy_mev <= 2.0 * ELECTRON_REST_MEV {
        let cumulative = std::array::from_fn(|slot| column(deck.header.places_b[2], MAX_FLUORESCING, slot));
        absorb(&at, cumulative, &mut after);
    } else {
        make_pair(&at, &mut after);
    }
    tally.count(Account::Collisions);
    tally.book(if site.in_grid { Account::Deposited } else { Account::Collimated }, after.deposited_mev);
    tally.book(Account::Roulette, after.roulette_mev);
}

impl Collision<'_> {
    /// Four words of this copy's collision.
    #[inline(always)]
    fn words(&self, draw: u32) -> [u32; 4] {
        self.stream.words(self.leg.branch, DRAW_COLLISION + DRAWS_PER_COPY * self.copy + draw)
    }

    /// The same, for tries after the first.
    #[inline(always)]
    fn rare_words(&self, draw: u32) -> [u32; 4] {
        self.stream.rare_words(self.leg.branch, DRAW_COLLISION + DRAWS_PER_COPY * self.copy + draw)
    }

    /// Lets a photon leave, if roulette on where it heads lets it; one below the cutoff stays.
    fn release(&self, after: &mut Aftermath, direction: Vec3, energy_mev: f32, weight: f32, luck: f32) {
        let branch = child_branch(self.leg.branch, self.copy * CHILDREN_PER_COPY + after.released);
        let words = self.stream.words(branch, DRAW_RAY);
        self.release_first(after, direction, energy_mev, weight, luck, words);
    }

    /// The same for the copy's first photon, whose ray's words are drawn already.
    #[inline(always)]
    fn release_first(
        &self,
        after: &mut Aftermath,
        direction: Vec3,
        energy_mev: f32,
        weight: f32,
        luck: f32,
        words: [u32; 4],
    ) {
        if energy_mev < self.deck.header.cutoff_mev() {
            return;
        }
        let kept =
            weight_ahead(&self.deck.header, &self.deck.tables, self.leg.position_mm, direction, weight, luck);
        after.deposited_mev -= weight * energy_mev;
        after.roulette_mev += (weight - kept) * energy_mev;
        let child = self.copy * CHILDREN_PER_COPY + after.released;
        after.released += 1;
        if kept <= 0.0 {
            return;
        }
        after.waiting.push(Leg {
            position_mm: self.leg.position_mm,
            direction,
            energy_mev,
            weight: kept,
            branch: child_branch(self.leg.branch, child),
            words,
        });
    }

    /// Lets an electron set free here emit its bremsstrahlung, where that is transported.
    #[inline(never)]
    fn radiate(&self, after: &mut Aftermath, direction: Vec3, kinetic_mev: f32, electron: u32) {
        let cutoff_mev = self.deck.header.cutoff_mev();
        if self.deck.header.choices[2] == 0 || kinetic_mev <= cutoff_mev {
            return;
        }
        let floats = crate::physics::lattice::ELECTRON.nodes() * bremsstrahlung::FLOATS_PER_NODE;
        let place = self.deck.header.places_c[0] as usize + floats * self.material;
        let table = &self.deck.tables[place..place + floats];
        let mean = bremsstrahlung::mean_number(table, kinetic_mev);
        let words = self.words(DRAW_ELECTRON + electron);
        if uniform(words[0]) >= mean {
            return;
        }
        let (energy_mev, mean_cos) =
            bremsstrahlung::photon(table, kinetic_mev, cutoff_mev, uniform(words[1]));
        let v = bremsstrahlung::one_minus_cos(mean_cos, uniform(words[2]));
        let (cos, sin) = cos_sin_turn(uniform(words[3]));
        let luck = uniform(self.words(DRAW_LUCK + electron)[0]);
        let weight = self.leg.weight * greatest(mean, 1.0);
        self.release(after, deflected(direction, v, cos, sin), energy_mev, weight, luck);
    }
}

#[inline(always)]
fn scatter_incoherent(
    at: &Collision,
    first_words: [u32; 4],
    child_words: [u32; 4],
    after: &mut Aftermath,
    tally: &mut Tally,
) {
    let Collision { deck, leg, material, .. } = *at;
    let inverse = deck.header.places_a[3] as usize;
    let binding = deck.header.places_b[0] as usize + MOMENTUM.nodes() * material;
    let energy_mev = leg.energy_mev;
    let mut words = first_words;
    let mut v = 0.0;
    let mut chance = 0.0;
    let mut kept = false;
    for attempt in 0..TRIES {
        if attempt > 0 {
            words = at.rare_words(attempt);
        }
        v = compton::one_minus_cos(&deck.tables[inverse..], energy_mev, uniform(words[1]));
        chance = compton::binding(&deck.tables[binding..], energy_mev, v);
        kept = uniform(words[3]) < chance;
        if kept {
            break;
        }
    }
    if !kept {
        tally.count(Account::GivenUp);
    }
    // What is left of the number that accepted is uniform again.
    let luck = uniform(words[3]) / greatest(chance, 1e-30);
    let scattered_mev = compton::scattered_energy_mev(energy_mev, v);
    let (cos, sin) = cos_sin_turn(uniform(words[2]));
    let direction = deflected(leg.direction, v, cos, sin);
    at.release_first(after, direction, scattered_mev, leg.weight, luck, child_words);
    if deck.header.choices[2] == 0 {
        return;
    }
    let kinetic_mev = energy_mev - scattered_mev;
    let momentum = leg.direction * energy_mev + direction * -scattered_mev;
    let length = momentum.dot(momentum).sqrt();
    if length > 0.0 {
        at.radiate(after, momentum * (1.0 / length), kinetic_mev, 0);
    }
}

#[inline(never)]
fn scatter_coherent(at: &Collision, first_words: [u32; 4], after: &mut Aftermath, tally: &mut Tally) {
    let Collision { deck, leg, material, .. } = *at;
    let table = deck.header.places_b[1] as usize + MOMENTUM.nodes() * material;
    let mut words = first_words;
    let mut v = 0.0;
    let mut kept = false;
    for attempt in 0..TRIES {
        if attempt > 0 {
            words = at.rare_words(attempt);
        }
        v = rayleigh::candidate_one_minus_cos(&deck.tables[table..], leg.energy_mev, uniform(words[1]));
        kept = uniform(words[3]) < rayleigh::acceptance(v);
        if kept {
            break;
        }
    }
    if !kept {
        tally.count(Account::GivenUp);
    }
    let (cos, sin) = cos_sin_turn(uniform(words[2]));
    let luck = uniform(words[3]) / rayleigh::acceptance(v);
    at.release(after, deflected(leg.direction, v, cos, sin), leg.energy_mev, leg.weight, luck);
}

/// Photoelectric absorption; `cumulative` is the probability of a K line of the first, second, … element.
#[inline(never)]
fn absorb(at: &Collision, cumulative: [f32; MAX_FLUORESCING], after: &mut Aftermath) {
    let Collision { deck, leg, material, .. } = *at;
    let mut kinetic_mev = leg.energy_mev;
    if cumulative[MAX_FLUORESCING - 1] > 0.0 {
        let words = at.words(DRAW_FLUORESCENCE);
        let pick = uniform(words[0]);
        let mut slot = 0;
        while slot < MAX_FLUORESCING && pick >= cumulative[slot] {
            slot += 1;
        }
        if slot < MAX_FLUORESCING {
            let line_pick = uniform(words[1]);
            let lines = deck.header.places_b[3] as usize + 8 * (MAX_FLUORESCING * material + slot);
            let mut line = lines;
            while line < lines + 6 && line_pick >= deck.tables[line + 1] {
                line += 2;
            }
            let line_mev = deck.tables[line];
            if line_mev < leg.energy_mev {
                let direction = pair::isotropic(uniform(words[2]), uniform(words[3]));
                let luck = uniform(at.words(DRAW_LUCK)[1]);
                at.release(after, direction, line_mev, leg.weight, luck);
                kinetic_mev -= line_mev;
            }
        }
    }
    at.radiate(after, leg.direction, kinetic_mev, 0);
}

#[inline(never)]
fn make_pair(at: &Collision, after: &mut Aftermath) {
    let leg = at.leg;
    let words = at.words(DRAW_PAIR);
    let direction = pair::isotropic(uniform(words[0]), uniform(words[1]));
    let lucks = at.words(DRAW_LUCK);
    at.release(after, direction, ELECTRON_REST_MEV, leg.weight, uniform(lucks[1]));
    let opposite = vec3(-direction.x, -direction.y, -direction.z);
    at.release(after, opposite, ELECTRON_REST_MEV, leg.weight, uniform(lucks[2]));
    let kinetic_mev = leg.energy_mev - 2.0 * ELECTRON_REST_MEV;
    let share = uniform(words[2]);
    at.radiate(after, leg.direction, share * kinetic_mev, 0);
    at.radiate(after, leg.direction, (1.0 - share) * kinetic_mev, 1);
}
