// Compton scattering: Klein-Nishina by an inverse table, electron binding by rejection.
// Twin: `dose_core::physics::compton`. A table is named by its place in `tables`.

// Photon energy after Compton scattering through an angle [MeV].
fn compton_scattered_energy_mev(energy_mev: f32, one_minus_cos: f32) -> f32 {
    return energy_mev / (1.0 + energy_mev / ELECTRON_REST_MEV * one_minus_cos);
}

// 1 - cos theta at a quantile of the Klein-Nishina distribution.
fn compton_one_minus_cos(table: u32, energy_mev: f32, quantile: f32) -> f32 {
    let cell = locate(KLEIN_NISHINA, energy_mev);
    let place = quantile * f32(COMPTON_QUANTILES - 1u);
    let step = i32(place);
    let within = place - f32(step);
    let at = table + cell.index * COMPTON_QUANTILES + u32(step);
    let lower = mix_linear(tables[at], tables[at + 1u], within);
    let upper = mix_linear(tables[at + COMPTON_QUANTILES], tables[at + COMPTON_QUANTILES + 1u], within);
    return least(mix_linear(lower, upper, cell.fraction) * (ELECTRON_REST_MEV / energy_mev), 2.0);
}

// Probability that a bound electron takes part in a scattering that a free one would.
fn compton_binding(table: u32, energy_mev: f32, one_minus_cos: f32) -> f32 {
    let cell = locate(MOMENTUM, energy_mev * MOMENTUM_PER_MEV * sqrt(0.5 * one_minus_cos));
    return mix_linear(tables[table + cell.index], tables[table + cell.index + 1u], cell.fraction);
}
