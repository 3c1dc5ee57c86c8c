// Metal on a photon's way: jaws, leaves and wedges, and where in jaws and leaves it collides.
// Twin: `dose_core::transport::head::metal`.

// Metal of jaws and leaves on a ray [mm], its optical depth, and that of each bank.
struct Crossing {
    metal_mm: f32,
    depth: f32,
    bank_depths: array<f32, MAX_BANKS>,
}

// A bank, and the distance from a ray's origin [mm].
struct BankPlace {
    bank: u32,
    distance_mm: f32,
}

// Coefficient `column` of a material at an energy.
fn head_coefficient(cell: Cell, material: u32, column: u32) -> f32 {
    let materials = header.counts.x;
    let at = header.places_a.x + 4u * (cell.index * materials + material) + column;
    return mix_linear(tables[at], tables[at + 4u * materials], cell.fraction);
}

// Millimetres of metal on a ray, and their optical depth at an energy.
fn cross_banks(given: Delivery, energy_mev: f32, line: HeadRay) -> Crossing {
    let banks = u32(min(tables[given.aperture + APERTURE_BANKS], f32(MAX_BANKS)));
    let cell = locate(ENERGY, energy_mev);
    var crossing: Crossing;
    crossing.metal_mm = 0.0;
    crossing.depth = 0.0;
    for (var bank = 0u; bank < MAX_BANKS; bank++) {
        crossing.bank_depths[bank] = 0.0;
    }
    for (var bank = 0u; bank < banks; bank++) {
        let length_mm = max(path_length_mm(given.aperture, bank, given.moment, line), 0.0);
        let material = u32(tables[given.beam + 4u + BANK_FLOATS * bank]);
        let density_g_cm3 = tables[given.beam + 5u + BANK_FLOATS * bank];
        let depth = length_mm * density_g_cm3 * head_coefficient(cell, material, 0u);
        crossing.metal_mm += length_mm;
        crossing.depth += depth;
        crossing.bank_depths[bank] = depth;
    }
    return crossing;
}

// The bank in which a ray has this optical depth behind it, and the distance from its origin.
fn place_at_depth(given: Delivery, energy_mev: f32, line: HeadRay, crossing: Crossing, depth: f32) -> BankPlace {
    let banks = u32(min(tables[given.aperture + APERTURE_BANKS], f32(MAX_BANKS)));
    var bank_depths = crossing.bank_depths;
    let goes_down = line.direction.z < 0.0;
    var left = depth;
    var found = 0u;
    for (var at = 0u; at < banks; at++) {
        let bank = select(banks - 1u - at, at, goes_down);
        if bank_depths[bank] > 0.0 {
            found = bank;
            if left <= bank_depths[bank] {
                break;
            }
            left -= bank_depths[bank];
        }
    }
    let material = u32(tables[given.beam + 4u + BANK_FLOATS * found]);
    let per_mm = tables[given.beam + 5u + BANK_FLOATS * found]
        * head_coefficient(locate(ENERGY, energy_mev), material, 0u);
    return BankPlace(found, distance_at_mm(given.aperture, found, given.moment, line, left / per_mm));
}

// Optical depth of the wedge in the beam, where there is one and the ray goes down.
fn wedge_depth(given: Delivery, energy_mev: f32, line: HeadRay) -> f32 {
    let wedge = u32(tables[given.piece + 23u]);
    if wedge == 0u || line.direction.z > -1e-6 {
        return 0.0;
    }
    let to_plane_mm = -line.origin_mm.z / line.direction.z;
    let x_mm = line.origin_mm.x + to_plane_mm * line.direction.x;
    let y_mm = line.origin_mm.y + to_plane_mm * line.direction.y;
    let even_mm = tables[wedge + 2u] + tables[wedge + 3u] * x_mm + tables[wedge + 4u] * y_mm;
    let thickness_mm = greatest(least(even_mm, tables[wedge + 6u]), tables[wedge + 5u]);
    return thickness_mm * tables[wedge + 1u]
        * head_coefficient(locate(ENERGY, energy_mev), u32(tables[wedge]), 0u);
}

// What jaws, leaves and wedge leave of a photon; nothing where the run's component leaves it out.
fn behind_metal(given: Delivery, before: HeadPhoton) -> HeadPhoton {
    var photon = before;
    let crossing = cross_banks(given, photon.energy_mev, photon.line);
    let depth = crossing.depth + wedge_depth(given, photon.energy_mev, photon.line);
    let component = tables[given.head + 1u];
    let is_left_out = (component == OPEN_ONLY && crossing.metal_mm > 0.0)
        || (component == TRANSMITTED_ONLY && crossing.metal_mm <= 0.0);
    photon.weight = select(photon.weight * exp_minus(depth), 0.0, is_left_out);
    if crossing.metal_mm > 0.0 {
        photon.weight = head_roulette(photon.weight, photon.luck);
    }
    return photon;
}

// The weight after roulette: a faint one has FAINT_WEIGHT or 0.
fn head_roulette(weight: f32, luck: f32) -> f32 {
    if weight >= FAINT_WEIGHT || weight <= 0.0 {
        return weight;
    }
    return select(0.0, FAINT_WEIGHT, luck * FAINT_WEIGHT < weight);
}
