//! Every reference value of the standard, and the page that says so.

#[path = "../common/mod.rs"]
mod common;
mod compliance;
mod ct_phantom;
mod digital_phantom;
mod filtered_ct;
mod filters;
