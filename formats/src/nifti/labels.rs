//! NIfTI labels to masks.

use super::rows::Rows;
use crate::Error;
use std::collections::BTreeMap;
use std::path::Path;
use volume::{Image, Mask, OrientedGrid, VoxelIndex};

/// Largest label: whole numbers are exact in 32-bit floats up to here.
const MOST: f32 = 16_777_216.0;

/// The grid of a file in memory and each of its labels above 0 as a mask on the box around it; `path` is only used in messages.
///
/// The axes of grid and masks lie as near to x, y, z of the patient as they can.
///
/// # Errors
/// It is no sound NIfTI-1 file, or holds a number that is no label.
pub fn labels(path: &Path, bytes: &[u8]) -> Result<(OrientedGrid, BTreeMap<u32, Mask>), Error> {
    let rows = Rows::open(path, bytes)?;
    let (grid, canonical) = (*rows.grid(), rows.canonical_grid());
    let mut runs: BTreeMap<u32, Vec<Run>> = BTreeMap::new();
    let (mut wrong, mut values) = (None, Vec::new());
    rows.each(0..grid.shape[2], |line, row| {
        if row.is_plainly_zero() {
            return;
        }
        values.clear();
        row.append(0..grid.shape[0], &mut values);
        let mut end = 0;
        for run in values.chunk_by(|a, b| a == b) {
            let (value, start) = (run[0], end);
            end += run.len();
            if value == 0.0 {
                continue;
            }
            if value > 0.0 && value.fract() == 0.0 && value <= MOST {
                runs.entry(value as u32).or_default().push(Run { start, end, line });
            } else {
                wrong.get_or_insert(value);
            }
        }
    })?;
    if let Some(value) = wrong {
        return Err(Error::Refused {
            path: path.to_owned(),
            problem: format!("it holds the value {value}, which is no label"),
            way_out: "give whole labels from 1 on, 0 outside every region".into(),
        });
    }
    Ok((canonical, runs.into_iter().map(|(label, runs)| (label, filled(&grid, &runs))).collect()))
}

/// A run of one label in a row.
struct Run {
    start: usize,
    end: usize,
    line: usize,
}

/// Runs as a mask on the box around them.
fn filled(grid: &OrientedGrid, runs: &[Run]) -> Mask {
    let rows = grid.shape[1];
    let (mut lower, mut upper) = ([usize::MAX; 3], [0; 3]);
    for Run { start, end, line } in runs {
        let (first, last) = ([*start, line % rows, line / rows], [end - 1, line % rows, line / rows]);
        lower = std::array::from_fn(|a| lower[a].min(first[a]));
        upper = std::array::from_fn(|a| upper[a].max(last[a]));
    }
    let cut = OrientedGrid {
        origin_mm: grid.centre_mm(VoxelIndex(lower)),
        shape: std::array::from_fn(|a| upper[a] - lower[a] + 1),
        ..*grid
    };
    let mut values = vec![false; cut.len()];
    for Run { start, end, line } in runs {
        let first = VoxelIndex([start - lower[0], line % rows - lower[1], line / rows - lower[2]]);
        values[cut.offset(first)..][..end - start].fill(true);
    }
    let image = Image { grid: cut, values }.canonical();
    Mask { grid: image.grid, lower: [0; 3], shape: image.grid.shape, inside: image.values, notes: Vec::new() }
}
