//! Electrons carry the energy downstream and beside the ray: the build-up, in matter of any density.

use dose_core::case::{Case, Quantity};
use dose_core::deck::Deck;
use dose_core::physics::electron_carry::{Carry, DISPLACEMENTS, carry, table};
use dose_core::run::{Settings, VarianceReduction};
use phantoms::tanks;
use straydose_tests::cases::{electrons_stay, run_deck};

const ENERGY_MEV: f64 = 6.0;
const HISTORIES: u64 = 200_000;

/// The dose summed over each plane of a pencil's box, with electrons that carry and with electrons that stay.
fn planes(case: &Case, is_carried: bool, is_plain: bool) -> Vec<f64> {
    let mut deck = Deck::new(case, VarianceReduction::Off).expect("a good case");
    deck.header.choices[3] = u32::from(is_plain);
    if !is_carried {
        electrons_stay(&mut deck);
    }
    let settings = Settings { histories: HISTORIES, seed: 5, batches: 10, regions: Vec::new() };
    let outcome = run_deck(&deck, &settings, None);
    let mut planes = vec![0.0; case.grid.shape[1]];
    for (offset, dose) in outcome.dose_gy_per_photon.iter().enumerate() {
        planes[case.grid.voxel(offset).0[1]] += dose;
    }
    planes
}

/// What a pencil's primary photons give at a depth, over what they would if electrons stayed.
fn build_up(depth_g_cm2: f32) -> f64 {
    let all = (0..DISPLACEMENTS as u32).map(|word| carry(table(), ENERGY_MEV as f32, word));
    let given = all.map(|Carry { along, lift, .. }| if 0.1 * along <= depth_g_cm2 { lift } else { 0.0 });
    f64::from(given.sum::<f32>()) / DISPLACEMENTS as f64
}

/// In a gas so thin that its depth is that of the electrons' range, nearly all energy is the primary photons'.
fn thin_box(density_g_cm3: f32) -> Case {
    let mut case = tanks::w4(ENERGY_MEV, Quantity::Dose);
    case.voxel_density_g_cm3.fill(density_g_cm3);
    case
}

#[test]
fn the_dose_builds_up_as_electrons_carry_it_whatever_the_density() {
    for density_g_cm3 in [0.1, 0.05] {
        let mut case = thin_box(density_g_cm3);
        // Once as one block, once as many: the last plane is of another density.
        for is_mixed in [false, true] {
            let across = case.grid.shape[0];
            let last = case.grid.len() - 1;
            case.voxel_density_g_cm3[last] = if is_mixed { 0.5 } else { density_g_cm3 };
            for is_plain in [false, true] {
                let (carried, stayed) = (planes(&case, true, is_plain), planes(&case, false, is_plain));
                for plane in (2..across - 2).step_by(8) {
                    let depth_g_cm2 = (plane as f32 + 0.5) * 0.5 * density_g_cm3;
                    let (ours, expected) = (carried[plane] / stayed[plane], build_up(depth_g_cm2));
                    assert!(
                        (ours - expected).abs() < 0.03,
                        "{density_g_cm3} g/cm3, mixed {is_mixed}, plain {is_plain}, {depth_g_cm2} g/cm2: {ours} is not {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_first_millimetres_of_a_noisy_surface_get_less_than_those_behind() {
    // Air before water, in one block of voxels: the energy waits for mass, not for millimetres.
    let mut case = tanks::w4(ENERGY_MEV, Quantity::Dose);
    let shape = case.grid.shape;
    for (offset, density) in case.voxel_density_g_cm3.iter_mut().enumerate() {
        if offset / shape[0] % shape[1] < 4 {
            *density = 0.0012;
        }
    }
    let (carried, stayed) = (planes(&case, true, false), planes(&case, false, false));
    for plane in [4, 5, 6, 8] {
        let depth_g_cm2 = (plane as f32 - 4.0 + 0.5) * 0.5;
        let (ours, expected) = (carried[plane] / stayed[plane], build_up(depth_g_cm2));
        assert!((ours - expected).abs() < 0.06, "{depth_g_cm2} g/cm2: {ours} is not {expected}");
    }
}

#[test]
fn a_pencil_is_spread_by_its_electrons() {
    let case = tanks::w4(ENERGY_MEV, Quantity::Dose);
    let share_near_the_axis = |is_carried: bool| {
        let mut deck = Deck::new(&case, VarianceReduction::Off).expect("a good case");
        if !is_carried {
            electrons_stay(&mut deck);
        }
        let settings = Settings { histories: HISTORIES, seed: 5, batches: 10, regions: Vec::new() };
        let outcome = run_deck(&deck, &settings, None);
        let (mut near, mut all) = (0.0, 0.0);
        for (offset, dose) in outcome.dose_gy_per_photon.iter().enumerate() {
            let centre = case.grid.centre_mm(case.grid.voxel(offset));
            all += dose;
            if centre[0].hypot(centre[2]) < 5.0 {
                near += dose;
            }
        }
        near / all
    };
    let (carried, stayed) = (share_near_the_axis(true), share_near_the_axis(false));
    assert!(stayed > 0.5 && carried < 0.8 * stayed, "{carried} of {stayed}");
}
