//! From an image and a mask to a region: resampling, rounding, re-segmentation.

pub mod discretise;
pub mod resample;
mod shell;

use crate::error::Error;
use crate::local_intensity::{Surroundings, radius_mm};
use crate::recipe::{Recipe, Resample};
use crate::region::Region;
use resample::{Axis, resample};
pub use shell::Shell;
use shell::{holds, leave_out, shell_as_it_is};
use std::borrow::Cow;
use volume::{Image, Mask, OrientedGrid};

/// A region with what lies around it.
pub struct Prepared<'a> {
    /// The region.
    pub region: Region,
    values: Cow<'a, [f32]>,
    shape: [usize; 3],
    lower: [usize; 3],
}

/// The whole image on the recipe's voxels, for filters.
pub struct Whole<'a> {
    /// Voxels along x, y, z.
    pub shape: [usize; 3],
    /// Distances between voxel centres (mm).
    pub spacing_mm: [f64; 3],
    /// Intensities, x fastest.
    pub values: Cow<'a, [f32]>,
}

/// Resamples the whole image as a recipe says.
pub fn whole<'a>(image: &'a Image<f32>, recipe: &Recipe) -> Whole<'a> {
    let old = image.grid;
    let Some(settings) = &recipe.resample else {
        return Whole { shape: old.shape, spacing_mm: old.spacing_mm, values: Cow::Borrowed(&image.values) };
    };
    let (spacing_mm, axes) = new_grid(&old, settings);
    let shape = axes.map(|axis| axis.number);
    let values = new_values(image, settings, &axes, shape.map(|n| [0, n - 1]));
    Whole { shape, spacing_mm, values: Cow::Owned(values) }
}

impl Prepared<'_> {
    /// The same voxels with other values of the whole image, such as the response of a filter.
    pub fn with_values<'b>(&self, values: &'b [f32]) -> Prepared<'b> {
        let mut region = self.region.clone();
        region.values = cut_out(self.shape, self.lower, region.shape, values);
        Prepared { region, values: Cow::Borrowed(values), shape: self.shape, lower: self.lower }
    }

    /// The part of the image that holds the region, and enough around it for a ball of 1 cm³.
    pub fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            shape: self.shape,
            spacing_mm: self.region.spacing_mm,
            values: &self.values,
            lower: self.lower,
        }
    }
}

/// A box of voxels with a mask in it.
struct Cut<'a> {
    spacing_mm: [f64; 3],
    shape: [usize; 3],
    values: Cow<'a, [f32]>,
    mask: Vec<bool>,
    /// Box of the mask.
    lower: [usize; 3],
    upper: [usize; 3],
}

/// Largest difference of two grids' places and directions that is taken for rounding (mm, and parts of one).
pub(crate) const TOLERANCE: f64 = 1e-3;

/// Processes a region as a recipe says; `ready` is the whole image already resampled, where it is at hand.
///
/// # Errors
/// The region is empty, on another grid, or holds voxels that are no finite numbers.
pub fn prepare<'a>(
    image: &'a Image<f32>,
    name: &str,
    mask: &Mask,
    recipe: &Recipe,
    ready: Option<&'a Whole>,
    shell: Option<&Shell>,
) -> Result<Prepared<'a>, Error> {
    same_grid(&image.grid, &mask.grid, name)?;
    let bounds = bounds(mask).ok_or_else(|| Error::Empty { region: name.into(), when: String::new() })?;
    let cut = match (&recipe.resample, shell) {
        (None, None) => as_it_is(image, mask, bounds),
        (None, Some(shell)) => shell_as_it_is(image, mask, bounds, shell),
        (Some(settings), _) => resampled(image, mask, bounds, settings, ready, shell),
    };
    let Some(cut) = cut else {
        return Err(Error::Empty { region: name.into(), when: " after resampling".into() });
    };
    let region = resegmented(&cut, recipe, name)?;
    Ok(Prepared { region, shape: cut.shape, lower: cut.lower, values: cut.values })
}

