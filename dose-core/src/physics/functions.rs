//! Logarithm, exponential, sine and cosine in plain f32 arithmetic, so that every processor gives the same bits.
//!
//! Library versions differ between machines and between a CPU and a GPU; these are additions, multiplications and
//! bit shifts only. Twin: `functions.wgsl`.

/// The lesser of two numbers; the second where one is not a number. One instruction, unlike `f32::min`.
#[inline(always)]
pub fn least(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The greater of two numbers; the second where one is not a number. One instruction, unlike `f32::max`.
#[inline(always)]
pub fn greatest(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// Natural logarithm of a positive normal number; absolute error below 1.5e-7 for arguments in (0, 1].
///
/// ln m = 2 artanh((m − 1)/(m + 1)), series to the ninth power, after scaling m to [√½, √2).
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    let bits = x.to_bits();
    // Adding 1 − √½ in the mantissa's scale moves the exponent's step to √½.
    let shifted = bits.wrapping_sub(0x3f35_04f3);
    let exponent = (shifted as i32) >> 23;
    let m = f32::from_bits(bits.wrapping_sub((exponent as u32) << 23));
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    let series = 2.0 + q * (0.666_666_7 + q * (0.4 + q * (0.285_714_3 + q * 0.222_222_22)));
    exponent as f32 * core::f32::consts::LN_2 + s * series
}

/// e to the power −x for x ≥ 0; relative error below 3e-7 up to x = 80, 0 beyond 87.
///
/// 2 to a whole power by its bits, the rest (|r| ≤ ½) by the Taylor series of 2^r to the sixth power.
#[inline(always)]
pub fn exp_minus(x: f32) -> f32 {
    let y = least(x, 87.0) * core::f32::consts::LOG2_E;
    // SAFETY: 0.5 to 127; a conversion that cuts needs no instruction that a plain processor lacks, as floor does.
    let power: i32 = unsafe { (y + 0.5).to_int_unchecked() };
    let r = (power as f32 - y) * core::f32::consts::LN_2;
    let series = 1.0
        + r * (1.0
            + r * (0.5 + r * (0.166_666_67 + r * (0.041_666_668 + r * (0.008_333_334 + r * 0.001_388_889)))));
    let scale = f32::from_bits(((127 - power) as u32) << 23);
    series * scale
}

/// Cosine and sine of a turn's fraction `u` in [0, 1); absolute error below 4e-7.
#[inline(always)]
pub fn cos_sin_turn(u: f32) -> (f32, f32) {
    // SAFETY: a fraction of a turn gives 0 to 4.
    let quadrant: i32 = unsafe { (4.0 * u + 0.5).to_int_unchecked() };
    let a = (u - 0.25 * quadrant as f32) * core::f32::consts::TAU;
    let q = a * a;
    let sin =
        a * (1.0 + q * (-0.166_666_67 + q * (0.008_333_334 + q * (-0.000_198_412_7 + q * 2.755_731_9e-6))));
    let cos = 1.0 + q * (-0.5 + q * (0.041_666_668 + q * (-0.001_388_889 + q * 2.480_158_7e-5)));
    // Exchanged and signed by their bits: a branch here would be a coin's toss.
    let exchange = ((quadrant & 1) as u32).wrapping_neg();
    let (c, s) = (cos.to_bits(), sin.to_bits());
    let difference = (c ^ s) & exchange;
    let cos_sign = ((quadrant as u32 + 1) & 2) << 30;
    let sin_sign = (quadrant as u32 & 2) << 30;
    (f32::from_bits((c ^ difference) ^ cos_sign), f32::from_bits((s ^ difference) ^ sin_sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(count: u32, error: impl Fn(f64) -> f64) -> f64 {
        (1..count).map(|i| error(f64::from(i) / f64::from(count))).fold(0.0, f64::max)
    }

    #[test]
    fn functions_keep_their_stated_errors() {
        let ln_error = worst(200_000, |u| (f64::from(ln(u as f32)) - f64::from(u as f32).ln()).abs());
        let exp_error = worst(200_000, |u| {
            let x = (80.0 * u) as f32;
            (f64::from(exp_minus(x)) / (-f64::from(x)).exp() - 1.0).abs()
        });
        let turn_error = worst(200_000, |u| {
            let angle = f64::from(u as f32) * std::f64::consts::TAU;
            let (cos, sin) = cos_sin_turn(u as f32);
            (f64::from(cos) - angle.cos()).abs().max((f64::from(sin) - angle.sin()).abs())
        });
        assert!(ln_error < 1e-6, "ln {ln_error:e}");
        assert!(exp_error < 5e-6, "exp {exp_error:e}");
        assert!(turn_error < 5e-7, "turn {turn_error:e}");
    }

    #[test]
    fn the_exponential_of_a_great_depth_is_next_to_nothing() {
        assert!(exp_minus(1e30) < 1e-37);
        assert_eq!(exp_minus(0.0), 1.0);
    }
}
