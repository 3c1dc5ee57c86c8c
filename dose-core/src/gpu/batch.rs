//! A deck on a device, and one statistical batch of histories through it.

use super::buffers::{BatchWords, Buffers, LEG_BYTES, encoder};
use super::pace::{Pace, Stopwatch};
use super::pipeline::Pipelines;
use super::session::{DeviceFault, Session};
use crate::deck::{Deck, EMISSION_HEAD};
use crate::error::Error;
use crate::transport::tally::Balance;
use shaders::kernels::Emission;
use shaders::segments::Segments;
use std::ops::Range;

/// Histories that the device counts at once; the rest of a batch follows.
const MOST_HISTORIES: u64 = 1 << 30;
/// Storage bindings of the step besides the grid's: tables, counters, queue.
const OTHER_BINDINGS: u32 = 3;

/// Why a batch did not come to its end.
#[derive(Debug)]
pub(super) enum Broken {
    /// The caller asked to stop.
    Stopped,
    /// More legs were released than the queue holds.
    Overflowed,
    /// The device failed.
    Device(DeviceFault),
}

impl From<DeviceFault> for Broken {
    fn from(fault: DeviceFault) -> Broken {
        Broken::Device(fault)
    }
}

/// A deck on an open device.
pub(super) struct Loaded {
    session: Session,
    buffers: Buffers,
    pipelines: Pipelines,
}

impl Loaded {
    /// Opens the device, writes the deck to it and compiles the kernels.
    pub(super) fn new(
        adapter: &wgpu::Adapter,
        deck: &Deck,
        cut: &Segments,
        capacity: u32,
        signatures: usize,
    ) -> Result<Loaded, DeviceFault> {
        let session = Session::open(adapter)?;
        let buffers = Buffers::new(&session, deck, cut, capacity, signatures)?;
        let emission = if deck.header.choices[1] == EMISSION_HEAD { Emission::Head } else { Emission::Plain };
        let pipelines = Pipelines::new(&session, &buffers, cut, emission, signatures > 0)?;
        Ok(Loaded { session, buffers, pipelines })
    }

    /// Makes the device unusable, as a crash of its driver would.
    #[cfg(test)]
    pub(super) fn lose_device(&self) {
        self.session.device.destroy();
    }

    /// Follows histories, adds their image to `image` and returns their balance and signatures. `advance` is told how
    /// many are under way or finished, and says whether to go on.
    pub(super) fn follow(
        &self,
        pace: &mut Pace,
        key: [u32; 2],
        histories: Range<u64>,
        image: &mut [u64],
        advance: &mut dyn FnMut(u64) -> bool,
    ) -> Result<(Balance, Vec<u32>), Broken> {
        let mut clearing = encoder(&self.session);
        self.buffers.clear(&mut clearing);
        self.session.submit_and_wait(clearing)?;
        let mut start = histories.start;
        while start < histories.end {
            let end = (start + MOST_HISTORIES).min(histories.end);
            self.follow_part(pace, key, start..end, &mut |done| advance(start - histories.start + done))?;
            start = end;
        }
        let found = self.buffers.read_balance(&self.session)?;
        self.buffers.add_tally(&self.session, image)?;
        Ok(found)
    }

    fn follow_part(
        &self,
        pace: &mut Pace,
        key: [u32; 2],
        histories: Range<u64>,
        advance: &mut dyn FnMut(u64) -> bool,
    ) -> Result<(), Broken> {
        let total = (histories.end - histories.start) as u32;
        let mut steps_before = 0;
        let mut is_first = true;
        loop {
            let words = BatchWords {
                key,
                first_history: [histories.start as u32, (histories.start >> 32) as u32],
                histories: total,
                wave: pace.wave().min(self.buffers.capacity),
                capacity: self.buffers.capacity,
                unused: 0,
            };
            self.session.queue.write_buffer(&self.buffers.batch, 0, bytemuck::bytes_of(&words));
            let mut commands = encoder(&self.session);
            if std::mem::take(&mut is_first) {
                self.buffers.clear_state(&mut commands);
            }
            self.pipelines.record(&mut commands, &self.buffers, pace.steps());
            let stopwatch = Stopwatch::start();
            let state = self.buffers.read_state(&self.session, commands)?;
            if state.overflowed {
                return Err(Broken::Overflowed);
            }
            pace.learn(&stopwatch, state.steps - steps_before, state.most_live);
            steps_before = state.steps;
            if !advance(u64::from(state.emitted)) {
                return Err(Broken::Stopped);
            }
            if state.appended == 0 && state.emitted == total {
                return Ok(());
            }
        }
    }
}

/// How a deck's grid is cut for a device, or why it cannot be.
pub(super) fn cut(
    adapter: &wgpu::Adapter,
    deck: &Deck,
    binding_bytes: Option<u64>,
) -> Result<Segments, Error> {
    let limits = adapter.limits();
    let largest = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
    let binding = binding_bytes.unwrap_or(u64::MAX).min(largest) / 16 * 16;
    let cut = Segments::new(deck.voxels.len() as u32, binding);
    let free = limits.max_storage_buffers_per_shader_stage.saturating_sub(OTHER_BINDINGS);
    let gib = |bytes: u64| bytes as f64 / (1u64 << 30) as f64;
    let refuse = |why: String| {
        let remedy = "use larger voxels, a smaller box, another --device, or --backend cpu".into();
        Err(Error::Refused { what: "grid.shape".into(), why, remedy })
    };
    if cut.bindings() > free {
        let needed = 12 * deck.voxels.len() as u64;
        return refuse(format!(
            "the GPU would need {:.2} GiB in {} bindings for this grid and has {free} bindings of {:.2} GiB",
            gib(needed),
            cut.bindings(),
            gib(binding),
        ));
    }
    let tables = size_of_val(&*deck.tables) as u64;
    if tables > largest {
        return refuse(format!(
            "its tables need {:.2} GiB and the GPU binds {:.2} GiB",
            gib(tables),
            gib(largest)
        ));
    }
    Ok(cut)
}

/// Legs that a half of the queue holds: twice the wave, since splitting may release more than fly, within one binding.
pub(super) fn queue_capacity(adapter: &wgpu::Adapter, most_wave: u32) -> u32 {
    let limits = adapter.limits();
    let bytes = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
    let fitting = u32::try_from(bytes / (2 * LEG_BYTES)).unwrap_or(u32::MAX);
    most_wave.saturating_mul(2).max(1 << 12).min(fitting)
}
