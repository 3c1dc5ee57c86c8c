//! What the tests of the whole share: the reference, the comparison with it, statistics.

pub mod apertures;
pub mod cases;
pub mod comparison;
pub mod experiments;
pub mod figures;
pub mod jaws;
pub mod measured;
pub mod reference;
pub mod statistics;
