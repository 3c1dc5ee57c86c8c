// A photon that flattening filter or primary collimator scattered. Twin: `dose_core::transport::head::extra_focal`.

// A photon of the disc before it meets jaws and leaves.
fn extra_focal_photon(given: Delivery) -> HeadPhoton {
    let spot = leg_words(SOURCE_BRANCH, DRAW_SPOT);
    let distance_mm = tables[given.beam + DISC];
    let sigma_mm = tables[given.beam + DISC + 1u];
    let per_sr = tables[given.beam + DISC + 2u];
    let sad_mm = tables[given.aperture + APERTURE_SAD];
    let radius_mm = sigma_mm * sqrt(-2.0 * ln(1.0 - DISC_SHARE * uniform_number(spot.x)));
    let turn = cos_sin_turn(uniform_number(spot.y));
    let origin_mm = vec3<f32>(radius_mm * turn.x, radius_mm * turn.y, sad_mm - distance_mm);

    let aim = aim_in_plane(given);
    let dx = aim.x * sad_mm - origin_mm.x;
    let dy = aim.y * sad_mm - origin_mm.y;
    let per_length = 1.0 / sqrt(dx * dx + dy * dy + origin_mm.z * origin_mm.z);
    let along = vec3<f32>(dx * per_length, dy * per_length, -origin_mm.z * per_length);
    // The angle between the way from the target and the way on.
    let to_disc = 1.0 / sqrt(radius_mm * radius_mm + distance_mm * distance_mm);
    let cosine = (origin_mm.x * along.x + origin_mm.y * along.y - distance_mm * along.z) * to_disc;
    let v = greatest(1.0 - cosine, 0.0);
    let bins = u32(tables[given.beam]);
    let focal_mev = spectrum_energy_mev(given.beam + BEAM_FLOATS, bins);
    let energy_mev = compton_scattered_energy_mev(focal_mev, v);
    // Photons a unit of area in the isocentre plane, whose unit of tangents is the square of the distance to it.
    let in_plane = klein_nishina(focal_mev, v) * -along.z * per_length * per_length * sad_mm * sad_mm;
    let weight = tables[given.piece + 1u] * per_sr * in_plane / aim.density;

    return HeadPhoton(HeadRay(origin_mm, along), energy_mev, weight, uniform_number(spot.z));
}

// Klein-Nishina cross section at 1 - cos theta over that straight ahead.
fn klein_nishina(energy_mev: f32, one_minus_cos: f32) -> f32 {
    let inverse = 1.0 + energy_mev / ELECTRON_REST_MEV * one_minus_cos;
    let kept = 1.0 / inverse;
    return 0.5 * kept * kept * (kept + inverse - one_minus_cos * (2.0 - one_minus_cos));
}
