// A photon of the focal spot. Twin: `dose_core::transport::head::focal`.

// What a profile says: relative fluence and relative energy.
struct OffAxis {
    fluence: f32,
    softer: f32,
}

// A focal photon before it meets jaws and leaves.
fn focal_photon(given: Delivery) -> HeadPhoton {
    let spot = leg_words(SOURCE_BRANCH, DRAW_SPOT);
    // Where it is aimed, in the plane at unit distance.
    let aim = aim_in_plane(given);
    let x = aim.x;
    let y = aim.y;
    let squared = 1.0 + x * x + y * y;
    let cosine = 1.0 / sqrt(squared);
    let off_axis = profile(given.beam, sqrt(x * x + y * y));
    let bins = u32(tables[given.beam]);
    let energy_mev = off_axis.softer * spectrum_energy_mev(given.beam + BEAM_FLOATS, bins);
    let weight = tables[given.piece + 1u] * off_axis.fluence * cosine * cosine * cosine / aim.density;

    // From the focal spot to the point in the isocentre plane.
    let sad_mm = tables[given.aperture + APERTURE_SAD];
    let radius_mm = tables[given.beam + 1u] * sqrt(-2.0 * ln(uniform_number(spot.x)));
    let turn = cos_sin_turn(uniform_number(spot.y));
    let spot_x = radius_mm * turn.x;
    let spot_y = radius_mm * turn.y;
    let dx = x * sad_mm - spot_x;
    let dy = y * sad_mm - spot_y;
    let per_length = 1.0 / sqrt(dx * dx + dy * dy + sad_mm * sad_mm);
    let along = vec3<f32>(dx * per_length, dy * per_length, -sad_mm * per_length);
    let line = HeadRay(vec3<f32>(spot_x, spot_y, sad_mm), along);
    return HeadPhoton(line, energy_mev, weight, uniform_number(spot.z));
}

// Relative fluence and relative energy at the tangent of an angle off the axis; beyond the last node, the last.
fn profile(beam: u32, tangent: f32) -> OffAxis {
    let nodes = u32(tables[beam + 2u]);
    let first = beam + BEAM_FLOATS + 4u * u32(tables[beam]);
    let place = min(tangent * tables[beam + 3u], f32(nodes - 1u) - 1e-3);
    let node = u32(place);
    let within = place - f32(node);
    let at = first + 2u * node;
    return OffAxis(
        mix_linear(tables[at], tables[at + 2u], within),
        mix_linear(tables[at + 1u], tables[at + 3u], within),
    );
}
