// A photon of a treatment head, with the weight that the head leaves it: the component that a run follows, its piece of the
// plan, and the way into the grid. Twin: `dose_core::transport::head`.

// What a history gives: where its piece, aperture and beam stand in the tables, and the moment within the piece.
struct Delivery {
    head: u32,
    piece: u32,
    aperture: u32,
    beam: u32,
    moment: Moment,
    // Chooses between the opening's box and the whole beam; uniform in (0, 1).
    choice: f32,
}

// A photon in the beam limiting device system.
struct HeadPhoton {
    line: HeadRay,
    energy_mev: f32,
    weight: f32,
    // A number for its roulette; uniform in (0, 1).
    luck: f32,
}

// A photon and what gives it.
struct Candidate {
    photon: HeadPhoton,
    given: Delivery,
}

// The photon of the stream's history, the `history`-th of the batch; weight 0 if metal, roulette or the run's component took it. Of some candidates that meet the grid
// one is followed, chosen by weight, with the mean weight of all.
fn emit(history: u32) -> Leg {
    let head = header.places_c.y;
    let candidates = u32(tables[head + HEAD_CANDIDATES]);
    let key = stream.key;
    var chosen: Candidate;
    var total = 0.0;
    for (var number = 0u; number < candidates; number++) {
        stream.key = vec2<u32>(key.x, key.y ^ number);
        let next = head_candidate();
        if candidates > 1u && (next.photon.weight <= 0.0 || !meets_grid(next)) {
            continue;
        }
        total += next.photon.weight;
        let pick = uniform_number(leg_words(SOURCE_BRANCH, DRAW_CHOICE).x);
        if candidates == 1u || pick * total < next.photon.weight {
            chosen = next;
        }
    }
    stream.key = key;
    if candidates > 1u {
        chosen.photon.weight = total * (tables[head + HEAD_LEVEL] / f32(candidates));
    }
    return Leg(
        point_in_grid(chosen.given, chosen.photon.line.origin_mm),
        chosen.photon.energy_mev,
        direction_in_grid(chosen.given, chosen.photon.line.direction),
        chosen.photon.weight,
        SOURCE_BRANCH,
        history,
    );
}

// One photon of the run's component.
fn head_candidate() -> Candidate {
    let head = header.places_c.y;
    let words = leg_words(SOURCE_BRANCH, DRAW_SOURCE);
    let piece = piece_at(head, uniform_number(words.x));
    let given = Delivery(
        head,
        piece,
        u32(tables[piece + 21u]),
        u32(tables[piece + 22u]),
        Moment(u32(tables[piece + 2u]), tables[piece + 3u] + tables[piece + 4u] * uniform_number(words.y)),
        uniform_number(words.z),
    );
    let component = tables[head + 1u];
    if component == LEAKAGE {
        return Candidate(leakage_photon(given), given);
    }
    var photon: HeadPhoton;
    if component == EXTRA_FOCAL {
        photon = extra_focal_photon(given);
    } else {
        photon = focal_photon(given);
    }
    if component == SCATTERED {
        return Candidate(scattered_in_metal(given, photon), given);
    }
    return Candidate(behind_metal(given, photon), given);
}

// Whether a candidate's ray meets the grid.
fn meets_grid(candidate: Candidate) -> bool {
    let along = direction_in_grid(candidate.given, candidate.photon.line.direction);
    // The ray's own fields are free until it is walked.
    ray.origin = point_in_grid(candidate.given, candidate.photon.line.origin_mm);
    ray.per_direction = vec3<f32>(reciprocal(along.x), reciprocal(along.y), reciprocal(along.z));
    let inside = span(vec3<f32>(0.0), header.upper_mm.xyz);
    return inside.enter < inside.leave;
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

// A point of the beam limiting device system from the grid's lower corner [mm].
fn point_in_grid(given: Delivery, point: vec3<f32>) -> vec3<f32> {
    let below_source = point.z - tables[given.aperture + APERTURE_SAD];
    return table_vector(given.piece + 5u)
        + table_vector(given.piece + 8u) * point.x
        + table_vector(given.piece + 11u) * point.y
        + table_vector(given.piece + 14u) * below_source;
}

// A direction of the beam limiting device system along the grid's axes.
fn direction_in_grid(given: Delivery, direction: vec3<f32>) -> vec3<f32> {
    return table_vector(given.piece + 8u) * direction.x
        + table_vector(given.piece + 11u) * direction.y
        + table_vector(given.piece + 14u) * direction.z;
}

// A direction of the grid in the beam limiting device system.
fn direction_from_grid(given: Delivery, direction: vec3<f32>) -> vec3<f32> {
    return vec3<f32>(
        dot3(direction, table_vector(given.piece + 8u)),
        dot3(direction, table_vector(given.piece + 11u)),
        dot3(direction, table_vector(given.piece + 14u)),
    );
}