fn same_grid(image: &OrientedGrid, mask: &OrientedGrid, name: &str) -> Result<(), Error> {
    let differs = |difference: String| Err(Error::OtherGrid { region: name.into(), difference });
    if image.shape != mask.shape {
        return differs(format!("{:?} voxels against {:?}", mask.shape, image.shape));
    }
    let off = |a: &[f64; 3], b: &[f64; 3]| !(0..3).all(|x| (a[x] - b[x]).abs() <= TOLERANCE);
    if off(&image.spacing_mm, &mask.spacing_mm) {
        return differs(format!("spacing {:?} mm against {:?} mm", mask.spacing_mm, image.spacing_mm));
    }
    if off(&image.origin_mm, &mask.origin_mm) {
        return differs(format!("origin {:?} mm against {:?} mm", mask.origin_mm, image.origin_mm));
    }
    if (0..3).any(|a| off(&image.axes[a], &mask.axes[a])) {
        return differs("its axes point elsewhere".into());
    }
    Ok(())
}

/// Lowest and highest voxel of a mask in its grid.
pub(crate) fn bounds(mask: &Mask) -> Option<[[usize; 3]; 2]> {
    box_of(mask.shape, &mask.inside)
        .map(|ends| ends.map(|end| std::array::from_fn(|a| end[a] + mask.lower[a])))
}

/// Lowest and highest voxel in a box.
pub fn box_of(shape: [usize; 3], inside: &[bool]) -> Option<[[usize; 3]; 2]> {
    let (mut lower, mut upper) = ([usize::MAX; 3], [0; 3]);
    for (line, row) in inside.chunks_exact(shape[0].max(1)).enumerate() {
        let Some(first) = row.iter().position(|inside| *inside) else { continue };
        let last = row.iter().rposition(|inside| *inside).unwrap_or(first);
        let (j, k) = (line % shape[1], line / shape[1]);
        lower = [lower[0].min(first), lower[1].min(j), lower[2].min(k)];
        upper = [upper[0].max(last), upper[1].max(j), upper[2].max(k)];
    }
    (lower[0] != usize::MAX).then_some([lower, upper])
}

/// The image's own voxels.
fn as_it_is<'a>(image: &'a Image<f32>, mask: &Mask, [lower, upper]: [[usize; 3]; 2]) -> Option<Cut<'a>> {
    let shape = image.grid.shape;
    // The mask is kept in its box; the values stay where they are.
    let (_, inside) = boxed(mask, [lower, upper]);
    let spacing_mm = image.grid.spacing_mm;
    Some(Cut { spacing_mm, shape, values: Cow::Borrowed(&image.values), mask: inside, lower, upper })
}

/// The part of a mask between two voxels of its grid, and how many voxels that is along each axis.
pub(crate) fn boxed(mask: &Mask, [lower, upper]: [[usize; 3]; 2]) -> ([usize; 3], Vec<bool>) {
    let size: [usize; 3] = std::array::from_fn(|a| upper[a] - lower[a] + 1);
    let mut inside = Vec::with_capacity(size.iter().product());
    for k in lower[2]..=upper[2] {
        for j in lower[1]..=upper[1] {
            let line = (j - mask.lower[1]) + mask.shape[1] * (k - mask.lower[2]);
            let start = lower[0] - mask.lower[0] + mask.shape[0] * line;
            inside.extend_from_slice(&mask.inside[start..start + size[0]]);
        }
    }
    (size, inside)
}

/// Spacing and axes of the new voxels.
fn new_grid(old: &OrientedGrid, settings: &Resample) -> ([f64; 3], [Axis; 3]) {
    let spacing_mm: [f64; 3] =
        std::array::from_fn(|a| settings.spacing_mm.get(a).copied().unwrap_or(old.spacing_mm[a]));
    (spacing_mm, std::array::from_fn(|a| Axis::new(old.shape[a], old.spacing_mm[a], spacing_mm[a])))
}

/// Values of some of the new voxels.
fn new_values(
    image: &Image<f32>,
    settings: &Resample,
    axes: &[Axis; 3],
    ranges: [[usize; 2]; 3],
) -> Vec<f32> {
    let value = |place: usize| f64::from(image.values[place]);
    let values = resample(image.grid.shape, value, axes, ranges, settings.interpolation);
    values.into_iter().map(|x| if settings.round { x.round() as f32 } else { x as f32 }).collect()
}

