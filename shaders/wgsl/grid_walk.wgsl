// A ray through the grid, block by block: residual ratio tracking, scored by a comb of points.
// Twin: `dose_core::transport::grid_walk`.

// Scoring points that the twin works on together; the dither advances in these steps.
const LANES: u32 = 8u;

// Distance to the next face along an axis, and between faces.
struct Faces {
    next: f32,
    between: f32,
}

// Walks the ray from `enter_mm` to `leave_mm`, both on the grid's faces or inside.
fn walk_grid(enter_mm: f32, leave_mm: f32) {
    let start = ray_at(enter_mm);
    let edge = header.block_mm;
    let blocks = header.block_shape;
    var at = vec3<i32>(
        cell_of(start.x, edge.x, blocks.x),
        cell_of(start.y, edge.y, blocks.y),
        cell_of(start.z, edge.z, blocks.z),
    );
    let d = ray.direction;
    var x = next_face(at.x, edge.x, d.x, ray.origin.x, ray.per_direction.x);
    var y = next_face(at.y, edge.y, d.y, ray.origin.y, ray.per_direction.y);
    var z = next_face(at.z, edge.z, d.z, ray.origin.z, ray.per_direction.z);
    let crossings = blocks.x + blocks.y + blocks.z;
    var index = block_index(at, blocks);
    var from_mm = enter_mm;
    var to_mm = enter_mm;
    for (var crossing = 0u; crossing < crossings; crossing++) {
        to_mm = greatest(least(least(x.next, y.next), least(z.next, leave_mm)), to_mm);
        // Not an equality: rounding may leave a face behind the point that is reached.
        if x.next <= to_mm {
            at.x += step_of(d.x);
            x.next += x.between;
        } else if y.next <= to_mm {
            at.y += step_of(d.y);
            y.next += y.between;
        } else {
            at.z += step_of(d.z);
            z.next += z.between;
        }
        let is_last = to_mm >= leave_mm || crossing + 1u == crossings || is_outside(at, blocks);
        let next_index = select(block_index(at, blocks), index, is_last);
        // Blocks that are one and the same material throughout are walked as one.
        if is_last || !continues(index, next_index) {
            walk_block(index, from_mm, to_mm);
            if is_last || !ray_goes_on(to_mm) {
                return;
            }
            from_mm = to_mm;
        }
        index = next_index;
    }
}

// Place of a block in its table.
fn block_index(at: vec3<i32>, shape: vec4<u32>) -> u32 {
    return u32(at.x + i32(shape.x) * (at.y + i32(shape.y) * at.z));
}

// Whether the next block goes on with the one material and density of this one.
fn continues(index: u32, next_index: u32) -> bool {
    let here = block(index);
    let next = block(next_index);
    return is_uniform(here) && is_uniform(next) && here.density_max == next.density_max && here.kind == next.kind;
}

// Whether all voxels of a block are the same.
fn is_uniform(bounds: Block) -> bool {
    return bounds.density_min == bounds.density_max && bounds.only_material >= 0.0;
}

// One block: by its bounds if its attenuation hardly varies at this energy, else voxel by voxel.
fn walk_block(index: u32, from_mm: f32, to_mm: f32) {
    let bounds = block(index);
    let kind = kind_bounds(u32(bounds.kind));
    let control_per_mm = bounds.density_min * kind.x;
    let is_uniform_block = is_uniform(bounds);
    if ray.to_left > 0.0 {
        if is_uniform_block {
            ray_carry_through(bounds.density_min, from_mm, to_mm);
        } else {
            carry_through_voxels(from_mm, to_mm);
        }
    }
    let residual_per_mm = greatest(bounds.density_max * kind.y - control_per_mm, 0.0);
    let is_hard = residual_per_mm * (to_mm - from_mm) > HARD_EVENTS;
    if is_hard || header.choices.w != 0u {
        walk_voxels(from_mm, to_mm);
        return;
    }
    var a_mm = from_mm;
    // At most HARD_EVENTS residual events are expected; the bound is never met in practice.
    for (var event = 0u; event < MOST_EVENTS; event++) {
        let has_event = ray.to_residual < residual_per_mm * (to_mm - a_mm);
        var b_mm = to_mm;
        if has_event {
            b_mm = a_mm + ray.to_residual / residual_per_mm;
        }
        if bounds.only_material >= 0.0 {
            score_one_material(bounds, control_per_mm, a_mm, b_mm);
        } else {
            score_materials(bounds, control_per_mm, a_mm, b_mm);
        }
        if ray_pass(a_mm, control_per_mm * (b_mm - a_mm), control_per_mm) {
            set_material();
        }
        if !has_event {
            ray.to_residual -= residual_per_mm * (to_mm - a_mm);
            return;
        }
        meet_residual(control_per_mm, residual_per_mm, b_mm);
        if ray.transmission <= 0.0 && ray.site.is_found {
            return;
        }
        a_mm = b_mm;
    }
    count(GIVEN_UP);
}

// A residual event: the photon collides there with the share that the voxel has of the bound, and the ray is thinned
// by the same share.
fn meet_residual(control_per_mm: f32, residual_per_mm: f32, at_mm: f32) {
    let words = ray_next_words();
    ray.to_residual = -ln(uniform_number(words.x));
    let word = voxel_word(voxel_of(ray_at(at_mm)));
    let material = voxel_material(word);
    let attenuation_per_mm = voxel_density_g_cm3(word) * ray_coefficient(material, 0u);
    let share = greatest(least((attenuation_per_mm - control_per_mm) / residual_per_mm, 1.0), 0.0);
    if !ray.site.is_found && uniform_number(words.y) < share {
        ray.site = Site(true, true, material, at_mm);
    }
    ray.transmission *= 1.0 - share;
}

