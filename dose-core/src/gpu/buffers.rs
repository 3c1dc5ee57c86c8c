//! The device's memory: the deck, the tally, the queue, the counters.

use super::session::{DeviceFault, Session};
use crate::deck::{Deck, Header};
use crate::transport::tally::{ACCOUNTS, Balance};
use shaders::segments::Segments;

/// Words of the state at the head of the counters; places as in `counters.wgsl`.
pub(super) const STATE_WORDS: usize = 8;
/// Slots that the balance is spread over, as in `counters.wgsl`.
const BALANCE_SLOTS: usize = 256;
/// Words of the balance.
const BALANCE_WORDS: usize = BALANCE_SLOTS * ACCOUNTS * 2;
/// Bytes of one leg in the queue, as in `queue.wgsl`.
pub(super) const LEG_BYTES: u64 = 48;
/// Bytes that are moved between host and device at once.
const STAGING_BYTES: u64 = 16 << 20;

/// What the host tells of one batch. Twin: `batch.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
pub struct BatchWords {
    /// The seed's two halves.
    pub key: [u32; 2],
    /// Number of the first history, low and high word.
    pub first_history: [u32; 2],
    /// Histories in all.
    pub histories: u32,
    /// Legs that are meant to fly at once.
    pub wave: u32,
    /// Legs that one half of the queue holds.
    pub capacity: u32,
    /// Nothing; fills a multiple of 16 bytes.
    pub unused: u32,
}

/// The state of a batch on the device, as `counters.wgsl` lays it out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct State {
    pub(super) appended: u32,
    pub(super) emitted: u32,
    pub(super) overflowed: bool,
    pub(super) steps: u32,
    pub(super) most_live: u32,
}

impl State {
    fn from_bytes(bytes: &[u8]) -> State {
        let word = |at: usize| u32::from_le_bytes(bytes[4 * at..4 * at + 4].try_into().expect("four bytes"));
        // Source photons of finished steps, and those of the step that has finished since they were counted.
        let emitted = word(2) + word(3);
        State { appended: word(1), emitted, overflowed: word(5) != 0, steps: word(6), most_live: word(7) }
    }
}

/// Every buffer of a deck on a device.
pub(super) struct Buffers {
    pub(super) header: wgpu::Buffer,
    pub(super) batch: wgpu::Buffer,
    pub(super) tables: wgpu::Buffer,
    pub(super) counters: wgpu::Buffer,
    pub(super) queue: wgpu::Buffer,
    pub(super) arguments: wgpu::Buffer,
    pub(super) voxels: Vec<wgpu::Buffer>,
    pub(super) tally: Vec<wgpu::Buffer>,
    pub(super) capacity: u32,
    staging: wgpu::Buffer,
}

