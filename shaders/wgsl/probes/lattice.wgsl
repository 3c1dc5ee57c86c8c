// In: an energy, a momentum transfer. Out: cell and fraction of each.

fn answer(words: vec4<u32>, numbers: vec4<f32>) -> vec4<u32> {
    let energy = locate(ENERGY, numbers.x);
    let momentum = locate(MOMENTUM, numbers.y);
    return vec4<u32>(energy.index, bitcast<u32>(energy.fraction), momentum.index, bitcast<u32>(momentum.fraction));
}
