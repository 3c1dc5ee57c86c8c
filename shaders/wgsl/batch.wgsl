// What the host tells of one batch. Twin: `dose_core::gpu::batch::BatchWords`.

struct Batch {
    // The seed's two halves.
    key: vec2<u32>,
    // Number of the first history, low and high word.
    first_history: vec2<u32>,
    // Histories in all.
    histories: u32,
    // Legs that are meant to fly at once.
    wave: u32,
    // Legs that one half of the queue holds.
    capacity: u32,
    unused: u32,
}

@group(0) @binding(1) var<uniform> batch: Batch;
