// In: two numbers for a direction, 1 - cos, a turn. Out: the deflected direction, the first direction's z.

fn answer(words: vec4<u32>, numbers: vec4<f32>) -> vec4<u32> {
    let start = isotropic(numbers.x, numbers.y);
    let end = deflected(start, numbers.z, cos_sin_turn(numbers.w));
    return bitcast<vec4<u32>>(vec4<f32>(end, start.z));
}
