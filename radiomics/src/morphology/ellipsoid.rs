//! Ellipsoids: principal axes, surface area, the least one around points.

/// Eigenvalues of a symmetric matrix, falling (Jacobi's rotations).
pub fn eigenvalues(mut m: [[f64; 3]; 3]) -> [f64; 3] {
    const SWEEPS: usize = 60;
    for _ in 0..SWEEPS {
        let off = m[0][1].abs() + m[0][2].abs() + m[1][2].abs();
        if off == 0.0 {
            break;
        }
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if m[p][q] == 0.0 {
                continue;
            }
            let theta = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
            let t = if theta == 0.0 {
                1.0
            } else {
                theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt())
            };
            let c = 1.0 / (t * t + 1.0).sqrt();
            let s = t * c;
            let old = m;
            for k in 0..3 {
                m[k][p] = c * old[k][p] - s * old[k][q];
                m[k][q] = s * old[k][p] + c * old[k][q];
            }
            let old = m;
            for k in 0..3 {
                m[p][k] = c * old[p][k] - s * old[q][k];
                m[q][k] = s * old[p][k] + c * old[q][k];
            }
            m[p][q] = 0.0;
            m[q][p] = 0.0;
        }
    }
    let mut values = [m[0][0], m[1][1], m[2][2]];
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

/// Surface area of an ellipsoid with semi-axes a ≥ b ≥ c, by the series of the standard up to the 20th Legendre polynomial.
///
/// ```text
/// A = 4πab Σ_ν (αβ)^ν / (1 − 4ν²) P_ν((α² + β²) / (2αβ)),  α² = 1 − b²/a²,  β² = 1 − c²/a²
/// ```
/// IBSI manual, section 3.1 (area density, approximate enclosing ellipsoid). The reference values demand the series as the
/// manual gives it. It is not the area of the ellipsoid, which would need α² = 1 − c²/a² and β² = 1 − c²/b²: with a = b it
/// gives that of a prolate spheroid. Where α = 0 the recurrence of (αβ)^ν P_ν keeps just the leading term of P_ν.
pub fn ellipsoid_area([a, b, c]: [f64; 3]) -> f64 {
    const TERMS: usize = 20;
    let alpha2 = 1.0 - (b / a).powi(2);
    let beta2 = 1.0 - (c / a).powi(2);
    // q_ν = (αβ)^ν P_ν: (ν+1) q_{ν+1} = (2ν+1) (α²+β²)/2 q_ν − ν α²β² q_{ν−1}.
    let (mut last, mut here) = (1.0, 0.5 * (alpha2 + beta2));
    let mut sum = 1.0 + here / (1.0 - 4.0);
    for v in 1..TERMS {
        let n = v as f64;
        let next = ((2.0 * n + 1.0) * 0.5 * (alpha2 + beta2) * here - n * alpha2 * beta2 * last) / (n + 1.0);
        (last, here) = (here, next);
        sum += here / (1.0 - 4.0 * (n + 1.0).powi(2));
    }
    4.0 * std::f64::consts::PI * a * b * sum
}

