// A photon that leaks through the housing. Twin: `dose_core::transport::head::leakage`.

// A photon through the housing.
fn leakage_photon(given: Delivery) -> HeadPhoton {
    let origin_mm = vec3<f32>(0.0, 0.0, tables[given.aperture + APERTURE_SAD]);
    let along = aim_at_grid(given, origin_mm, leg_words(SOURCE_BRANCH, DRAW_AIM));
    let density = grid_density(given, origin_mm, along);
    let leakage = u32(tables[given.beam + DISC + 3u]);
    let bins = u32(tables[leakage]);
    let energy_mev = spectrum_energy_mev(leakage + LEAKAGE_FLOATS, bins);
    let per_sr = tables[leakage + 2u] * leakage_by_cosine(leakage, -along.z);
    var weight = 0.0;
    if density > 0.0 {
        weight = tables[given.piece + 1u] * per_sr / density;
    }
    return HeadPhoton(HeadRay(origin_mm, along), energy_mev, weight, 0.5);
}

// The leakage at the cosine of the angle to the beam's axis, relative.
fn leakage_by_cosine(leakage: u32, cosine: f32) -> f32 {
    let nodes = tables[leakage + 1u];
    let first = leakage + LEAKAGE_FLOATS + 4u * u32(tables[leakage]);
    let place = greatest(least(0.5 * (cosine + 1.0) * (nodes - 1.0), nodes - 1.0 - 1e-3), 0.0);
    let node = u32(place);
    return mix_linear(tables[first + node], tables[first + node + 1u], place - f32(node));
}
