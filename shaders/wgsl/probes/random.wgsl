// In: a counter. Out: two words, a uniform number, a child branch.

fn answer(words: vec4<u32>, numbers: vec4<f32>) -> vec4<u32> {
    let random = philox(words, vec2<u32>(words.w, words.x));
    return vec4<u32>(random.x, random.y ^ random.w, bitcast<u32>(uniform_number(random.z)), child_branch(words.x, words.y));
}
