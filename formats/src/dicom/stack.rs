//! Parallel planes at any distances, laid out at regular ones.

/// Largest deviation from a regular stack that is taken for rounding: a part of the spacing, and a length (mm).
const ROUNDING_PART: f64 = 0.02;
const ROUNDING_MM: f64 = 0.02;
/// A distance this much larger than the usual one means that planes are missing.
const GAP_FACTOR: f64 = 1.5;
/// Widest gap that is filled by interpolation (mm).
pub(super) const WIDEST_GAP_MM: f64 = 25.0;
/// Most regular planes for each given one.
const MOST_REFINEMENT: usize = 16;

/// A regular stack made from planes in rising order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stack {
    /// Distance between planes (mm).
    pub spacing_mm: f64,
    /// For each regular plane, from the first one on: the given plane below it, and the part of the next one in it.
    pub planes: Vec<(usize, f64)>,
    /// Gaps that were filled: from where to where (mm).
    pub gaps_mm: Vec<[f64; 2]>,
    /// Smallest and largest distance of the given planes (mm), where they are unequal.
    pub unequal_mm: Option<[f64; 2]>,
}

/// Why planes cannot be stacked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unstackable {
    /// A gap (from, to; mm) is too wide to be filled.
    Gap([f64; 2]),
    /// Regular planes at the smallest distance (mm) would be too many.
    TooFine(f64),
}

/// Stacks two or more planes whose positions (mm) rise strictly.
pub(super) fn stack(positions_mm: &[f64]) -> Result<Stack, Unstackable> {
    let count = positions_mm.len();
    let (first, last) = (positions_mm[0], positions_mm[count - 1]);
    let even = (last - first) / (count - 1) as f64;
    let tolerance = ROUNDING_PART * even + ROUNDING_MM;
    let regular =
        positions_mm.iter().enumerate().all(|(k, at)| (at - (first + k as f64 * even)).abs() <= tolerance);
    if regular {
        let planes = (0..count).map(|k| (k, 0.0)).collect();
        return Ok(Stack { spacing_mm: even, planes, gaps_mm: Vec::new(), unequal_mm: None });
    }
    let steps: Vec<f64> = positions_mm.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut sorted = steps.clone();
    sorted.sort_by(f64::total_cmp);
    let (smallest, usual, largest) = (sorted[0], sorted[(sorted.len() - 1) / 2], sorted[sorted.len() - 1]);
    let is_gap = |step: f64| step > GAP_FACTOR * usual + ROUNDING_MM;
    let gaps_mm: Vec<[f64; 2]> = positions_mm
        .windows(2)
        .filter(|pair| is_gap(pair[1] - pair[0]))
        .map(|pair| [pair[0], pair[1]])
        .collect();
    if let Some(&gap) = gaps_mm.iter().find(|gap| gap[1] - gap[0] > WIDEST_GAP_MM) {
        return Err(Unstackable::Gap(gap));
    }
    // Where planes are only missing, the others stay as they are.
    let unequal = steps.iter().any(|&step| !is_gap(step) && (step - usual).abs() > tolerance);
    let wanted = if unequal { smallest } else { usual };
    let intervals = ((last - first) / wanted).round().max(1.0);
    if intervals >= (MOST_REFINEMENT * count) as f64 {
        return Err(Unstackable::TooFine(smallest));
    }
    let spacing_mm = (last - first) / intervals;
    let mut below = 0;
    let planes = (0..=intervals as usize).map(|k| {
        let at = first + k as f64 * spacing_mm;
        while below + 2 < count && positions_mm[below + 1] <= at {
            below += 1;
        }
        let part = ((at - positions_mm[below]) / steps[below]).clamp(0.0, 1.0);
        // Rounding must not mix planes that are meant to be copied.
        let nearly = tolerance / steps[below];
        match part {
            part if part <= nearly => (below, 0.0),
            part if part >= 1.0 - nearly => (below + 1, 0.0),
            part => (below, part),
        }
    });
    Ok(Stack {
        spacing_mm,
        planes: planes.collect(),
        gaps_mm,
        unequal_mm: unequal.then_some([smallest, largest]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_planes_stay_as_they_are_despite_rounding() {
        let stack = stack(&[-10.0, -7.5, -5.01, -2.5, 0.0]).expect("regular");
        assert_eq!(stack.spacing_mm, 2.5);
        assert_eq!(stack.planes, [(0, 0.0), (1, 0.0), (2, 0.0), (3, 0.0), (4, 0.0)]);
        assert_eq!((stack.gaps_mm.len(), stack.unequal_mm), (0, None));
    }

    #[test]
    fn a_missing_plane_is_filled_from_its_neighbours() {
        let stack = stack(&[0.0, 3.0, 6.0, 12.0, 15.0]).expect("one is missing");
        assert_eq!(stack.spacing_mm, 3.0);
        assert_eq!(stack.planes, [(0, 0.0), (1, 0.0), (2, 0.0), (2, 0.5), (3, 0.0), (4, 0.0)]);
        assert_eq!(stack.gaps_mm, [[6.0, 12.0]]);
        assert_eq!(stack.unequal_mm, None);
    }

    #[test]
    fn unequal_planes_are_resampled_to_the_finest() {
        let stack = stack(&[0.0, 2.0, 4.0, 6.0, 9.0]).expect("unequal");
        // Nine millimetres in steps as near to two as fit: 9 / 4.5, rounded to five intervals.
        assert_eq!(stack.spacing_mm, 1.8);
        assert_eq!(stack.planes.len(), 6);
        assert_eq!(stack.unequal_mm, Some([2.0, 3.0]));
        for (k, &(below, part)) in stack.planes.iter().enumerate() {
            let at = [0.0, 2.0, 4.0, 6.0, 9.0];
            let mixed = at[below] + part * (at.get(below + 1).unwrap_or(&9.0) - at[below]);
            assert!((mixed - 1.8 * k as f64).abs() < 1e-12, "plane {k}");
        }
    }

    #[test]
    fn a_wide_gap_is_refused() {
        assert_eq!(stack(&[0.0, 3.0, 6.0, 34.0]), Err(Unstackable::Gap([6.0, 34.0])));
        assert_eq!(stack(&[0.0, 0.25, 20.25]), Err(Unstackable::TooFine(0.25)));
    }
}
