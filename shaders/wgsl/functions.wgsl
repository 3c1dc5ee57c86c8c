// Logarithm, exponential, sine and cosine in plain arithmetic. Twin: `dose_core::physics::functions`.

// The lesser of two numbers.
fn least(a: f32, b: f32) -> f32 {
    return select(b, a, a < b);
}

// The greater of two numbers.
fn greatest(a: f32, b: f32) -> f32 {
    return select(b, a, a > b);
}

// Natural logarithm of a positive normal number.
fn ln(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    // Adding 1 - sqrt(1/2) in the mantissa's scale moves the exponent's step to sqrt(1/2).
    let shifted = bits - 0x3f3504f3u;
    let exponent = bitcast<i32>(shifted) >> 23u;
    let m = bitcast<f32>(bits - (bitcast<u32>(exponent) << 23u));
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    let series = 2.0 + q * (0.6666667 + q * (0.4 + q * (0.2857143 + q * 0.22222222)));
    return f32(exponent) * 0.6931472 + s * series;
}

// e to the power -x for x >= 0; 0 or next to it beyond 87.
fn exp_minus(x: f32) -> f32 {
    let y = least(x, 87.0) * 1.442695;
    let power = i32(y + 0.5);
    let r = (f32(power) - y) * 0.6931472;
    let series =
        1.0 + r * (1.0 + r * (0.5 + r * (0.16666667 + r * (0.041666668 + r * (0.008333334 + r * 0.001388889)))));
    let scale = bitcast<f32>(u32(127 - power) << 23u);
    return series * scale;
}

// Cosine and sine of a turn's fraction `u` in [0, 1).
fn cos_sin_turn(u: f32) -> vec2<f32> {
    let quadrant = i32(4.0 * u + 0.5);
    let a = (u - 0.25 * f32(quadrant)) * 6.2831855;
    let q = a * a;
    let sine = a * (1.0 + q * (-0.16666667 + q * (0.008333334 + q * (-0.0001984127 + q * 2.7557319e-6))));
    let cosine = 1.0 + q * (-0.5 + q * (0.041666668 + q * (-0.001388889 + q * 2.4801587e-5)));
    // Exchanged and signed by their bits.
    let turn = u32(quadrant);
    let exchange = 0u - (turn & 1u);
    let c = bitcast<u32>(cosine);
    let s = bitcast<u32>(sine);
    let difference = (c ^ s) & exchange;
    let cosine_sign = ((turn + 1u) & 2u) << 30u;
    let sine_sign = (turn & 2u) << 30u;
    return bitcast<vec2<f32>>(vec2<u32>((c ^ difference) ^ cosine_sign, (s ^ difference) ^ sine_sign));
}
