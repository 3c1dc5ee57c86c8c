//! W6: what jaws let through and scatter, as blocks that the engine transports photons in.

use straydose_tests::comparison::assert_all_hold;
use straydose_tests::experiments::Length;
use straydose_tests::jaws::w6;
use straydose_tests::reference;

#[test]
fn behind_jaws_the_kerma_is_the_reference_s() {
    let Some(folder) = reference::folder() else { return };
    let length = |millions: u64| Length { histories: millions * 1_000_000, threads: None, seed: 3 };
    let tables = w6(&folder, length(30), length(2));
    let widest = tables[1].rows.iter().find(|row| row.name.contains("7-60")).expect("a band");
    assert!(widest.sigma() < 0.01, "sigma {}: a miss of 3 % would not show", widest.sigma());
    for table in &tables {
        table.rows.iter().for_each(|r| println!("{}: {:.4} ± {:.4}", r.name, r.ratio(), r.sigma()));
    }
    assert_all_hold(&tables);
}
