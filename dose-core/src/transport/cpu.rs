//! The CPU path: batches of histories over rayon's threads, one image a thread.
//!
//! Integers make the order of additions meaningless, so threads and chunks cannot change a tally.

use super::events::Events;
use super::tally::{ACCOUNTS, Balance, Image, Tally};
use crate::deck::Deck;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Histories that a thread takes at a time.
const CHUNK: u64 = 512;

/// Threads with their images.
pub struct Cpu {
    pool: rayon::ThreadPool,
    images: Vec<Mutex<Image>>,
}

impl Cpu {
    /// A pool of `threads` (all processors if `None`).
    ///
    /// # Errors
    /// The operating system refuses to make the threads.
    pub fn new(threads: Option<usize>) -> Result<Cpu, rayon::ThreadPoolBuildError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build()?;
        Ok(Cpu { pool, images: Vec::new() })
    }

    /// Runs work on these threads.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Follows the histories of one batch and adds its image to `batch_image`, which the caller has cleared. `advance` is told
    /// of finished histories and says whether to go on; the batch is void when it says no.
    pub fn batch(
        &mut self,
        deck: &Deck,
        key: [u32; 2],
        histories: Range<u64>,
        batch_image: &mut [u64],
        advance: &(dyn Fn(u64) -> bool + Sync),
    ) -> Balance {
        let voxels = deck.voxels.len();
        if self.images.first().is_none_or(|image| image.lock().is_ok_and(|image| image.voxels() != voxels)) {
            self.images = (0..self.threads()).map(|_| Mutex::new(Image::new(voxels))).collect();
        }
        let next = AtomicU64::new(histories.start);
        let stopped = AtomicBool::new(false);
        let balances = self.pool.broadcast(|context| {
            let mut image = self.images[context.index()].lock().expect("a thread's image is its own");
            let mut tally = Tally { image: &mut image, balance: [0; ACCOUNTS] };
            let mut events = Events::default();
            while !stopped.load(Ordering::Relaxed) {
                let start = next.fetch_add(CHUNK, Ordering::Relaxed);
                if start >= histories.end {
                    break;
                }
                let end = (start + CHUNK).min(histories.end);
                events.follow(deck, key, start..end, &mut tally);
                if !advance(end - start) {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
            events.finish(deck, key, &mut tally);
            tally.balance
        });
        self.pool.install(|| {
            for image in &self.images {
                image.lock().expect("no thread panicked").drain_into(batch_image);
            }
        });
        let mut total = [0; ACCOUNTS];
        for balance in balances {
            (0..ACCOUNTS).for_each(|account| total[account] += balance[account]);
        }
        total
    }
}
