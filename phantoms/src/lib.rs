//! Bodies and cases that tests, benches and demos run on.

pub mod tanks;
