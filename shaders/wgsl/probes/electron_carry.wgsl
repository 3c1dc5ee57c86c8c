// In: a photon's energy, and a word as a whole number. Out: displacement along and aside, lift.

fn answer(words: vec4<u32>, numbers: vec4<f32>) -> vec4<u32> {
    let found = carry(header.choices.z, numbers.x, u32(numbers.y));
    return bitcast<vec4<u32>>(vec4<f32>(found.along, found.aside, found.lift, 0.0));
}
