//! Whether a grid fits into this machine.

/// Bytes that one voxel takes at the worst moment: case, deck, sums and squares, results and their copies …
const BYTES_A_VOXEL: u64 = 56;
/// … and the image of each thread.
const BYTES_A_VOXEL_AND_THREAD: u64 = 8;
/// Voxels are numbered with 31 bits.
pub const MOST_VOXELS: u64 = 1 << 31;

const GIB: f64 = (1_u64 << 30) as f64;

/// Why a grid of this many voxels cannot be held, or `None` if it can. `available` is the free memory in bytes, if
/// known.
pub fn objection(voxels: Option<u64>, threads: usize, available: Option<u64>) -> Option<String> {
    let Some(voxels) = voxels.filter(|&n| n < MOST_VOXELS) else {
        return Some(format!("the grid has {MOST_VOXELS} voxels or more, which cannot be numbered"));
    };
    let needed = voxels.saturating_mul(BYTES_A_VOXEL + BYTES_A_VOXEL_AND_THREAD * threads as u64);
    match available {
        Some(available) if needed > available => Some(format!(
            "{voxels} voxels need about {:.1} GiB of memory and {:.1} GiB are free",
            needed as f64 / GIB,
            available as f64 / GIB
        )),
        _ => None,
    }
}

/// Free memory in bytes where the system tells it (Linux).
pub fn available_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_is_refused_with_what_it_needs_and_what_there_is() {
        assert_eq!(objection(Some(1000), 2, Some(1 << 30)), None);
        assert_eq!(objection(Some(1000), 2, None), None);
        assert!(objection(Some(1 << 30), 1, Some(1 << 30)).expect("too large").contains("64.0 GiB"));
        assert!(objection(Some(MOST_VOXELS), 1, None).is_some());
        assert!(objection(None, 1, None).is_some());
    }
}
