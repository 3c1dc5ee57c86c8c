// A photon of a plain source: where it starts, where it heads, its energy. Twin: `dose_core::transport::source`.

// The source photon of the stream's history, the `history`-th of the batch.
fn emit(history: u32) -> Leg {
    let centre = header.source_position.xyz;
    let axis = header.source_axis.xyz;
    let first = header.source_first.xyz;
    let second = header.source_second.xyz;
    let energy_mev = spectrum_energy_mev(header.places_c.y, header.counts.w);
    var words = leg_words(SOURCE_BRANCH, DRAW_SOURCE);
    if header.choices.y != EMISSION_POINT {
        let on_plane =
            first * (2.0 * uniform_number(words.x) - 1.0) + second * (2.0 * uniform_number(words.y) - 1.0);
        return Leg(centre + on_plane, energy_mev, axis, 1.0, SOURCE_BRANCH, history);
    }
    // Uniform on the plane at unit distance, kept with cos^3: that is uniform in solid angle.
    for (var attempt = 1u; attempt <= TRIES; attempt++) {
        let sideways = axis + first * (2.0 * uniform_number(words.x) - 1.0)
            + second * (2.0 * uniform_number(words.y) - 1.0);
        let per_length = 1.0 / sqrt(dot3(sideways, sideways));
        if uniform_number(words.z) <= per_length * per_length * per_length {
            return Leg(centre, energy_mev, sideways * per_length, 1.0, SOURCE_BRANCH, history);
        }
        words = leg_words(SOURCE_BRANCH, DRAW_SOURCE + attempt);
    }
    count(GIVEN_UP);
    return Leg(centre, energy_mev, axis, 1.0, SOURCE_BRANCH, history);
}
