//! The dose scale of the pictures: logarithmic, six decades, dark violet to yellow.

use crate::estimate::report::numbers::round_dose;
use maud::{Markup, html};

/// Decades of the scale, from the reference dose down.
pub const DECADES: f64 = 6.0;

/// Isodose lines, as shares of the reference dose, with their names.
pub const ISODOSES: [(f64, &str); 4] = [(0.001, "0.1 %"), (0.01, "1 %"), (0.05, "5 %"), (0.5, "50 %")];

/// Colours at equal steps: nine of matplotlib's viridis (S. van der Walt, N. Smith, CC0).
const ANCHORS: [[f64; 3]; 9] = [
    [68.0, 1.0, 84.0],
    [71.0, 44.0, 122.0],
    [59.0, 81.0, 139.0],
    [44.0, 113.0, 142.0],
    [33.0, 144.0, 141.0],
    [39.0, 173.0, 129.0],
    [92.0, 200.0, 99.0],
    [170.0, 220.0, 50.0],
    [253.0, 231.0, 37.0],
];

/// Colours from the reference dose down; what is above has the highest colour.
#[derive(Clone, Copy, Debug)]
pub struct DoseScale {
    /// The reference dose (Gy), above 0.
    pub top_gy: f64,
}

impl DoseScale {
    /// The scale below a reference dose (Gy).
    pub fn below(reference_gy: f64) -> DoseScale {
        DoseScale { top_gy: if reference_gy > 0.0 { reference_gy } else { 1.0 } }
    }

    /// Place of a dose's logarithm on the scale, 0 to 1.
    pub fn share(self, log10_gy: f64) -> f64 {
        (1.0 + (log10_gy - self.top_gy.log10()) / DECADES).clamp(0.0, 1.0)
    }

    /// The powers of ten on the scale (Gy).
    fn powers_of_ten(self) -> impl Iterator<Item = f64> {
        let top = self.top_gy.log10();
        let from = (top - DECADES).ceil() as i32;
        (from..=top.floor() as i32).map(|power| 10f64.powi(power))
    }

    /// The scale itself, with its doses below and the isodoses in per cent of the reference above; `id` is unique on the
    /// page.
    pub fn bar(self, id: &str) -> Markup {
        const WIDTH: f64 = 720.0;
        const LEFT: f64 = 34.0;
        let x = |gy: f64| LEFT + WIDTH * self.share(gy.log10());
        html! {
            svg.bar viewBox="0 0 800 80" role="img" aria-label="dose scale" {
                defs { linearGradient id=(id) {
                    @for (step, anchor) in ANCHORS.iter().enumerate() {
                        stop offset=(format!("{:.4}", step as f64 / (ANCHORS.len() - 1) as f64))
                            stop-color=(hex(anchor.map(|c| c as u8))) {}
                    }
                } }
                rect x=(LEFT) y="20" width=(WIDTH) height="16" rx="2" fill={ "url(#" (id) ")" } {}
                @for (share, name) in ISODOSES {
                    @let at = x(share * self.top_gy);
                    line x1=(at) x2=(at) y1="17" y2="36" stroke="currentColor" stroke-width="1.5" {}
                    text x=(at) y="13" text-anchor="middle" { (name) }
                }
                @for gy in self.powers_of_ten() {
                    @let at = x(gy);
                    line x1=(at) x2=(at) y1="36" y2="41" stroke="currentColor" {}
                    text x=(at) y="55" text-anchor="middle" { (round_dose(gy)) }
                }
                text.title x=(LEFT + 0.5 * WIDTH) y="74" text-anchor="middle" {
                    "dose of the whole course, logarithmic; above: per cent of " (round_dose(self.top_gy))
                }
            }
        }
    }
}

/// The colour at a place of the scale, 0 to 1.
pub fn colour(share: f64) -> [u8; 3] {
    let place = share.clamp(0.0, 1.0) * (ANCHORS.len() - 1) as f64;
    let lower = (place as usize).min(ANCHORS.len() - 2);
    let within = place - lower as f64;
    let [a, b] = [ANCHORS[lower], ANCHORS[lower + 1]];
    std::array::from_fn(|c| (a[c] + (b[c] - a[c]) * within).round() as u8)
}

/// A colour as HTML writes it.
fn hex(rgb: [u8; 3]) -> String {
    format!("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_dose_is_brighter() {
        let luminance =
            |[r, g, b]: [u8; 3]| 0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b);
        let steps: Vec<f64> = (0..=100).map(|n| luminance(colour(f64::from(n) / 100.0))).collect();
        assert!(steps.windows(2).all(|pair| pair[1] >= pair[0] - 0.5), "{steps:?}");
        assert!(steps[100] > steps[0] + 150.0);
    }

    #[test]
    fn the_scale_spans_its_decades() {
        let scale = DoseScale::below(60.0);
        assert_eq!(DoseScale::below(0.0).top_gy, 1.0);
        assert_eq!(scale.share(60f64.log10()), 1.0);
        assert!((scale.share(0.06f64.log10()) - 0.5).abs() < 1e-12);
        assert_eq!([scale.share(-9.0), scale.share(9.0)], [0.0, 1.0]);
        let powers: Vec<f64> = scale.powers_of_ten().collect();
        assert_eq!((powers.len(), powers[0], powers[5]), (6, 1e-4, 10.0));
    }
}
