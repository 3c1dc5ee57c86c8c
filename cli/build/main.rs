//! Tells the program what it is made of: a hash of its sources, which is in every content key of a registry.

#![allow(clippy::print_stdout, reason = "a build script talks to cargo so")]

mod sources;

use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for place in sources::watched(&root).expect("the sources can be listed") {
        println!("cargo:rerun-if-changed={}", place.display());
    }
    let hash = sources::hash(&root).expect("the sources can be read");
    println!("cargo:rustc-env=STRAYDOSE_SOURCES={hash}");
}
