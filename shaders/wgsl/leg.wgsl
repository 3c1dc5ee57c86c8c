// A leg: a photon on its way from where it was born or scattered, and the words it draws.
// Twin: `dose_core::transport::leg`.

// A photon that is about to fly.
struct Leg {
    position_mm: vec3<f32>,
    energy_mev: f32,
    direction: vec3<f32>,
    weight: f32,
    branch: u32,
    // Number of the history, counted from the first of the batch.
    history: u32,
}

// What random words a history draws: the run's seed and the history's number (low word, high word).
struct Stream {
    key: vec2<u32>,
    history: vec2<u32>,
}

// The stream of the history that this invocation follows.
var<private> stream: Stream;

// The stream of a history of the batch.
fn stream_of(history: u32) -> Stream {
    let low = batch.first_history.x + history;
    let carry = select(0u, 1u, low < history);
    return Stream(batch.key, vec2<u32>(low, batch.first_history.y + carry));
}

// Four words of a leg.
fn leg_words(branch: u32, draw: u32) -> vec4<u32> {
    return philox(vec4<u32>(draw, branch, stream.history.x, stream.history.y), stream.key);
}