impl Buffers {
    /// Makes the buffers and writes the deck into them. `signatures` is the number of histories that a test wants signed.
    pub(super) fn new(
        session: &Session,
        deck: &Deck,
        cut: &Segments,
        capacity: u32,
        signatures: usize,
    ) -> Result<Buffers, DeviceFault> {
        use wgpu::BufferUsages as Usage;
        let voxels = deck.voxels.len() as u64;
        let make = |label: &str, size: u64, usage: Usage| {
            let size = size.max(16).next_multiple_of(16);
            session.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                usage: usage | Usage::COPY_DST,
                mapped_at_creation: false,
            })
        };
        let part = |segment: u32, each: u32| {
            let first = u64::from(segment) * u64::from(each);
            u64::from(each).min(voxels - first)
        };
        let words = STATE_WORDS + BALANCE_WORDS + signatures;
        let buffers = Buffers {
            header: make("header", size_of::<Header>() as u64, Usage::UNIFORM),
            batch: make("batch", size_of::<BatchWords>() as u64, Usage::UNIFORM),
            tables: make("tables", size_of_val(&*deck.tables) as u64, Usage::STORAGE),
            counters: make("counters", 4 * words as u64, Usage::STORAGE | Usage::COPY_SRC),
            queue: make("queue", 2 * LEG_BYTES * u64::from(capacity), Usage::STORAGE),
            arguments: make("arguments", 16, Usage::STORAGE | Usage::INDIRECT),
            voxels: (0..cut.voxel_segments)
                .map(|s| make("voxels", 4 * part(s, cut.voxels_per_voxel_segment), Usage::STORAGE))
                .collect(),
            tally: (0..cut.tally_segments)
                .map(|s| {
                    make("tally", 8 * part(s, cut.voxels_per_tally_segment), Usage::STORAGE | Usage::COPY_SRC)
                })
                .collect(),
            capacity,
            staging: make("staging", STAGING_BYTES.min(8 * voxels).max(4 * words as u64), Usage::MAP_READ),
        };
        session.check()?;
        write(session, &buffers.header, bytemuck::bytes_of(&deck.header))?;
        write(session, &buffers.tables, bytemuck::cast_slice(&deck.tables))?;
        let pieces = deck.voxels.chunks(cut.voxels_per_voxel_segment as usize);
        for (buffer, words) in buffers.voxels.iter().zip(pieces) {
            write(session, buffer, bytemuck::cast_slice(words))?;
        }
        Ok(buffers)
    }

    /// Records that tally, balance and signatures become zero.
    pub(super) fn clear(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.clear_buffer(&self.counters, 0, None);
        self.tally.iter().for_each(|segment| encoder.clear_buffer(segment, 0, None));
    }

    /// Records that the state becomes that of a batch that has not begun.
    pub(super) fn clear_state(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.clear_buffer(&self.counters, 0, Some(4 * STATE_WORDS as u64));
    }

    /// Submits the commands and reads the state after them.
    pub(super) fn read_state(
        &self,
        session: &Session,
        encoder: wgpu::CommandEncoder,
    ) -> Result<State, DeviceFault> {
        let mut state = State::default();
        let bytes = 4 * STATE_WORDS as u64;
        session.read(encoder, &self.counters, 0, &self.staging, bytes, |bytes| {
            state = State::from_bytes(bytes)
        })?;
        Ok(state)
    }

    /// The balance, summed over its slots, and the signatures.
    pub(super) fn read_balance(&self, session: &Session) -> Result<(Balance, Vec<u32>), DeviceFault> {
        let (mut balance, mut signatures) = ([0; ACCOUNTS], Vec::new());
        let (offset, bytes) = (4 * STATE_WORDS as u64, self.counters.size() - 4 * STATE_WORDS as u64);
        session.read(encoder(session), &self.counters, offset, &self.staging, bytes, |bytes| {
            let (slots, rest) = bytes.split_at(4 * BALANCE_WORDS);
            for (at, pair) in slots.chunks_exact(8).enumerate() {
                balance[at % ACCOUNTS] += i64::from_le_bytes(pair.try_into().expect("eight bytes"));
            }
            let word = |four: &[u8]| u32::from_le_bytes(four.try_into().expect("four bytes"));
            signatures = rest.chunks_exact(4).map(word).collect();
        })?;
        Ok((balance, signatures))
    }

    /// Adds the tally to an image.
    pub(super) fn add_tally(&self, session: &Session, image: &mut [u64]) -> Result<(), DeviceFault> {
        let mut rest = image;
        for segment in &self.tally {
            let mut offset = 0;
            while offset < segment.size() && !rest.is_empty() {
                let bytes = STAGING_BYTES.min(segment.size() - offset).min(8 * rest.len() as u64);
                let (now, later) = rest.split_at_mut(bytes as usize / 8);
                session.read(encoder(session), segment, offset, &self.staging, bytes, |bytes| {
                    for (quanta, pair) in now.iter_mut().zip(bytes.chunks_exact(8)) {
                        *quanta += u64::from_le_bytes(pair.try_into().expect("eight bytes"));
                    }
                })?;
                rest = later;
                offset += bytes;
            }
        }
        Ok(())
    }
}

/// An empty list of commands.
pub(super) fn encoder(session: &Session) -> wgpu::CommandEncoder {
    session.device.create_command_encoder(&Default::default())
}

/// Writes bytes in pieces, so that the host's copy of them stays small.
fn write(session: &Session, buffer: &wgpu::Buffer, bytes: &[u8]) -> Result<(), DeviceFault> {
    for (piece, bytes) in bytes.chunks(STAGING_BYTES as usize).enumerate() {
        session.queue.write_buffer(buffer, piece as u64 * STAGING_BYTES, bytes);
        session.submit_and_wait(encoder(session))?;
    }
    Ok(())
}
