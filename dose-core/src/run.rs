//! A run: batches of histories on a backend, folded into a dose with its uncertainty.

mod fold;
mod region;

pub use region::Region;

use crate::deck::Deck;
use crate::error::Error;
use crate::gpu::{Device, Gpu};
use crate::transport::cpu::Cpu;
use fold::Fold;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether splitting and roulette follow the importance of the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VarianceReduction {
    /// By the distance from the field.
    Auto,
    /// None: every photon has weight 1.
    Off,
}

/// How long and with which words to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Source photons.
    pub histories: u64,
    /// Seed of the random words.
    pub seed: u64,
    /// Batches that the statistics come from; they are fixed parts of the histories, whatever the threads.
    pub batches: u32,
    /// Regions whose means are wanted with an uncertainty of their own.
    pub regions: Vec<Region>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { histories: 1_000_000, seed: 1, batches: 128, regions: Vec::new() }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Histories followed so far.
    pub histories_done: u64,
    /// Histories in all.
    pub histories_total: u64,
}

/// Where the energy of the source photons went (MeV), and what was counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnergyBalance {
    /// Left the source.
    pub emitted_mev: f64,
    /// Stayed in the grid, by the energy lost at collisions.
    pub deposited_mev: f64,
    /// Stayed in the collimators.
    pub collimator_mev: f64,
    /// Left everything.
    pub escaped_mev: f64,
    /// Taken by the roulette, less what it gave; 0 on average.
    pub roulette_mev: f64,
    /// Collisions followed.
    pub collisions: u64,
    /// Rejection loops that reached their bound.
    pub given_up: u64,
}

/// A value with its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error, relative to the mean; 1 where the mean is 0.
    pub sigma_relative: f64,
}

/// What a run found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Kerma or dose of each voxel (Gy per source photon), x fastest.
    pub dose_gy_per_photon: Vec<f64>,
    /// Relative standard error of each voxel, 1 where nothing was scored.
    pub sigma_relative: Vec<f32>,
    /// Mean over the voxels of each region asked for (Gy per source photon).
    pub regions: Vec<Estimate>,
    /// Histories followed.
    pub histories: u64,
    /// The energy balance.
    pub energy: EnergyBalance,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Who does the work.
pub enum Backend {
    /// The processor's threads.
    Cpu(Cpu),
    /// A GPU.
    Gpu(Box<Gpu>),
}

impl Backend {
    /// The CPU path on `threads` threads, or as many as there are processors.
    ///
    /// # Errors
    /// The operating system refuses to make the threads.
    pub fn cpu(threads: Option<usize>) -> Result<Backend, Error> {
        Cpu::new(threads).map(Backend::Cpu).map_err(|error| Error::Refused {
            what: "--threads".into(),
            why: format!("the threads cannot be made: {error}"),
            remedy: "ask for fewer".into(),
        })
    }

    /// The GPU of a number in [`crate::gpu::devices`], or the best one; a software rasteriser if there is no other.
    ///
    /// # Errors
    /// There is no such GPU, or none at all.
    pub fn gpu(device: Option<usize>) -> Result<Backend, Error> {
        Ok(Backend::Gpu(Box::new(Gpu::new(device)?)))
    }

    /// The GPU asked for, else the best one that is hardware, else the CPU path; and which it is and why, in words.
    ///
    /// # Errors
    /// There is no such GPU, or the operating system refuses to make the threads.
    pub fn auto(device: Option<usize>, threads: Option<usize>) -> Result<(Backend, String), Error> {
        if device.is_some() {
            return Ok((Backend::gpu(device)?, "it was asked for".into()));
        }
        if let Some(gpu) = Gpu::hardware() {
            let because = format!("{} is the best GPU found", gpu.describe().name);
            return Ok((Backend::Gpu(Box::new(gpu)), because));
        }
        let because = match crate::gpu::devices().first() {
            Some(software) => {
                format!("the only GPU found, {}, is software and slower than the CPU path", software.name)
            }
            None => "no GPU was found".into(),
        };
        Ok((Backend::cpu(threads)?, because))
    }

    /// What does the work.
    pub fn describe(&self) -> Device {
        match self {
            Backend::Cpu(cpu) => Device::cpu(cpu.threads()),
            Backend::Gpu(gpu) => gpu.describe().clone(),
        }
    }
}

impl Backend {
    /// Runs work of the host on the threads that the user granted.
    fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match self {
            Backend::Cpu(cpu) => cpu.install(work),
            Backend::Gpu(_) => work(),
        }
    }
}

/// Follows the histories of a deck.
///
/// # Errors
/// [`Error::Cancelled`] when `progress` breaks off; refused when there are no histories, fewer than two batches, so many
/// histories that a tally might overflow, or a grid too large for the GPU; [`Error::Gpu`] when the GPU keeps failing.
pub fn transport(
    deck: &Deck,
    settings: &Settings,
    backend: &mut Backend,
    progress: &mut (dyn FnMut(Progress) -> ControlFlow<()> + Send),
) -> Result<Outcome, Error> {
    check(settings)?;
    let total = settings.histories;
    let batches = u64::from(settings.batches).min(total);
    let key = [settings.seed as u32, (settings.seed >> 32) as u32];
    let progress = Mutex::new((0u64, progress));
    let cancelled = AtomicBool::new(false);
    let advance = |done: u64| {
        let mut guard = progress.lock().expect("progress does not panic");
        guard.0 += done;
        let now = Progress { histories_done: guard.0, histories_total: total };
        if (guard.1)(now).is_break() {
            cancelled.store(true, Ordering::Relaxed);
        }
        !cancelled.load(Ordering::Relaxed)
    };
    if let Backend::Gpu(gpu) = backend {
        gpu.load(deck)?;
    }
    let mut fold = Fold::new(deck.voxels.len(), settings.regions.len());
    let mut image = vec![0u64; deck.voxels.len()];
    for batch in 0..batches {
        let range = total * batch / batches..total * (batch + 1) / batches;
        let histories = range.end - range.start;
        let balance = match backend {
            Backend::Cpu(cpu) => cpu.batch(deck, key, range, &mut image, &advance),
            Backend::Gpu(gpu) => gpu.batch(deck, key, range, &mut image, &advance)?,
        };
        if cancelled.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        backend.install(|| fold.take(&mut image, histories, &balance, &settings.regions));
    }
    Ok(fold.finish(deck, total, &settings.regions))
}

fn check(settings: &Settings) -> Result<(), Error> {
    let refuse = |what: &str, why: String, remedy: &str| {
        Err(Error::Refused { what: what.into(), why, remedy: remedy.into() })
    };
    if settings.histories == 0 {
        return refuse("run.histories", "no histories to follow".into(), "ask for at least 2");
    }
    if settings.batches < 2 {
        return refuse("run.batches", "fewer than two batches give no uncertainty".into(), "use 128");
    }
    // A history scores less than 2^10 MeV cm3/g in any one voxel, 2^34 quanta, so that 2^29 of these might fill a u64.
    if settings.histories > 1 << 40 {
        return refuse(
            "run.histories",
            format!("{} is more than 2^40", settings.histories),
            "split the run by seeds",
        );
    }
    Ok(())
}
