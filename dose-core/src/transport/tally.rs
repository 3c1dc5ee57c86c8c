//! Tallies in integers: sums that do not depend on their order.
//!
//! A score (MeV cm²/g × cm) is counted in quanta of 2⁻²⁴. It is rounded down after adding a number that is uniform over
//! the quantum (a dither), so that scores far below a quantum still count on average. Twin: `tally.wgsl`.

use crate::physics::functions::least;
use rayon::prelude::*;

/// Voxels that a thread works on at a time when images are added.
const PIECE: usize = 1 << 14;

/// Voxels that are looked at together: in one batch on a fine grid most have nothing.
pub const LOOKED_AT: usize = 16;

/// Quanta in one MeV cm³/g of score.
pub const QUANTA: f32 = 16_777_216.0;
/// The greatest score of one point (quanta); larger ones are cut to it and counted.
pub const MOST_QUANTA: f32 = 2_147_483_520.0;
/// Quanta in one MeV of the energy balance.
pub const BALANCE_QUANTA: f32 = 4_194_304.0;
/// Step of the dither from point to point: 2³² over the golden ratio, which fills (0, 1) evenly.
pub const DITHER_STEP: u32 = 0x9E37_79B9;

/// Where an energy or a count of the balance goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Account {
    /// Leaves the source (MeV).
    Emitted,
    /// Stays in the grid at collisions (MeV).
    Deposited,
    /// Stays in the collimators at collisions (MeV).
    Collimated,
    /// Leaves everything (MeV).
    Escaped,
    /// Made (negative) or taken by the roulette (MeV).
    Roulette,
    /// Collisions.
    Collisions,
    /// Rejection loops that reached their bound, scores that were cut, stacks that were full.
    GivenUp,
}

/// Number of accounts.
pub const ACCOUNTS: usize = 7;

/// The balance: energies in quanta, counts as they are.
pub type Balance = [i64; ACCOUNTS];

/// Voxels whose scores wait together (a power of two): their low words fit in a second-level cache.
const REGION: usize = 1 << 15;
/// Scores that wait for a region before they are added.
const WAITING: usize = 256;
/// Voxels up to which an image is so small that scores need not wait.
const SMALL: usize = 1 << 18;

/// Quanta of each voxel in two words: the low ones are added to all the time and should stay in the processor's cache,
/// the high ones are touched only when a low one overflows.
///
/// An image larger than the cache would be waited for at nearly every score. Its scores wait in piles, one for each region
/// of voxels, and a full pile is added while its region stays in the cache.
pub struct Image {
    low: Vec<u32>,
    high: Vec<u32>,
    has_carried: bool,
    piles: Vec<Pile>,
}

/// Scores that wait: voxel and quanta.
struct Pile {
    count: usize,
    scores: [[u32; 2]; WAITING],
}

impl Image {
    /// An image of zeros.
    pub fn new(voxels: usize) -> Image {
        let regions = if voxels > SMALL { voxels.div_ceil(REGION) } else { 0 };
        let piles = (0..regions).map(|_| Pile { count: 0, scores: [[0; 2]; WAITING] }).collect();
        Image { low: vec![0; voxels], high: vec![0; voxels], has_carried: false, piles }
    }

    /// Adds quanta to a voxel, or lets them wait.
    #[inline(always)]
    fn add(&mut self, voxel: usize, quanta: u32) {
        if self.piles.is_empty() {
            self.add_now(voxel, quanta);
            return;
        }
        // SAFETY: there is a pile for each region, and the voxel is in the image (see `Tally::add`).
        let pile = unsafe { self.piles.get_unchecked_mut(voxel / REGION) };
        // SAFETY: a pile is emptied when its last place is taken.
        *unsafe { pile.scores.get_unchecked_mut(pile.count) } = [voxel as u32, quanta];
        pile.count += 1;
        if pile.count == WAITING {
            self.empty(voxel / REGION);
        }
    }

    #[inline(always)]
    fn add_now(&mut self, voxel: usize, quanta: u32) {
        // SAFETY: the voxel is in the image (see `Tally::add`).
        let low = unsafe { self.low.get_unchecked_mut(voxel) };
        let (sum, has_overflowed) = low.overflowing_add(quanta);
        *low = sum;
        if has_overflowed {
            self.carry(voxel);
        }
    }

    /// Adds the scores that wait for a region.
    #[inline(never)]
    fn empty(&mut self, region: usize) {
        let count = std::mem::take(&mut self.piles[region].count);
        for at in 0..count {
            let [voxel, quanta] = self.piles[region].scores[at];
            self.add_now(voxel as usize, quanta);
        }
    }

    /// Number of voxels.
    pub fn voxels(&self) -> usize {
        self.low.len()
    }

