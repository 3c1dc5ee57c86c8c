// In: a kinetic energy, a quantile, a mean cosine. Out: mean number, photon energy, its mean cosine, 1 - cos.

fn answer(words: vec4<u32>, numbers: vec4<f32>) -> vec4<u32> {
    let table = header.places_c.x;
    let photon = bremsstrahlung_photon(table, numbers.x, cutoff_mev(), numbers.y);
    let v = bremsstrahlung_one_minus_cos(numbers.z, numbers.y);
    let mean = bremsstrahlung_mean_number(table, numbers.x);
    return bitcast<vec4<u32>>(vec4<f32>(mean, photon.energy_mev, photon.mean_cos, v));
}
