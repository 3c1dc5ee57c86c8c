//! A collimator attenuates what is behind it by exp(−µl), and leaves the open part alone.

use dose_core::case::{Case, Collimator, Emission, MaterialId, Quantity, Rectangle, Source};
use dose_core::coefficients::{attenuation, energy_transfer};
use dose_core::deck::Deck;
use dose_core::material::Material;
use dose_core::run::{Region, Settings, VarianceReduction};
use dose_core::spectrum::{CUTOFF_MEV, Spectrum};
use straydose_tests::cases::run_deck;
use volume::Grid;

/// Half the width of the field (mm).
const HALF_FIELD_MM: f64 = 50.0;

/// A block that covers x > 0 of a parallel beam, and three voxels of nearly nothing 8 m behind it: what the block
/// scatters misses them (less than 1e-4 of the primary). The middle voxel holds the edge of the block.
fn half_blocked(material: &str, thickness_mm: f64, energy_mev: f64) -> Case {
    let material = Material::named(material).expect("of the library");
    let density_g_cm3 = material.density_g_cm3;
    Case {
        grid: Grid { corner_mm: [-45.0, 8000.0, -45.0], spacing_mm: [30.0, 60.0, 90.0], shape: [3, 1, 1] },
        materials: vec![Material::named("water").expect("of the library"), material],
        voxel_material: vec![MaterialId(0); 3],
        voxel_density_g_cm3: vec![1e-6; 3],
        collimators: vec![Collimator {
            min_mm: [0.0, 0.0, -60.0],
            max_mm: [60.0, thickness_mm, 60.0],
            material: MaterialId(1),
            density_g_cm3,
        }],
        source: Source::Rectangle(Rectangle {
            position_mm: [0.0, -10.0, 0.0],
            direction: [0.0, 1.0, 0.0],
            field_mm: [2.0 * HALF_FIELD_MM; 2],
            emission: Emission::Parallel,
            spectrum: Spectrum::mono(energy_mev).expect("within the data"),
        }),
        quantity: Quantity::Kerma,
    }
}

/// Resolves 0.5 % in the open half and 1 % behind the block.
#[test]
fn a_block_attenuates_the_primary_by_exp_minus_mu_l_and_the_open_half_not_at_all() {
    for (name, thickness_mm, energy_mev) in
        [("water", 50.0, 1.0), ("water", 20.0, 0.06), ("tungsten", 10.0, 2.0), ("lead", 20.0, 6.0)]
    {
        let case = half_blocked(name, thickness_mm, energy_mev);
        let block = &case.materials[1];
        let mu_per_cm = attenuation(block, energy_mev).total() * block.density_g_cm3;
        let through = (-mu_per_cm * thickness_mm / 10.0).exp();
        let per_photon_cm2 = 1.0 / (2.0 * HALF_FIELD_MM / 10.0).powi(2);
        let transfer = energy_transfer(&case.materials[0], energy_mev, CUTOFF_MEV);
        let open_gy = per_photon_cm2 * energy_mev * transfer * 1.602_176_634e-10;

        let deck = Deck::new(&case, VarianceReduction::Auto).expect("a good case");
        let settings = Settings {
            histories: 400_000,
            seed: 3,
            batches: 100,
            regions: Region::alike([vec![0], vec![2], vec![1]]),
        };
        let outcome = run_deck(&deck, &settings, None);
        let expected = [1.0, through, 0.5 * (1.0 + through)].map(|share| share * open_gy);
        for ((place, found), expected) in
            ["open half", "behind the block", "across the edge"].iter().zip(&outcome.regions).zip(expected)
        {
            let ratio = found.mean / expected;
            let sigma = found.sigma_relative;
            assert!(8.0 * sigma < 0.08, "{name}, {place}: sigma {sigma:.2e} shows nothing");
            assert!(
                (ratio - 1.0).abs() < 4.0 * sigma + 5e-4,
                "{name} {thickness_mm} mm at {energy_mev} MeV, {place}: {ratio:.4} of exp(-mu l) (sigma {sigma:.2e})"
            );
        }
    }
}
