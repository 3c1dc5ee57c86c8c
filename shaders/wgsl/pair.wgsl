// Pair production: the direction of the annihilation photons. Twin: `dose_core::physics::pair`.

// A direction uniform over the sphere, from two uniform numbers.
fn isotropic(u_polar: f32, u_azimuth: f32) -> vec3<f32> {
    let cosine = 2.0 * u_polar - 1.0;
    let sine = sqrt(greatest(1.0 - cosine * cosine, 0.0));
    let azimuth = cos_sin_turn(u_azimuth);
    return vec3<f32>(sine * azimuth.x, sine * azimuth.y, cosine);
}
