//! Damage to bytes as disks, mails and anonymisers do it; tests of several crates share it.

/// SplitMix64: the same seed damages in the same way.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next random word.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    /// A number from 0 to before `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Does a few things to the bytes, most often one.
pub fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    const WORDS: [[u8; 4]; 8] = [
        [0; 4],
        [0xFF; 4],
        [0xFF, 0xFF, 0xFF, 0x7F],
        [0xFE, 0xFF, 0x00, 0xE0], // an item starts
        [0xFE, 0xFF, 0x0D, 0xE0], // an item ends
        [0xFE, 0xFF, 0xDD, 0xE0], // a sequence ends
        [0x00, 0x00, 0x01, 0x00],
        [0x7F, 0xF0, 0x00, 0x80],
    ];
    let times = [1, 1, 1, 2, 3, 6][random.below(6)];
    for _ in 0..times {
        let at = random.below(bytes.len());
        let length = 1 + random.below(16);
        let end = (at + length).min(bytes.len());
        match random.below(10) {
            0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            2 if !bytes.is_empty() => bytes[at] = random.next() as u8,
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            6 | 7 => {
                // A length, a tag or a delimiter where another word stood; even places are likelier to be one.
                let word = WORDS[random.below(WORDS.len())];
                let at = at & !1;
                let end = (at + if random.below(2) == 0 { 2 } else { 4 }).min(bytes.len());
                let length = end.saturating_sub(at);
                bytes[at..end].copy_from_slice(&word[..length]);
            }
            8 => {
                // Another character in the next number that is written out.
                if let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
                    bytes[at + digit] = b"09-.e,\\ \0n"[random.below(10)];
                }
            }
            _ => {
                // Swaps two stretches, as when a tag comes twice or out of order.
                let other = random.below(bytes.len());
                for step in 0..length.min(bytes.len() - at.max(other)) {
                    bytes.swap(at + step, other + step);
                }
            }
        }
    }
}
