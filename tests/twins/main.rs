//! The CPU and the GPU are twins: same words, same functions, same paths, same dose.
//!
//! What needs an adapter is skipped with a visible line where there is none, and fails there if `CI=true` or
//! `STRAYDOSE_REQUIRE_GPU=1`. The software rasteriser of Mesa will do.
#![allow(clippy::print_stdout)]

mod adapter;
mod constants;
mod cutting;
mod dose;
mod layout;
mod leaves;
mod path;
mod plain;
mod probes;
