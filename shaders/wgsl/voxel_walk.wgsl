// A ray through voxels one by one, where the attenuation varies too much for a block's bounds.
// Twin: `dose_core::transport::voxel_walk`.

// Walks the ray from `from_mm` to `to_mm`, both inside the grid.
fn walk_voxels(from_mm: f32, to_mm: f32) {
    let start = ray_at(from_mm);
    let edge = header.spacing_mm;
    let shape = header.shape;
    var at = vec3<i32>(
        cell_of(start.x, edge.x, shape.x),
        cell_of(start.y, edge.y, shape.y),
        cell_of(start.z, edge.z, shape.z),
    );
    let d = ray.direction;
    var x = next_face(at.x, edge.x, d.x, ray.origin.x, ray.per_direction.x);
    var y = next_face(at.y, edge.y, d.y, ray.origin.y, ray.per_direction.y);
    var z = next_face(at.z, edge.z, d.z, ray.origin.z, ray.per_direction.z);
    let crossings = shape.x + shape.y + shape.z;
    var a_mm = from_mm;
    for (var crossing = 0u; crossing < crossings; crossing++) {
        let b_mm = greatest(least(least(x.next, y.next), least(z.next, to_mm)), a_mm);
        let voxel = u32(at.x + i32(shape.x) * (at.y + i32(shape.y) * at.z));
        let word = voxel_word(voxel);
        let material = voxel_material(word);
        let attenuation_per_mm = voxel_density_g_cm3(word) * ray_coefficient(material, 0u);
        let depth = attenuation_per_mm * (b_mm - a_mm);
        let track_cm = ray.transmission * mean_track(depth) * (b_mm - a_mm) * 0.1;
        tally_add(voxel, u32(quanta(track_cm * ray_coefficient(material, 1u), ray.dither)));
        ray.dither += DITHER_STEP;
        if ray_pass(a_mm, depth, attenuation_per_mm) {
            ray.site.material = material;
        }
        if b_mm >= to_mm || (ray.site.is_found && ray.transmission <= 0.0) {
            return;
        }
        // Not an equality: rounding may leave a face behind the point that is reached.
        if x.next <= b_mm {
            at.x += step_of(d.x);
            x.next += x.between;
        } else if y.next <= b_mm {
            at.y += step_of(d.y);
            y.next += y.between;
        } else {
            at.z += step_of(d.z);
            z.next += z.between;
        }
        if is_outside(at, shape) {
            return;
        }
        a_mm = b_mm;
    }
}

// Mean of e^(-x) over a stretch of optical depth `depth`.
fn mean_track(depth: f32) -> f32 {
    if depth < 0.05 {
        return 1.0 - depth * (0.5 - depth * (0.16666667 - depth * 0.041666668));
    }
    return (1.0 - exp_minus(depth)) / depth;
}
