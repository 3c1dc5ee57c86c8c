// Random words without state: Philox4x32-10. Twin: `dose_core::physics::random`.

// High word of a product of two words; core WGSL has no 64-bit integer.
fn multiply_high(a: u32, b: u32) -> u32 {
    let a_lo = a & 0xffffu;
    let a_hi = a >> 16u;
    let b_lo = b & 0xffffu;
    let b_hi = b >> 16u;
    let cross = a_hi * b_lo + ((a_lo * b_lo) >> 16u);
    let middle = a_lo * b_hi + (cross & 0xffffu);
    return a_hi * b_hi + (cross >> 16u) + (middle >> 16u);
}

// Four independent random words for a counter under a key. J. K. Salmon et al., SC11 (2011).
fn philox(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
    var c = counter;
    var k = key;
    for (var round = 0u; round < 10u; round++) {
        let p0_hi = multiply_high(c.x, 0xD2511F53u);
        let p0_lo = c.x * 0xD2511F53u;
        let p1_hi = multiply_high(c.z, 0xCD9E8D57u);
        let p1_lo = c.z * 0xCD9E8D57u;
        c = vec4<u32>(p1_hi ^ c.y ^ k.x, p1_lo, p0_hi ^ c.w ^ k.y, p0_lo);
        k = k + vec2<u32>(0x9E3779B9u, 0xBB67AE85u);
    }
    return c;
}

// A random word as a number in the open interval (0, 1), in steps of 2^-23, each in the middle of its step.
fn uniform_number(word: u32) -> f32 {
    return (f32(i32(word >> 9u)) + 0.5) * (1.0 / 8388608.0);
}

// The branch of a leg's child: a hash of the parent's branch and the child's place.
fn child_branch(branch: u32, child: u32) -> u32 {
    let state = (branch ^ (child * 0x9E3779B9u)) * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}
