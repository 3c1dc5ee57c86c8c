//! W1, the 6 MV field on a water tank: kerma and dose out to 60 cm off axis.

use dose_core::case::Quantity;
use straydose_tests::comparison::assert_all_hold;
use straydose_tests::experiments::{FLOOR, Length, w1};
use straydose_tests::reference;

/// Most bins that may be farther than three standard errors (0.5 % of the value added in quadrature).
const MOST_BEYOND: f64 = 0.005;

#[test]
fn kerma_of_the_tank_is_the_reference_s_in_and_out_of_the_field() {
    let Some(folder) = reference::folder() else { return };
    let result = w1(&folder, Quantity::Kerma, Length { histories: 3_000_000, threads: None, seed: 2 });
    let beyond = result.bins.share_beyond_three_sigma(FLOOR);
    assert_all_hold(&[result.bands]);
    assert!(
        beyond <= MOST_BEYOND,
        "{:.2} % of the bins are beyond three sigma, both sides are in {}",
        100.0 * beyond,
        result.bins.write()
    );
}

/// Leaving out the bremsstrahlung of the electrons would lose 1.2 % of the dose outside the field.
#[test]
fn dose_of_the_tank_is_the_reference_s_outside_the_field_and_on_the_axis() {
    let Some(folder) = reference::folder() else { return };
    let result = w1(&folder, Quantity::Dose, Length { histories: 3_000_000, threads: None, seed: 2 });
    let widest = result.bands.rows.last().expect("bands");
    assert!(widest.sigma() < 0.0012, "1.2 % of bremsstrahlung would not be ten standard errors");
    assert_all_hold(&[result.bands, result.axis]);
}
