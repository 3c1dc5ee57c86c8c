//! Random numbers by name: a number hangs on the seed, the child and what it is for, and on no other that was drawn.

use sha2::{Digest, Sha256};

/// The words of one child.
#[derive(Clone, Copy)]
pub struct Words {
    seed: u64,
    child: u32,
}

impl Words {
    /// The words of a child of a cohort.
    pub fn new(seed: u64, child: u32) -> Self {
        Self { seed, child }
    }

    /// Uniform from 0 to 1.
    pub fn part(&self, what: &str) -> f64 {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(self.child.to_le_bytes());
        hash.update(what.as_bytes());
        let first: [u8; 8] = *hash.finalize().first_chunk().expect("a SHA-256 has 32 bytes");
        // 53 bits are what a float holds exactly.
        (u64::from_le_bytes(first) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform between two numbers.
    pub fn between(&self, what: &str, [low, high]: [f64; 2]) -> f64 {
        low + self.part(what) * (high - low)
    }

    /// One of some things, each as likely as the others.
    pub fn one<'a, T>(&self, what: &str, things: &'a [T]) -> &'a T {
        &things[((self.part(what) * things.len() as f64) as usize).min(things.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_hangs_on_seed_child_and_purpose() {
        let age = Words::new(1, 2).part("age");
        assert_eq!(age, Words::new(1, 2).part("age"));
        for other in
            [Words::new(2, 2).part("age"), Words::new(1, 3).part("age"), Words::new(1, 2).part("sex")]
        {
            assert_ne!(age, other);
        }
        // The mean of 4,000 uniform numbers is 1/2 within five standard errors, 0.023.
        let mean = (0..4000).map(|child| Words::new(9, child).part("age")).sum::<f64>() / 4000.0;
        assert!((mean - 0.5).abs() < 0.023, "{mean}");
    }
}
