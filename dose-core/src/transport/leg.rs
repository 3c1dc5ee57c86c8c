//! A leg: a photon on its way from where it was born or scattered, and the words it draws.
//!
//! Twin: `leg.wgsl`.

use crate::physics::random::philox;
use crate::physics::vector::Vec3;

/// A photon that is about to fly.
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    /// Where it is (mm from the grid's lower corner).
    pub position_mm: Vec3,
    /// Unit direction.
    pub direction: Vec3,
    /// Its energy (MeV).
    pub energy_mev: f32,
    /// Its statistical weight.
    pub weight: f32,
    /// Which leg of its history it is; names its random words.
    pub branch: u32,
    /// The first words of its ray, drawn while its parent collided, where the processor had time.
    pub words: [u32; 4],
}

/// What random words a history draws: the run's seed and the history's number.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    /// The seed's two halves.
    pub key: [u32; 2],
    /// Number of the history.
    pub history: u64,
}

/// Draw number of a source photon's first try; further tries follow.
pub const DRAW_SOURCE: u32 = 0x4000_0000;
/// Draw number of a source photon's energy.
pub const DRAW_ENERGY: u32 = 0x5000_0000;
/// Draw number of a leg's first words; residual events follow.
pub const DRAW_RAY: u32 = 0;
/// Draw number of the roulette of faint rays.
pub const DRAW_FAINT: u32 = 0x1000_0000;
/// Draw number of the roulette before a collision.
pub const DRAW_ROULETTE: u32 = 0x2000_0000;
/// Draw number of the first copy's collision.
pub const DRAW_COLLISION: u32 = 0x3000_0000;
/// Draw numbers between the collisions of two copies.
pub const DRAWS_PER_COPY: u32 = 0x1000;

impl Stream {
    /// Four words of a leg.
    #[inline(always)]
    pub fn words(self, branch: u32, draw: u32) -> [u32; 4] {
        philox([draw, branch, self.history as u32, (self.history >> 32) as u32], self.key)
    }

    /// The same words, for tries after the first. Kept out of line: inlined into a rejection loop, the compiler computes
    /// several tries at once, of which nearly all are thrown away.
    #[cold]
    #[inline(never)]
    pub fn rare_words(self, branch: u32, draw: u32) -> [u32; 4] {
        self.words(branch, draw)
    }
}
