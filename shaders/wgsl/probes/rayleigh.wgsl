// In: an energy, a quantile, 1 - cos. Out: 1 - cos of the candidate, acceptance.

fn answer(words: vec4<u32>, numbers: vec4<f32>) -> vec4<u32> {
    let v = rayleigh_candidate_one_minus_cos(header.places_b.y, numbers.x, numbers.y);
    return bitcast<vec4<u32>>(vec4<f32>(v, rayleigh_acceptance(numbers.z), 0.0, 0.0));
}
