// The queue of legs: two halves, one read while the other is written, three groups of four words a leg.

@group(0) @binding(4) var<storage, read_write> queue: array<vec4<u32>>;

// A leg of the half that is read.
fn load_leg(index: u32) -> Leg {
    let at = 3u * (atomicLoad(&counters[READ_HALF]) * batch.capacity + index);
    let a = queue[at];
    let b = queue[at + 1u];
    let c = queue[at + 2u];
    return Leg(bitcast<vec3<f32>>(a.xyz), bitcast<f32>(a.w), bitcast<vec3<f32>>(b.xyz), bitcast<f32>(b.w), c.x, c.y);
}

// Writes a leg into the half that is written; where it is full, the batch is void and will be done again.
fn append_leg(leg: Leg) {
    let index = atomicAdd(&counters[APPENDED], 1u);
    if index >= batch.capacity {
        atomicStore(&counters[OVERFLOW], 1u);
        return;
    }
    let at = 3u * ((1u - atomicLoad(&counters[READ_HALF])) * batch.capacity + index);
    queue[at] = vec4<u32>(bitcast<vec3<u32>>(leg.position_mm), bitcast<u32>(leg.energy_mev));
    queue[at + 1u] = vec4<u32>(bitcast<vec3<u32>>(leg.direction), bitcast<u32>(leg.weight));
    queue[at + 2u] = vec4<u32>(leg.branch, leg.history, 0u, 0u);
}

// Adds what this invocation booked to the balance of the device.
fn close_books(invocation: u32) {
    let slot = STATE_WORDS + 2u * ACCOUNTS * (invocation % BALANCE_SLOTS);
    for (var account = 0u; account < ACCOUNTS; account++) {
        let change = books[account];
        if change == 0 {
            continue;
        }
        let low = bitcast<u32>(change);
        let before = atomicAdd(&counters[slot + 2u * account], low);
        let carry = select(0u, 1u, before + low < before);
        let high = carry + select(0u, 0xffffffffu, change < 0);
        if high != 0u {
            atomicAdd(&counters[slot + 2u * account + 1u], high);
        }
    }
}
