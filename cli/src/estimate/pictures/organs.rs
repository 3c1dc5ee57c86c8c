//! Organs as the page shows them: each with its colour, the same in every picture and table.

use crate::estimate::Finished;
use crate::estimate::tables::OrganRow;
use anatomy::Organ;
use anatomy::region::Role;
use maud::{Markup, html};

/// Bright enough for outlines on a scan; charts on paper darken them.
const COLOURS: [&str; 12] = [
    "#4da3ff", "#ffb000", "#7ee081", "#ff7bd5", "#37d5d3", "#c58bff", "#ff8c42", "#b8d432", "#8fb3ff",
    "#e0a080", "#f5f06a", "#5fd0a0",
];
/// Targets are of the red kind.
const TARGETS: [&str; 4] = ["#ff4d5a", "#ff8f7a", "#ff5fa2", "#d9303e"];
/// Outlines of the whole patient.
const OUTLINE: &str = "#b9c2cb";

/// Dashes of lines, one after the other as the colours run out: with twelve colours for 48 organs.
const DASHES: [&str; 4] = ["none", "5 3", "1.5 2.5", "9 2 2 2"];

/// An organ with its row of the table and its look.
pub struct Shown<'a> {
    /// Its doses.
    pub row: &'a OrganRow,
    /// Its voxels.
    pub organ: &'a Organ,
    /// Its colour.
    pub colour: &'static str,
    /// Dashes, where the colours have run out.
    pub dashes: &'static str,
}

impl Shown<'_> {
    /// A piece of its line, for legends and tables.
    pub fn chip(&self) -> Markup {
        html! { svg.chip viewBox="0 0 22 10" style={ "--c:" (self.colour) } {
            path.casing d="M1 5H21" {} path d="M1 5H21" stroke-dasharray=(self.dashes) {}
        } }
    }

    /// Whether it is the outline of the patient.
    pub fn is_outline(&self) -> bool {
        self.organ.role == Role::Outline
    }

    /// Whether it is a target volume, by its name.
    pub fn is_target(&self) -> bool {
        [&self.row.name, &self.row.original_name].iter().any(|name| {
            let name = name.to_ascii_uppercase();
            ["PTV", "CTV", "GTV", "ITV"].iter().any(|word| name.starts_with(word))
        })
    }
}

/// The organs of the rows.
pub fn shown<'a>(finished: &'a Finished, rows: &'a [OrganRow]) -> Vec<Shown<'a>> {
    let mut organs = finished.anatomy.organs.iter();
    let (mut targets, mut others) = (0, 0);
    let next = |count: &mut usize, colours: &[&'static str]| {
        let look = (colours[*count % colours.len()], DASHES[*count / colours.len() % DASHES.len()]);
        *count += 1;
        look
    };
    let show = |row: &'a OrganRow| {
        let organ = organs.find(|organ| organ.original_name == row.original_name)?;
        let mut shown = Shown { row, organ, colour: OUTLINE, dashes: "none" };
        if shown.is_target() {
            (shown.colour, shown.dashes) = next(&mut targets, &TARGETS);
        } else if !shown.is_outline() {
            (shown.colour, shown.dashes) = next(&mut others, &COLOURS);
        }
        Some(shown)
    };
    rows.iter().filter_map(show).collect()
}
