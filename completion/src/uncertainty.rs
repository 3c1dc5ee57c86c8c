//! How far the mean dose of a modelled organ may be off for want of knowledge of where it lies.
//!
//! From the leave-out test on phantoms (`docs/methods/completion.md`, program `completion/examples/leave_out/`): the root
//! mean square of ln(completed / true) over its organs, less the statistics of its runs.

use crate::End;
use anatomy::Origin;

/// Relative standard errors by how far beyond the nearest end of the scan the organ's middle lies (mm): up to there.
const BEYOND: [(f64, f64); 3] = [(50.0, 0.075), (150.0, 0.135), (f64::INFINITY, 0.10)];
/// Of organs whose middle lies in the scan and that nobody drew: the worst of the above. The one slab that was run without
/// drawn organs was off by 4.5 % (33 organs), which a patient, who is none of the family, will not keep beside a field.
const UNDRAWN: f64 = 0.135;

/// Relative standard error of the mean dose of an organ for where it comes from; `at_mm` is where its middle lies along
/// the patient's axis. None for what is drawn.
///
/// ```
/// # use completion::{End, uncertainty::relative_error};
/// # use anatomy::Origin;
/// let ends = [End { is_upper: true, at_mm: 100.0 }];
/// assert_eq!(relative_error(Origin::Ct, 50.0, &ends), 0.0);
/// assert!(relative_error(Origin::Model, 300.0, &ends) > 0.0);
/// ```
pub fn relative_error(from: Origin, at_mm: f64, ends: &[End]) -> f64 {
    let beyond = ends.iter().map(|end| if end.is_upper { at_mm - end.at_mm } else { end.at_mm - at_mm });
    let beyond_mm = beyond.fold(f64::NEG_INFINITY, f64::max);
    match from {
        Origin::Ct => 0.0,
        Origin::Model if beyond_mm < 0.0 => UNDRAWN,
        Origin::Model | Origin::Both => {
            BEYOND.iter().find(|(up_to, _)| beyond_mm < *up_to).map_or(BEYOND[2].1, |(_, error)| *error)
        }
    }
}
