//! How much work goes into one submission: enough to keep a device busy, not so much that a desktop stalls or a driver
//! takes the device for hung.
//!
//! This is the one place in `dose-core` that reads a clock. The clock decides how the work is cut, and nothing that is
//! cut differently counts differently, so that it cannot change a result.

use super::adapter::DeviceKind;
use std::time::Instant;

/// Seconds that a submission should take.
const TARGET_SECONDS: f64 = 0.1;
/// Most steps in one submission.
const MOST_STEPS: u32 = 64;
/// Fewest legs that are worth a step.
pub(super) const LEAST_WAVE: u32 = 1 << 10;

/// Limits that a caller may put on the cutting of the work; for tests and measurements.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tuning {
    /// Legs that fly at once.
    pub wave: Option<u32>,
    /// Steps in one submission.
    pub steps: Option<u32>,
    /// Legs that a half of the queue holds.
    pub queue: Option<u32>,
    /// Largest binding to use (bytes).
    pub binding_bytes: Option<u64>,
}

/// Size and number of the steps in a submission.
pub(super) struct Pace {
    tuning: Tuning,
    wave: u32,
    most_wave: u32,
    steps: u32,
    is_warm: bool,
}

impl Pace {
    pub(super) fn new(kind: DeviceKind, tuning: Tuning) -> Pace {
        let (wave, most_wave) = match kind {
            DeviceKind::Software | DeviceKind::Cpu => (1 << 14, 1 << 16),
            DeviceKind::IntegratedGpu => (1 << 14, 1 << 18),
            DeviceKind::DiscreteGpu | DeviceKind::VirtualGpu => (1 << 16, 1 << 20),
        };
        let most_wave = tuning.wave.unwrap_or(most_wave).max(1);
        Pace {
            tuning,
            wave: tuning.wave.unwrap_or(wave).max(1),
            most_wave,
            steps: tuning.steps.unwrap_or(1),
            is_warm: false,
        }
    }

    /// Legs that should fly at once.
    pub(super) fn wave(&self) -> u32 {
        self.wave
    }

    /// Most legs that will ever be asked to fly at once.
    pub(super) fn most_wave(&self) -> u32 {
        self.most_wave
    }

    /// Steps for the next submission.
    pub(super) fn steps(&self) -> u32 {
        self.steps
    }

    /// Asks for no more than half of what is in flight now; says whether that is still worth it.
    pub(super) fn halve(&mut self) -> bool {
        self.most_wave = (self.wave / 2).max(1);
        self.wave = self.most_wave;
        self.steps = self.tuning.steps.unwrap_or(1);
        self.wave >= LEAST_WAVE.min(self.tuning.wave.unwrap_or(LEAST_WAVE) / 8)
    }

    /// A device was opened: what it does first takes longer, since its driver compiles the kernels then.
    pub(super) fn cool(&mut self) {
        self.is_warm = false;
    }

    /// Learns from a submission of `steps` steps with work, the largest of `most_live` legs.
    pub(super) fn learn(&mut self, stopwatch: &Stopwatch, steps: u32, most_live: u32) {
        let seconds = stopwatch.0.elapsed().as_secs_f64();
        let was_warm = std::mem::replace(&mut self.is_warm, true);
        if !was_warm || steps == 0 {
            return;
        }
        let step_seconds = (seconds / f64::from(steps)).max(1e-6);
        if self.tuning.wave.is_none() {
            if step_seconds > TARGET_SECONDS {
                self.wave = (self.wave / 2).max(LEAST_WAVE);
            } else if step_seconds < TARGET_SECONDS / 8.0 && most_live > self.wave / 2 {
                self.wave = (self.wave * 2).min(self.most_wave);
            }
        }
        if self.tuning.steps.is_none() {
            let wished = (TARGET_SECONDS / step_seconds) as u32;
            self.steps = wished.clamp(1, (2 * self.steps).min(MOST_STEPS));
        }
    }
}

/// Time since it was made.
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    pub(super) fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }
}
