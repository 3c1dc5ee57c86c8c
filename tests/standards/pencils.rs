//! W4, pencils of one energy on a water box, 60 keV to 10 MeV: planes, rings and arms.

use straydose_tests::comparison::{Table, assert_all_hold};
use straydose_tests::experiments::{Length, W4_ENERGIES_MEV, w4};
use straydose_tests::reference;

/// Most rings and arms that may miss their gate one by one: of 448, two standard errors and one per cent leave some to
/// chance.
const MOST_BEYOND: f64 = 0.02;

#[test]
fn kerma_of_pencils_is_the_reference_s_by_planes_rings_and_arms() {
    let Some(folder) = reference::folder() else { return };
    let mut tables = Vec::new();
    let mut totals = Table { name: "w4 all planes together".into(), rows: Vec::new() };
    let mut rows = Table { name: "w4 rings and arms row by row".into(), rows: Vec::new() };
    for energy_mev in W4_ENERGIES_MEV {
        let result = w4(&folder, energy_mev, Length { histories: 2_000_000, threads: None, seed: 2 });
        totals.rows.push(result.box_total);
        rows.rows.extend(result.radial_rows.rows);
        // The central square centimetre is in docs/validation.md: no gate was set for it, and at 60 keV it is 2 to 3 %
        // too high behind 21 cm (five mean free paths).
        tables.extend([result.planes, result.radial]);
    }
    tables.push(totals);
    assert_all_hold(&tables);
    let missed = rows.misses().len() as f64 / rows.rows.len() as f64;
    assert!(missed <= MOST_BEYOND, "more than chance leaves:\n{}", rows.verdict());
}
