// Entry point of a step: every invocation flies one leg, from the queue or fresh from the source.

@compute @workgroup_size(64)
fn transport(@builtin(global_invocation_id) id: vec3<u32>) {
    let live = atomicLoad(&counters[LIVE]);
    if id.x >= live + atomicLoad(&counters[FRESH]) {
        return;
    }
    var leg: Leg;
    var flies = true;
    if id.x < live {
        leg = load_leg(id.x);
        stream = stream_of(leg.history);
    } else {
        let history = atomicLoad(&counters[EMITTED_SO_FAR]) + id.x - live;
        stream = stream_of(history);
        leg = emit(history);
        book(EMITTED, leg.weight * leg.energy_mev);
        if leg.weight <= 0.0 || leg.energy_mev < cutoff_mev() {
            book(ESCAPED, leg.weight * leg.energy_mev);
            flies = false;
        }
    }
    if flies {
        follow_leg(leg);
    }
    close_books(id.x);
}
