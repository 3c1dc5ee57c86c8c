// Rayleigh scattering by the squared form factor. Twin: `dose_core::physics::rayleigh`.

// 1 - cos theta of a candidate, drawn from F^2 up to the largest momentum transfer at this energy.
fn rayleigh_candidate_one_minus_cos(table: u32, energy_mev: f32, quantile: f32) -> f32 {
    let x_max = energy_mev * MOMENTUM_PER_MEV;
    let cell = locate(MOMENTUM, x_max);
    let goal = quantile * mix_linear(tables[table + cell.index], tables[table + cell.index + 1u], cell.fraction);
    var lo = 0u;
    var hi = cell.index + 1u;
    for (var halving = 0u; halving < 10u && hi - lo > 1u; halving++) {
        let middle = (lo + hi) / 2u;
        if tables[table + middle] <= goal {
            lo = middle;
        } else {
            hi = middle;
        }
    }
    let is_below_first = goal < tables[table];
    let a = select(rayleigh_squared(lo), 0.0, is_below_first);
    let b = rayleigh_squared(select(lo + 1u, 0u, is_below_first));
    let below = select(tables[table + lo], 0.0, is_below_first);
    let above = tables[table + select(lo + 1u, 0u, is_below_first)];
    var within = 0.5;
    if above > below {
        within = (goal - below) / (above - below);
    }
    return greatest(least(2.0 * mix_linear(a, b, within) / (x_max * x_max), 2.0), 0.0);
}

// Probability that a candidate is kept.
fn rayleigh_acceptance(one_minus_cos: f32) -> f32 {
    let cosine = 1.0 - one_minus_cos;
    return 0.5 * (1.0 + cosine * cosine);
}

fn rayleigh_squared(node: u32) -> f32 {
    let x = bitcast<f32>((u32(127 + MOMENTUM.min_exponent) << 23u) + (node << (23u - MOMENTUM.bits)));
    return x * x;
}
