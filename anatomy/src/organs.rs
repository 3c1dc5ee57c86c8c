//! Doses of an organ: mean, range, dose-volume points, components, uncertainty, distance.

use crate::Error;
use crate::isodose::Isodose;
use crate::weighted::DoseVolumes;
use volume::{Coverage, Image};

/// Number of dose components: in-field primary with its scatter, head scatter, collimator, leakage.
pub const COMPONENTS: usize = 4;

/// Dose and what goes with it, one value a voxel of the same grid, i fastest.
#[derive(Clone, Copy, Debug)]
pub struct DoseFields<'a> {
    /// Absorbed dose (Gy).
    pub dose_gy: &'a Image<f32>,
    /// Relative standard error of each voxel's dose, if known.
    pub relative_sigma: Option<&'a [f32]>,
    /// The dose's components (Gy), if known.
    pub components_gy: Option<[&'a [f32]; COMPONENTS]>,
    /// Part of the dose from contaminating electrons (Gy), if there is a term for them.
    pub electrons_gy: Option<&'a [f32]>,
    /// Mass density (g/cm³).
    pub density_g_cm3: &'a [f32],
}

/// Relative standard error of an organ's mean dose, by where it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StatisticalError {
    /// From the spread of the organ's mean over batches: voxels that share histories are correlated, and this counts it.
    Batches(f64),
    /// From the voxels' errors, as if all erred together: not less than the truth.
    AtMost(f64),
    /// Nothing was given to derive it from.
    Unknown,
}

/// One row of the organ table.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganDose {
    /// Covered volume (cm³).
    pub volume_cm3: f64,
    /// Covered mass (g).
    pub mass_g: f64,
    /// Mean absorbed dose (Gy): energy per mass of the whole organ, so voxels count by their mass (ICRP 103, B 3.1).
    pub mean_gy: f64,
    /// Lowest dose of a covered voxel (Gy).
    pub min_gy: f64,
    /// Highest dose of a covered voxel (Gy).
    pub max_gy: f64,
    /// Dose that 98 % of the volume receive at least (Gy); dose-volume quantities count by volume (ICRU 83).
    pub d98_gy: f64,
    /// Median dose by volume (Gy).
    pub d50_gy: f64,
    /// Dose that 2 % of the volume receive at least (Gy).
    pub d2_gy: f64,
    /// Statistical error of the mean.
    pub statistical: StatisticalError,
    /// Mean of each component, by mass (Gy).
    pub components_gy: Option<[f64; COMPONENTS]>,
    /// Mean of the part from contaminating electrons, by mass (Gy).
    pub electrons_gy: Option<f64>,
    /// Centre of the covered volume (mm, patient).
    pub centroid_mm: [f64; 3],
    /// From the centroid to the nearest point of the given isodose (cm): 0 inside it.
    pub distance_cm: Option<f64>,
}

