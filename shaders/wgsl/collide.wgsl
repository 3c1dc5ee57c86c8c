// A collision: which interaction, what leaves, what stays. Twin: `dose_core::transport::collide`.
// The twin releases each photon as soon as it is known. Here what leaves is noted first and released in one place, since
// drivers copy a function to each of its calls.

// A photon or an electron that is to leave; none where it has no energy.
struct Leaving {
    direction: vec3<f32>,
    energy_mev: f32,
    // A number for its roulette; uniform in (0, 1). An electron's photon draws its own.
    luck: f32,
}

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
    // At most two photons and two electrons.
    photon: Leaving,
    other_photon: Leaving,
    electron: Leaving,
    other_electron: Leaving,
}

// The collision that this invocation works on.
var<private> event: Collision;

// Lets a leg's photon collide at its position in a material. `copy` tells the collisions of a split photon apart.
fn collide(leg: Leg, site: Site, copy: u32) {
    let none = Leaving(leg.direction, 0.0, 0.0);
    event = Collision(leg, site.material, copy, 0u, leg.weight * leg.energy_mev, 0.0, none, none, none, none);
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
    release_all();
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

// Releases the photons in their order, then those that the electrons emit.
fn release_all() {
    for (var place = 0u; place < 4u; place++) {
        var weight = event.leg.weight;
        var leaving = event.photon;
        if place == 1u {
            leaving = event.other_photon;
        } else if place >= 2u {
            if header.choices.z == 0u {
                return;
            }
            let electron = place - 2u;
            let photon = radiate(electron);
            leaving = photon.leaving;
            weight = photon.weight;
        }
        if leaving.energy_mev >= cutoff_mev() {
            release(leaving, weight);
        }
    }
}

// Lets a photon leave, if roulette on where it heads lets it.
fn release(leaving: Leaving, weight: f32) {
    let kept = weight_ahead(event.leg.position_mm, leaving.direction, weight, leaving.luck);
    event.deposited_mev -= weight * leaving.energy_mev;
    event.roulette_mev += (weight - kept) * leaving.energy_mev;
    let child = event.copy * CHILDREN_PER_COPY + event.released;
    event.released += 1u;
    if kept <= 0.0 {
        return;
    }
    let branch = child_branch(event.leg.branch, child);
    append_leg(
        Leg(event.leg.position_mm, leaving.energy_mev, leaving.direction, kept, branch, event.leg.history)
    );
}

// A photon with its weight.
struct Radiated {
    leaving: Leaving,
    weight: f32,
}

// The bremsstrahlung of an electron set free here, where it emits one that is transported.
fn radiate(electron: u32) -> Radiated {
    var source = event.electron;
    if electron == 1u {
        source = event.other_electron;
    }
    let none = Radiated(Leaving(source.direction, 0.0, 0.0), 0.0);
    if source.energy_mev <= cutoff_mev() {
        return none;
    }
    let table = header.places_c.x + lattice_nodes(ELECTRON) * BREMSSTRAHLUNG_FLOATS_PER_NODE * event.material;
    let mean = bremsstrahlung_mean_number(table, source.energy_mev);
    let words = collision_words(DRAW_ELECTRON + electron);
    if uniform_number(words.x) >= mean {
        return none;
    }
    let photon = bremsstrahlung_photon(table, source.energy_mev, cutoff_mev(), uniform_number(words.y));
    let v = bremsstrahlung_one_minus_cos(photon.mean_cos, uniform_number(words.z));
    let azimuth = cos_sin_turn(uniform_number(words.w));
    let luck = uniform_number(collision_words(DRAW_LUCK + electron).x);
    let leaving = Leaving(deflected(source.direction, v, azimuth), photon.energy_mev, luck);
    return Radiated(leaving, event.leg.weight * greatest(mean, 1.0));
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
    event.photon = Leaving(direction, scattered_mev, luck);
    if header.choices.z == 0u {
        return;
    }
    let kinetic_mev = energy_mev - scattered_mev;
    let momentum = incoming * energy_mev + direction * -scattered_mev;
    let length_mev = sqrt(dot3(momentum, momentum));
    if length_mev > 0.0 {
        event.electron = Leaving(momentum * (1.0 / length_mev), kinetic_mev, 0.0);
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
    event.photon = Leaving(deflected(event.leg.direction, v, azimuth), energy_mev, luck);
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
                event.photon = Leaving(direction, line_mev, luck);
                kinetic_mev -= line_mev;
            }
        }
    }
    event.electron = Leaving(event.leg.direction, kinetic_mev, 0.0);
}

fn make_pair() {
    let words = collision_words(DRAW_PAIR);
    let direction = isotropic(uniform_number(words.x), uniform_number(words.y));
    let lucks = collision_words(DRAW_LUCK);
    event.photon = Leaving(direction, ELECTRON_REST_MEV, uniform_number(lucks.y));
    event.other_photon = Leaving(-direction, ELECTRON_REST_MEV, uniform_number(lucks.z));
    let kinetic_mev = event.leg.energy_mev - 2.0 * ELECTRON_REST_MEV;
    let share = uniform_number(words.z);
    event.electron = Leaving(event.leg.direction, share * kinetic_mev, 0.0);
    event.other_electron = Leaving(event.leg.direction, (1.0 - share) * kinetic_mev, 0.0);
}
