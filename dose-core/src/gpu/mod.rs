//! The GPU path: the same histories, words and tallies as the CPU's, on whatever device wgpu finds.
//!
//! Legs wait in a queue on the device. A step flies each of them once and lets its photon collide, and what leaves is
//! appended to the queue's other half; a tiny kernel between two steps swaps the halves and refills from the source.
//! Everything that invocations share is an integer, so neither the order nor the cutting of the work can change a
//! tally. This module is the only one that knows wgpu.

mod adapter;
mod batch;
mod buffers;
mod pace;
mod pipeline;
mod probe;
mod session;

pub use adapter::{Device, DeviceKind, devices};
pub use buffers::BatchWords;
pub use pace::Tuning;
pub use probe::probe;

use crate::deck::Deck;
use crate::error::Error;
use crate::transport::tally::{ACCOUNTS, Balance};
use batch::{Broken, Loaded};
use pace::Pace;
use session::DeviceFault;
use std::ops::Range;

/// Fresh devices that a batch is tried on before the run fails.
const TRIES: u32 = 3;

/// A GPU with the deck that was last loaded.
pub struct Gpu {
    device: Device,
    adapter: wgpu::Adapter,
    tuning: Tuning,
    pace: Pace,
    loaded: Option<Loaded>,
}

impl Gpu {
    /// The device of a number in [`devices`], or the best one there is.
    ///
    /// # Errors
    /// There is no such device, or none at all.
    pub fn new(device: Option<usize>) -> Result<Gpu, Error> {
        let (device, adapter) = adapter::pick(device)?;
        let pace = Pace::new(device.kind, Tuning::default());
        Ok(Gpu { device, adapter, tuning: Tuning::default(), pace, loaded: None })
    }

    /// The best GPU that is hardware, if there is one.
    pub fn hardware() -> Option<Gpu> {
        Gpu::new(None).ok().filter(|gpu| gpu.device.kind != DeviceKind::Software)
    }

    /// The same GPU with its work cut as told, for tests and measurements.
    pub fn tuned(mut self, tuning: Tuning) -> Gpu {
        self.tuning = tuning;
        self.pace = Pace::new(self.device.kind, tuning);
        self.loaded = None;
        self
    }

    /// What it is.
    pub fn describe(&self) -> &Device {
        &self.device
    }

    /// Bytes of device memory that a deck needs beside the queue: 4 for a voxel's word, 8 for its tally, and the tables.
    pub fn device_bytes(deck: &Deck) -> u64 {
        deck.bytes() + 8 * deck.voxels.len() as u64
    }

    /// Writes a deck to the device and compiles the kernels for it; batches of another deck need another load.
    ///
    /// # Errors
    /// Refused where the device's bindings or memory cannot hold the grid; [`Error::Gpu`] where the device fails.
    pub fn load(&mut self, deck: &Deck) -> Result<(), Error> {
        self.load_signed(deck, 0)
    }

