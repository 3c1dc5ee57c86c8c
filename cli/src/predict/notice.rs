//! What every output says of its use.

/// On every page, in every table and record.
pub const RESEARCH: &str = "research use only, not for diagnosis or treatment decisions";
/// In front of it where data were made up.
pub const SYNTHETIC: &str = "synthetic example, no clinical meaning";

/// The notice of an output.
pub fn notice(is_synthetic: bool) -> String {
    if is_synthetic { format!("{SYNTHETIC}; {RESEARCH}") } else { RESEARCH.into() }
}
