// A collision: which interaction, what leaves, what stays. Twin: `dose_core::transport::collide`.

// Everything a collision asks for, and what it leaves.
struct Collision {
    leg: Leg,
    material: u32,
    copy: u32,
    // Photons released by this copy so far, those that lost at roulette too.
    released: u32,
    // Energy that stays, times weight [MeV].
    deposited_mev: f32,
    // Energy that the roulette took (positive) or gave, times weight [MeV].
    roulette_mev: f32,
}

// The collision that this invocation works on.
var<private> event: Collision;

// Lets a leg's photon collide at its position in a material. `copy` tells the collisions of a split photon apart.
fn collide(leg: Leg, site: Site, copy: u32) {
    event = Collision(leg, site.material, copy, 0u, leg.weight * leg.energy_mev, 0.0);
    let cell = locate(ENERGY, leg.energy_mev);
    let words = collision_words(0u);
    let choice = uniform_number(words.x);
    if choice < column(cell, header.places_a.x, 4u, 2u) {
        scatter_incoherent(words);
    } else if choice < column(cell, header.places_a.x, 4u, 3u) {
        scatter_coherent(words);
    } else if choice < column(cell, header.places_a.y, 1u, 0u) || leg.energy_mev <= 2.0 * ELECTRON_REST_MEV {
        absorb(cell);
    } else {
        make_pair();
    }
    count(COLLISIONS);
    book(select(COLLIMATED, DEPOSITED, site.in_grid), event.deposited_mev);
    book(ROULETTE, event.roulette_mev);
}

// A value of the collision's material at its energy.
fn column(cell: Cell, place: u32, width: u32, offset: u32) -> f32 {
    let materials = header.counts.x;
    let at = place + width * (cell.index * materials + event.material) + offset;
    return mix_linear(tables[at], tables[at + width * materials], cell.fraction);
}

// Four words of this copy's collision.
fn collision_words(draw: u32) -> vec4<u32> {
    return leg_words(event.leg.branch, DRAW_COLLISION + DRAWS_PER_COPY * event.copy + draw);
}

// Lets a photon leave, if roulette on where it heads lets it; one below the cutoff stays.
fn release(direction: vec3<f32>, energy_mev: f32, weight: f32, luck: f32) {
    if energy_mev < cutoff_mev() {
        return;
    }
    let kept = weight_ahead(event.leg.position_mm, direction, weight, luck);
    event.deposited_mev -= weight * energy_mev;
    event.roulette_mev += (weight - kept) * energy_mev;
    let child = event.copy * CHILDREN_PER_COPY + event.released;
    event.released += 1u;
    if kept <= 0.0 {
        return;
    }
    let branch = child_branch(event.leg.branch, child);
    append_leg(Leg(event.leg.position_mm, energy_mev, direction, kept, branch, event.leg.history));
}

// Lets an electron set free here emit its bremsstrahlung, where that is transported.
fn radiate(direction: vec3<f32>, kinetic_mev: f32, electron: u32) {
    if header.choices.z == 0u || kinetic_mev <= cutoff_mev() {
        return;
    }
    let table = header.places_c.x + lattice_nodes(ELECTRON) * BREMSSTRAHLUNG_FLOATS_PER_NODE * event.material;
    let mean = bremsstrahlung_mean_number(table, kinetic_mev);
    let words = collision_words(DRAW_ELECTRON + electron);
    if uniform_number(words.x) >= mean {
        return;
    }
    let photon = bremsstrahlung_photon(table, kinetic_mev, cutoff_mev(), uniform_number(words.y));
    let v = bremsstrahlung_one_minus_cos(photon.mean_cos, uniform_number(words.z));
    let azimuth = cos_sin_turn(uniform_number(words.w));
    let luck = uniform_number(collision_words(DRAW_LUCK + electron).x);
    let weight = event.leg.weight * greatest(mean, 1.0);
    release(deflected(direction, v, azimuth), photon.energy_mev, weight, luck);
}

