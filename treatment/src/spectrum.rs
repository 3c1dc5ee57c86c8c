//! Photon spectra of linacs by the formula of Ali and Rogers.

use serde::Deserialize;

/// Parameters of one beam's spectrum.
///
/// E. S. M. Ali and D. W. O. Rogers, Phys Med Biol 57, 31 (2012), functions 12 and 13, as e0404/pyRadMC has them:
/// ```text
/// ψ(E) = [1 + C3 E/Ee + (E/Ee)²] [ln(Ee (Ee − E)/E + 1.65) − 0.5] exp(−μ_W(E) C1² − μ_Al(E) C2²)
/// ```
/// the energy fluence, E and Ee in MeV, C1² and C2² in g/cm² of tungsten and aluminium; photons are ψ/E. A line of
/// integral C4 at 511 keV goes through the same filters. Fitted to full models of the heads of nine beams, 4-25 MV.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AliRogers {
    /// Energy of the electrons on the target (MeV).
    pub ee_mev: f64,
    /// Square root of the tungsten filter's thickness (g/cm²).
    pub c1: f64,
    /// Square root of the aluminium filter's thickness (g/cm²).
    pub c2: f64,
    /// Shape of the thin-target term.
    pub c3: f64,
    /// Energy fluence in the annihilation line before the filters.
    pub c4: f64,
}

/// A spectrum in bins, for a sampler.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    /// `(lower edge in MeV, upper edge in MeV, photons)`, photons summing to 1.
    pub bins: Vec<(f64, f64, f64)>,
}

impl Bins {
    /// Mean energy of a photon (MeV), by the bins' middles.
    pub fn mean_mev(&self) -> f64 {
        self.bins.iter().map(|(lower, upper, weight)| weight * 0.5 * (lower + upper)).sum()
    }
}

/// Lowest energy of the spectra (MeV): the tungsten fit holds from 69.5 keV; below, filters leave next to nothing.
const LOWEST_MEV: f64 = 0.07;
const ELECTRON_REST_MEV: f64 = 0.510_998_95;

impl AliRogers {
    /// Energy fluence at this energy (MeV), line left out, not normalised; 0 outside the spectrum.
    pub fn energy_fluence(&self, energy_mev: f64) -> f64 {
        if !(energy_mev >= LOWEST_MEV && energy_mev < self.ee_mev) {
            return 0.0;
        }
        let x = energy_mev / self.ee_mev;
        let thin = 1.0 + self.c3 * x + x * x;
        let log = (self.ee_mev * (self.ee_mev - energy_mev) / energy_mev + 1.65).ln() - 0.5;
        (thin * log).max(0.0) * self.filter(energy_mev)
    }

    /// Photons in `count` bins of equal width from 70 keV to the electrons' energy, each integrated by Simpson's rule;
    /// the annihilation line lies in its bin.
    pub fn bins(&self, count: usize) -> Bins {
        let count = count.max(1);
        let width = (self.ee_mev - LOWEST_MEV) / count as f64;
        let mut bins: Vec<(f64, f64, f64)> = (0..count)
            .map(|i| {
                let [lower, upper] = [i, i + 1].map(|i| LOWEST_MEV + width * i as f64);
                (lower, upper, self.photons_between(lower, upper))
            })
            .collect();
        let line = ((ELECTRON_REST_MEV - LOWEST_MEV) / width) as usize;
        if let Some(bin) = bins.get_mut(line) {
            bin.2 += self.c4 * self.filter(ELECTRON_REST_MEV) / ELECTRON_REST_MEV;
        }
        let sum: f64 = bins.iter().map(|bin| bin.2).sum();
        bins.iter_mut().for_each(|bin| bin.2 /= sum);
        Bins { bins }
    }

    /// Why these are no parameters, if they are none.
    pub(crate) fn fault(&self) -> Option<String> {
        let finite = [self.c1, self.c2, self.c3, self.c4].iter().all(|c| c.is_finite() && c.abs() < 50.0);
        if !(self.ee_mev > 1.0 && self.ee_mev <= 50.0) {
            return Some(format!("ee_mev is {} and must lie in 1-50", self.ee_mev));
        }
        if !finite || self.c4 < 0.0 || self.bins(50).bins.iter().any(|bin| !bin.2.is_finite()) {
            return Some("c1..c4 make no spectrum".into());
        }
        None
    }

    fn photons_between(&self, lower: f64, upper: f64) -> f64 {
        const STEPS: usize = 16;
        let step = (upper - lower) / STEPS as f64;
        let photons = |i: usize| {
            let energy = (lower + step * i as f64).min(self.ee_mev * (1.0 - 1e-9));
            self.energy_fluence(energy) / energy
        };
        let odd: f64 = (1..STEPS).step_by(2).map(photons).sum();
        let even: f64 = (2..STEPS).step_by(2).map(photons).sum();
        (photons(0) + 4.0 * odd + 2.0 * even + photons(STEPS)) * step / 3.0
    }

