// One step of a history: a leg flies, its photon collides, what leaves waits in the queue.
// Twin: `dose_core::transport::history`, which follows a history with a stack instead.

// Flies one leg of the stream's history to its collision or out.
fn follow_leg(start: Leg) {
    var leg = start;
    let site = walk(leg);
    if !site.is_found {
        book(ESCAPED, leg.weight * leg.energy_mev);
        return;
    }
    leg.position_mm = leg.position_mm + leg.direction * site.distance_mm;
    let copies = adjust_weight(leg, site);
    leg.weight = copies.weight;
    for (var copy = 0u; copy < copies.count; copy++) {
        sign_collision(leg, site, copy);
        collide(leg, site, copy);
    }
}