    /// Follows the histories of one batch of the loaded deck and adds its image to `batch_image`, which the caller has
    /// cleared. `advance` is told of histories and says whether to go on; the batch is void when it says no.
    ///
    /// # Errors
    /// [`Error::Gpu`] when the device fails again and again.
    pub fn batch(
        &mut self,
        deck: &Deck,
        key: [u32; 2],
        histories: Range<u64>,
        batch_image: &mut [u64],
        advance: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Balance, Error> {
        Ok(self.signed_batch(deck, 0, key, histories, batch_image, advance)?.0)
    }

    /// The path of each history of a batch as a signature, with the balance; for tests of the twins.
    ///
    /// # Errors
    /// As [`Gpu::batch`].
    pub fn signatures(
        &mut self,
        deck: &Deck,
        key: [u32; 2],
        histories: Range<u64>,
        batch_image: &mut [u64],
    ) -> Result<(Balance, Vec<u32>), Error> {
        let count = (histories.end - histories.start) as usize;
        self.loaded = None;
        let found = self.signed_batch(deck, count, key, histories, batch_image, &|_| true);
        self.loaded = None;
        found
    }

    fn signed_batch(
        &mut self,
        deck: &Deck,
        signatures: usize,
        key: [u32; 2],
        histories: Range<u64>,
        batch_image: &mut [u64],
        advance: &dyn Fn(u64) -> bool,
    ) -> Result<(Balance, Vec<u32>), Error> {
        let mut told = 0;
        let mut tell = |done: u64| {
            // A batch that is done again is not told of again.
            let news = done.saturating_sub(told);
            told += news;
            advance(news)
        };
        let mut failures = 0;
        loop {
            let Some(loaded) = &self.loaded else {
                self.load_signed(deck, signatures)?;
                continue;
            };
            match loaded.follow(&mut self.pace, key, histories.clone(), batch_image, &mut tell) {
                Ok(found) => return Ok(found),
                Err(Broken::Stopped) => return Ok(([0; ACCOUNTS], Vec::new())),
                Err(Broken::Overflowed) => {
                    if !self.pace.halve() {
                        return Err(self.failed("its queue overflows even with few photons in flight".into()));
                    }
                }
                Err(Broken::Device(DeviceFault(why))) => {
                    failures += 1;
                    self.loaded = None;
                    if failures > TRIES {
                        return Err(self.failed(why));
                    }
                    self.pace.halve();
                    batch_image.fill(0);
                }
            }
        }
    }

    fn load_signed(&mut self, deck: &Deck, signatures: usize) -> Result<(), Error> {
        self.loaded = None;
        let cut = batch::cut(&self.adapter, deck, self.tuning.binding_bytes)?;
        let fitting = batch::queue_capacity(&self.adapter, self.pace.most_wave());
        let capacity = self.tuning.queue.unwrap_or(fitting).min(fitting);
        self.pace.cool();
        let loaded =
            Loaded::new(&self.adapter, deck, &cut, capacity, signatures).map_err(|DeviceFault(why)| {
                let needed = Gpu::device_bytes(deck) as f64 / (1u64 << 30) as f64;
                self.failed(format!("{why} (the grid needs {needed:.2} GiB on the device)"))
            })?;
        self.loaded = Some(loaded);
        Ok(())
    }

    fn failed(&self, why: String) -> Error {
        let remedy = "use --backend cpu, larger voxels, or another --device".into();
        Error::Gpu { device: self.device.name.clone(), why, remedy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Case, Emission, MaterialId, Quantity, Rectangle, Source};
    use crate::material::Material;
    use crate::run::VarianceReduction;
    use crate::spectrum::Spectrum;
    use volume::Grid;

    fn box_of_water() -> Deck {
        let grid = Grid { corner_mm: [-100.0, 0.0, -100.0], spacing_mm: [20.0; 3], shape: [10; 3] };
        let case = Case {
            grid,
            materials: vec![Material::named("water").expect("a material of the library")],
            voxel_material: vec![MaterialId(0); grid.len()],
            voxel_density_g_cm3: vec![1.0; grid.len()],
            collimators: Vec::new(),
            source: Source::Rectangle(Rectangle {
                position_mm: [0.0, -10.0, 0.0],
                direction: [0.0, 1.0, 0.0],
                field_mm: [50.0, 50.0],
                emission: Emission::Parallel,
                spectrum: Spectrum::mono(1.0).expect("an energy within the data"),
            }),
            quantity: Quantity::Kerma,
        };
        Deck::new(&case, VarianceReduction::Auto).expect("a good case")
    }

    fn tally(gpu: &mut Gpu, deck: &Deck) -> (Vec<u64>, Balance) {
        let mut image = vec![0; deck.voxels.len()];
        let balance = gpu.batch(deck, [1, 0], 0..2000, &mut image, &|_| true).expect("the device recovers");
        (image, balance)
    }

    #[test]
    fn a_batch_on_a_lost_device_is_done_again_on_a_fresh_one() {
        let Ok(mut gpu) = Gpu::new(None) else { return };
        let deck = box_of_water();
        let expected = tally(&mut gpu, &deck);
        assert!(expected.0.iter().any(|&quanta| quanta > 0));
        gpu.loaded.as_ref().expect("a batch has run").lose_device();
        assert!(tally(&mut gpu, &deck) == expected);
    }

    #[test]
    fn a_batch_that_the_caller_stops_ends_at_once() {
        let Ok(gpu) = Gpu::new(None) else { return };
        let mut gpu = gpu.tuned(Tuning { wave: Some(64), ..Tuning::default() });
        let deck = box_of_water();
        let mut image = vec![0; deck.voxels.len()];
        let told = std::sync::atomic::AtomicU64::new(0);
        let stop = |done| {
            told.fetch_add(done, std::sync::atomic::Ordering::Relaxed);
            false
        };
        let balance = gpu.batch(&deck, [1, 0], 0..1 << 20, &mut image, &stop).expect("no failure");
        assert_eq!(balance, [0; ACCOUNTS]);
        assert!(told.into_inner() < 1 << 12);
    }
}
