// Entry point between two steps: swaps the queue's halves, refills from the source, says how large the next step is.

@group(0) @binding(5) var<storage, read_write> arguments: array<u32>;

@compute @workgroup_size(1)
fn plan() {
    let appended = atomicLoad(&counters[APPENDED]);
    let emitted = atomicLoad(&counters[EMITTED_SO_FAR]) + atomicLoad(&counters[FRESH]);
    let is_void = atomicLoad(&counters[OVERFLOW]) != 0u;
    let live = select(appended, 0u, is_void);
    // Below half a wave the source refills it: tails of few legs would leave most of the device idle.
    let wanted = select(0u, batch.wave - min(live, batch.wave), live <= batch.wave / 2u);
    let fresh = select(min(wanted, batch.histories - emitted), 0u, is_void);
    let legs = live + fresh;
    atomicStore(&counters[LIVE], live);
    atomicStore(&counters[APPENDED], 0u);
    atomicStore(&counters[EMITTED_SO_FAR], emitted);
    atomicStore(&counters[FRESH], fresh);
    atomicStore(&counters[READ_HALF], 1u - atomicLoad(&counters[READ_HALF]));
    if legs > 0u {
        atomicAdd(&counters[STEPS], 1u);
    }
    atomicMax(&counters[MOST_LIVE], legs);
    arguments[0] = (legs + 63u) / 64u;
    arguments[1] = 1u;
    arguments[2] = 1u;
}