// The comb on a stretch of one material: what a point scores hangs on no density.
fn score_one_material(bounds: Block, attenuation_per_mm: f32, a_mm: f32, b_mm: f32) {
    let from_mm = greatest(a_mm, ray.left_from_mm);
    if from_mm >= b_mm {
        return;
    }
    let step_mm = header.block_mm.w;
    let first_mm = from_mm + ray.to_point * step_mm;
    let steps = (b_mm - from_mm) / step_mm;
    if ray.to_point >= steps {
        ray.to_point -= steps;
        return;
    }
    // A point that falls on the very end counts for the next stretch or for none.
    let points = u32(i32(steps - ray.to_point)) + 1u;
    ray.to_point += f32(points) - steps;
    let score = ray.transmission * ray.lift * ray_coefficient(u32(bounds.only_material), 1u) * (0.1 * step_mm);
    var height = score * exp_minus(attenuation_per_mm * (first_mm - a_mm));
    let per_step = exp_minus(attenuation_per_mm * step_mm);
    let square = per_step * per_step;
    let fourth = square * square;
    let origin = ray_origin_left(bounds.density_max);
    var s_mm = first_mm;
    for (var point = 0u; point < points; point++) {
        let lane = point % LANES;
        if lane == 0u && point > 0u {
            height *= fourth * fourth;
            s_mm += f32(LANES) * step_mm;
        }
        let power = select(1.0, fourth, (lane & 4u) != 0u) * select(1.0, square, (lane & 2u) != 0u)
            * select(1.0, per_step, (lane & 1u) != 0u);
        let voxel = voxel_of(origin + ray.direction * (s_mm + f32(lane) * step_mm));
        tally_add(voxel, u32(quanta(height * power, ray.dither + DITHER_STEP * point)));
    }
    ray.dither += DITHER_STEP * ((points + LANES - 1u) / LANES * LANES);
}

// The comb on a stretch of several materials: that of each point is looked up.
fn score_materials(bounds: Block, control_per_mm: f32, a_mm: f32, b_mm: f32) {
    let from_mm = greatest(a_mm, ray.left_from_mm);
    if from_mm >= b_mm {
        return;
    }
    let step_mm = header.block_mm.w;
    let first_mm = from_mm + ray.to_point * step_mm;
    let steps = (b_mm - from_mm) / step_mm;
    if ray.to_point >= steps {
        ray.to_point -= steps;
        return;
    }
    let points = min(u32(i32(steps - ray.to_point)) + 1u, MOST_POINTS);
    ray.to_point += f32(points) - steps;
    var height = ray.transmission * ray.lift * exp_minus(control_per_mm * (first_mm - a_mm));
    let per_step = exp_minus(control_per_mm * step_mm);
    let origin = ray_origin_left(bounds.density_max);
    for (var point = 0u; point < points; point++) {
        let voxel = voxel_of(origin + ray.direction * (first_mm + f32(point) * step_mm));
        let material = voxel_material(voxel_word(voxel));
        let score = height * ray_coefficient(material, 1u) * (0.1 * step_mm);
        tally_add(voxel, u32(quanta(score, ray.dither + DITHER_STEP * point)));
        height *= per_step;
    }
    ray.dither += DITHER_STEP * points;
}

// The collision just found takes the material of its voxel.
fn set_material() {
    ray.site.material = voxel_material(voxel_word(voxel_of(ray_at(ray.site.distance_mm))));
}

fn block(index: u32) -> Block {
    let at = header.places_c.w + FLOATS_PER_BLOCK * index;
    return Block(tables[at], tables[at + 1u], tables[at + 2u], tables[at + 3u]);
}

// Least and greatest mass attenuation of a kind at the ray's energy [1/mm per g/cm3].
fn kind_bounds(kind: u32) -> vec2<f32> {
    let kinds = header.counts.y;
    let at = header.places_a.z + 2u * (ray.cell * kinds + kind);
    return vec2<f32>(
        mix_linear(tables[at], tables[at + 2u * kinds], ray.between),
        mix_linear(tables[at + 1u], tables[at + 2u * kinds + 1u], ray.between),
    );
}

// Place of the voxel that holds a point, or of the nearest one.
fn voxel_of(point: vec3<f32>) -> u32 {
    let i = index_of(point.x * header.per_spacing.x, header.shape.x);
    let j = index_of(point.y * header.per_spacing.y, header.shape.y);
    let k = index_of(point.z * header.per_spacing.z, header.shape.z);
    return u32(i + i32(header.shape.x) * (j + i32(header.shape.y) * k));
}

fn index_of(place: f32, count: u32) -> i32 {
    return i32(least(greatest(place, 0.0), f32(i32(count) - 1)));
}

// Cell of a coordinate on an axis of `count` cells of `edge`, clamped to the axis.
fn cell_of(coordinate: f32, edge: f32, count: u32) -> i32 {
    return index_of(coordinate / edge, count);
}

// Distance to the next face along an axis, and between faces.
fn next_face(cell: i32, edge: f32, direction: f32, origin: f32, per_direction: f32) -> Faces {
    let face = f32(select(cell, cell + 1, direction >= 0.0)) * edge;
    return Faces((face - origin) * per_direction, edge * abs(per_direction));
}

// Whether a cell lies outside a grid of cells; a negative index is a huge unsigned one.
fn is_outside(at: vec3<i32>, shape: vec4<u32>) -> bool {
    return any(vec3<u32>(at) >= shape.xyz);
}

// Step of the cell's index along an axis.
fn step_of(direction: f32) -> i32 {
    return select(-1, 1, direction >= 0.0);
}
