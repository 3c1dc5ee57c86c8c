// Words that invocations share: how far the batch is, then the balance in slots, so that few wait for each other.

// Places of the state. Twin: `dose_core::gpu::buffers`.
const LIVE: u32 = 0u; // legs in the half that is read
const APPENDED: u32 = 1u; // legs in the half that is written
const EMITTED_SO_FAR: u32 = 2u; // source photons of finished steps
const FRESH: u32 = 3u; // source photons of this step
const READ_HALF: u32 = 4u; // which half of the queue is read
const OVERFLOW: u32 = 5u; // 1 once a leg found no place
const STEPS: u32 = 6u; // steps that had work
const MOST_LIVE: u32 = 7u; // most legs of a step
const STATE_WORDS: u32 = 8u;

const BALANCE_SLOTS: u32 = 256u;
const BALANCE_WORDS: u32 = 3584u; // slots x accounts x (low word, high word)

@group(0) @binding(3) var<storage, read_write> counters: array<atomic<u32>>;
