//! A part of the cases, for one of several machines.

use crate::Error;
use std::fmt;
use std::str::FromStr;

/// Part `number` (from 1) of `of`: every `of`-th case from there.
///
/// ```
/// let shard: registry::Shard = "2/3".parse()?;
/// let own: Vec<usize> = (0..7).filter(|row| shard.holds(*row)).collect();
/// assert_eq!(own, [1, 4]);
/// # Ok::<(), registry::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: usize,
    of: usize,
}

impl Shard {
    /// All cases.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Whether a row of the manifest (from 0) belongs to it.
    pub fn holds(&self, row: usize) -> bool {
        row % self.of == self.number - 1
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parts =
            text.split_once('/').and_then(|(i, n)| Some((i.trim().parse().ok()?, n.trim().parse().ok()?)));
        match parts {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err(Error::Shard { text: text.into() }),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-of-{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_all_cases_without_overlap() {
        for of in 1..8 {
            for row in 0..50 {
                let holders = (1..=of).filter(|number| Shard { number: *number, of }.holds(row)).count();
                assert_eq!(holders, 1);
            }
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in ["", "1", "0/3", "4/3", "1/0", "a/b", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
