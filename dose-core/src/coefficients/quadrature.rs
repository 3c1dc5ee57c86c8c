//! Gauss-Legendre quadrature on equal panels.

/// Positive nodes and weights of the 8-point rule on [-1, 1] (Abramowitz & Stegun, table 25.4).
const RULE: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_47),
    (0.960_289_856_497_536_2, 0.101_228_536_290_376_26),
];

/// Nodes and weights for an integral from `a` to `b` with 8 points on each of `panels` equal panels.
pub(crate) fn nodes(a: f64, b: f64, panels: u32) -> impl Iterator<Item = (f64, f64)> {
    let half = 0.5 * (b - a) / f64::from(panels);
    (0..panels).flat_map(move |panel| {
        let middle = a + half * (2.0 * f64::from(panel) + 1.0);
        RULE.into_iter()
            .flat_map(move |(x, w)| [(middle - half * x, half * w), (middle + half * x, half * w)])
    })
}

/// ∫ f from `a` to `b` with 8 points on each of `panels` equal panels.
pub(crate) fn integrate(a: f64, b: f64, panels: u32, mut f: impl FnMut(f64) -> f64) -> f64 {
    nodes(a, b, panels).map(|(x, weight)| weight * f(x)).sum()
}

#[cfg(test)]
mod tests {
    use super::integrate;

    #[test]
    fn polynomials_up_to_degree_fifteen_are_exact() {
        assert!((integrate(0.0, 2.0, 1, |x| x.powi(15)) / (2.0_f64.powi(16) / 16.0) - 1.0).abs() < 1e-13);
        assert!((integrate(1.0, 3.0, 7, |x| 1.0 / x) - 3.0_f64.ln()).abs() < 1e-12);
    }
}
