// A focal photon that scattered in jaws and leaves, once or more often. Twin: `dose_core::transport::head::scattered`, which
// explains the sampling.

// 1 - cos theta and direction of a scattering.
struct Turned {
    one_minus_cos: f32,
    direction: vec3<f32>,
}

// What scatters of a photon that meets jaws and leaves.
fn scattered_in_metal(given: Delivery, focal: HeadPhoton) -> HeadPhoton {
    var photon = focal;
    let faint = FAINT_PART * photon.weight;
    var leaving = photon;
    var total = 0.0;
    for (var order = 0u; order < MOST_ORDERS; order++) {
        let draw = DRAW_METAL + DRAWS_PER_ORDER * order;
        let words = leg_words(SOURCE_BRANCH, draw);
        let crossing = cross_banks(given, photon.energy_mev, photon.line);
        if crossing.depth < LEAST_DEPTH || photon.energy_mev < cutoff_mev() {
            break;
        }
        let tail = 1.0 - exp_minus(crossing.depth);
        let pick = uniform_number(words.x);
        let evenly = select(0.0, EVENLY, order == 0u);
        var depth = -ln(1.0 - pick * tail);
        if uniform_number(words.y) < evenly {
            depth = pick * crossing.depth;
        }
        let law = exp_minus(depth);
        photon.weight *= law / ((1.0 - evenly) * law / tail + evenly / crossing.depth);
        let place = place_at_depth(given, photon.energy_mev, photon.line, crossing, depth);
        photon.line.origin_mm = photon.line.origin_mm + photon.line.direction * place.distance_mm;

        let both = metal_scatter(given, photon, place.bank, draw, uniform_number(words.z));
        photon = both.on;
        var out = both.out;
        if out.line.direction.z < 0.0 && meets_grid(Candidate(out, given)) {
            let metal = cross_banks(given, out.energy_mev, out.line).depth;
            out.weight *= exp_minus(metal + wedge_depth(given, out.energy_mev, out.line));
            total += out.weight;
            if uniform_number(words.w) * total < out.weight {
                leaving = out;
            }
        }
        if photon.weight < faint {
            if uniform_number(leg_words(SOURCE_BRANCH, draw + DRAW_FAINT_PART).x) > FAINT_GOES_ON {
                break;
            }
            photon.weight *= 1.0 / FAINT_GOES_ON;
        }
    }
    leaving.weight = total;
    return leaving;
}

// What a collision makes of a photon: one that goes on, and one that leaves.
struct Scattering {
    on: HeadPhoton,
    out: HeadPhoton,
}

// Scatters a photon in a bank's metal; `choice` says how. One goes on by the law of its interaction; part of the directions of
// the one that leaves is aimed at the grid.
fn metal_scatter(given: Delivery, before: HeadPhoton, bank: u32, draw: u32, choice: f32) -> Scattering {
    var photon = before;
    let material = u32(tables[given.beam + 4u + BANK_FLOATS * bank]);
    let cell = locate(ENERGY, before.energy_mev);
    let incoherent = head_coefficient(cell, material, 2u);
    let scattered = head_coefficient(cell, material, 3u);
    var pairs = 0.0;
    if before.energy_mev > 2.0 * ELECTRON_REST_MEV {
        pairs = 1.0 - photoelectric_part(cell, material);
    }
    let left = scattered + pairs;
    photon.weight *= left;
    let pick = choice * left;
    let is_compton = pick < incoherent;
    if !is_compton && pick < scattered {
        photon.line.direction = metal_rayleigh(photon, material, draw).direction;
        return Scattering(photon, photon);
    }
    var v = 0.0;
    if is_compton {
        let turned = metal_compton(photon, material, draw);
        v = turned.one_minus_cos;
        photon.line.direction = turned.direction;
        photon.energy_mev = compton_scattered_energy_mev(before.energy_mev, v);
    } else {
        let words = leg_words(SOURCE_BRANCH, draw + DRAW_DIRECTION);
        photon.line.direction = isotropic(uniform_number(words.x), uniform_number(words.y));
        photon.energy_mev = ELECTRON_REST_MEV;
        // One of the two photons stands for both.
        photon.weight *= 2.0;
    }
    var out = photon;
    let aim = leg_words(SOURCE_BRANCH, draw + 1u);
    if uniform_number(aim.w) < AIMED_AT_GRID {
        out.line.direction = aim_at_grid(given, before.line.origin_mm, aim);
        if is_compton {
            v = least(greatest(1.0 - dot3(before.line.direction, out.line.direction), 0.0), 2.0);
            out.energy_mev = compton_scattered_energy_mev(before.energy_mev, v);
        }
    }
    var density = PER_SPHERE;
    if is_compton {
        // Cross section of this direction over that of all.
        let binding = header.places_b.x + lattice_nodes(MOMENTUM) * material;
        let ahead = tables[given.beam + 6u + BANK_FLOATS * bank];
        density = ahead
            * klein_nishina(before.energy_mev, v)
            * compton_binding(binding, before.energy_mev, v)
            / (incoherent * head_coefficient(cell, material, 0u));
    }
    let at_grid = grid_density(given, before.line.origin_mm, out.line.direction);
    out.weight *= density / greatest((1.0 - AIMED_AT_GRID) * density + AIMED_AT_GRID * at_grid, 1e-30);
    return Scattering(photon, out);
}

// Cumulative fraction of all interactions up to photoelectric absorption: the rest are pairs.
fn photoelectric_part(cell: Cell, material: u32) -> f32 {
    let materials = header.counts.x;
    let at = header.places_a.y + cell.index * materials + material;
    return mix_linear(tables[at], tables[at + materials], cell.fraction);
}

// 1 - cos theta and direction of a Compton scattering.
fn metal_compton(photon: HeadPhoton, material: u32, draw: u32) -> Turned {
    let inverse = header.places_a.w;
    let binding = header.places_b.x + lattice_nodes(MOMENTUM) * material;
    var v = 0.0;
    var azimuth = 0.0;
    for (var attempt = 0u; attempt < TRIES; attempt++) {
        let words = leg_words(SOURCE_BRANCH, draw + DRAW_DIRECTION + attempt);
        v = compton_one_minus_cos(inverse, photon.energy_mev, uniform_number(words.x));
        azimuth = uniform_number(words.y);
        if uniform_number(words.z) < compton_binding(binding, photon.energy_mev, v) {
            break;
        }
    }
    return Turned(v, deflected(photon.line.direction, v, cos_sin_turn(azimuth)));
}

fn metal_rayleigh(photon: HeadPhoton, material: u32, draw: u32) -> Turned {
    let table = header.places_b.y + lattice_nodes(MOMENTUM) * material;
    var v = 0.0;
    var azimuth = 0.0;
    for (var attempt = 0u; attempt < TRIES; attempt++) {
        let words = leg_words(SOURCE_BRANCH, draw + DRAW_DIRECTION + attempt);
        v = rayleigh_candidate_one_minus_cos(table, photon.energy_mev, uniform_number(words.x));
        azimuth = uniform_number(words.y);
        if uniform_number(words.z) < rayleigh_acceptance(v) {
            break;
        }
    }
    return Turned(v, deflected(photon.line.direction, v, cos_sin_turn(azimuth)));
}
