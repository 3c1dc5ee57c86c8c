// A photon of a treatment head: from the focal spot through jaws and leaves, with the weight that they leave it.
// Twin: `dose_core::transport::head`.

// What a profile says: relative fluence and relative energy.
struct OffAxis {
    fluence: f32,
    softer: f32,
}

// Metal on a ray [mm], and its optical depth.
struct Crossing {
    metal_mm: f32,
    depth: f32,
}

// The photon of a history; weight 0 if metal, roulette or the run's component took it.
fn emit_head(history: u32) -> Leg {
    let head = header.places_c.y;
    let words = leg_words(SOURCE_BRANCH, DRAW_SOURCE);
    let aim = leg_words(SOURCE_BRANCH, DRAW_AIM);
    let spot = leg_words(SOURCE_BRANCH, DRAW_SPOT);
    let piece = piece_at(head, uniform_number(words.x));
    let aperture = u32(tables[piece + 21u]);
    let beam = u32(tables[piece + 22u]);

    // Where it is aimed, in the plane at unit distance.
    let aimed_share = tables[head + 2u];
    let half_width = tables[head + 3u];
    let is_aimed = uniform_number(words.z) < aimed_share;
    let opening = vec4<f32>(tables[piece + 17u], tables[piece + 18u], tables[piece + 19u], tables[piece + 20u]);
    let box = select(vec4<f32>(-half_width, half_width, -half_width, half_width), opening, is_aimed);
    let x = mix_linear(box.x, box.y, uniform_number(aim.x));
    let y = mix_linear(box.z, box.w, uniform_number(aim.y));
    let is_inside = x >= opening.x && x <= opening.y && y >= opening.z && y <= opening.w;
    let per_area = tables[piece + 1u];
    let whole_share = (1.0 - aimed_share) / (4.0 * half_width * half_width);
    let density = select(whole_share, aimed_share * per_area + whole_share, is_inside);
    let squared = 1.0 + x * x + y * y;
    let cosine = 1.0 / sqrt(squared);
    let off_axis = profile(beam, sqrt(x * x + y * y));
    let bins = u32(tables[beam]);
    let energy_mev = off_axis.softer * spectrum_energy_mev(beam + BEAM_FLOATS, bins);
    let open_weight = per_area * off_axis.fluence * cosine * cosine * cosine / density;

    // From the focal spot to the point in the isocentre plane.
    let sad_mm = tables[aperture + APERTURE_SAD];
    let radius_mm = tables[beam + 1u] * sqrt(-2.0 * ln(uniform_number(spot.x)));
    let turn = cos_sin_turn(uniform_number(spot.y));
    let spot_x = radius_mm * turn.x;
    let spot_y = radius_mm * turn.y;
    let dx = x * sad_mm - spot_x;
    let dy = y * sad_mm - spot_y;
    let per_length = 1.0 / sqrt(dx * dx + dy * dy + sad_mm * sad_mm);
    let along = vec3<f32>(dx * per_length, dy * per_length, -sad_mm * per_length);
    let moment = Moment(
        u32(tables[piece + 2u]),
        tables[piece + 3u] + tables[piece + 4u] * uniform_number(words.y),
    );
    let line = HeadRay(vec3<f32>(spot_x, spot_y, sad_mm), along);
    let crossing = cross_banks(aperture, beam, energy_mev, moment, line);

    let component = tables[head + 1u];
    let is_left_out = (component == OPEN_ONLY && crossing.metal_mm > 0.0)
        || (component == TRANSMITTED_ONLY && crossing.metal_mm <= 0.0);
    var weight = select(open_weight * exp_minus(crossing.depth), 0.0, is_left_out);
    if crossing.metal_mm > 0.0 && weight < FAINT_WEIGHT && weight > 0.0 {
        weight = select(0.0, FAINT_WEIGHT, uniform_number(spot.z) * FAINT_WEIGHT < weight);
    }
    let first = table_vector(piece + 8u);
    let second = table_vector(piece + 11u);
    let third = table_vector(piece + 14u);
    return Leg(
        table_vector(piece + 5u) + first * spot_x + second * spot_y,
        energy_mev,
        first * along.x + second * along.y + third * along.z,
        weight,
        SOURCE_BRANCH,
        history,
    );
}

fn table_vector(at: u32) -> vec3<f32> {
    return vec3<f32>(tables[at], tables[at + 1u], tables[at + 2u]);
}

// Place of the piece whose share of the cumulative probability holds `pick`.
fn piece_at(head: u32, pick: f32) -> u32 {
    let first = head + HEAD_FLOATS;
    var lo = 0u;
    var hi = u32(tables[head]) - 1u;
    for (var halving = 0u; halving < 32u && lo < hi; halving++) {
        let middle = (lo + hi) / 2u;
        if tables[first + PIECE_FLOATS * middle] < pick {
            lo = middle + 1u;
        } else {
            hi = middle;
        }
    }
    return first + PIECE_FLOATS * lo;
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

// Millimetres of metal on a ray, and their optical depth at an energy.
fn cross_banks(aperture: u32, beam: u32, energy_mev: f32, moment: Moment, line: HeadRay) -> Crossing {
    let banks = u32(min(tables[aperture + APERTURE_BANKS], f32(MAX_BANKS)));
    let cell = locate(ENERGY, energy_mev);
    let materials = header.counts.x;
    var crossing = Crossing(0.0, 0.0);
    for (var bank = 0u; bank < banks; bank++) {
        let length_mm = max(path_length_mm(aperture, bank, moment, line), 0.0);
        let material = u32(tables[beam + 4u + 2u * bank]);
        let density_g_cm3 = tables[beam + 5u + 2u * bank];
        let at = header.places_a.x + 4u * (cell.index * materials + material);
        crossing.metal_mm += length_mm;
        crossing.depth +=
            length_mm * density_g_cm3 * mix_linear(tables[at], tables[at + 4u * materials], cell.fraction);
    }
    return crossing;
}
