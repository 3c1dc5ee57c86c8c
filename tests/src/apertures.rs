//! Jaws of a treatment head as the engine reads them, written by hand: plans come with `treatment`'s own tables.

use dose_core::transport::collimation::{bank, head};

/// Distance from the focal spot to the isocentre (mm).
pub const SAD_MM: f64 = 1000.0;

/// A pair of jaws whose faces point at the focal spot.
#[derive(Clone, Copy, Debug)]
pub struct PlaneJaws {
    /// Whether they travel along y; else along x.
    pub along_y: bool,
    /// Upper and lower face, heights above the isocentre (mm).
    pub faces_mm: [f64; 2],
    /// Edges of the lower and the upper jaw (mm, isocentre plane).
    pub edges_mm: [f64; 2],
}

/// The table of these pairs, which do not move.
pub fn plane_jaws(pairs: &[PlaneJaws]) -> Vec<f32> {
    let mut table = vec![0.0; head::LEN + bank::LEN * pairs.len()];
    for (index, pair) in pairs.iter().enumerate() {
        let sides = table.len() as f32;
        table.extend([-1e6, 1e6]);
        let words = &mut table[head::LEN + bank::LEN * index..][..bank::LEN];
        words[bank::TRAVEL] = f32::from(u8::from(pair.along_y));
        [words[bank::TOP], words[bank::BOTTOM]] = pair.faces_mm.map(|mm| mm as f32);
        words[bank::PAIRS] = 1.0;
        words[bank::SIDES] = sides;
        words[bank::EDGES] = 2.0 * index as f32;
    }
    table[head::BANKS] = pairs.len() as f32;
    table[head::POSES] = 1.0;
    table[head::FIRST_POSE] = table.len() as f32;
    table[head::POSE_STRIDE] = 2.0 * pairs.len() as f32;
    table[head::SAD] = SAD_MM as f32;
    table.extend(pairs.iter().flat_map(|pair| pair.edges_mm).map(|mm| mm as f32));
    table
}
