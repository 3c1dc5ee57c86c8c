//! Rings beside their lesions: the row `GTV/rim` becomes columns `rim.…` of the row `GTV`.

use super::cells::{Cells, Column, Frame};
use crate::exit::Failure;
use std::collections::HashMap;

/// The table without rows of rings; their features stand beside those of their lesions.
pub fn beside(frame: Frame, group: &str, rings: &[String]) -> Result<Frame, Failure> {
    let (Some(regions), Some(patients)) = (frame.words("region"), frame.words(group)) else {
        return Ok(frame);
    };
    let images = frame.words("image").unwrap_or_else(|| vec![String::new(); regions.len()]);
    let ring_of = |region: &str| -> Option<usize> {
        let (_, last) = region.rsplit_once('/')?;
        rings.iter().position(|ring| ring == last)
    };
    let lesions: Vec<usize> = (0..regions.len()).filter(|&row| ring_of(&regions[row]).is_none()).collect();
    if lesions.len() == regions.len() {
        return Ok(frame);
    }
    let places: HashMap<[&str; 3], usize> = lesions
        .iter()
        .enumerate()
        .map(|(place, &row)| ([patients[row].as_str(), &images[row], &regions[row]], place))
        .collect();
    // Row of each lesion's ring.
    let mut rows = vec![vec![None; lesions.len()]; rings.len()];
    for row in 0..regions.len() {
        let Some(ring) = ring_of(&regions[row]) else { continue };
        let lesion = regions[row].rsplit_once('/').map_or("", |(lesion, _)| lesion);
        match places.get(&[patients[row].as_str(), &images[row], lesion]) {
            Some(&place) => rows[ring][place] = Some(row),
            None => {
                return Err(Failure::refused(
                    format!(
                        "the ring {:?} of patient {} has no lesion {lesion:?}",
                        regions[row], patients[row]
                    ),
                    frame.name,
                    "a table with the lesions beside their rings",
                ));
            }
        }
    }
    let mut columns = Vec::new();
    for column in &frame.columns {
        let mut own = column.clone();
        own.cells.keep(&lesions);
        columns.push(own);
    }
    for (ring, rows) in rings.iter().zip(&rows) {
        for (name, values) in frame.columns.iter().filter_map(|c| Some((&c.name, c.cells.numbers()?))) {
            let beside = rows.iter().map(|row| row.map_or(f64::NAN, |row| values[row])).collect();
            columns.push(Column { name: format!("{ring}.{name}"), cells: Cells::Numbers(beside) });
        }
    }
    Ok(Frame { columns, ..frame })
}