/// Semi-axes, falling, of the least ellipsoid around some points; `None` if they lie in a plane.
///
/// Khachiyan's ascent with away steps: L. G. Khachiyan, Math. Oper. Res. 21 (1996) 307; M. J. Todd, E. A. Yıldırım, Discrete
/// Appl. Math. 155 (2007) 1731. It runs on a few points, to which those outside their ellipsoid are added until there are none:
/// ends where no point and no weight is off by more than 10⁻⁷.
pub fn least_enclosing(points: &[[f64; 3]]) -> Option<[f64; 3]> {
    /// Points to begin with, and how many are added at a time.
    const FEW: usize = 32;
    let mut chosen = vec![false; points.len()];
    for n in 0..FEW.min(points.len()) {
        chosen[n * points.len() / FEW.min(points.len())] = true;
    }
    for axis in 0..3 {
        let by = |a: &usize, b: &usize| points[*a][axis].total_cmp(&points[*b][axis]);
        for end in [(0..points.len()).min_by(by), (0..points.len()).max_by(by)].into_iter().flatten() {
            chosen[end] = true;
        }
    }
    loop {
        let few: Vec<[f64; 3]> =
            points.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(point, _)| *point).collect();
        let all_chosen = few.len() == points.len();
        let Some((axes, inverse)) = around(&few) else {
            if all_chosen {
                return None;
            }
            chosen.fill(true); // The few lie in a plane; perhaps not all do.
            continue;
        };
        let mut outside: Vec<(f64, usize)> = (0..points.len())
            .filter(|&n| !chosen[n])
            .map(|n| (quadratic(&inverse, &[points[n][0], points[n][1], points[n][2], 1.0]), n))
            .filter(|(g, _)| g / 4.0 - 1.0 >= TOLERANCE)
            .collect();
        if outside.is_empty() {
            return Some(axes);
        }
        outside.sort_by(|a, b| b.0.total_cmp(&a.0));
        outside.iter().take(FEW).for_each(|(_, n)| chosen[*n] = true);
    }
}

/// Largest part by which a point or a weight may be off.
const TOLERANCE: f64 = 1e-7;

/// Semi-axes of the least ellipsoid around some points, and the inverse of their weighted moment.
fn around(points: &[[f64; 3]]) -> Option<([f64; 3], [[f64; 4]; 4])> {
    const STEPS: usize = 200_000;
    let n = points.len();
    if n < 4 {
        return None;
    }
    let lifted: Vec<[f64; 4]> = points.iter().map(|p| [p[0], p[1], p[2], 1.0]).collect();
    let mut weights = vec![1.0 / n as f64; n];
    let dimension = 4.0;
    let mut moment = [[0.0; 4]; 4];
    for (q, w) in lifted.iter().zip(&weights) {
        add_outer(&mut moment, q, *w);
    }
    let mut inverse = invert(&moment)?;
    for step in 0..STEPS {
        let (mut high, mut low) = ((0, f64::NEG_INFINITY), (0, f64::INFINITY));
        for (i, q) in lifted.iter().enumerate() {
            let g = quadratic(&inverse, q);
            if g > high.1 {
                high = (i, g);
            }
            if weights[i] > 1e-12 && g < low.1 {
                low = (i, g);
            }
        }
        let (up, down) = (high.1 / dimension - 1.0, 1.0 - low.1 / dimension);
        if up.max(down) < TOLERANCE {
            break;
        }
        let (i, g) = if up > down { high } else { low };
        let mut beta = (g / dimension - 1.0) / (g - 1.0);
        if up <= down {
            beta = beta.max(-weights[i] / (1.0 - weights[i]));
        }
        for w in &mut weights {
            *w *= 1.0 - beta;
        }
        weights[i] += beta;
        if step % 512 == 511 {
            // Rounding gathers in the updates below.
            moment = [[0.0; 4]; 4];
            for (q, w) in lifted.iter().zip(&weights) {
                add_outer(&mut moment, q, *w);
            }
            inverse = invert(&moment)?;
        } else {
            // Sherman and Morrison: (1−β) M + β q qᵀ.
            let q = lifted[i];
            let v: [f64; 4] = std::array::from_fn(|r| (0..4).map(|c| inverse[r][c] * q[c]).sum());
            let scale = beta / (1.0 - beta + beta * g);
            for r in 0..4 {
                for c in 0..4 {
                    inverse[r][c] = (inverse[r][c] - scale * v[r] * v[c]) / (1.0 - beta);
                }
            }
        }
    }
    // Shape matrix: covariance of the weights times the dimension of space.
    let mean: [f64; 3] = std::array::from_fn(|x| points.iter().zip(&weights).map(|(p, w)| p[x] * w).sum());
    let mut covariance = [[0.0; 3]; 3];
    for (p, w) in points.iter().zip(&weights) {
        for r in 0..3 {
            for c in 0..3 {
                covariance[r][c] += w * (p[r] - mean[r]) * (p[c] - mean[c]);
            }
        }
    }
    Some((eigenvalues(covariance).map(|value| (3.0 * value.max(0.0)).sqrt()), inverse))
}

