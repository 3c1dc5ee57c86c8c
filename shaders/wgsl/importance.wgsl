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
    let wished = wished_weight(leg.position_mm);
    let ratio = leg.weight / (wished * header.per_spacing.w);
    if ratio >= SPLIT_ABOVE {
        let copies = i32(least(ratio + 0.5, MOST_COPIES));
        return Copies(leg.weight / f32(copies), u32(copies));
    }
    if leg.weight < ROULETTE_BELOW * header.per_spacing.w * wished {
        let word = leg_words(leg.branch, DRAW_ROULETTE).x;
        let after = roulette(leg.weight, wished * header.per_spacing.w, uniform_number(word));
        book(ROULETTE, (leg.weight - after) * leg.energy_mev);
        return Copies(after, select(0u, 1u, after > 0.0));
    }
    return Copies(leg.weight, 1u);
}

// Weight of a photon that leaves a collision, after it has looked ahead; 0 if it lost at roulette.
fn weight_ahead(position_mm: vec3<f32>, direction: vec3<f32>, weight: f32, luck: f32) -> f32 {
    let wished = wished_weight(position_mm + direction * header.importance_mm.w);
    if weight < ROULETTE_BELOW * wished {
        return roulette(weight, wished, luck);
    }
    return weight;
}

// The wished weight with probability weight/wished, else 0.
fn roulette(weight: f32, wished: f32, luck: f32) -> f32 {
    return select(0.0, wished, luck * wished < weight);
}

// The weight that a photon should have at a place in the grid, or at the nearest.
fn wished_weight(position_mm: vec3<f32>) -> f32 {
    let i = cell_of(position_mm.x, header.importance_mm.x, header.importance_shape.x);
    let j = cell_of(position_mm.y, header.importance_mm.y, header.importance_shape.y);
    let k = cell_of(position_mm.z, header.importance_mm.z, header.importance_shape.z);
    let cell = u32(i + i32(header.importance_shape.x) * (j + i32(header.importance_shape.y) * k));
    return tables[header.choices.x + cell];
}