impl OrganDose {
    /// Reads the doses of an organ. `organ_batch_means` are its mean doses over the batches of a run, in any unit;
    /// `isodose` is the surface that the distance is measured to.
    ///
    /// # Errors
    /// [`Error::EmptyOrgan`] if it covers no voxel with a dose, [`Error::Length`] if the fields do not fit the grid.
    pub fn of(
        organ: &str,
        coverage: &Coverage,
        fields: &DoseFields,
        organ_batch_means: Option<&[f64]>,
        isodose: Option<&Isodose>,
    ) -> Result<Self, Error> {
        check(coverage, fields)?;
        let grid = &fields.dose_gy.grid;
        let dose = &fields.dose_gy.values;
        let voxel_cm3 = grid.voxel_volume_mm3() / 1000.0;
        let covered = || {
            let voxels = coverage.voxels().filter(|(voxel, _)| dose[*voxel].is_finite());
            voxels.map(|(voxel, share)| (voxel, f64::from(share) * voxel_cm3))
        };
        let mass_g =
            |voxel: usize, volume_cm3: f64| f64::from(fields.density_g_cm3[voxel]).max(0.0) * volume_cm3;
        let volumes = DoseVolumes::of(covered().map(|(voxel, cm3)| (dose[voxel], cm3)));
        let (Some([max_gy, min_gy]), volume_cm3) = (volumes.range_gy(), volumes.total()) else {
            return Err(Error::EmptyOrgan { organ: organ.into() });
        };
        let organ_g: f64 = covered().map(|(voxel, cm3)| mass_g(voxel, cm3)).sum();
        // An organ of vacuum has no mass to average over: its volume stands in.
        let weight = |voxel: usize, cm3: f64| {
            if organ_g > 0.0 { mass_g(voxel, cm3) / organ_g } else { cm3 / volume_cm3 }
        };
        let mean = |values: &[f32]| {
            let finite = covered().filter(|(voxel, _)| values[*voxel].is_finite());
            finite.map(|(voxel, cm3)| weight(voxel, cm3) * f64::from(values[voxel])).sum::<f64>()
        };
        let mean_gy = mean(dose);
        let at_most = fields.relative_sigma.map(|sigma| {
            let errors = covered().map(|(voxel, cm3)| {
                weight(voxel, cm3) * f64::from(dose[voxel].abs()) * f64::from(sigma[voxel].max(0.0))
            });
            errors.sum::<f64>() / mean_gy.abs()
        });
        let centroid = covered().fold([0.0; 3], |sum, (voxel, cm3)| {
            let place = grid.voxel(voxel).0;
            std::array::from_fn(|a| sum[a] + place[a] as f64 * cm3 / volume_cm3)
        });
        let centroid_mm = grid.point_mm(centroid);
        let to_share = |share: f64| f64::from(volumes.dose_to_share(share).expect("there is volume"));
        Ok(Self {
            volume_cm3,
            mass_g: organ_g,
            mean_gy,
            min_gy: f64::from(min_gy),
            max_gy: f64::from(max_gy),
            d98_gy: to_share(0.98),
            d50_gy: to_share(0.5),
            d2_gy: to_share(0.02),
            statistical: statistical(organ_batch_means, at_most),
            components_gy: fields.components_gy.map(|components| components.map(mean)),
            electrons_gy: fields.electrons_gy.map(mean),
            centroid_mm,
            distance_cm: isodose.and_then(|isodose| isodose.distance_mm(centroid_mm)).map(|mm| mm / 10.0),
        })
    }
}

fn check(coverage: &Coverage, fields: &DoseFields) -> Result<(), Error> {
    let voxels: usize = fields.dose_gy.grid.shape.iter().product();
    let length = |what: &'static str, given: usize| {
        if given == voxels { Ok(()) } else { Err(Error::Length { what, given, voxels }) }
    };
    length("dose", fields.dose_gy.values.len())?;
    length("density", fields.density_g_cm3.len())?;
    length("organ's grid", coverage.grid.shape.iter().product())?;
    if let Some(sigma) = fields.relative_sigma {
        length("sigma", sigma.len())?;
    }
    if let Some(electrons) = fields.electrons_gy {
        length("electrons", electrons.len())?;
    }
    fields.components_gy.iter().flatten().try_for_each(|component| length("component", component.len()))
}

