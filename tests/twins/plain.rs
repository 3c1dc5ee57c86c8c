//! Many legs side by side leave the same bytes as one after the other.

use dose_core::case::{Case, Collimator, MaterialId, Quantity};
use dose_core::deck::Deck;
use dose_core::material::Material;
use dose_core::run::VarianceReduction;
use dose_core::spectrum::Spectrum;
use dose_core::transport::cpu::Cpu;
use dose_core::transport::history::{Plain, follow};
use dose_core::transport::leg::Stream;
use dose_core::transport::tally::{ACCOUNTS, Image, Tally};
use phantoms::tanks;

const KEY: [u32; 2] = [11, 0];
/// Beyond 32 bits, so that the history's high word counts.
const START: u64 = (1 << 32) - 1500;
const HISTORIES: u64 = 3000;

fn assert_same(name: &str, case: &Case) {
    let deck = Deck::new(case, VarianceReduction::Auto).expect("a good case");
    let mut quanta = Image::new(deck.voxels.len());
    let mut tally = Tally { image: &mut quanta, balance: [0; ACCOUNTS] };
    let mut waiting = Vec::new();
    for history in START..START + HISTORIES {
        follow::<Plain>(&deck, Stream { key: KEY, history }, &mut waiting, &mut tally);
    }
    let balance = tally.balance;
    let mut plain = vec![0; deck.voxels.len()];
    quanta.drain_into(&mut plain);
    assert!(plain.iter().filter(|&&q| q > 0).count() > 1000, "{name}: the image is nearly empty");

    let mut cpu = Cpu::new(Some(2)).expect("threads");
    let mut together = vec![0; deck.voxels.len()];
    let together_balance = cpu.batch(&deck, KEY, START..START + HISTORIES, &mut together, &|_| true);
    assert_eq!(balance, together_balance, "{name}: balance");
    assert!(plain == together, "{name}: the images differ");
}

#[test]
fn in_water_with_kerma_and_with_dose() {
    assert_same("kerma", &tanks::w1(10.0, Quantity::Kerma));
    assert_same("dose", &tanks::w1(10.0, Quantity::Dose));
}

#[test]
fn at_energies_where_other_interactions_rule() {
    assert_same("60 keV", &tanks::w4(0.06, Quantity::Kerma));
    let mut case = tanks::w1(10.0, Quantity::Dose);
    case.source.rectangle_mut().expect("a tank's source").spectrum =
        Spectrum::mono(20.0).expect("an energy within the data");
    assert_same("20 MeV", &case);
}

#[test]
fn in_slabs_coarse_and_fine() {
    for voxel_mm in [10.0, 5.0] {
        let case = tanks::w1_with_slabs(voxel_mm, Quantity::Dose, tanks::CHEST_SLABS);
        assert_same(&format!("slabs of {voxel_mm} mm"), &case);
    }
}

#[test]
fn behind_a_jaw() {
    let mut case = tanks::w1(10.0, Quantity::Kerma);
    case.materials.push(Material::named("tungsten").expect("a material of the library"));
    case.collimators.push(Collimator {
        min_mm: [-200.0, -620.0, 5.0],
        max_mm: [200.0, -540.0, 218.0],
        material: MaterialId(1),
        density_g_cm3: 18.0,
    });
    assert_same("jaw", &case);
}

#[test]
fn under_a_treatment_head() {
    assert_same("head", &super::leaves::arc_on_slabs(dose_core::case::Component::All));
}
