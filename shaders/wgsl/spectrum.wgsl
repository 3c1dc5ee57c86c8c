// Energies of source photons. Twin: `dose_core::transport::source`.

const SOURCE_BRANCH: u32 = 0u;

// An energy from a spectrum: the bin by its cumulative weight, uniform inside [MeV].
fn spectrum_energy_mev(at: u32, bins: u32) -> f32 {
    let words = leg_words(SOURCE_BRANCH, DRAW_ENERGY);
    let pick = uniform_number(words.x);
    var lo = 0u;
    var hi = bins - 1u;
    for (var halving = 0u; halving < 32u && lo < hi; halving++) {
        let middle = (lo + hi) / 2u;
        if tables[at + 4u * middle] < pick {
            lo = middle + 1u;
        } else {
            hi = middle;
        }
    }
    return mix_linear(tables[at + 4u * lo + 1u], tables[at + 4u * lo + 2u], uniform_number(words.y));
}