/// Standard error of the mean of batches over that mean, or the bound from the voxels.
fn statistical(batch_means: Option<&[f64]>, at_most: Option<f64>) -> StatisticalError {
    if let Some(means) = batch_means.filter(|means| means.len() >= 2) {
        let count = means.len() as f64;
        let mean = means.iter().sum::<f64>() / count;
        let variance = means.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1.0) / count;
        let relative = variance.sqrt() / mean.abs();
        if relative.is_finite() {
            return StatisticalError::Batches(relative);
        }
    }
    match at_most.filter(|relative| relative.is_finite()) {
        Some(relative) => StatisticalError::AtMost(relative),
        None => StatisticalError::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use volume::OrientedGrid;

    const GRID: OrientedGrid = OrientedGrid {
        origin_mm: [0.0; 3],
        axes: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        spacing_mm: [10.0; 3],
        shape: [4, 1, 1],
    };

    fn coverage(fractions: [f32; 4]) -> Coverage {
        Coverage {
            grid: GRID,
            lower: [0; 3],
            shape: [4, 1, 1],
            fractions: fractions.to_vec(),
            notes: Vec::new(),
        }
    }

    fn dose(values: [f32; 4]) -> Image<f32> {
        Image { grid: GRID, values: values.to_vec() }
    }

    #[test]
    fn the_mean_counts_by_mass_and_the_quantiles_by_volume() {
        let dose = dose([1.0, 3.0, 4.0, 9.0]);
        let fields = DoseFields {
            dose_gy: &dose,
            relative_sigma: Some(&[0.1; 4]),
            components_gy: Some([&[1.0; 4], &[0.0; 4], &[0.0; 4], &[0.5; 4]]),
            electrons_gy: None,
            density_g_cm3: &[1.0, 0.25, 1.0, 1.0],
        };
        let organ =
            OrganDose::of("x", &coverage([1.0, 1.0, 0.5, 0.0]), &fields, None, None).expect("covered");
        assert!((organ.mass_g - 1.75).abs() < 1e-12 && (organ.volume_cm3 - 2.5).abs() < 1e-12);
        assert!((organ.mean_gy - (1.0 + 0.25 * 3.0 + 0.5 * 4.0) / 1.75).abs() < 1e-12);
        assert_eq!(
            [organ.min_gy, organ.max_gy, organ.d50_gy, organ.d2_gy, organ.d98_gy],
            [1.0, 4.0, 3.0, 4.0, 1.0]
        );
        for (mean_gy, expected_gy) in
            organ.components_gy.expect("given").into_iter().zip([1.0, 0.0, 0.0, 0.5])
        {
            assert!((mean_gy - expected_gy).abs() < 1e-12);
        }
        assert!((organ.centroid_mm[0] - (0.0 + 10.0 + 0.5 * 20.0) / 2.5).abs() < 1e-12);
        let StatisticalError::AtMost(relative) = organ.statistical else { panic!("{:?}", organ.statistical) };
        assert!((relative - 0.1).abs() < 1e-6);
    }

    #[test]
    fn batches_give_the_error_of_the_mean() {
        let dose = dose([1.0; 4]);
        let fields = DoseFields {
            dose_gy: &dose,
            relative_sigma: None,
            components_gy: None,
            electrons_gy: None,
            density_g_cm3: &[1.0; 4],
        };
        let batches = [9.0, 11.0, 10.0, 10.0];
        let organ = OrganDose::of("x", &coverage([1.0; 4]), &fields, Some(&batches), None).expect("covered");
        let StatisticalError::Batches(relative) = organ.statistical else {
            panic!("{:?}", organ.statistical)
        };
        assert!((relative - (2.0f64 / 3.0 / 4.0).sqrt() / 10.0).abs() < 1e-12);
        let without = OrganDose::of("x", &coverage([1.0; 4]), &fields, None, None).expect("covered");
        assert_eq!(without.statistical, StatisticalError::Unknown);
    }

    #[test]
    fn an_organ_without_voxels_is_an_error_and_one_of_a_sliver_is_not() {
        let dose = dose([1.0, 7.0, 1.0, f32::NAN]);
        let fields = DoseFields {
            dose_gy: &dose,
            relative_sigma: None,
            components_gy: None,
            electrons_gy: None,
            density_g_cm3: &[1.0; 4],
        };
        let of = |fractions| OrganDose::of("lens", &coverage(fractions), &fields, None, None);
        assert!(matches!(of([0.0; 4]), Err(Error::EmptyOrgan { .. })));
        assert!(
            matches!(of([0.0, 0.0, 0.0, 1.0]), Err(Error::EmptyOrgan { .. })),
            "a dose that is no number"
        );
        let sliver = of([0.0, 1e-3, 0.0, 0.0]).expect("covered");
        assert_eq!([sliver.mean_gy, sliver.d98_gy, sliver.d2_gy], [7.0; 3]);
        assert!((sliver.volume_cm3 - 1e-3).abs() < 1e-9);
    }

    #[test]
    fn fields_of_another_size_are_refused() {
        let dose = dose([1.0; 4]);
        let fields = DoseFields {
            dose_gy: &dose,
            relative_sigma: None,
            components_gy: None,
            electrons_gy: None,
            density_g_cm3: &[1.0; 3],
        };
        let error = OrganDose::of("x", &coverage([1.0; 4]), &fields, None, None).expect_err("refused");
        assert!(matches!(error, Error::Length { what: "density", given: 3, voxels: 4 }));
    }
}
