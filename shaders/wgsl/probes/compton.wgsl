// In: an energy, a quantile. Out: 1 - cos, scattered energy, binding.

fn answer(words: vec4<u32>, numbers: vec4<f32>) -> vec4<u32> {
    let v = compton_one_minus_cos(header.places_a.w, numbers.x, numbers.y);
    let scattered_mev = compton_scattered_energy_mev(numbers.x, v);
    // The binding is asked at a given angle, so that it shows its own deviation and not that of the angle.
    let binding = compton_binding(header.places_b.x, numbers.x, numbers.z);
    return bitcast<vec4<u32>>(vec4<f32>(v, scattered_mev, binding, 0.0));
}
