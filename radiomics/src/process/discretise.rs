//! Intensities to grey levels.

use crate::error::Error;
use crate::recipe::{BinStart, Discretise, Recipe, VolumeHistogram};
use crate::region::Region;
use crate::volume_histogram::Levels;

/// Grey levels from 1 on of a region's box, 0 where no intensity counts. IBSI manual, section 2.7.
pub fn grey_levels(region: &Region, recipe: &Recipe, name: &str) -> Result<Vec<u16>, Error> {
    let [least, greatest] = ends(region);
    match recipe.discretise {
        Discretise::None => levels(region, name, |x| x),
        Discretise::FixedBinSize { width, start } => {
            let first = match start {
                BinStart::Ibsi => lower_bound(recipe).unwrap_or(least),
                BinStart::Pyradiomics => (least / width).floor() * width,
            };
            levels(region, name, |x| whole((x - first) / width) + 1.0)
        }
        // All of one intensity are in one bin, not in the last of many.
        Discretise::FixedBinNumber { .. } if least == greatest => levels(region, name, |_| 1.0),
        Discretise::FixedBinNumber { bins } => {
            let (bins, extent) = (f64::from(bins), greatest - least);
            levels(
                region,
                name,
                |x| {
                    if x < greatest { whole(bins * (x - least) / extent) + 1.0 } else { bins }
                },
            )
        }
    }
}

/// The whole number at or below a number.
fn whole(x: f64) -> f64 {
    // Where numbers are cut towards zero in one instruction; rounding down is a function call on older processors.
    if (0.0..f64::from(u16::MAX)).contains(&x) { f64::from(x as u16) } else { x.floor() }
}

/// The level of each intensity that counts, in the region's box.
fn levels(region: &Region, name: &str, level: impl Fn(f64) -> f64) -> Result<Vec<u16>, Error> {
    let mut levels = vec![0; region.values.len()];
    for (place, value) in region.inside() {
        let level = level(f64::from(value));
        let number = level as u16;
        if number == 0 || f64::from(number) != level {
            return Err(if level > f64::from(u16::MAX) {
                Error::TooManyLevels { region: name.into(), levels: level }
            } else {
                Error::NoGreyLevel { region: name.into(), value: f64::from(value) }
            });
        }
        levels[place] = number;
    }
    Ok(levels)
}

/// Lower end of the re-segmentation range, if it has one.
fn lower_bound(recipe: &Recipe) -> Option<f64> {
    recipe.resegment.range.map(|[low, _]| low).filter(|low| low.is_finite())
}

/// Least and greatest intensity that counts.
fn ends(region: &Region) -> [f64; 2] {
    region.inside().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], (_, value)| {
        [low.min(f64::from(value)), high.max(f64::from(value))]
    })
}

/// The most levels of an intensity-volume histogram.
const MOST_LEVELS: f64 = 1e7;

/// Levels of the intensity-volume histogram, and the voxels at each. IBSI manual, section 3.5.
///
/// Intensities with a unit use the whole re-segmentation range, others the least and greatest that occur.
pub fn volume_histogram(
    region: &Region,
    recipe: &Recipe,
    how: VolumeHistogram,
    name: &str,
) -> Result<(Levels, Vec<u64>), Error> {
    let [least, greatest] = ends(region);
    let [low, high] = recipe.resegment.range.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
    let [low, high] =
        [if low.is_finite() { low } else { least }, if high.is_finite() { high } else { greatest }];
    let (levels, start, width) = match how {
        VolumeHistogram::None => {
            let number = (high - low).round() + 1.0;
            (Levels { first: low, step: 1.0, number: count(number, name)? }, low - 0.5, 1.0)
        }
        VolumeHistogram::FixedBinSize { width } => {
            let number = ((high - low) / width - 1e-9).ceil().max(1.0);
            (Levels { first: low + 0.5 * width, step: width, number: count(number, name)? }, low, width)
        }
        VolumeHistogram::FixedBinNumber { bins } => {
            let width = if greatest > least { (greatest - least) / f64::from(bins) } else { 1.0 };
            (Levels { first: 1.0, step: 1.0, number: bins as usize }, least, width)
        }
    };
    let mut counts = vec![0; levels.number];
    for (_, value) in region.inside() {
        let bin = ((f64::from(value) - start) / width).floor().max(0.0) as usize;
        counts[bin.min(levels.number - 1)] += 1;
    }
    Ok((levels, counts))
}

fn count(number: f64, name: &str) -> Result<usize, Error> {
    if number > MOST_LEVELS {
        return Err(Error::TooManyLevels { region: name.into(), levels: number });
    }
    Ok(number as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(values: &[f32]) -> Region {
        Region {
            shape: [values.len(), 1, 1],
            spacing_mm: [1.0; 3],
            values: values.to_vec(),
            morphological: vec![true; values.len()],
            intensity: vec![true; values.len()],
        }
    }

    fn recipe(discretise: &str) -> Recipe {
        Recipe::from_toml(&format!(
            "dimension = \"3D\"\n[resegment]\nrange = [-50.0, 400.0]\n[discretise]\n{discretise}"
        ))
        .expect("a recipe")
    }

    #[test]
    fn bins_of_one_width_begin_where_they_are_told_to() {
        let region = region(&[-30.0, -25.0, 0.0, 24.0, 25.0]);
        let ibsi = recipe("method = \"fixed-bin-size\"\nwidth = 25.0");
        assert_eq!(grey_levels(&region, &ibsi, "r"), Ok(vec![1, 2, 3, 3, 4]));
        let other = recipe("method = \"fixed-bin-size\"\nwidth = 25.0\nstart = \"pyradiomics\"");
        assert_eq!(grey_levels(&region, &other, "r"), Ok(vec![1, 2, 3, 3, 4]));
        let later = self::region(&[30.0, 60.0]);
        assert_eq!(grey_levels(&later, &ibsi, "r"), Ok(vec![4, 5]));
        assert_eq!(grey_levels(&later, &other, "r"), Ok(vec![1, 2]));
    }

    #[test]
    fn a_number_of_bins_ends_with_the_greatest_intensity() {
        let four = recipe("method = \"fixed-bin-number\"\nbins = 4");
        assert_eq!(grey_levels(&region(&[0.0, 1.0, 3.9, 4.0, 8.0]), &four, "r"), Ok(vec![1, 1, 2, 3, 4]));
        assert_eq!(grey_levels(&region(&[7.0, 7.0]), &four, "r"), Ok(vec![1, 1]));
    }

    #[test]
    fn what_is_no_grey_level_is_refused() {
        let none = recipe("method = \"none\"");
        for value in [0.0, -1.0, 1.5] {
            assert!(matches!(grey_levels(&region(&[value]), &none, "r"), Err(Error::NoGreyLevel { .. })));
        }
        let fine = recipe("method = \"fixed-bin-size\"\nwidth = 0.001");
        assert!(matches!(grey_levels(&region(&[300.0]), &fine, "r"), Err(Error::TooManyLevels { .. })));
    }
}
