//! The log of a node: a line an event on stderr, with the time (UTC).

use crate::console;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where lines go.
pub struct Log {
    /// Nothing is said.
    pub is_quiet: bool,
}

impl Log {
    /// A line.
    pub fn line(&self, text: &str) {
        if !self.is_quiet {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            console::note(&format!("{} {text}", utc(now)));
        }
    }
}

/// Seconds since 1970 as `2026-11-22T14:38:32Z`.
///
/// The civil calendar in cycles of 400 years, starting in March so that a leap day is a year's last (H. Hinnant,
/// chrono-compatible low-level date algorithms, civil_from_days; checked below against known dates).
fn utc(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = 400 * cycle + year + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_are_told_right() {
        // From `date -u -d @N +%FT%TZ`.
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(utc(seconds), text);
        }
    }
}