    fn filter(&self, energy_mev: f64) -> f64 {
        let tungsten = tungsten_cm2_g(energy_mev) * self.c1 * self.c1;
        (-tungsten - aluminium_cm2_g(energy_mev) * self.c2 * self.c2).exp()
    }
}

/// Attenuation of tungsten (cm²/g) as the formula's authors fitted it, 69.5 keV to 30 MeV.
fn tungsten_cm2_g(e: f64) -> f64 {
    let numerator = 6.575 - 36.23 * e - 1.578 * e * e;
    let denominator = 1.0 + 9.667 * e + 0.7132 * e * e - 3.778e-4 * e * e * e;
    (numerator / denominator).exp()
}

/// Attenuation of aluminium (cm²/g) as the formula's authors fitted it.
fn aluminium_cm2_g(e: f64) -> f64 {
    const A: [f64; 6] = [6.107e-2, 1.694e-2, -2.390e-3, 3.116e-4, 5.286e-4, 2.507e-5];
    const B: [f64; 6] = [1.0, 0.7769, 0.2434, 0.03838, 3.042e-3, 9.686e-5];
    let polynomial = |c: [f64; 6]| c.iter().rev().fold(0.0, |sum, c| sum * e.ln() + c);
    polynomial(A) / polynomial(B)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Benchmark beams of Sheikh-Bagheri and Rogers as fitted by Ali and Rogers; mean energy per photon and mean
    /// weighted with energy as computed from the same formula by the pages that collected it.
    const BEAMS: [(&str, [f64; 5], f64, f64); 9] = [
        ("Varian 4", [3.75, 3.824, 3.522, -1.222, 0.00308], 1.35, 1.73),
        ("Varian 6", [5.76, 1.222, 5.147, -1.186, 0.00881], 1.60, 2.47),
        ("Varian 10", [10.46, 0.702, 6.226, -1.285, 0.03891], 2.84, 4.53),
        ("Varian 15", [14.58, 4.614, 3.804, -1.060, 0.14034], 3.55, 5.75),
        ("Varian 18", [18.33, 3.347, 5.847, -1.228, 0.43160], 4.53, 7.45),
        ("Elekta 6", [6.49, 1.320, 5.072, -1.109, 0.02526], 1.79, 2.79),
        ("Elekta 25", [19.02, 0.000, 7.504, -1.274, 0.57864], 5.33, 8.40),
        ("Siemens 6", [6.83, 1.184, 4.840, -1.161, 0.01416], 1.75, 2.84),
        ("Siemens 18", [14.94, 1.213, 6.142, -1.126, 0.12522], 3.91, 6.47),
    ];

    fn beam([ee_mev, c1, c2, c3, c4]: [f64; 5]) -> AliRogers {
        AliRogers { ee_mev, c1, c2, c3, c4 }
    }

    #[test]
    fn mean_energies_are_the_tabulated_ones() {
        let mut misses = vec![];
        for (name, parameters, mean, weighted) in BEAMS {
            let bins = beam(parameters).bins(2000);
            let got = bins.mean_mev();
            let squares: f64 =
                bins.bins.iter().map(|(lower, upper, w)| w * (0.5 * (lower + upper)).powi(2)).sum();
            if (got - mean).abs() > 0.012 * mean || (squares / got - weighted).abs() > 0.012 * weighted {
                misses.push(format!("{name}: {got:.3} ({mean}), {:.3} ({weighted})", squares / got));
            }
        }
        assert!(misses.is_empty(), "{misses:#?}");
    }

    #[test]
    fn without_most_of_its_filter_the_six_megavolt_beam_has_its_filter_free_mean() {
        let flat = beam(BEAMS[1].1);
        let free = AliRogers { c2: 3.25, ..flat };
        let ratio = free.bins(2000).mean_mev() / flat.bins(2000).mean_mev();
        assert!((ratio - 0.77).abs() < 0.01, "{ratio}");
    }

    #[test]
    fn filters_have_the_values_checked_when_they_were_collected() {
        for (got, expected) in [
            (tungsten_cm2_g(1.0), 0.0643),
            (tungsten_cm2_g(0.2), 0.780),
            (tungsten_cm2_g(5.0), 0.0412),
            (aluminium_cm2_g(1.0), 0.0611),
        ] {
            assert!((got / expected - 1.0).abs() < 0.002, "{got}, not {expected}");
        }
    }

    #[test]
    fn bins_hold_all_photons_whatever_their_number() {
        let spectrum = beam(BEAMS[1].1);
        let fine = spectrum.bins(4000).mean_mev();
        for count in [1, 7, 60, 400] {
            let bins = spectrum.bins(count);
            assert!((bins.bins.iter().map(|bin| bin.2).sum::<f64>() - 1.0).abs() < 1e-12);
            assert_eq!(bins.bins.len(), count);
        }
        assert!((spectrum.bins(120).mean_mev() / fine - 1.0).abs() < 2e-3);
    }
}
