//! Splitting, roulette, blocks and combs change the variance, never the mean.

use dose_core::case::{Case, Quantity};
use dose_core::deck::Deck;
use dose_core::run::{self, Settings, VarianceReduction};
use dose_core::spectrum::Spectrum;
use phantoms::tanks;
use straydose_tests::cases::{noisy_body, plain_deck, run_deck, slab_regions};
use straydose_tests::statistics::distance_in_sigma;

/// A region, and the relative bias that the comparison would show with certainty (six standard errors).
struct Region {
    name: String,
    voxels: Vec<u32>,
    resolves: f64,
}

/// The accelerated run and the plain one agree within three standard errors in every region; with at most 15 regions a
/// test and fixed seeds, chance alone would fail 1 in 25 choices of the seed.
fn assert_same_means(case: &Case, regions: &[Region], fast_histories: u64, plain_histories: u64) {
    let lists: Vec<Vec<u32>> = regions.iter().map(|region| region.voxels.clone()).collect();
    let settings = |histories, seed| Settings {
        histories,
        seed,
        batches: 200,
        regions: run::Region::alike(lists.clone()),
    };
    let fast = Deck::new(case, VarianceReduction::Auto).expect("a good case");
    let fast = run_deck(&fast, &settings(fast_histories, 31), None);
    let plain = run_deck(&plain_deck(case), &settings(plain_histories, 32), None);
    let mut wrong = String::new();
    for ((region, a), b) in regions.iter().zip(&fast.regions).zip(&plain.regions) {
        let sigma = a.sigma_relative.hypot(b.sigma_relative);
        let name = &region.name;
        if std::env::var_os("STRAYDOSE_SHOW_FIGURES").is_some() {
            let text =
                format!("{name}: {:+.2} % ± {:.2} %\n", 100.0 * (a.mean / b.mean - 1.0), 100.0 * sigma);
            let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
        }
        assert!(region.voxels.len() > 1, "{name} has no voxels");
        if 6.0 * sigma > region.resolves {
            wrong += &format!(
                "{name}: too few histories, sigma {sigma:.2e} cannot show {:.2e}\n",
                region.resolves
            );
        }
        let pull = distance_in_sigma(a.mean, a.mean * a.sigma_relative, b.mean, b.mean * b.sigma_relative);
        if pull.abs() > 3.0 {
            let ratio = a.mean / b.mean;
            wrong +=
                &format!("{name}: accelerated over plain {ratio:.4} is {pull:+.1} standard errors off\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn slabs_of_lung_bone_and_metal_get_the_dose_of_the_plain_walk() {
    let case = tanks::w1_with_slabs(10.0, Quantity::Kerma, tanks::CHEST_SLABS);
    let regions: Vec<Region> = slab_regions(&case)
        .into_iter()
        .map(|(name, voxels)| {
            let resolves = if name.ends_with("on the axis") { 0.02 } else { 0.08 };
            Region { name, voxels, resolves }
        })
        .collect();
    assert_same_means(&case, &regions, 1_000_000, 2_000_000);
}

/// Regions of the noisy body: field, lung, bone, spots, far ends.
fn regions_of_body(case: &Case) -> Vec<Region> {
    let of = |name: &str, resolves: f64, accepts: &dyn Fn([f64; 3], u8) -> bool| {
        let accepted = |&offset: &usize| {
            accepts(case.grid.centre_mm(case.grid.voxel(offset)), case.voxel_material[offset].0)
        };
        let voxels = (0..case.grid.len()).filter(accepted).map(|offset| offset as u32).collect();
        Region { name: name.into(), voxels, resolves }
    };
    let in_beam = |p: [f64; 3]| p[0].abs() < 20.0 && (p[2] + 40.0).abs() < 20.0;
    vec![
        of("beam, first 3 cm", 0.015, &|p, _| in_beam(p) && p[1] < 30.0),
        of("beam, bone", 0.015, &|p, m| in_beam(p) && m == 2),
        of("beam, behind the lung", 0.04, &|p, _| in_beam(p) && p[1] > 190.0),
        of("lung", 0.02, &|_, m| m == 1),
        of("bone beside the beam", 0.05, &|p, m| m == 2 && (p[2] + 40.0).abs() > 60.0),
        of("metal spots", 0.06, &|_, m| m == 3),
        of("near end", 0.05, &|p, _| p[2] < -150.0),
        of("far end", 0.12, &|p, _| p[2] > 140.0),
        of("everything", 0.01, &|_, _| true),
    ]
}

#[test]
fn a_noisy_body_gets_the_kerma_of_the_plain_walk_at_6_mv() {
    let case = noisy_body(Spectrum::named("mohan-6mv").expect("of the library"), Quantity::Kerma);
    assert_same_means(&case, &regions_of_body(&case), 1_000_000, 1_000_000);
}

/// At 100 keV bone and titanium stand out in atomic number as well: blocks are bounded widely, or walked.
#[test]
fn a_noisy_body_gets_the_dose_of_the_plain_walk_at_100_kev() {
    let case = noisy_body(Spectrum::mono(0.1).expect("within the data"), Quantity::Dose);
    assert_same_means(&case, &regions_of_body(&case), 1_000_000, 1_000_000);
}
