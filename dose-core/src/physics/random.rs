//! Random words without state: Philox4x32-10 of a counter that names what the words are for.
//!
//! Every photon leg draws from its own counters (draw, branch, history), so the order in which legs are followed,
//! on however many threads or dispatches, cannot change a single word. Twin: `random.wgsl`.

/// Four independent random words for a counter under a key.
///
/// Philox4x32-10: J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011),
/// doi:10.1145/2063384.2063405.
#[inline(always)]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    let mut round = 0;
    while round < 10 {
        round += 1;
        let p0 = u64::from(c0) * 0xD251_1F53;
        let p1 = u64::from(c2) * 0xCD9E_8D57;
        c0 = (p1 >> 32) as u32 ^ c1 ^ k0;
        c1 = p1 as u32;
        c2 = (p0 >> 32) as u32 ^ c3 ^ k1;
        c3 = p0 as u32;
        k0 = k0.wrapping_add(0x9E37_79B9);
        k1 = k1.wrapping_add(0xBB67_AE85);
    }
    [c0, c1, c2, c3]
}

/// A random word as a number in the open interval (0, 1), in steps of 2⁻²³, each in the middle of its step.
#[inline(always)]
pub fn uniform(word: u32) -> f32 {
    ((word >> 9) as i32 as f32 + 0.5) * (1.0 / 8_388_608.0)
}

/// The branch of a leg's child: a hash of the parent's branch and the child's place.
///
/// Two legs of one history share their random words only if their 32-bit branches collide, which for the some fifty
/// legs of a history happens once in about three million histories and correlates, but does not bias.
/// The mixing is PCG's output permutation RXS-M-XS: M. E. O'Neill, HMC-CS-2014-0905 (2014).
#[inline(always)]
pub fn child_branch(branch: u32, child: u32) -> u32 {
    let state =
        (branch ^ child.wrapping_mul(0x9E37_79B9)).wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers published with Random123 (kat_vectors).
    #[test]
    fn philox_gives_the_published_known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn uniform_stays_inside_the_open_interval() {
        assert!(uniform(0) > 0.0);
        assert!(uniform(u32::MAX) < 1.0);
    }

    #[test]
    fn children_of_one_leg_have_different_branches() {
        let mut branches: Vec<u32> = (0..1000).map(|child| child_branch(17, child)).collect();
        branches.sort_unstable();
        branches.dedup();
        assert_eq!(branches.len(), 1000);
    }
}
