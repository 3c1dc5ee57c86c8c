//! Isodose lines with their names.

use super::isolines::{Line, isolines, path, size_mm};
use super::lattice::Lattice;
use super::scale::{DoseScale, ISODOSES};
use maud::{Markup, html};

/// Low lines smaller than this are noise and not drawn (mm).
const SPECK_MM: f64 = 20.0;
/// Shares of the reference dose below which a line is low.
const LOW: f64 = 0.05;

/// Decimal logarithm of a dose for its lines: mean by mass of each point and its neighbours, so that noise does not tear
/// them; not a number where there is no mass. `energy` is dose (Gy) times mass.
pub fn for_lines(energy: &Lattice, mass: &Lattice) -> Lattice {
    let [blurred_energy, blurred_mass] = [energy, mass].map(Lattice::blurred);
    let values = (0..mass.values.len()).map(|at| {
        let gy = blurred_energy.values[at] / blurred_mass.values[at];
        if mass.values[at] > 0.0 && gy > 0.0 { gy.log10() } else { f32::NAN }
    });
    Lattice { values: values.collect(), ..blurred_mass }
}

/// The lines of a dose (its decimal logarithm); `letter_mm` is the height of their names.
pub fn isodoses(log10_gy: &Lattice, scale: DoseScale, letter_mm: f64) -> Markup {
    let lines: Vec<(f64, &str, Vec<Line>)> =
        ISODOSES.iter().map(|(share, name)| (*share, *name, isodose(log10_gy, *share, scale))).collect();
    html! { g.isodoses {
        @for (_, _, lines) in &lines { path.casing d=(path(lines)) {} }
        @for (share, name, lines) in &lines { path d=(path(lines)) stroke-dasharray=(dashes(*share)) { title { (name) } } }
        @for (at, name) in labels(&lines, letter_mm) {
            text x=(at[0]) y=(at[1]) font-size=(letter_mm) stroke-width=(0.3 * letter_mm) text-anchor="middle"
                dominant-baseline="central" { (name) }
        }
    } }
}

fn isodose(log10_gy: &Lattice, share: f64, scale: DoseScale) -> Vec<Line> {
    let mut lines = isolines(log10_gy, (share * scale.top_gy).log10());
    lines.retain(|line| share >= LOW || size_mm(line) > SPECK_MM);
    lines
}

/// Lower isodoses are more broken.
pub fn dashes(share: f64) -> &'static str {
    match share {
        s if s >= 0.5 => "none",
        s if s >= 0.05 => "9 3",
        s if s >= 0.01 => "5 3",
        _ => "2 3",
    }
}

/// A name for each isodose, on its longest line where no other name is near.
fn labels<'a>(lines: &[(f64, &'a str, Vec<Line>)], letter_mm: f64) -> Vec<([f64; 2], &'a str)> {
    let mut taken: Vec<([f64; 2], &str)> = Vec::new();
    for (_, name, lines) in lines.iter().rev() {
        let Some(longest) = lines.iter().max_by(|a, b| size_mm(a).total_cmp(&size_mm(b))) else { continue };
        let room = |at: [f64; 2]| {
            let near = |other: &[f64; 2]| ((at[0] - other[0]) / 3.0).hypot(at[1] - other[1]);
            taken.iter().map(|(other, _)| near(other)).fold(f64::INFINITY, f64::min)
        };
        // Up and to the right is where a reader looks first; room matters more.
        let worth = |at: &[f64; 2]| room(*at).min(3.0 * letter_mm) * 1e3 + at[0] - at[1];
        let best = longest.iter().max_by(|a, b| worth(a).total_cmp(&worth(b)));
        taken.extend(best.map(|at| (*at, *name)));
    }
    taken
}
