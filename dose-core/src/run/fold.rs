//! Statistics of batches: means and standard errors of voxels and regions.

use super::{EnergyBalance, Estimate, Outcome, Region};
use crate::case::Quantity;
use crate::deck::Deck;
use crate::transport::tally::{ACCOUNTS, Account, BALANCE_QUANTA, Balance, LOOKED_AT, QUANTA};
use rayon::prelude::*;

/// Joules in one MeV, CODATA 2018; times 1000 g/kg it is Gy per MeV/g.
const GY_PER_MEV_PER_G: f64 = 1.602_176_634e-13 * 1000.0;

/// Voxels that a thread works on at a time when images are added.
const PIECE: usize = 1 << 14;

/// Sums and sums of squares over batches.
pub(super) struct Fold {
    sum: Vec<u64>,
    squares: Vec<f64>,
    regions: Vec<(f64, f64)>,
    batches: u64,
    balance: Balance,
}

impl Fold {
    pub(super) fn new(voxels: usize, regions: usize) -> Fold {
        Fold {
            sum: vec![0; voxels],
            squares: vec![0.0; voxels],
            regions: vec![(0.0, 0.0); regions],
            batches: 0,
            balance: [0; ACCOUNTS],
        }
    }

    /// Takes a batch out of its image, which is left empty. Most voxels of a fine grid have nothing in one batch, and
    /// those cost no more than to be looked at.
    pub(super) fn take(&mut self, image: &mut [u64], histories: u64, balance: &Balance, regions: &[Region]) {
        // Batches differ by at most one history; squares are of the mean per history, so that this does not matter.
        let per_history = 1.0 / histories as f64;
        for ((sum, squares), region) in self.regions.iter_mut().zip(regions) {
            let mean = region.sum(image) * per_history;
            *sum += mean;
            *squares += mean * mean;
        }
        let sums = self.sum.par_chunks_mut(PIECE).zip(self.squares.par_chunks_mut(PIECE));
        sums.zip(image.par_chunks_mut(PIECE)).for_each(|((sums, squares), image)| {
            let sums = sums.chunks_mut(LOOKED_AT).zip(squares.chunks_mut(LOOKED_AT));
            for ((sums, squares), image) in sums.zip(image.chunks_mut(LOOKED_AT)) {
                if image.iter().fold(0, |all, quanta| all | quanta) == 0 {
                    continue;
                }
                for ((sum, square), quanta) in sums.iter_mut().zip(squares).zip(image) {
                    let quanta = std::mem::take(quanta);
                    *sum += quanta;
                    let mean = quanta as f64 * per_history;
                    *square += mean * mean;
                }
            }
        });
        self.batches += 1;
        (0..ACCOUNTS).for_each(|account| self.balance[account] += balance[account]);
    }

    pub(super) fn finish(self, deck: &Deck, histories: u64, regions: &[Region]) -> Outcome {
        let batches = self.batches as f64;
        let voxel_cm3 = deck.grid.voxel_volume_mm3() / 1000.0;
        let gy_per_quantum = deck.photon * GY_PER_MEV_PER_G / (f64::from(QUANTA) * voxel_cm3);
        let relative = |mean: f64, squares: f64| {
            if mean <= 0.0 || batches < 2.0 {
                return 1.0;
            }
            let variance = (squares / batches - mean * mean).max(0.0) / (batches - 1.0);
            (variance.sqrt() / mean).min(1.0)
        };
        let per_history = 1.0 / histories as f64;
        let dose_gy_per_photon: Vec<f64> =
            self.sum.par_iter().map(|&sum| sum as f64 * per_history * gy_per_quantum).collect();
        let sigma_relative = self
            .sum
            .par_iter()
            .zip(&self.squares)
            .map(|(&sum, &squares)| relative(sum as f64 * per_history, squares) as f32)
            .collect();
        let regions = self
            .regions
            .iter()
            .zip(regions)
            .map(|(&(sum, squares), region)| Estimate {
                mean: if sum > 0.0 { sum / batches * gy_per_quantum / region.weight() } else { 0.0 },
                sigma_relative: relative(sum / batches, squares),
            })
            .collect();
        let mev = |account: Account| {
            deck.photon * self.balance[account as usize] as f64 / f64::from(BALANCE_QUANTA)
        };
        let energy = EnergyBalance {
            emitted_mev: mev(Account::Emitted),
            deposited_mev: mev(Account::Deposited),
            collimator_mev: mev(Account::Collimated),
            escaped_mev: mev(Account::Escaped),
            roulette_mev: mev(Account::Roulette),
            collisions: self.balance[Account::Collisions as usize] as u64,
            given_up: self.balance[Account::GivenUp as usize] as u64,
        };
        let mut warnings = deck.warnings.clone();
        if deck.quantity == Quantity::Dose && energy.given_up > 0 {
            warnings.push(format!("{} rejection loops reached their bound", energy.given_up));
        }
        Outcome { dose_gy_per_photon, sigma_relative, regions, histories, energy, warnings }
    }
}
