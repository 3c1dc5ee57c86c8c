//! An input file: its bytes, its name without its folder, and its SHA-256.

use crate::exit::{Failure, with_causes};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Largest text file that is read; a case file has some kilobytes.
const MOST_BYTES: u64 = 64 << 20;

/// A file that the result depends on.
#[derive(Debug)]
pub struct InputFile {
    /// Its name, without its folder.
    pub name: String,
    bytes: Vec<u8>,
}

impl InputFile {
    /// Reads a file. `what` says what it is, for messages.
    pub fn read(path: &Path, what: &str) -> Result<InputFile, Failure> {
        let name = file_name(path);
        let refuse = |problem: String, remedy: &str| Err(Failure::refused(problem, name.clone(), remedy));
        if path.is_dir() {
            return refuse(format!("{what} is a folder"), "the name of a file in it");
        }
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            let remedy =
                "a path that exists and may be read; a relative path starts at the case file's folder";
            return match error.kind() {
                std::io::ErrorKind::NotFound => refuse(format!("{what} does not exist"), remedy),
                _ => refuse(format!("{what} cannot be read: {}", with_causes(&error)), remedy),
            };
        }
        if bytes.len() as u64 > MOST_BYTES {
            return refuse(format!("{what} is larger than {} MiB", MOST_BYTES >> 20), "the right file");
        }
        Ok(InputFile { name, bytes })
    }

    /// Its text.
    pub fn text(&self) -> Result<&str, Failure> {
        std::str::from_utf8(&self.bytes).map_err(|error| {
            let line = self.bytes[..error.valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
            Failure::refused(
                "it is not UTF-8 text",
                format!("{}, line {line}", self.name),
                "saving it as UTF-8; a letter from another encoding often hides in a comment",
            )
        })
    }

    /// SHA-256 of its bytes, in hexadecimal.
    pub fn sha256(&self) -> String {
        Sha256::digest(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// SHA-256 of a file of any size, in hexadecimal; it is read in pieces.
pub fn hashed(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1 << 17];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            read => hasher.update(&piece[..read]),
        }
    }
}

/// The last part of a path: what may be shown in a record that leaves the machine.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let file = InputFile { name: "abc".into(), bytes: b"abc".to_vec() };
        assert_eq!(file.sha256(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn another_encoding_is_named_with_its_line() {
        let file = InputFile { name: "case.toml".into(), bytes: b"[grid]\n# \xb5m\n".to_vec() };
        assert!(file.text().expect_err("Latin-1").place.contains("case.toml, line 2"));
    }
}
