//! Pieces of a cross-section: head, trunk or legs, and what lies beside them.

/// A piece counts as leg beside leg from this share of the largest; smaller ones are arms.
const COMPARABLE: f64 = 0.45;

/// The pieces of a cross-section.
pub struct Pieces {
    /// Number of the piece of each pixel from 1, 0 where there is none.
    pub of: Vec<u32>,
    /// Numbers of the large ones.
    pub main: Vec<u32>,
}

/// Pieces of pixels that touch by their sides.
pub fn pieces([columns, rows]: [usize; 2], inside: &[bool]) -> Pieces {
    let mut of = vec![0u32; inside.len()];
    let mut counts = Vec::new();
    let mut open = Vec::new();
    for start in 0..inside.len() {
        if !inside[start] || of[start] != 0 {
            continue;
        }
        let number = counts.len() as u32 + 1;
        let mut count = 0usize;
        of[start] = number;
        open.push(start);
        while let Some(at) = open.pop() {
            count += 1;
            let [i, j] = [at % columns, at / columns];
            let near = [
                (i > 0).then(|| at - 1),
                (i + 1 < columns).then(|| at + 1),
                (j > 0).then(|| at - columns),
                (j + 1 < rows).then(|| at + columns),
            ];
            for next in near.into_iter().flatten() {
                if inside[next] && of[next] == 0 {
                    of[next] = number;
                    open.push(next);
                }
            }
        }
        counts.push(count);
    }
    let most = counts.iter().copied().max().unwrap_or(0) as f64;
    let large = |(_, count): &(u32, &usize)| **count as f64 >= COMPARABLE * most;
    let main = (1..).zip(&counts).filter(large).map(|(number, _)| number).collect();
    Pieces { of, main }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legs_are_both_large_and_an_arm_is_not() {
        let rows = ["##.##..#", "##.##..#", "##.##...", "##.##..."];
        let inside: Vec<bool> = rows.concat().chars().map(|c| c == '#').collect();
        let pieces = pieces([8, 4], &inside);
        assert_eq!(pieces.main, [1, 2]);
        assert_eq!([pieces.of[0], pieces.of[3], pieces.of[7], pieces.of[2]], [1, 2, 3, 0]);
    }
}
