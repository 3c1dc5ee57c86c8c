//! What a case's result depends on, in 32 hexadecimal digits.

use sha2::{Digest, Sha256};
use std::fmt;

/// A case's key, the name of its folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(String);

/// Everything that a case's result depends on. Names and places of files are not in it.
#[derive(Clone, Debug, Default)]
pub struct KeyParts {
    /// The case's name: two rows with the same files are two cases.
    pub case_id: String,
    /// The program's version.
    pub version: String,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Options and their values.
    pub options: Vec<(String, String)>,
    /// What each file is for, and its SHA-256.
    pub inputs: Vec<(String, String)>,
}

impl KeyParts {
    /// The key: 128 bits of a SHA-256 over all parts, in an order of their own.
    pub fn key(&self) -> Key {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        part("straydose case 1");
        part(&self.case_id);
        part(&self.version);
        part(&self.seed.to_string());
        for list in [&self.options, &self.inputs] {
            let mut sorted: Vec<_> = list.iter().collect();
            sorted.sort();
            part(&sorted.len().to_string());
            for (name, value) in sorted {
                part(name);
                part(value);
            }
        }
        Key(hex(&hash.finalize()[..16]))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Bytes as text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> KeyParts {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        KeyParts {
            case_id: "C1".into(),
            version: "0.1.0".into(),
            seed: 1,
            options: vec![pair("--age", "5"), pair("--sex", "F")],
            inputs: vec![pair("study", "aa"), pair("study", "bb")],
        }
    }

    #[test]
    fn every_part_changes_the_key_and_order_does_not() {
        let key = parts().key();
        let mut turned = parts();
        turned.options.reverse();
        turned.inputs.reverse();
        assert_eq!(turned.key(), key);
        let changes: [fn(&mut KeyParts); 6] = [
            |p| p.case_id = "C2".into(),
            |p| p.version = "0.1.1".into(),
            |p| p.seed = 2,
            |p| p.options[0].1 = "6".into(),
            |p| p.inputs[1].1 = "bc".into(),
            |p| {
                let moved = p.options.pop().expect("two");
                p.inputs.push(moved);
            },
        ];
        for change in changes {
            let mut parts = parts();
            change(&mut parts);
            assert_ne!(parts.key(), key);
        }
        assert_eq!(key.to_string().len(), 32);
    }
}
