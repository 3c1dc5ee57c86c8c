//! The engine against formulas, against itself, and against anything that may come in.

mod balance;
mod carry;
mod collimators;
mod head;
mod honesty;
mod properties;
mod reproducibility;
mod unbiasedness;