/// New voxels around the region, or all of them where they are ready.
fn resampled<'a>(
    image: &'a Image<f32>,
    mask: &Mask,
    [lower, upper]: [[usize; 3]; 2],
    settings: &Resample,
    ready: Option<&'a Whole>,
    shell: Option<&Shell>,
) -> Option<Cut<'a>> {
    let old = image.grid;
    let (spacing_mm, axes) = new_grid(&old, settings);
    let (ranges, values) = match ready {
        Some(whole) => (axes.map(|axis| [0, axis.number - 1]), Cow::Borrowed(&*whole.values)),
        None => {
            let reach_mm =
                shell.map_or(0.0, |shell| shell.ring.outside_mm + spacing_mm[0].max(spacing_mm[2]));
            let margin = |a: usize| (radius_mm() + reach_mm) / old.spacing_mm[a];
            let ranges = std::array::from_fn(|a| axes[a].covering(lower[a], upper[a], margin(a)));
            (ranges, Cow::Owned(new_values(image, settings, &axes, ranges)))
        }
    };
    let shape: [usize; 3] = std::array::from_fn(|a| ranges[a][1] - ranges[a][0] + 1);
    // A part that is the threshold but for rounding counts.
    let inside_of = |is_in: &(dyn Fn(usize) -> bool + Sync)| -> Vec<bool> {
        let part = |place: usize| f64::from(u8::from(is_in(place)));
        let parts = resample(old.shape, part, &axes, ranges, settings.mask_interpolation);
        parts.into_iter().map(|part| part >= settings.mask_threshold - 1e-9).collect()
    };
    let mut inside = inside_of(&|place| holds(mask, old.voxel(place).0));
    if let Some(shell) = shell {
        let mut found = shell.ring.of(shape, &inside, spacing_mm);
        if let Some(body) = shell.body {
            leave_out(&mut found, &inside, &inside_of(&|place| !body[place]));
        }
        for other in &shell.others {
            leave_out(&mut found, &inside, &inside_of(&|place| holds(other, old.voxel(place).0)));
        }
        inside = found;
    }
    let [lower, upper] = box_of(shape, &inside)?;
    let mut cut = Cut { spacing_mm, shape, values, mask: Vec::new(), lower, upper };
    cut.mask = cut.within(&inside);
    Some(cut)
}

impl Cut<'_> {
    /// The part of an array of the whole cut that lies in the mask's box.
    fn within<T: Copy>(&self, values: &[T]) -> Vec<T> {
        let shape = std::array::from_fn(|a| self.upper[a] - self.lower[a] + 1);
        cut_out(self.shape, self.lower, shape, values)
    }
}

/// A box of an array.
fn cut_out<T: Copy>(shape: [usize; 3], lower: [usize; 3], size: [usize; 3], values: &[T]) -> Vec<T> {
    let mut part = Vec::with_capacity(size.iter().product());
    for k in lower[2]..lower[2] + size[2] {
        for j in lower[1]..lower[1] + size[1] {
            let start = lower[0] + shape[0] * (j + shape[1] * k);
            part.extend_from_slice(&values[start..start + size[0]]);
        }
    }
    part
}

/// Leaves out the intensities that do not count. IBSI manual, section 2.5: the range first, then outliers of what is left.
fn resegmented(cut: &Cut, recipe: &Recipe, name: &str) -> Result<Region, Error> {
    let values = cut.within(&cut.values);
    let mut intensity = cut.mask.clone();
    let wrong =
        intensity.iter().zip(&values).filter(|(inside, value)| **inside && !value.is_finite()).count();
    if wrong > 0 {
        return Err(Error::NotFinite { region: name.into(), voxels: wrong });
    }
    let keep = |intensity: &mut [bool], low: f64, high: f64| {
        for (inside, value) in intensity.iter_mut().zip(&values) {
            *inside = *inside && (low..=high).contains(&f64::from(*value));
        }
    };
    if let Some([low, high]) = recipe.resegment.range {
        keep(&mut intensity, low, high);
    }
    if let Some(sigma) = recipe.resegment.outlier_sigma {
        let inside =
            || intensity.iter().zip(&values).filter(|(inside, _)| **inside).map(|(_, x)| f64::from(*x));
        let n = inside().count() as f64;
        let mean = inside().sum::<f64>() / n;
        let deviation = (inside().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        keep(&mut intensity, mean - sigma * deviation, mean + sigma * deviation);
    }
    Ok(Region {
        shape: std::array::from_fn(|a| cut.upper[a] - cut.lower[a] + 1),
        spacing_mm: cut.spacing_mm,
        values,
        morphological: cut.mask.clone(),
        intensity,
    })
}
