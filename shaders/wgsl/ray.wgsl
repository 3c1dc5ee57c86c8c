// The ray of a leg: through collimators and grid in their order, scoring on the way, to the collision or out.
// Twin: `dose_core::transport::ray`.

// Where a photon collides, once that is found.
struct Site {
    is_found: bool,
    in_grid: bool,
    material: u32,
    distance_mm: f32,
}

// A leg's ray while it is walked; fields are explained at the twin.
struct Ray {
    origin: vec3<f32>,
    direction: vec3<f32>,
    per_direction: vec3<f32>,
    cell: u32,
    between: f32,
    transmission: f32,
    weight: f32,
    to_collision: f32,
    to_residual: f32,
    to_point: f32,
    dither: u32,
    to_left: f32,
    left_from_mm: f32,
    lift: f32,
    aside: vec3<f32>,
    draw: u32,
    branch: u32,
    site: Site,
}

// The ray that this invocation walks.
var<private> ray: Ray;

// Where a ray is inside a box [mm]; leaves before it enters where it misses.
struct Span {
    enter: f32,
    leave: f32,
}

// Coefficient `column` of a material at the ray's energy: attenuation [1/mm per g/cm3], score [MeV cm2/g].
fn ray_coefficient(material: u32, column: u32) -> f32 {
    let materials = header.counts.x;
    let at = header.places_a.x + 4u * (ray.cell * materials + material) + column;
    return mix_linear(tables[at], tables[at + 4u * materials], ray.between);
}

// Four further words of the leg.
fn ray_next_words() -> vec4<u32> {
    ray.draw += 1u;
    return leg_words(ray.branch, DRAW_RAY + ray.draw);
}

// Point at a distance [mm].
fn ray_at(distance_mm: f32) -> vec3<f32> {
    return ray.origin + ray.direction * distance_mm;
}

// Where scores of the ray's start go [mm], in matter of a density: beside it.
fn ray_origin_left(density_g_cm3: f32) -> vec3<f32> {
    return ray.origin + ray.aside * (1.0 / greatest(density_g_cm3, LEAST_DENSITY));
}

// Passes a stretch of one density before the first energy is left.
fn ray_carry_through(density_g_cm3: f32, from_mm: f32, to_mm: f32) {
    let reached_mm = from_mm + ray.to_left / greatest(density_g_cm3, VACUUM);
    if reached_mm <= to_mm {
        ray.to_left = 0.0;
        ray.left_from_mm = reached_mm;
    } else {
        ray.to_left -= density_g_cm3 * (to_mm - from_mm);
    }
}

// Lets a stretch of known attenuation pass: draws the collision if it lies there, thins the transmission.
fn ray_pass(from_mm: f32, depth: f32, attenuation_per_mm: f32) -> bool {
    ray.transmission *= exp_minus(depth);
    let collides = !ray.site.is_found && ray.to_collision < depth;
    if collides {
        ray.site = Site(true, true, 0u, from_mm + ray.to_collision / attenuation_per_mm);
    }
    ray.to_collision -= depth;
    return collides;
}

// Whether the ray still has something to do from a place on. One that has become faint, of a photon that has collided, plays
// roulette.
fn ray_goes_on(at_mm: f32) -> bool {
    if ray.site.is_found && ray.transmission < WEAKENED * ray.weight {
        if ray.transmission <= 0.0 {
            return false;
        }
        if ray.transmission < FAINT * importance_cell(ray_at(at_mm)).wished {
            ray.draw += 1u;
            let word = leg_words(ray.branch, DRAW_FAINT + ray.draw).x;
            if uniform_number(word) > FAINT_SURVIVAL {
                ray.transmission = 0.0;
                return false;
            }
            ray.transmission *= 1.0 / FAINT_SURVIVAL;
        }
    }
    return true;
}

