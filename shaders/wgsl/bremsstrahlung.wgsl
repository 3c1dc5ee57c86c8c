// Bremsstrahlung of the electrons set free, as photons from where each is born.
// Twin: `dose_core::physics::bremsstrahlung`.

// A photon's energy and its mean cosine to the electron's first direction.
struct BremsstrahlungPhoton {
    energy_mev: f32,
    mean_cos: f32,
}

// Mean number of photons above the cutoff from an electron of a kinetic energy.
fn bremsstrahlung_mean_number(table: u32, kinetic_mev: f32) -> f32 {
    let cell = locate(ELECTRON, kinetic_mev);
    let at = table + cell.index * BREMSSTRAHLUNG_FLOATS_PER_NODE;
    return mix_linear(tables[at], tables[at + BREMSSTRAHLUNG_FLOATS_PER_NODE], cell.fraction);
}

// Energy [MeV] of a photon and its mean cosine, at a quantile.
fn bremsstrahlung_photon(table: u32, kinetic_mev: f32, cutoff_mev: f32, quantile: f32) -> BremsstrahlungPhoton {
    let cell = locate(ELECTRON, kinetic_mev);
    let place = (1.0 - sqrt(greatest(1.0 - quantile, 0.0))) * f32(BREMSSTRAHLUNG_QUANTILES - 1u);
    let step = u32(place);
    let within = place - f32(step);
    let at = table + cell.index * BREMSSTRAHLUNG_FLOATS_PER_NODE + 1u + step;
    let share = bremsstrahlung_value(at, within, cell.fraction);
    let energy_mev = cutoff_mev / exp_minus(share * greatest(ln(kinetic_mev / cutoff_mev), 0.0));
    let mean_cos = bremsstrahlung_value(at + BREMSSTRAHLUNG_QUANTILES, within, cell.fraction);
    return BremsstrahlungPhoton(least(energy_mev, kinetic_mev), mean_cos);
}

fn bremsstrahlung_value(at: u32, within: f32, between: f32) -> f32 {
    let up = at + BREMSSTRAHLUNG_FLOATS_PER_NODE;
    let lower = mix_linear(tables[at], tables[at + 1u], within);
    let upper = mix_linear(tables[up], tables[up + 1u], within);
    return mix_linear(lower, upper, between);
}

// 1 - cos of an angle whose cosine has a given mean.
fn bremsstrahlung_one_minus_cos(mean_cos: f32, quantile: f32) -> f32 {
    let m = greatest(least(mean_cos, 0.999), 0.01);
    let a = m * (3.0 - m * m) / (1.0 - m * m);
    let lowest = exp_minus(2.0 * a);
    return greatest(least(-ln(quantile + (1.0 - quantile) * lowest) / a, 2.0), 0.0);
}
