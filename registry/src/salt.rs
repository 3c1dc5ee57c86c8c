//! A project's secret, with which identifiers become pseudonyms.

use crate::Error;
use crate::key::hex;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Fewest bytes of a secret: fewer could be tried out.
const FEWEST: usize = 16;

/// A project's secret. The same UID has the same pseudonym within a project and another one in every other; without the secret a
/// list of UIDs cannot be compared with it.
#[derive(Clone)]
pub struct Salt(Vec<u8>);

impl Salt {
    /// Reads the secret from a file of its own.
    ///
    /// # Errors
    /// It cannot be read or has fewer than 16 bytes.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(Error::reading(path))?;
        let secret = bytes.trim_ascii().to_vec();
        if secret.len() < FEWEST {
            return Err(Error::Table {
                file: crate::error::name(path),
                problem: format!("a secret of {} bytes can be guessed", secret.len()),
                way_out: "a file with at least 16 random bytes or letters, kept with the project",
            });
        }
        Ok(Self(secret))
    }

    /// The pseudonym of an identifier: 32 hexadecimal digits of SHA-256 of the secret, its length and the identifier.
    pub fn pseudonym(&self, identifier: &str) -> String {
        let mut hash = Sha256::new();
        hash.update((self.0.len() as u64).to_le_bytes());
        hash.update(&self.0);
        hash.update(identifier.as_bytes());
        hex(&hash.finalize()[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_hang_on_identifier_and_secret() {
        let [a, b] = [Salt(b"0123456789abcdef".to_vec()), Salt(b"0123456789abcdeg".to_vec())];
        assert_eq!(a.pseudonym("1.2.3"), a.pseudonym("1.2.3"));
        assert_ne!(a.pseudonym("1.2.3"), a.pseudonym("1.2.4"));
        assert_ne!(a.pseudonym("1.2.3"), b.pseudonym("1.2.3"));
    }
}
