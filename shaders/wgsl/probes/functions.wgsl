// In: an argument in (0, 1), a depth. Out: logarithm, exponential, cosine and sine of a turn.

fn answer(words: vec4<u32>, numbers: vec4<f32>) -> vec4<u32> {
    let turn = cos_sin_turn(numbers.x);
    return bitcast<vec4<u32>>(vec4<f32>(ln(numbers.x), exp_minus(numbers.y), turn.x, turn.y));
}