// How the electrons of the ray displace its energy.
fn displace_ray(energy_mev: f32, words: vec4<u32>) {
    if header.choices.z == 0u {
        ray.to_left = 0.0;
        ray.left_from_mm = 0.0;
        ray.lift = 1.0;
        ray.aside = vec3<f32>(0.0);
        return;
    }
    let found = carry(header.choices.z, energy_mev, words.y);
    // Words whose high bits are a number in (0, 1); the low ones are free.
    let azimuth = cos_sin_turn((f32(i32(words.z & 255u)) + 0.5) * (1.0 / 256.0));
    ray.to_left = greatest(found.along, 0.0);
    ray.left_from_mm = select(0.0, FAR_MM, found.along > 0.0);
    ray.lift = found.lift;
    ray.aside = deflected(ray.direction, 1.0, azimuth) * found.aside;
}

// Walks the ray of a leg and says where its photon collides, if it does.
fn walk(leg: Leg) -> Site {
    let words = leg_words(leg.branch, DRAW_RAY);
    let cell = locate(ENERGY, leg.energy_mev);
    ray.origin = leg.position_mm;
    ray.direction = leg.direction;
    ray.per_direction =
        vec3<f32>(reciprocal(leg.direction.x), reciprocal(leg.direction.y), reciprocal(leg.direction.z));
    ray.cell = cell.index;
    ray.between = cell.fraction;
    ray.transmission = leg.weight;
    ray.weight = leg.weight;
    ray.to_collision = -ln(uniform_number(words.x));
    ray.to_residual = -ln(uniform_number(words.y));
    ray.to_point = uniform_number(words.z);
    ray.dither = words.w;
    displace_ray(leg.energy_mev, words);
    ray.draw = 0u;
    ray.branch = leg.branch;
    ray.site = Site(false, false, 0u, 0.0);
    let grid_span = span(vec3<f32>(0.0), header.upper_mm.xyz);
    let solids = header.counts.z;
    // Solids and grid are convex and do not overlap: each is met once, in the order of their entries.
    var done_enter = -1.0;
    var done_solid = 0xffffffffu;
    for (var met = 0u; met <= solids; met++) {
        var next = Span(FAR, 0.0);
        var next_solid = 0xffffffffu;
        for (var solid = 0u; solid <= solids; solid++) {
            var candidate = grid_span;
            if solid < solids {
                let at = header.places_c.z + SOLID_FLOATS * solid;
                candidate = span(
                    vec3<f32>(tables[at], tables[at + 1u], tables[at + 2u]),
                    vec3<f32>(tables[at + 4u], tables[at + 5u], tables[at + 6u]),
                );
            }
            let is_later = candidate.enter > done_enter || (candidate.enter == done_enter && solid > done_solid);
            if candidate.enter < candidate.leave && is_later && candidate.enter < next.enter {
                next = candidate;
                next_solid = solid;
            }
        }
        if next_solid == 0xffffffffu {
            break;
        }
        done_enter = next.enter;
        done_solid = next_solid;
        if next_solid == solids {
            walk_grid(next.enter, next.leave);
        } else {
            pass_solid(next_solid, next.enter, next.leave);
        }
        if !ray_goes_on(greatest(next.leave, 0.0)) {
            break;
        }
    }
    return ray.site;
}

// A collimator: homogeneous, not scored.
fn pass_solid(solid: u32, enter_mm: f32, leave_mm: f32) {
    let at = header.places_c.z + SOLID_FLOATS * solid;
    let material = u32(tables[at + 3u]);
    let attenuation_per_mm = tables[at + 7u] * ray_coefficient(material, 0u);
    if ray_pass(enter_mm, attenuation_per_mm * (leave_mm - enter_mm), attenuation_per_mm) {
        ray.site.material = material;
        ray.site.in_grid = false;
    }
}

// Distances at which the ray enters and leaves a box, from 0 on.
fn span(lower: vec3<f32>, upper: vec3<f32>) -> Span {
    let a = (lower - ray.origin) * ray.per_direction;
    let b = (upper - ray.origin) * ray.per_direction;
    let near = select(b, a, a < b);
    let far = select(b, a, a > b);
    return Span(
        greatest(greatest(near.x, near.y), greatest(near.z, 0.0)),
        least(least(far.x, far.y), far.z),
    );
}

// 1/x, with a huge number of the same sign in place of infinity.
fn reciprocal(x: f32) -> f32 {
    if abs(x) < 1e-12 {
        return select(1e12, -1e12, x < 0.0);
    }
    return 1.0 / x;
}
