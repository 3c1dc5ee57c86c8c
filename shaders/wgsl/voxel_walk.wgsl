// A ray through voxels one by one, where the attenuation varies too much for a block's bounds.
// Twin: `dose_core::transport::voxel_walk`.

// The voxel that a ray is in, and what it takes to go on.
struct Steps {
    at: vec3<i32>,
    next_mm: vec3<f32>,
    between_mm: vec3<f32>,
    left: u32,
}

// The steps of the ray that this invocation walks.
var<private> steps: Steps;

// Begins at a place of the ray.
fn steps_begin(from_mm: f32) {
    let start = ray_at(from_mm);
    let edge = header.spacing_mm;
    let shape = header.shape;
    steps.at = vec3<i32>(
        cell_of(start.x, edge.x, shape.x),
        cell_of(start.y, edge.y, shape.y),
        cell_of(start.z, edge.z, shape.z),
    );
    let x = next_face(steps.at.x, edge.x, ray.direction.x, ray.origin.x, ray.per_direction.x);
    let y = next_face(steps.at.y, edge.y, ray.direction.y, ray.origin.y, ray.per_direction.y);
    let z = next_face(steps.at.z, edge.z, ray.direction.z, ray.origin.z, ray.per_direction.z);
    steps.next_mm = vec3<f32>(x.next, y.next, z.next);
    steps.between_mm = vec3<f32>(x.between, y.between, z.between);
    steps.left = shape.x + shape.y + shape.z;
}

// Place of the voxel.
fn steps_voxel() -> u32 {
    return u32(steps.at.x + i32(header.shape.x) * (steps.at.y + i32(header.shape.y) * steps.at.z));
}

// Where the ray leaves it, at most `to_mm` and at least `from_mm`.
fn steps_leave_mm(from_mm: f32, to_mm: f32) -> f32 {
    let next = steps.next_mm;
    return greatest(least(least(next.x, next.y), least(next.z, to_mm)), from_mm);
}

// Goes on to the next voxel; says whether there is one.
fn steps_advance(reached_mm: f32) -> bool {
    // Not an equality: rounding may leave a face behind the point that is reached.
    if steps.next_mm.x <= reached_mm {
        steps.at.x += step_of(ray.direction.x);
        steps.next_mm.x += steps.between_mm.x;
    } else if steps.next_mm.y <= reached_mm {
        steps.at.y += step_of(ray.direction.y);
        steps.next_mm.y += steps.between_mm.y;
    } else {
        steps.at.z += step_of(ray.direction.z);
        steps.next_mm.z += steps.between_mm.z;
    }
    steps.left -= 1u;
    return steps.left > 0u && !is_outside(steps.at, header.shape);
}

// Finds where on a stretch the ray's first energy is left, if it is there.
fn carry_through_voxels(from_mm: f32, to_mm: f32) {
    steps_begin(from_mm);
    var a_mm = from_mm;
    loop {
        let b_mm = steps_leave_mm(a_mm, to_mm);
        ray_carry_through(voxel_density_g_cm3(voxel_word(steps_voxel())), a_mm, b_mm);
        if ray.to_left <= 0.0 || b_mm >= to_mm || !steps_advance(b_mm) {
            return;
        }
        a_mm = b_mm;
    }
}

// Walks the ray from `from_mm` to `to_mm`, both inside the grid.
fn walk_voxels(from_mm: f32, to_mm: f32) {
    steps_begin(from_mm);
    var a_mm = from_mm;
    loop {
        let b_mm = steps_leave_mm(a_mm, to_mm);
        let voxel = steps_voxel();
        let word = voxel_word(voxel);
        let material = voxel_material(word);
        let density_g_cm3 = voxel_density_g_cm3(word);
        let attenuation_per_mm = density_g_cm3 * ray_coefficient(material, 0u);
        score_voxel(voxel, word, attenuation_per_mm, a_mm, b_mm);
        if ray_pass(a_mm, attenuation_per_mm * (b_mm - a_mm), attenuation_per_mm) {
            ray.site.material = material;
        }
        let is_done = ray.site.is_found && ray.transmission <= 0.0;
        if b_mm >= to_mm || is_done || !steps_advance(b_mm) {
            return;
        }
        a_mm = b_mm;
    }
}

// Scores the expected track in a voxel, or what electrons of it leave beside the ray.
fn score_voxel(voxel: u32, word: u32, attenuation_per_mm: f32, a_mm: f32, b_mm: f32) {
    let from_mm = greatest(a_mm, ray.left_from_mm);
    if from_mm >= b_mm {
        return;
    }
    let before = exp_minus(attenuation_per_mm * (from_mm - a_mm));
    let track_mm = before * mean_track(attenuation_per_mm * (b_mm - from_mm)) * (b_mm - from_mm);
    let score = ray.transmission * ray.lift * (0.1 * track_mm) * ray_coefficient(voxel_material(word), 1u);
    var scored = voxel;
    if header.choices.z != 0u {
        let middle_mm = 0.5 * (from_mm + b_mm);
        scored = voxel_of(ray_origin_left(voxel_density_g_cm3(word)) + ray.direction * middle_mm);
    }
    tally_add(scored, u32(quanta(score, ray.dither)));
    ray.dither += DITHER_STEP;
}

// Mean of e^(-x) over a stretch of optical depth `depth`.
fn mean_track(depth: f32) -> f32 {
    if depth < 0.05 {
        return 1.0 - depth * (0.5 - depth * (0.16666667 - depth * 0.041666668));
    }
    return (1.0 - exp_minus(depth)) / depth;
}
