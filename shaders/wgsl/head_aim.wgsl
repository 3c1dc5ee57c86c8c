// Where photons of a head are aimed, and how densely: into the plane at unit distance, or at the grid.
// Twin: `dose_core::transport::head::aim`.

// A point of the plane at unit distance from the focal spot, and how densely such points are drawn.
struct Aim {
    x: f32,
    y: f32,
    density: f32,
}

// Aims into the opening's box or into the whole beam.
fn aim_in_plane(given: Delivery) -> Aim {
    let words = leg_words(SOURCE_BRANCH, DRAW_AIM);
    let aimed_share = tables[given.head + 2u];
    let half_width = tables[given.head + 3u];
    let at = given.piece + 17u;
    let opening = vec4<f32>(tables[at], tables[at + 1u], tables[at + 2u], tables[at + 3u]);
    let whole = vec4<f32>(-half_width, half_width, -half_width, half_width);
    let box = select(whole, opening, given.choice < aimed_share);
    let x = mix_linear(box.x, box.y, uniform_number(words.x));
    let y = mix_linear(box.z, box.w, uniform_number(words.y));
    let is_inside = x >= opening.x && x <= opening.y && y >= opening.z && y <= opening.w;
    let whole_share = (1.0 - aimed_share) / (4.0 * half_width * half_width);
    let per_area = 1.0 / ((opening.y - opening.x) * (opening.w - opening.z));
    let density = select(whole_share, aimed_share * per_area + whole_share, is_inside);
    return Aim(x, y, density);
}

// A direction towards a point that is uniform in the grid.
fn aim_at_grid(given: Delivery, origin_mm: vec3<f32>, words: vec4<u32>) -> vec3<f32> {
    let start = point_in_grid(given, origin_mm);
    let numbers = vec3<f32>(uniform_number(words.x), uniform_number(words.y), uniform_number(words.z));
    let way = header.upper_mm.xyz * numbers - start;
    let per_length = 1.0 / sqrt(greatest(dot3(way, way), 1e-6));
    return direction_from_grid(given, way * per_length);
}

// How densely `aim_at_grid` draws a direction [1/sr].
fn grid_density(given: Delivery, origin_mm: vec3<f32>, direction: vec3<f32>) -> f32 {
    let size = header.upper_mm.xyz;
    let along = direction_in_grid(given, direction);
    // The ray's own fields are free until it is walked.
    ray.origin = point_in_grid(given, origin_mm);
    ray.per_direction = vec3<f32>(reciprocal(along.x), reciprocal(along.y), reciprocal(along.z));
    let inside = span(vec3<f32>(0.0), size);
    if inside.leave <= inside.enter {
        return 0.0;
    }
    let squares = inside.leave * inside.leave + inside.leave * inside.enter + inside.enter * inside.enter;
    return (inside.leave - inside.enter) * squares / (3.0 * size.x * size.y * size.z);
}
