//! Legs that wait to fly, field by field, so that many can be worked on side by side.

use crate::physics::vector::vec3;
use crate::transport::leg::{Leg, Stream};

/// Legs that are worked on together; their fields fit in the first-level caches.
pub const GROUP: usize = 64;
/// One number for each leg of a group.
pub type Floats = [f32; GROUP];
/// One word for each leg of a group.
pub type Words = [u32; GROUP];

/// A pile of legs, of which the last are taken first.
#[derive(Default)]
pub struct Legs {
    x_mm: Vec<f32>,
    y_mm: Vec<f32>,
    z_mm: Vec<f32>,
    along_x: Vec<f32>,
    along_y: Vec<f32>,
    along_z: Vec<f32>,
    energy_mev: Vec<f32>,
    weight: Vec<f32>,
    branch: Vec<u32>,
    history_low: Vec<u32>,
    history_high: Vec<u32>,
}

/// The legs of one group; only the first few count where a group is not full.
#[repr(C, align(64))]
#[derive(Clone)]
pub struct Group {
    /// Positions (mm).
    pub x_mm: Floats,
    /// Positions (mm).
    pub y_mm: Floats,
    /// Positions (mm).
    pub z_mm: Floats,
    /// Directions.
    pub along_x: Floats,
    /// Directions.
    pub along_y: Floats,
    /// Directions.
    pub along_z: Floats,
    /// Energies (MeV).
    pub energy_mev: Floats,
    /// Weights.
    pub weight: Floats,
    /// Branches.
    pub branch: Words,
    /// Histories, low words.
    pub history_low: Words,
    /// Histories, high words.
    pub history_high: Words,
}

impl Group {
    /// A group of nothing.
    pub const EMPTY: Group = Group {
        x_mm: [0.0; GROUP],
        y_mm: [0.0; GROUP],
        z_mm: [0.0; GROUP],
        along_x: [0.0; GROUP],
        along_y: [0.0; GROUP],
        along_z: [0.0; GROUP],
        energy_mev: [0.0; GROUP],
        weight: [0.0; GROUP],
        branch: [0; GROUP],
        history_low: [0; GROUP],
        history_high: [0; GROUP],
    };

    /// One leg; its random words are drawn anew.
    #[inline(always)]
    pub fn leg(&self, i: usize, words: [u32; 4]) -> Leg {
        Leg {
            position_mm: vec3(self.x_mm[i], self.y_mm[i], self.z_mm[i]),
            direction: vec3(self.along_x[i], self.along_y[i], self.along_z[i]),
            energy_mev: self.energy_mev[i],
            weight: self.weight[i],
            branch: self.branch[i],
            words,
        }
    }

    /// The random words of a leg's history.
    #[inline(always)]
    pub fn stream(&self, i: usize, key: [u32; 2]) -> Stream {
        let history = u64::from(self.history_low[i]) | u64::from(self.history_high[i]) << 32;
        Stream { key, history }
    }
}

impl Legs {
    /// How many wait.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.branch.len()
    }

    /// Puts a leg of a history on top.
    #[inline(always)]
    pub fn push(&mut self, leg: &Leg, history_low: u32, history_high: u32) {
        self.x_mm.push(leg.position_mm.x);
        self.y_mm.push(leg.position_mm.y);
        self.z_mm.push(leg.position_mm.z);
        self.along_x.push(leg.direction.x);
        self.along_y.push(leg.direction.y);
        self.along_z.push(leg.direction.z);
        self.energy_mev.push(leg.energy_mev);
        self.weight.push(leg.weight);
        self.branch.push(leg.branch);
        self.history_low.push(history_low);
        self.history_high.push(history_high);
    }

    /// Takes a group off the top; says how many there are in it.
    pub fn pop_group(&mut self, group: &mut Group) -> usize {
        let count = self.len().min(GROUP);
        fn take<T: Copy>(pile: &mut Vec<T>, into: &mut [T; GROUP], count: usize) {
            let rest = pile.len() - count;
            into[..count].copy_from_slice(&pile[rest..]);
            pile.truncate(rest);
        }
        take(&mut self.x_mm, &mut group.x_mm, count);
        take(&mut self.y_mm, &mut group.y_mm, count);
        take(&mut self.z_mm, &mut group.z_mm, count);
        take(&mut self.along_x, &mut group.along_x, count);
        take(&mut self.along_y, &mut group.along_y, count);
        take(&mut self.along_z, &mut group.along_z, count);
        take(&mut self.energy_mev, &mut group.energy_mev, count);
        take(&mut self.weight, &mut group.weight, count);
        take(&mut self.branch, &mut group.branch, count);
        take(&mut self.history_low, &mut group.history_low, count);
        take(&mut self.history_high, &mut group.history_high, count);
        count
    }
}
