//! Recipes: everything between an image with a region and the table of features, as a TOML file.

mod check;
mod levels;

pub use levels::{BinStart, Discretise, VolumeHistogram};

use crate::catalogue::{Aggregation, Family};
use crate::error::Error;
use crate::filter::Filter;
use crate::local_intensity::radius_mm;
use crate::morphology::Meshing;
use crate::placement::covering;
use crate::ring::Ring;
use serde::{Deserialize, Serialize};
use volume::{Mask, OrientedGrid};

/// How a region is processed and what is computed of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// A name for it, in every output.
    #[serde(default)]
    pub name: String,
    /// Whether slices or volumes are looked at; decides the aggregations where they are not given.
    pub dimension: Dimension,
    /// What intensities are counted in (`HU`, `SUV`, `Gy`; may be empty).
    #[serde(default)]
    pub intensity_unit: String,
    /// New voxels; without it the image's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resample: Option<Resample>,
    /// Which intensities count.
    #[serde(default, skip_serializing_if = "Resegment::is_empty")]
    pub resegment: Resegment,
    /// Grey levels for textures and the histogram.
    pub discretise: Discretise,
    /// Levels of the intensity-volume histogram.
    #[serde(default)]
    pub volume_histogram: VolumeHistogram,
    /// What is computed.
    #[serde(default)]
    pub features: Wanted,
    /// Shells around each region, as regions of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ring: Vec<Ring>,
    /// Statistics over the lesions of a patient.
    #[serde(default)]
    pub lesions: Lesions,
    /// Filters whose responses are described as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<Filter>,
    /// What is computed of responses.
    #[serde(default)]
    pub response: Response,
}

/// Statistics over the lesions of a patient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesions {
    /// Bins of the entropy between lesions.
    pub entropy_bins: u32,
}

impl Default for Lesions {
    fn default() -> Self {
        Self { entropy_bins: 8 }
    }
}

/// What is computed of the responses of filters, whose intensities have no unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// Which families; intensity statistics if not given. Morphology is that of the region and not repeated.
    pub families: Vec<Family>,
    /// Grey levels.
    pub discretise: Discretise,
    /// Bins of the intensity-volume histogram.
    pub volume_histogram_bins: u32,
}

impl Default for Response {
    fn default() -> Self {
        Self {
            families: vec![Family::Intensity],
            discretise: Discretise::FixedBinNumber { bins: 32 },
            volume_histogram_bins: 1000,
        }
    }
}

/// Slices or volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dimension {
    /// Each slice on its own.
    #[serde(rename = "2D")]
    Slices,
    /// The whole volume.
    #[serde(rename = "3D")]
    Volume,
}

/// New voxels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resample {
    /// Distances of the new voxel centres (mm): x and y, or x, y and z. The new grid has the centre of the old one.
    pub spacing_mm: Vec<f64>,
    /// For the image.
    pub interpolation: Interpolation,
    /// For the region.
    #[serde(default = "linear")]
    pub mask_interpolation: Interpolation,
    /// A voxel belongs to the region if at least this part of it does.
    #[serde(default = "half")]
    pub mask_threshold: f64,
    /// Round intensities to whole numbers afterwards (for HU).
    #[serde(default)]
    pub round: bool,
}

fn linear() -> Interpolation {
    Interpolation::Linear
}

fn half() -> f64 {
    0.5
}

/// How to find a value between voxel centres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interpolation {
    /// That of the nearest centre.
    Nearest,
    /// Linear along each axis.
    Linear,
    /// Cubic spline through the values.
    Cubic,
}

/// Which intensities count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resegment {
    /// Least and greatest intensity, both included; `-inf` and `inf` are open ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// Greatest distance from the mean in standard deviations, after the range has been applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlier_sigma: Option<f64>,
}

impl Resegment {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Which families; all if not given.
    #[serde(default = "all_families")]
    pub families: Vec<Family>,
    /// Which aggregations; those of the dimension if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregations: Option<Vec<String>>,
    /// Features to leave out, by their tags (`morph_moran_i`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omit: Vec<String>,
    /// Largest difference of grey levels that counts as dependent.
    #[serde(default)]
    pub dependence_alpha: u16,
    /// How the surface is made.
    #[serde(default)]
    pub mesh: Meshing,
}

fn all_families() -> Vec<Family> {
    Family::ALL.to_vec()
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            families: all_families(),
            aggregations: None,
            omit: Vec::new(),
            dependence_alpha: 0,
            mesh: Meshing::Closed,
        }
    }
}

impl Recipe {
    /// Reads a recipe and checks it.
    ///
    /// # Errors
    /// The text is no recipe, or a setting makes no sense.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let recipe: Self =
            toml::from_str(text).map_err(|error| Error::Recipe { problem: error.to_string() })?;
        recipe.check()?;
        check::unknown_filter_keys(text, &recipe)?;
        Ok(recipe)
    }

    /// The recipe as a file, with every default written out.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a recipe has nothing that TOML cannot hold")
    }

    /// The aggregations that it asks for.
    pub fn aggregations(&self) -> Vec<Aggregation> {
        let all = Aggregation::DIRECTED.into_iter().chain(Aggregation::UNDIRECTED);
        all.filter(|way| match &self.features.aggregations {
            Some(words) => words.iter().any(|word| word == way.word()),
            None => way.is_slicewise() == (self.dimension == Dimension::Slices),
        })
        .collect()
    }

    /// Whether it asks for a feature, by its tag.
    pub fn wants(&self, tag: &str) -> bool {
        !self.features.omit.iter().any(|omitted| omitted == tag)
    }

    /// The lowest and highest voxel of an image (both included) that the features of some regions look at.
    ///
    /// An image cut to them gives the same values. Resampling, filters and the outline of the body hang on the whole image.
    pub fn reach<'a>(&self, image: &OrientedGrid, masks: impl Iterator<Item = &'a Mask>) -> [[usize; 3]; 2] {
        let end = image.shape.map(|n| n - 1);
        let body = self.ring.iter().any(|ring| ring.air_below.is_some());
        if self.resample.is_some() || !self.filter.is_empty() || body {
            return [[0; 3], end];
        }
        let peaks = self.features.families.contains(&Family::LocalIntensity);
        let ball_mm = if peaks { radius_mm() } else { 0.0 };
        let reach_mm = self.ring.iter().map(|ring| ring.outside_mm).fold(ball_mm, f64::max);
        let (mut lower, mut upper) = (end, [0; 3]);
        for mask in masks.filter(|mask| !mask.inside.is_empty()) {
            // A voxel more than the ball and the rings touch, and one for a grid that lies between.
            let [low, high] = covering(mask, image, mask.grid.spacing_mm.map(|s| reach_mm / s + 2.0));
            if (0..3).all(|a| low[a] <= high[a]) {
                lower = std::array::from_fn(|a| lower[a].min(low[a]));
                upper = std::array::from_fn(|a| upper[a].max(high[a]));
            }
        }
        if (0..3).all(|a| lower[a] <= upper[a]) { [lower, upper] } else { [[0; 3], [0; 3]] }
    }
}