fn scatter_incoherent(first_words: vec4<u32>) {
    let inverse = header.places_a.w;
    let binding = header.places_b.x + lattice_nodes(MOMENTUM) * event.material;
    let energy_mev = event.leg.energy_mev;
    var words = first_words;
    var v = 0.0;
    var chance = 0.0;
    var kept = false;
    for (var attempt = 0u; attempt < TRIES; attempt++) {
        if attempt > 0u {
            words = collision_words(attempt);
        }
        v = compton_one_minus_cos(inverse, energy_mev, uniform_number(words.y));
        chance = compton_binding(binding, energy_mev, v);
        kept = uniform_number(words.w) < chance;
        if kept {
            break;
        }
    }
    if !kept {
        count(GIVEN_UP);
    }
    // What is left of the number that accepted is uniform again. Where none was accepted the chance may be 0.
    let luck = uniform_number(words.w) / greatest(chance, 1e-30);
    let scattered_mev = compton_scattered_energy_mev(energy_mev, v);
    let azimuth = cos_sin_turn(uniform_number(words.z));
    let incoming = event.leg.direction;
    let direction = deflected(incoming, v, azimuth);
    release(direction, scattered_mev, event.leg.weight, luck);
    if header.choices.z == 0u {
        return;
    }
    let kinetic_mev = energy_mev - scattered_mev;
    let momentum = incoming * energy_mev + direction * -scattered_mev;
    let length_mev = sqrt(dot3(momentum, momentum));
    if length_mev > 0.0 {
        radiate(momentum * (1.0 / length_mev), kinetic_mev, 0u);
    }
}

fn scatter_coherent(first_words: vec4<u32>) {
    let table = header.places_b.y + lattice_nodes(MOMENTUM) * event.material;
    let energy_mev = event.leg.energy_mev;
    var words = first_words;
    var v = 0.0;
    var kept = false;
    for (var attempt = 0u; attempt < TRIES; attempt++) {
        if attempt > 0u {
            words = collision_words(attempt);
        }
        v = rayleigh_candidate_one_minus_cos(table, energy_mev, uniform_number(words.y));
        kept = uniform_number(words.w) < rayleigh_acceptance(v);
        if kept {
            break;
        }
    }
    if !kept {
        count(GIVEN_UP);
    }
    let azimuth = cos_sin_turn(uniform_number(words.z));
    let luck = uniform_number(words.w) / rayleigh_acceptance(v);
    release(deflected(event.leg.direction, v, azimuth), energy_mev, event.leg.weight, luck);
}

// Photoelectric absorption, perhaps with a K line.
fn absorb(cell: Cell) {
    var kinetic_mev = event.leg.energy_mev;
    if column(cell, header.places_b.z, MAX_FLUORESCING, MAX_FLUORESCING - 1u) > 0.0 {
        let words = collision_words(DRAW_FLUORESCENCE);
        let pick = uniform_number(words.x);
        var slot = 0u;
        for (; slot < MAX_FLUORESCING; slot++) {
            if pick < column(cell, header.places_b.z, MAX_FLUORESCING, slot) {
                break;
            }
        }
        if slot < MAX_FLUORESCING {
            let line_pick = uniform_number(words.y);
            let lines = header.places_b.w + 8u * (MAX_FLUORESCING * event.material + slot);
            var line = lines;
            for (; line < lines + 6u; line += 2u) {
                if line_pick < tables[line + 1u] {
                    break;
                }
            }
            let line_mev = tables[line];
            if line_mev < event.leg.energy_mev {
                let direction = isotropic(uniform_number(words.z), uniform_number(words.w));
                let luck = uniform_number(collision_words(DRAW_LUCK).y);
                release(direction, line_mev, event.leg.weight, luck);
                kinetic_mev -= line_mev;
            }
        }
    }
    radiate(event.leg.direction, kinetic_mev, 0u);
}

fn make_pair() {
    let words = collision_words(DRAW_PAIR);
    let direction = isotropic(uniform_number(words.x), uniform_number(words.y));
    let lucks = collision_words(DRAW_LUCK);
    release(direction, ELECTRON_REST_MEV, event.leg.weight, uniform_number(lucks.y));
    release(-direction, ELECTRON_REST_MEV, event.leg.weight, uniform_number(lucks.z));
    let kinetic_mev = event.leg.energy_mev - 2.0 * ELECTRON_REST_MEV;
    let share = uniform_number(words.z);
    radiate(event.leg.direction, share * kinetic_mev, 0u);
    radiate(event.leg.direction, (1.0 - share) * kinetic_mev, 1u);
}
