//! The engine against formulas, against itself, and against anything that may come in.

mod balance;
mod carry;
mod collimators;
mod emission;
mod head;
mod honesty;
mod jaws;
mod properties;
mod reproducibility;
mod unbiasedness;
