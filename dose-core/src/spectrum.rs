//! Photon energy spectra: histograms of photon number, uniform inside a bin.

use crate::error::Error;

/// The least energy that the transport follows (MeV); below it photons deposit where they are.
pub const CUTOFF_MEV: f64 = 0.010;
/// The largest energy of the photon data (MeV).
pub const MAX_MEV: f64 = 25.0;

/// One bin of a histogram of photon number; a line where `lo_mev == hi_mev`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Lower edge (MeV).
    pub lo_mev: f64,
    /// Upper edge (MeV).
    pub hi_mev: f64,
    /// Photons in the bin, in any unit.
    pub weight: f64,
}

/// A histogram of photon number over energy: edges ascend, bins do not overlap, at least one weight is positive.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    bins: Vec<Bin>,
}

impl Spectrum {
    /// A single line.
    ///
    /// # Errors
    /// The energy is outside 0.010-25 MeV.
    pub fn mono(energy_mev: f64) -> Result<Spectrum, Error> {
        Spectrum::from_bins(vec![Bin { lo_mev: energy_mev, hi_mev: energy_mev, weight: 1.0 }])
    }

    /// A histogram, photons uniform inside each bin. The first bin may begin below the cutoff of 0.010 MeV (measured
    /// spectra often start at 0): photons drawn there deposit where they enter.
    ///
    /// # Errors
    /// Names the bin that does not ascend, overlaps, has a negative weight or lies beyond the data.
    pub fn from_bins(bins: Vec<Bin>) -> Result<Spectrum, Error> {
        let refuse = |bin: usize, why: String, remedy: &str| {
            Err(Error::Refused { what: format!("spectrum, bin {}", bin + 1), why, remedy: remedy.into() })
        };
        for (i, bin) in bins.iter().enumerate() {
            let Bin { lo_mev, hi_mev, weight } = *bin;
            if !(lo_mev.is_finite() && hi_mev.is_finite() && weight.is_finite()) {
                return refuse(i, "not a finite number".into(), "give energies in MeV and a weight");
            }
            if lo_mev < 0.0 || hi_mev < lo_mev {
                return refuse(
                    i,
                    format!("{lo_mev} to {hi_mev} MeV does not ascend"),
                    "list lower edge, then upper edge",
                );
            }
            if !(CUTOFF_MEV..=MAX_MEV).contains(&hi_mev) {
                return refuse(
                    i,
                    format!("{hi_mev} MeV is outside the data, {CUTOFF_MEV} to {MAX_MEV} MeV"),
                    "leave this energy out",
                );
            }
            if weight < 0.0 {
                return refuse(
                    i,
                    format!("its weight {weight} is negative"),
                    "weights are photon numbers, zero or more",
                );
            }
            if i > 0 && lo_mev < bins[i - 1].hi_mev {
                return refuse(
                    i,
                    format!(
                        "it begins at {lo_mev} MeV, below the end of the bin before ({} MeV)",
                        bins[i - 1].hi_mev
                    ),
                    "sort the bins by energy and let them not overlap",
                );
            }
        }
        let total: f64 = bins.iter().map(|bin| bin.weight).sum();
        if !(total > 0.0 && total.is_finite()) {
            return Err(Error::Refused {
                what: "spectrum".into(),
                why: "no bin has a positive weight".into(),
                remedy: "give at least one photon".into(),
            });
        }
        Ok(Spectrum { bins })
    }

    /// A spectrum shipped with the program, by name; see [`Spectrum::names`].
    pub fn named(name: &str) -> Option<Spectrum> {
        let (_, width_mev, weights) = NAMED.iter().find(|(known, ..)| *known == name)?;
        let bins = weights.iter().enumerate().map(|(i, &weight)| Bin {
            lo_mev: width_mev * i as f64,
            hi_mev: width_mev * (i + 1) as f64,
            weight,
        });
        Some(Spectrum { bins: bins.collect() })
    }