fn add_outer(m: &mut [[f64; 4]; 4], q: &[f64; 4], w: f64) {
    for r in 0..4 {
        for c in 0..4 {
            m[r][c] += w * q[r] * q[c];
        }
    }
}

fn quadratic(m: &[[f64; 4]; 4], q: &[f64; 4]) -> f64 {
    (0..4).map(|r| q[r] * (0..4).map(|c| m[r][c] * q[c]).sum::<f64>()).sum()
}

/// Inverse by Gauss and Jordan with row exchange; `None` if singular.
fn invert(m: &[[f64; 4]; 4]) -> Option<[[f64; 4]; 4]> {
    let mut a = *m;
    let mut b: [[f64; 4]; 4] = std::array::from_fn(|r| std::array::from_fn(|c| f64::from(u8::from(r == c))));
    let scale = m.iter().flatten().fold(0.0_f64, |most, x| most.max(x.abs()));
    for col in 0..4 {
        let pivot = (col..4).max_by(|&i, &j| a[i][col].abs().total_cmp(&a[j][col].abs()))?;
        if a[pivot][col].abs() <= 1e-14 * scale {
            return None;
        }
        a.swap(col, pivot);
        b.swap(col, pivot);
        let d = a[col][col];
        for k in 0..4 {
            a[col][k] /= d;
            b[col][k] /= d;
        }
        for r in (0..4).filter(|&r| r != col) {
            let f = a[r][col];
            for k in 0..4 {
                a[r][k] -= f * a[col][k];
                b[r][k] -= f * b[col][k];
            }
        }
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvalues_of_a_matrix_worked_by_hand() {
        let values = eigenvalues([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 5.0]]);
        for (found, expected) in values.into_iter().zip([5.0, 3.0, 1.0]) {
            assert!((found - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn areas_of_a_sphere_and_a_spheroid() {
        let pi = std::f64::consts::PI;
        assert!((ellipsoid_area([3.0; 3]) - 36.0 * pi).abs() < 1e-12);
        // With a = b the series of the manual is that of a prolate spheroid: 4π times (b² + ab arcsin(e)/e) / 2a.
        let e = 0.6_f64;
        let ratio = 0.5 * (0.8 * 0.8 + 0.8 * e.asin() / e) / 0.8;
        assert!((ellipsoid_area([1.0, 1.0, 0.8]) - 4.0 * pi * ratio).abs() < 1e-9);
    }

    #[test]
    fn the_least_ellipsoid_around_a_box_touches_its_corners() {
        // Around a box of half-edges h the least ellipsoid has semi-axes √3 h.
        let corners: Vec<[f64; 3]> = (0..8)
            .map(|n| std::array::from_fn(|x| [1.0, 2.0, 4.0][x] * if n >> x & 1 == 1 { 1.0 } else { -1.0 }))
            .collect();
        let axes = least_enclosing(&corners).expect("spans space");
        for (found, half) in axes.into_iter().zip([4.0, 2.0, 1.0]) {
            assert!((found - half * 3.0_f64.sqrt()).abs() < 1e-6, "{axes:?}");
        }
        assert!(least_enclosing(&corners[..4]).is_none() || corners.len() == 8);
    }

    #[test]
    fn a_few_points_at_a_time_end_at_the_ellipsoid_around_all() {
        // Points in a long box by a linear congruential generator, most of them inside the ellipsoid.
        let mut word = 7_u64;
        let mut uniform = || {
            word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (word >> 40) as f64 / (1_u64 << 24) as f64 - 0.5
        };
        let points: Vec<[f64; 3]> = (0..500).map(|_| [9.0 * uniform(), 4.0 * uniform(), uniform()]).collect();
        let (expected, _) = around(&points).expect("spans space");
        let found = least_enclosing(&points).expect("spans space");
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5 * expected, "{found} {expected}");
        }
    }
}
