// The one rotation that scattering needs. Twin: `dose_core::physics::vector`.

// Sum of the products of the components, in the twin's order.
fn dot3(a: vec3<f32>, b: vec3<f32>) -> f32 {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

// A unit direction turned by a polar angle (1 - cos theta given) and an azimuth (its cosine and sine).
fn deflected(direction: vec3<f32>, one_minus_cos: f32, azimuth: vec2<f32>) -> vec3<f32> {
    let cosine = 1.0 - one_minus_cos;
    let sine = sqrt(greatest(one_minus_cos * (2.0 - one_minus_cos), 0.0));
    // 1 with the sign of z.
    let side = bitcast<f32>(0x3f800000u | (bitcast<u32>(direction.z) & 0x80000000u));
    let a = -1.0 / (side + direction.z);
    let b = direction.x * direction.y * a;
    let first = vec3<f32>(1.0 + side * direction.x * direction.x * a, side * b, -side * direction.x);
    let second = vec3<f32>(b, side + direction.y * direction.y * a, -direction.y);
    let turned = direction * cosine + first * (sine * azimuth.x) + second * (sine * azimuth.y);
    return turned * (1.5 - 0.5 * dot3(turned, turned));
}