    /// The names that [`Spectrum::named`] knows.
    pub fn names() -> Vec<&'static str> {
        NAMED.iter().map(|(name, ..)| *name).collect()
    }

    /// The bins, ascending.
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// Mean photon energy (MeV).
    pub fn mean_mev(&self) -> f64 {
        let total: f64 = self.bins.iter().map(|bin| bin.weight).sum();
        self.bins.iter().map(|bin| bin.weight * 0.5 * (bin.lo_mev + bin.hi_mev)).sum::<f64>() / total
    }

    /// Upper edge of the last bin that holds photons (MeV).
    pub fn max_mev(&self) -> f64 {
        self.bins.iter().filter(|bin| bin.weight > 0.0).map(|bin| bin.hi_mev).fold(0.0, f64::max)
    }
}

/// Name, bin width (MeV) and photon numbers from 0 MeV upwards.
///
/// R. Mohan, C. Chui, L. Lidofsky, "Energy and angular distributions of photons from medical linear accelerators",
/// Med. Phys. 12, 592-597 (1985): Varian Clinac-6 (6 MV) and Clinac-20 (15 MV) on the axis, bins of 0.25 MeV.
const NAMED: &[(&str, f64, &[f64])] = &[
    (
        "mohan-6mv",
        0.25,
        &[
            0.004107824,
            0.1295177,
            0.4609022,
            0.4609022,
            0.443588,
            0.4084962,
            0.4084962,
            0.2496504,
            0.2367691,
            0.1867142,
            0.1382681,
            0.1304545,
            0.1484442,
            0.09496227,
            0.1246583,
            0.09773248,
            0.08891984,
            0.05154921,
            0.04184013,
            0.04803306,
            0.01624749,
            0.02715377,
            0.01199324,
            0.01573713,
        ],
    ),
    (
        "mohan-15mv",
        0.25,
        &[
            0.1, 0.1181212, 0.924222, 1.827309, 2.17961, 2.17961, 2.018024, 2.018024, 1.796114, 1.796114,
            1.359933, 1.359933, 1.264131, 1.264131, 0.9130477, 0.9130477, 0.9130477, 0.9130477, 0.6901586,
            0.6901586, 0.6901586, 0.6901586, 0.4576181, 0.4576181, 0.4576181, 0.4576181, 0.4576181,
            0.4576181, 0.4576181, 0.5308689, 0.4086977, 0.4086977, 0.4086977, 0.3380938, 0.3380938,
            0.3380938, 0.3380938, 0.1667311, 0.1667311, 0.2525738, 0.2525738, 0.1751685, 0.1751685,
            0.1435538, 0.1435538, 0.1056484, 0.1056484, 0.1056484, 0.09724631, 0.1688981, 0.1688981,
            0.1688981, 0.1688981, 0.09675158, 0.09675158, 0.03600224, 0.03600224, 0.01020689,
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_6_mv_spectrum_has_its_published_mean() {
        let mean = Spectrum::named("mohan-6mv").unwrap().mean_mev();
        assert!((mean - 1.8985).abs() < 1e-4, "mean {mean} MeV");
    }

    #[test]
    fn bins_that_overlap_or_leave_the_data_are_refused_by_number() {
        let bin = |lo_mev, hi_mev, weight| Bin { lo_mev, hi_mev, weight };
        for (bins, number) in [
            (vec![bin(1.0, 2.0, 1.0), bin(1.5, 3.0, 1.0)], "bin 2"),
            (vec![bin(1.0, 26.0, 1.0)], "bin 1"),
            (vec![bin(0.0, 0.005, 1.0)], "bin 1"),
            (vec![bin(2.0, 1.0, 1.0)], "bin 1"),
            (vec![bin(1.0, 2.0, -1.0)], "bin 1"),
            (vec![bin(1.0, f64::NAN, 1.0)], "bin 1"),
        ] {
            let message = Spectrum::from_bins(bins).unwrap_err().to_string();
            assert!(message.contains(number), "{message}");
        }
        assert!(Spectrum::from_bins(vec![bin(1.0, 2.0, 0.0)]).is_err());
    }
}
