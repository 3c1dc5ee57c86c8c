// Importance: how much weight a photon should have, where it collides and where it is heading.
// Twin: `dose_core::transport::importance`.

// What a place in the grid makes of a photon: its weight, and how many copies of it collide.
struct Copies {
    weight: f32,
    count: u32,
}

// Splits a photon that is about to collide; says how many copies do, 0 if it lost at roulette.
fn adjust_weight(leg: Leg, site: Site) -> Copies {
    if !site.in_grid {
        return Copies(leg.weight, 1u);
    }
    let split = importance_cell(leg.position_mm).split;
    let ratio = leg.weight / split;
    if ratio >= SPLIT_ABOVE {
        let copies = i32(least(ratio + 0.5, MOST_COPIES));
        return Copies(leg.weight / f32(copies), u32(copies));
    }
    if leg.weight < ROULETTE_BELOW * split {
        let word = leg_words(leg.branch, DRAW_ROULETTE).x;
        let after = roulette(leg.weight, split, uniform_number(word));
        book(ROULETTE, (leg.weight - after) * leg.energy_mev);
        return Copies(after, select(0u, 1u, after > 0.0));
    }
    return Copies(leg.weight, 1u);
}

// Weight of a photon that leaves a collision, after it has looked ahead; 0 if it lost at roulette.
fn weight_ahead(position_mm: vec3<f32>, direction: vec3<f32>, weight: f32, luck: f32) -> f32 {
    let ahead_mm = importance_cell(position_mm).ahead_mm;
    let wished = importance_cell(position_mm + direction * ahead_mm).wished;
    if weight < ROULETTE_BELOW * wished {
        return roulette(weight, wished, luck);
    }
    return weight;
}

// The wished weight with probability weight/wished, else 0.
fn roulette(weight: f32, wished: f32, luck: f32) -> f32 {
    return select(0.0, wished, luck * wished < weight);
}

// What the cell at a place in the grid asks, or the nearest one.
fn importance_cell(position_mm: vec3<f32>) -> ImportanceCell {
    let i = cell_of(position_mm.x, header.importance_mm.x, header.importance_shape.x);
    let j = cell_of(position_mm.y, header.importance_mm.y, header.importance_shape.y);
    let k = cell_of(position_mm.z, header.importance_mm.z, header.importance_shape.z);
    let cell = u32(i + i32(header.importance_shape.x) * (j + i32(header.importance_shape.y) * k));
    let at = header.choices.x + FLOATS_PER_IMPORTANCE_CELL * cell;
    return ImportanceCell(tables[at], tables[at + 1u], tables[at + 2u]);
}