    /// Adds the image to another and clears it.
    pub fn drain_into(&mut self, total: &mut [u64]) {
        (0..self.piles.len()).for_each(|region| self.empty(region));
        let low = total.par_chunks_mut(PIECE).zip(self.low.par_chunks_mut(PIECE));
        low.for_each(|(total, low)| {
            for (total, low) in total.chunks_mut(LOOKED_AT).zip(low.chunks_mut(LOOKED_AT)) {
                if low.iter().fold(0, |all, low| all | low) != 0 {
                    for (total, low) in total.iter_mut().zip(low) {
                        *total += u64::from(std::mem::take(low));
                    }
                }
            }
        });
        if std::mem::take(&mut self.has_carried) {
            let high = total.par_chunks_mut(PIECE).zip(self.high.par_chunks_mut(PIECE));
            high.for_each(|(total, high)| {
                for (total, high) in total.iter_mut().zip(high) {
                    *total += u64::from(std::mem::take(high)) << 32;
                }
            });
        }
    }

    /// The low word of a voxel overflowed.
    #[cold]
    #[inline(never)]
    fn carry(&mut self, voxel: usize) {
        self.high[voxel] += 1;
        self.has_carried = true;
    }
}

/// One image of quanta and one balance.
pub struct Tally<'a> {
    /// Quanta of each voxel.
    pub image: &'a mut Image,
    /// Energies and counts.
    pub balance: Balance,
}

impl Tally<'_> {
    /// Adds quanta to a voxel.
    #[inline(always)]
    pub fn add(&mut self, voxel: usize, quanta: i32) {
        debug_assert!(voxel < self.image.voxels() && quanta >= 0);
        // Every caller clamps the voxel's three indices to the grid's shape, whose product is the image's length
        // (checked when the deck is built and when the image is made).
        self.image.add(voxel, quanta as u32);
    }

    /// Adds an energy to an account.
    #[inline(always)]
    pub fn book(&mut self, account: Account, energy_mev: f32) {
        // Rounded by adding a half and cutting, as WGSL's conversion cuts too.
        let quanta = energy_mev * BALANCE_QUANTA;
        self.balance[account as usize] += (if quanta < 0.0 { quanta - 0.5 } else { quanta + 0.5 }) as i64;
    }

    /// Adds one to a count.
    #[inline(always)]
    pub fn count(&mut self, account: Account) {
        self.balance[account as usize] += 1;
    }
}

/// A score in whole quanta.
#[inline(always)]
pub fn quanta(score: f32, dither: u32) -> i32 {
    let x = least(score * QUANTA + (dither >> 8) as i32 as f32 * (1.0 / 16_777_216.0), MOST_QUANTA);
    // SAFETY: scores are finite and not negative, and the minimum is below 2³¹.
    unsafe { x.to_int_unchecked() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voxel_keeps_its_sum_beyond_32_bits_and_gives_it_once() {
        let mut image = Image::new(3);
        let mut tally = Tally { image: &mut image, balance: [0; ACCOUNTS] };
        for _ in 0..5 {
            tally.add(1, i32::MAX);
        }
        tally.add(2, 7);
        let mut total = [1, 1, 1];
        image.drain_into(&mut total);
        image.drain_into(&mut total);
        assert_eq!(total, [1, 1 + 5 * (i32::MAX as u64), 8]);
    }

    #[test]
    fn scores_that_wait_for_their_region_are_all_added_also_across_batches() {
        let mut image = Image::new(SMALL + REGION / 2);
        let voxels = image.voxels();
        let mut expected = vec![0u64; voxels];
        let mut total = vec![0u64; voxels];
        for batch in 0..2u64 {
            let mut tally = Tally { image: &mut image, balance: [0; ACCOUNTS] };
            for i in 0..(20 * WAITING) as u64 {
                // Some in every region, most in one, and the last voxel.
                let voxel = if i % 3 == 0 { (i * 7919 + batch) as usize % voxels } else { voxels - 1 };
                tally.add(voxel, i32::MAX - i as i32);
                expected[voxel] += (i32::MAX as u64) - i;
            }
            image.drain_into(&mut total);
        }
        assert!(total == expected);
    }

    #[test]
    fn scores_far_below_a_quantum_count_on_average() {
        for score in [0.3 / QUANTA, 0.001 / QUANTA, 7.7 / QUANTA, 123_456.3 / QUANTA] {
            let (mut dither, mut sum, n) = (12_345u32, 0i64, 1_000_000);
            for _ in 0..n {
                dither = dither.wrapping_add(DITHER_STEP);
                sum += i64::from(quanta(score, dither));
            }
            let mean = sum as f64 / f64::from(n);
            let expected = f64::from(score) * f64::from(QUANTA);
            assert!((mean / expected - 1.0).abs() < 3e-3, "{mean} is not {expected}");
        }
    }
}
