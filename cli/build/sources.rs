//! A hash of everything that a dose depends on.
//!
//! Of the sources and not of the executable: two machines that build the same sources give the same doses (their tallies are integers and
//! their logarithms our own), but hardly ever the same executable, and a cohort's machines must agree on what is done.

use sha2::{Digest, Sha256};
use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};

/// What `straydose estimate` is made of, from the root of the repository; libraries are in Cargo.lock by version and checksum.
pub const PLACES: [&str; 13] = [
    "Cargo.lock",
    "Cargo.toml",
    "volume",
    "shaders",
    "dose-core",
    "treatment",
    "anatomy",
    "estimate",
    "phantoms",
    "completion",
    "formats",
    "cli/Cargo.toml",
    "cli/src",
];

/// Folders in them that no dose depends on.
const LEFT_OUT: [&str; 4] = ["tests", "benches", "examples", "target"];

/// Files and folders whose change gives another hash; tests are not among them, so that to edit one builds nothing anew.
#[cfg_attr(test, expect(dead_code, reason = "for the build script"))]
pub fn watched(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut watched = Vec::new();
    for path in PLACES.map(|place| root.join(place)) {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                watched.extend(Some(entry?).filter(counts).map(|entry| entry.path()));
            }
        } else {
            watched.push(path);
        }
    }
    Ok(watched)
}

/// Whether an entry of a folder is one that doses depend on.
fn counts(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    !LEFT_OUT.contains(&&*name) && !name.starts_with('.')
}

/// Twelve hexadecimal digits of the hash. Carriage returns do not count: git on Windows adds them.
pub fn hash(root: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for place in PLACES {
        gather(&root.join(place), PathBuf::from(place), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    for (name, path) in files {
        let mut bytes = std::fs::read(path)?;
        bytes.retain(|byte| *byte != b'\r');
        for part in [name.as_bytes(), &bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    Ok(hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The files at a place: their names with `/` on every system, and where they lie.
fn gather(path: &Path, name: PathBuf, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    if !path.is_dir() {
        let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        files.push((parts.join("/"), path.to_owned()));
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        if counts(&entry) {
            gather(&entry.path(), name.join(entry.file_name()), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A copy of the place names in a folder, each with a file.
    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for place in PLACES {
            let path = root.path().join(place);
            if place.contains('.') {
                std::fs::create_dir_all(path.parent().expect("the root")).expect("made");
                std::fs::write(path, "text").expect("written");
            } else {
                std::fs::create_dir_all(path.join("src")).expect("made");
                std::fs::write(path.join("src/lib.rs"), "code\n").expect("written");
            }
        }
        root
    }

    #[test]
    fn sources_have_one_hash_wherever_they_lie_and_another_when_they_change() {
        let [one, other] = [tree(), tree()];
        let of = |root: &tempfile::TempDir| hash(root.path()).expect("readable");
        assert_eq!(of(&one), of(&other));
        let write = |name: &str, text: &str| std::fs::write(other.path().join(name), text).expect("written");
        write("estimate/src/lib.rs", "code\r\n");
        std::fs::create_dir(other.path().join("estimate/tests")).expect("made");
        write("estimate/tests/a.rs", "a test");
        assert_eq!(of(&one), of(&other), "neither line ends nor tests count");
        write("estimate/src/lib.rs", "other code\n");
        assert_ne!(of(&one), of(&other));
        write("estimate/src/lib.rs", "code\n");
        assert_eq!(of(&one), of(&other));
        write("shaders/src/new.wgsl", "");
        assert_ne!(of(&one), of(&other), "a new file counts");
    }
}
